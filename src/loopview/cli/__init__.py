"""The headless front end: one module per family of verbs."""
