"""The product without a screen: what both front ends call."""
