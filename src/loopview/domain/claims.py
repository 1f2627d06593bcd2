"""The loop's claims held against git and the record of decisions: what a row says was done, and what is there.

Nothing here proves a lie: a rebase, another branch or a lost file can lie behind each finding. It says which rows
claim what the repository does not show.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

NO_COMMIT, NO_TESTS, REVERTED, NO_RECORD = "no commit", "no tests", "reverted", "no record"

KINDS: dict[str, str] = {
    NO_COMMIT: "success without a commit",
    NO_TESTS: "merged without tests",
    REVERTED: "commit since reverted",
    NO_RECORD: "cycle without a record",
}
"""Every kind of claim that can fail, in words."""

SLACK = timedelta(minutes=2)
"""How long before a cycle began, and after it ended, its commit may have been made."""

_NAME = re.compile(r"[0-9a-f]{7,64}")
_REVERTS = re.compile(r"^(?:This reverts commit|> Take back commit) ([0-9a-f]{7,64})\b", re.MULTILINE)


class Claimed(NamedTuple):
    """A row that says something was done. Every text in it is foreign."""

    subject: str  #: ``cycle 412``, ``modification M-7``, ``edit E-1a2b3c``
    table: str  #: where its row is; empty: it is in the record of decisions
    source: str
    generation: int
    line: int
    ts: datetime | None  #: aware, UTC: when it ended
    commit: str = ""  #: as it names it
    seconds: float | None = None  #: that it took; None: not known
    timed: bool = (
        False  #: whether it is to be held against the commits of its time: it changed lines and names none
    )
    text: str = ""


class Claim(NamedTuple):
    """A claim that does not hold, with its row."""

    kind: str  #: a key of `KINDS`
    why: str  #: one sentence, with foreign names in it
    row: Claimed


class GitFact(NamedTuple):
    """One commit of HEAD's history. Its message is foreign."""

    commit: str
    time: datetime  #: aware, UTC
    message: str


class Repository:
    """The history of HEAD as claims are held against it."""

    def __init__(
        self, facts: Sequence[GitFact], *, whole: bool, undone: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Take the commits, newest first, whether they go back to the first, and what is known to be undone."""
        self.whole = whole
        self.facts = facts
        self._names = sorted(fact.commit for fact in facts)
        self.reverted = {**undone, **_reverts(facts, self.named)}
        """Name of each commit that was taken back, and of the one that did it."""

    def named(self, name: str) -> str:
        """The whole name of a commit of the history; empty when none begins so."""
        at = bisect_left(self._names, name)
        return self._names[at] if at < len(self._names) and self._names[at].startswith(name) else ""

    def made_in(self, begin: datetime, end: datetime) -> tuple[str, ...]:
        """Names of the commits made between two moments."""
        return tuple(fact.commit for fact in self.facts if begin <= fact.time <= end)

    def reaches(self, moment: datetime) -> bool:
        """Whether the history goes back to a moment."""
        return self.whole or any(fact.time <= moment for fact in self.facts[-1:])


def _reverts(facts: Sequence[GitFact], named: Callable[[str], str]) -> Mapping[str, str]:
    """Return each commit that was taken back and the one that did it; a revert that was itself reverted is none."""
    found: dict[str, str] = {}
    for fact in facts:  # newest first: what takes a commit back stands before it
        if fact.commit in found:
            continue
        for name in _REVERTS.findall(fact.message):
            target = named(name)
            if target and target != fact.commit:
                found.setdefault(target, fact.commit)
    return found


def against_git(claimed: Iterable[Claimed], repository: Repository) -> Iterator[Claim]:
    """Yield the claims of success whose commit is not there, or was taken back."""
    for row in claimed:
        name = row.commit.strip().lower()
        if _NAME.fullmatch(name):
            yield from _named(row, name, repository)
        elif row.timed:
            yield from _timed(row, repository)


def naming_none(claimed: Iterable[Claimed]) -> Iterator[Claim]:
    """Yield the modifications that say they succeeded and name nothing that could be a commit."""
    for row in claimed:
        if row.table == "modifications" and not _NAME.fullmatch(row.commit.strip().lower()):
            yield Claim(NO_COMMIT, "it succeeded and names no commit", row)


def _named(row: Claimed, name: str, repository: Repository) -> Iterator[Claim]:
    whole = repository.named(name)
    if whole in repository.reverted:
        by = repository.reverted[whole]
        yield Claim(REVERTED, f"its commit {whole[:12]} was taken back by {by[:12]}", row)
    elif not whole and repository.whole:
        yield Claim(NO_COMMIT, f"the history of HEAD does not hold the commit {name[:12]} that it names", row)


def _timed(row: Claimed, repository: Repository) -> Iterator[Claim]:
    """Hold a cycle that changed lines against the commits that were made while it ran."""
    if row.ts is None or row.seconds is None:
        return
    begin = row.ts - timedelta(seconds=min(max(row.seconds, 0.0), 7 * 86_400)) - SLACK
    if not repository.reaches(begin):
        return
    made = repository.made_in(begin, row.ts + SLACK)
    if not made:
        yield Claim(NO_COMMIT, "it changed lines, and no commit of HEAD's history was made in its time", row)
    elif all(name in repository.reverted for name in made):
        by = repository.reverted[made[0]]
        yield Claim(REVERTED, f"the commit made in its time, {made[0][:12]}, was taken back by {by[:12]}", row)


def fact_of(commit: str, seconds: int, message: str) -> GitFact | None:
    """A commit as git told of it; None when its time is none that a calendar has."""
    try:
        return GitFact(commit, datetime.fromtimestamp(seconds, UTC), message)
    except (OverflowError, OSError, ValueError):
        return None
