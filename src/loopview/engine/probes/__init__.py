"""Probes: the loop tests itself. Looking at them runs nothing; `Runner` runs one at a time, within a budget."""
