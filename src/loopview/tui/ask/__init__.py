"""What the Ask screen is made of: words of SQL, completion, history, charts, the rows of an answer."""
