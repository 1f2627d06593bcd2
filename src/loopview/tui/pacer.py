"""When to repaint: the first change after quiet at once, then at a steady pace, the last one always."""

from __future__ import annotations

from dataclasses import dataclass

BLURRED_SECONDS = 5.0


@dataclass(slots=True)
class Pacer:
    """Decides how long a change has to wait. Times are seconds of one monotonic clock."""

    interval: float = 0.25  #: seconds between two repaints
    focused: bool = True
    _last: float = float("-inf")

    def wait(self, now: float) -> float:
        """Return the seconds until a change that came now may be drawn; 0 = at once."""
        interval = self.interval if self.focused else max(self.interval, BLURRED_SECONDS)
        return max(0.0, self._last + interval - now)

    def drawn(self, now: float) -> None:
        """Take note that a repaint begins now."""
        self._last = now
