"""Every state as a glyph, a word and a colour: never one of them alone."""

from __future__ import annotations

from typing import NamedTuple


class Mark(NamedTuple):
    """How one state looks."""

    glyph: str
    plain: str  #: the glyph in ASCII
    word: str
    style: str  #: a Textual style made of theme variables


PASS = Mark("✓", "+", "pass", "$ok")
FAIL = Mark("✗", "x", "fail", "$fail")
BLOCK = Mark("■", "#", "block", "$blocked")
UNKNOWN = Mark("?", "?", "unknown", "$unknown")
STUB = Mark("◌", "o", "stub", "$unknown")
LIVE = Mark("●", "*", "live", "$ok")

MARKS: dict[str, Mark] = {
    "pass": PASS,
    "fail": FAIL,
    "blocked": BLOCK,
    "block": BLOCK,
    "unknown": UNKNOWN,
    "stub": STUB,
    "placeholder": STUB,
    "live": LIVE,
    "green": Mark("●", "*", "green", "$ok"),
    "yellow": Mark("▲", "!", "yellow", "$warning"),
    "red": Mark("✗", "x", "red", "$fail"),
    "PROGRESS": Mark("✓", "+", "PROGRESS", "$success bold"),
    "STALLED": Mark("■", "#", "STALLED", "$error bold"),
    "OSCILLATING": Mark("↻", "~", "OSCILLATING", "$warning bold"),
    "BLOCKED": Mark("■", "#", "BLOCKED", "$warning bold"),
    "IDLE": Mark("◌", "o", "IDLE", "$text-muted bold"),
    "NO-OP": Mark("◌", "o", "NO-OP", "$warning bold"),
}
"""States by the word they are stored or spoken of with."""

BARS = "▁▂▃▄▅▆▇█"
PLAIN_BARS = "_.-:=+*#"


def mark(state: object) -> Mark:
    """Return how a state looks; one that is not known keeps its own place as unknown."""
    return MARKS.get(str(state), UNKNOWN)


def mark_of_success(*, success: bool | None) -> Mark:
    """Return how the outcome of a cycle looks; None is unknown."""
    if success is None:
        return UNKNOWN
    return PASS if success else FAIL


def bar(share: float, *, ascii_only: bool = False) -> str:
    """Return one of eight bars for a share between 0 and 1."""
    bars = PLAIN_BARS if ascii_only else BARS
    return bars[max(0, min(len(bars) - 1, round(share * (len(bars) - 1))))]
