"""What the operator is looking at, apart from the screen: the window, the moment, and whether it moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOWS: dict[str, timedelta | None] = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "all": None,
}
"""The windows of time an operator can look through, in the order in which the key steps through them."""

FIRST_WINDOW = "7d"
"""The window a loop is opened with, unless nothing happened in it."""


@dataclass(frozen=True, slots=True)
class ViewState:
    """The moment and the window every question of a screen is asked with."""

    window: str  #: a key of WINDOWS
    now: datetime  #: aware, UTC: the wall clock, or the last stamp of the sample loop
    as_of: datetime | None = None  #: rows after this moment are invisible; None = everything there is
    stall_threshold: int = 3  #: K: failures in a row with one fingerprint that make a stall

    @property
    def since(self) -> datetime | None:
        """Where the window begins; None for the whole history."""
        length = WINDOWS[self.window]
        return None if length is None else self.now - length


def next_window(window: str) -> str:
    """Return the window after this one, round and round."""
    names = list(WINDOWS)
    return names[(names.index(window) + 1) % len(names)]
