"""Where a drill-down leads: each target names its screen and the row or rows to stand at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ScreenTarget:
    """A screen as it was left."""

    screen: str  #: name of the screen


@dataclass(frozen=True, slots=True)
class CycleTarget:
    """One row of the cycles table: by its place in its file, or by the cycle's number (the newest such row)."""

    screen: ClassVar[str] = "cycles"
    cycle: int | None = None
    source: str | None = None
    generation: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class CyclesTarget:
    """The cycles table, filtered."""

    screen: ClassVar[str] = "cycles"
    where: str = ""  #: filter text, as typed into the filter bar
    window: str | None = None  #: a key of WINDOWS; None keeps the present one
    sort: tuple[str, bool] | None = None  #: column and whether descending; None = newest first


@dataclass(frozen=True, slots=True)
class FailureGroupTarget:
    """One group of failures."""

    screen: ClassVar[str] = "failures"
    by: str  #: ``fingerprint``, ``issue`` or ``type``
    value: str  #: empty = the group without one


@dataclass(frozen=True, slots=True)
class AttemptTarget:
    """One attempt of the journal: by its place in its file, or by its iteration (the newest such row)."""

    screen: ClassVar[str] = "journal"
    iteration: int | None = None
    source: str | None = None
    generation: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class RejectTarget:
    """The list of bad lines; at one source's, or at one line of it."""

    screen: ClassVar[str] = "data"
    source: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """One capability on the board of probes."""

    screen: ClassVar[str] = "probes"
    capability: str


@dataclass(frozen=True, slots=True)
class AskTarget:
    """A statement in the editor of the Ask screen, run at once, ready to be changed; or a line as typed there."""

    screen: ClassVar[str] = "ask"
    sql: str
    title: str = ""  #: what it is about
    values: tuple[tuple[str, object], ...] = ()  #: of its parameters
    question: str = ""  #: plain words or SQL, in place of a statement


@dataclass(frozen=True, slots=True)
class ProposalTarget:
    """One proposal, by its name at the desk."""

    screen: ClassVar[str] = "proposals"
    key: str


@dataclass(frozen=True, slots=True)
class ModificationTarget:
    """One modification: by its name or that of its edit, or by the place of its first line."""

    screen: ClassVar[str] = "modifications"
    name: str = ""
    source: str | None = None
    line: int | None = None


Target = (
    ScreenTarget
    | CycleTarget
    | CyclesTarget
    | FailureGroupTarget
    | AttemptTarget
    | RejectTarget
    | ProbeTarget
    | AskTarget
    | ProposalTarget
    | ModificationTarget
)
"""Anything ``app.drill`` understands; ``.screen`` is the name of the screen it opens."""
