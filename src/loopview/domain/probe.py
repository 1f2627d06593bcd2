"""A probe: a small test of one ability of the loop, where it comes from, and what one run of it gave."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the fields of a named tuple are looked up by its readers
from enum import StrEnum
from typing import NamedTuple

from loopview.domain.approval import sha256_of

LONGEST_DETAILS = 200  #: characters of a result's details

TIMEOUT = 30
"""Seconds that a probe may take unless it says otherwise."""

LONGEST_TIMEOUT = 3600  #: seconds


class Origin(StrEnum):
    """Who a probe comes from."""

    BUILT_IN = "built-in"
    OWN = "own"  #: the user's configuration
    SUGGESTED = "suggested"  #: the watched repository: foreign, and run only once exactly its text is trusted
    SEEN = "seen"  #: results of it stand in the loop's file; the loop runs it, we do not


class Probe(NamedTuple):
    """One probe. Of a suggested one every text is foreign."""

    name: str
    origin: Origin
    about: str = ""  #: what it tries, in one line
    command: tuple[str, ...] = ()  #: words; empty: built in, or an entry point
    entry_point: str = ""  #: name in the group ``loopview.probes``
    timeout: int = TIMEOUT  #: seconds
    expect_code: int = 0
    expect: str = ""  #: a regular expression that the output has to hold
    unconfined: bool = False  #: run outside the jail: only the user's configuration can say so
    readable: tuple[str, ...] = ()  #: directories that it may read beside its program
    placeholder: bool = False
    missing: str = ""  #: why it cannot be run as things are configured; empty when it can

    @property
    def digest(self) -> str:
        """SHA-256 over everything that a run of it depends on: another text is another probe."""
        return sha256_of([self.name, *map(_plain, self[2:-1])])


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


class ProbeResult(NamedTuple):
    """What one run of a probe gave."""

    timestamp: datetime  #: aware UTC: when it ended
    capability: str
    success: bool
    details: str  #: foreign, at most `LONGEST_DETAILS` characters
    error_type: str | None  #: None on success
    duration: float  #: seconds
    placeholder: bool = False
    said: tuple[str, ...] = ()  #: what there is to say beside it: what was filed, or why it was not

    def as_record(self) -> dict[str, object]:
        """The line that stands in the loop's file."""
        return {
            "timestamp": self.timestamp.isoformat(),
            "capability": self.capability,
            "success": self.success,
            "details": self.details,
            "error_type": self.error_type,
            "duration": round(self.duration, 3),
            "placeholder": self.placeholder,
        }


def details_of(text: str) -> str:
    """A text as a result's details: one line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_DETAILS else f"{line[: LONGEST_DETAILS - 1]}…"
