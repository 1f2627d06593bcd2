"""Rows as callers hand them over: a list, any other iterable, or what was never rows at all."""

from __future__ import annotations

from collections.abc import Iterable


def in_order(rows: object) -> Iterable[object]:
    """Return what can be gone through, and nothing for a value that cannot. Never raises."""
    return rows if isinstance(rows, Iterable) else ()
