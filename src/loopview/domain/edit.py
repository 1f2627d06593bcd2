"""What a running edit tells whoever watches it: past events, in order. Every text in them may be foreign."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopview.domain.approval import FileDelta, State, Subject
    from loopview.domain.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Entered:
    """A phase began: ``snapshot``, ``generate``, ``check``, ``base tests``, ``tests``, ``diagnose``."""

    phase: str
    attempt: int  #: 1-based; 0 before the first
    said: str = ""  #: one sentence for the operator


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """The model's answer grew."""

    text: str


@dataclass(frozen=True, slots=True)
class TestsSaid:
    """The tests printed something."""

    output: bytes


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt is over; ``problem`` is empty when it gave a candidate that stands."""

    attempt: int
    phase: (
        str  #: where it ended: ``llm_generation``, ``parse_edits``, ``syntax_validation``, ``tests``, ``complete``
    )
    problem: str = ""
    fingerprint: str = ""  #: of the problem: three of one in a row stop the edit


@dataclass(frozen=True, slots=True)
class Risk:
    """Something about a candidate that the operator should look at."""

    label: str
    path: str
    why: str
    line: int = 0  #: 1-based; 0: the file as a whole
    protected: bool = False  #: the path is protected: it has to be confirmed by its name


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate with its evidence, as it waits for gate 2 (or, after a dry run, for nothing)."""

    proposal: str
    subject: Subject
    digest: str
    diff: bytes
    evidence: Evidence
    risks: tuple[Risk, ...] = ()
    refused: tuple[str, ...] = ()  #: hunks that were left out, as ``path #2``

    @property
    def files(self) -> tuple[FileDelta, ...]:
        """What it does to each path."""
        return self.subject.files


@dataclass(frozen=True, slots=True)
class Ended:
    """The edit is over: `READY` with an offer, or why there is none."""

    state: State
    reason: str
    advice: str = ""
    offer: Offer | None = None
    attempts: tuple[Tried, ...] = field(default_factory=tuple)


Event = Entered | ModelSaid | TestsSaid | Tried | Ended
