"""Measurements against what a user would pick instead, and the makers of the loops they run on."""
