"""How a number of things is said, on every screen and in every text."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Say a number of things: ``1 cycle``, ``2,000 cycles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
