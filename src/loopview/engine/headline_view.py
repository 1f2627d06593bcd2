"""The value the lines around every screen show, and its words: also made before the store is open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Headline(NamedTuple):
    """The loop in one line."""

    verdict: str = ""  #: PROGRESS or STALLED; empty while nothing is known
    stall_count: int = 0
    fingerprint: str = ""
    recommend: str = ""
    reason: str = ""  #: the rule's own sentence
    dead_ends: tuple[str, ...] = ()
    from_cycles: bool = False  #: no journal has rows: the verdict runs over the cycles
    stances: tuple[tuple[str, str], ...] = ()  #: kind and sentence of the answers beside the verdict
    branch: str = ""
    commit: str = ""
    epoch: str = ""
    newest: datetime | None = None  #: stamp of the newest row of any source, UTC
    last_row: datetime | None = None  #: newest stamp of a cycle or an attempt, UTC
    cycles: int = 0
    attempts: int = 0
    failures: int = 0
    health: str = ""  #: of the probes: green, yellow, red, or unknown when only placeholders ran; empty = none ran
    red: tuple[str, ...] = ()  #: capabilities whose probe is red
    proposals: int = 0  #: waiting for the operator
    waiting: tuple[str, ...] = ()  #: their names, newest first
    rejects: int = 0
    drifted: int = 0
    unread: int = 0  #: files that stand there and cannot be read
    sources: tuple[tuple[str, int], ...] = ()  #: short name and rows

    def judged_as(self, known: Headline) -> Headline:
        """Return this headline with the verdict, and what belongs to it, of another one."""
        return self._replace(
            verdict=known.verdict,
            stall_count=known.stall_count,
            fingerprint=known.fingerprint,
            recommend=known.recommend,
            reason=known.reason,
            dead_ends=known.dead_ends,
            from_cycles=known.from_cycles,
            stances=known.stances,
            epoch=known.epoch,
            newest=known.newest,
        )


def proposal_words(proposal: Mapping[str, object]) -> tuple[str, str, str]:
    """Return id, title and priority of a proposal, as text."""
    return str(proposal.get("id") or "-"), str(proposal.get("title") or ""), str(proposal.get("priority") or "")


def short_name(label: str) -> str:
    """Return a source's file name without its ending: ``cycles``, ``journal``."""
    return label.rpartition("/")[2].removesuffix(".jsonl").removesuffix(".json")


def utc(stamp: object) -> datetime | None:
    """Return a stamp of the store (naive UTC) with its zone."""
    return stamp.replace(tzinfo=UTC) if isinstance(stamp, datetime) else None
