"""What happened, whoever wrote it down: the loop's rows, the operator's decisions, the console's commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

STREAMS: tuple[tuple[str, str], ...] = (
    ("cycle", "cycles"),
    ("attempt", "journal"),
    ("probe", "probes"),
    ("triage", "triage"),
    ("proposal", "proposals"),
    ("modification", "modifications"),
    ("decision", "decisions"),
    ("git", "git"),
    ("jail", "jail"),
    ("verdict", "verdict"),
    ("alert", "alerts"),
)
"""Every stream of happenings, by its key, with its name on the screen."""


class RowPlace(NamedTuple):
    """The line of a file of the loop's that a happening was read from."""

    source: str
    generation: int
    line: int


class Happening(NamedTuple):
    """One thing that happened. Every text in it may be foreign."""

    stream: str  #: a key of `STREAMS`
    ts: datetime  #: aware, UTC
    name: str  #: what it is about: ``cycle 412``, an edit's name, ``exit 0``
    outcome: str  #: one word: a gate's, an event's, an exit code's
    text: str
    order: int = 0  #: among those of one moment, the later the larger
    place: RowPlace | None = None  #: of the row behind it, where there is one
    number: int | None = None  #: of the cycle or the iteration
    whole: str = ""  #: everything there is to say of it, where that is more than the text
    table: str = ""  #: of the store, where the row is in one that has a screen or raw lines

    @property
    def line(self) -> str:
        """It in one line, for searching and copying."""
        return f"{self.ts:%Y-%m-%dT%H:%M:%SZ} {self.stream} {self.name} {self.outcome} {self.text}".rstrip()


def matching(happenings: tuple[Happening, ...], wanted: str, off: frozenset[str]) -> tuple[Happening, ...]:
    """Those of streams that are on and hold every word of ``wanted``; with a leading ``!`` those that do not."""
    inverted = wanted.startswith("!")
    words = wanted.removeprefix("!").lower().split()
    kept = (it for it in happenings if it.stream not in off)
    if not words:
        return tuple(kept)
    return tuple(it for it in kept if all(word in it.line.lower() for word in words) is not inverted)
