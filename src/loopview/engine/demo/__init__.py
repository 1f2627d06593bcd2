"""A simulated loop: it writes its files live into a directory of its own, for the console to show."""
