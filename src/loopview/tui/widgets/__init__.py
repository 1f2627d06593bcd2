"""Widgets draw values that they are handed; they ask nothing."""
