"""The difference between two windows, as an arrow, an amount and a colour."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from loopview.tui.panes.cells import MUTED


@dataclass(frozen=True, slots=True)
class Arrows:
    """How a difference is pointed out."""

    up: str = "▲"
    down: str = "▼"
    same: str = "="
    gap: str = ""  #: between arrow and amount

    def change(self, now: float | None, before: float | None, written: str, good: int) -> Content:
        """Return arrow and ``written``; ``good`` is 1 when more is better, -1 when less is, 0 when neither.

        Nothing when there is nothing to compare with.
        """
        if now is None or before is None:
            return Content("")
        if round(now) == round(before):
            return Content.styled(self.same, MUTED)
        style = MUTED if good == 0 else "$ok" if (now > before) == (good > 0) else "$fail"
        return Content.styled(f"{self.up if now > before else self.down}{self.gap}{written}", style)


def arrows(*, ascii_only: bool, gap: str = "") -> Arrows:
    """Return the arrows of the set that is in use."""
    return Arrows("^", "v", "=", gap) if ascii_only else Arrows(gap=gap)


def points(rate: float | None) -> float | None:
    """Return a share in percentage points."""
    return None if rate is None else rate * 100


def apart(now: float | None, before: float | None) -> float:
    """Return how far two figures are apart, as their rounded values are; 0 where one is missing."""
    return 0.0 if now is None or before is None else abs(round(now) - round(before))
