"""Small programs that stand in for what a user would pick or write instead."""
