"""The queue of proposals as it is shown: what each one asks of the operator, and which comes first.

Every text of a proposal is foreign.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import RUNNING, Proposal, State

if TYPE_CHECKING:
    from collections.abc import Iterable


class Place(StrEnum):
    """Where in the queue a proposal is, in the order in which they are shown."""

    READY = "ready"  #: tested; gate 2 waits for the operator
    WAITING = "waiting"  #: nobody has decided to start it
    RUNNING = "running"  #: somebody works on it now
    OVER = "over"  #: ended without a publish; it can be started again
    DECIDED = "decided"  #: published, rejected, or closed by the loop itself


class Base(StrEnum):
    """Whether a candidate still stands on what its target is now."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = ""


class Queued(NamedTuple):
    """One proposal of the queue."""

    key: str  #: its name at the desk
    proposal: Proposal
    state: State
    place: Place
    said: str = ""  #: what the loop's own file says of it: a hint
    digest: str = ""  #: what gate 2 would confirm; empty before it is ready
    expires: str = ""  #: ISO 8601, UTC
    base: Base = Base.UNKNOWN
    base_commit: str = ""
    tests: str = ""  #: verdict of the newest tests; empty: none were run
    passed: int = -1  #: tests that passed on the candidate; -1: not known
    risks: tuple[str, ...] = ()  #: labels, each once; known once it is ready
    protected: int = 0  #: paths that have to be confirmed by name
    added: int = 0  #: lines
    removed: int = 0
    files: int = 0
    reason: str = ""  #: why it stands where it stands
    commit: str = ""  #: what published it
    attempts: int = 0  #: times it was started
    left_out: int = 0  #: hunks that the operator dropped


class Queue(NamedTuple):
    """Every proposal, worst first, and what the operator can do about them here."""

    entries: tuple[Queued, ...] = ()
    problem: str = ""  #: why nothing can be decided here; empty where it can
    trusted: str = ""  #: who trusts the repository; empty: nobody does yet
    holder: str = ""  #: who is at work in the repository now
    top: str = ""  #: directory of the work tree; empty without a repository
    ledger: str = ""  #: path of the record of decisions, to notice that it grew; empty without one

    def find(self, key: str) -> Queued | None:
        """The proposal of that name."""
        return next((each for each in self.entries if each.key == key), None)

    def count(self, place: Place) -> int:
        """How many are there."""
        return sum(each.place is place for each in self.entries)


def place_of(state: State, *, closed: bool) -> Place:
    """Where a proposal belongs; ``closed``: the loop says that it is over, and nobody put it before the desk."""
    if state in {State.READY, State.CONFIRMED}:
        return Place.READY
    if state in RUNNING or state is State.PUBLISHING:
        return Place.RUNNING
    if state is State.PROPOSED:
        return Place.DECIDED if closed else Place.WAITING
    if state in {State.PUBLISHED, State.REFLECTED, State.REJECTED}:
        return Place.DECIDED
    return Place.OVER


_URGENT = {"critical": 0, "urgent": 0, "p0": 0, "high": 1, "p1": 1, "medium": 2, "med": 2, "p2": 2, "low": 3}


def worst_first(entries: Iterable[Queued]) -> tuple[Queued, ...]:
    """What asks most of the operator first: place, then danger, then urgency, then what has waited longest.

    What is decided stands the other way round: the newest first.
    """
    found = list(entries)
    open_ = sorted((each for each in found if each.place is not Place.DECIDED), key=_rank)
    decided = [each for each in found if each.place is Place.DECIDED]
    return (*open_, *sorted(decided, key=lambda each: each.proposal.time, reverse=True))


def _rank(entry: Queued) -> tuple[object, ...]:
    return (
        list(Place).index(entry.place),
        entry.base is Base.STALE and -1,
        -entry.protected,
        -len(entry.risks),
        _URGENT.get(entry.proposal.priority.lower(), 2),
        entry.expires,
        entry.proposal.time,
    )


def danger(entry: Queued) -> str:
    """How much care a candidate wants: ``high``, ``some`` or ``low``; empty where its risks are not looked at."""
    if not entry.digest or entry.place is not Place.READY:
        return ""
    if entry.protected:
        return "high"
    return "some" if entry.risks else "low"
