"""Values and rules: no clock, no files, no threads; everything here is a function of its arguments."""
