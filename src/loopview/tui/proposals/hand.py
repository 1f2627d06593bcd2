"""Whether a hand types: after a second without keys, one key after another, nothing pasted, nothing typed ahead.

Times are seconds of the clock that stamps keys when the terminal sends them, not when they are handled: what waited
in a queue is as old as it is.
"""

from __future__ import annotations

QUIET = 1.0
"""Seconds without a key before what is typed counts."""

FASTEST = 0.004
"""Seconds between two keys below which no finger typed them."""

EARLY = "wait: a second without a key"
TOO_FAST = "faster than anybody types: a paste does not count"
PASTED = "a paste does not count: type it"


class Hand:
    """The keys of one dialog, from when it stood on the screen."""

    def __init__(self) -> None:
        self._last = float("inf")  # the newest key, or when the dialog stood there
        self._armed = False
        self.said = ""
        """Why the newest keys did not count; empty when they did."""

    def ready(self, at: float) -> None:
        """Begin to count the quiet second: everything that has to be read was on the screen."""
        self._last, self._armed = at, False

    @property
    def waits_for_reading(self) -> bool:
        """Whether there is something left that was not on the screen yet."""
        return self._last == float("inf")

    def armed(self, now: float) -> bool:
        """Whether what is typed now would count."""
        return self._armed or now - self._last >= QUIET

    def pressed(self, at: float) -> bool:
        """Take note of a key; returns whether it counts. One that does not takes back all before it."""
        since, self._last = at - self._last, max(at, self._last) if not self.waits_for_reading else self._last
        if self.waits_for_reading:
            return False
        if since < FASTEST:
            self._armed, self.said = False, TOO_FAST if self._armed or self.said == TOO_FAST else EARLY
            return False
        if not self._armed and since < QUIET:
            self.said = self.said or EARLY
            return False
        self._armed, self.said = True, ""
        return True

    def pasted(self, at: float) -> None:
        """Take note of a paste."""
        if not self.waits_for_reading:
            self._last, self._armed, self.said = at, False, PASTED
