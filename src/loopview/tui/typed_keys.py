"""Keys that a terminal sent, told from those that a program makes: only the first can answer a gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual import events

_MARK = "_came_from_the_terminal"


def mark(key: events.Key) -> None:
    """Note that the terminal sent this key; the driver does, and nobody else."""
    setattr(key, _MARK, True)


def came_from_terminal(key: events.Key) -> bool:
    """Whether the terminal sent this key."""
    return getattr(key, _MARK, False) is True
