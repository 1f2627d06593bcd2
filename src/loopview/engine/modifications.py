"""The history of modifications: what the loop's journal says of each, and what the record of decisions knows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from loopview.engine.decided import undone_by
from loopview.engine.headline_view import utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from loopview.domain.review import ReviewLine
    from loopview.domain.standing import Standing
    from loopview.engine.decisions import Decisions
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader

MOST = 2_000
_KINDS = {"+": "added", "-": "removed", " ": "context"}
ENDED = ("success", "failure", "rollback")
"""Outcomes that count in a rate."""

RECORD = "the record of decisions"
"""Where a modification stands that the journal does not have."""


class Modification(NamedTuple):
    """One modification. Every text in it is foreign."""

    id: str
    began: datetime | None
    task: str
    approach: str
    files: tuple[str, ...]
    outcome: str  #: success, failure or rollback; any other word as it is written; empty: none
    commit: str
    retries: int
    phase: str
    tests: str  #: the beginning of what the tests said
    has_diff: bool
    reflected: bool
    source: str
    generation: int
    line: int
    edit: str = ""  #: its name at the desk, where the desk published it
    proposer: str = ""  #: as the desk knows it
    undone: str = ""  #: name of the edit that took it back

    @property
    def at_desk(self) -> bool:
        """Whether it stands in the record of decisions only."""
        return self.source == RECORD


class Rate(NamedTuple):
    """How the modifications of one file, or of one kind of proposer, ended."""

    name: str
    modifications: int
    succeeded: int
    failed: int
    rolled_back: int
    rate: float | None  #: successes among those that ended
    newest: datetime | None


class ModificationHistory(NamedTuple):
    """All of them, and how they went."""

    modifications: tuple[Modification, ...]  #: newest first
    overall: Rate
    by_file: tuple[Rate, ...]
    by_proposer: tuple[Rate, ...]
    problem: str  #: why the record of decisions cannot be read
    answers: Mapping[str, Answer]


class ModificationDetail(NamedTuple):
    """The texts of one modification: foreign."""

    id: str
    approach: str = ""
    tests: str = ""
    failure: str = ""
    reflection: str = ""
    diff: str = ""


def load_modifications(reader: Reader, decisions: Decisions) -> ModificationHistory:
    """Return the history, newest first, with what the desk knows of each."""
    answers = {
        "history": reader.ask("modification_history", limit=MOST),
        "file": reader.ask("modifications_by_file"),
        "proposer": reader.ask("modifications_by_proposer"),
    }
    standings = decisions.standings.values()
    undone = undone_by(standings)
    published = {each.commit: each for each in standings if each.commit}
    told = [_with_desk(_of(row), published, undone) for row in answers["history"].records()]
    known = {each.commit for each in told}
    told += [_of_desk(each, undone) for commit, each in published.items() if commit not in known]
    told.sort(key=lambda each: each.began.timestamp() if each.began else 0.0, reverse=True)
    return ModificationHistory(
        tuple(told),
        overall(told),
        _rates(answers["file"], "file"),
        _rates(answers["proposer"], "proposer"),
        decisions.problem,
        answers,
    )


def load_detail(reader: Reader, name: str) -> ModificationDetail:
    """Return the texts of one modification, by the name it has in the history."""
    row = reader.ask("modification_detail", id=name).records()[0]
    return ModificationDetail(name, **{field: str(row[field] or "") for field in ModificationDetail._fields[1:]})


def overall(modifications: Iterable[Modification]) -> Rate:
    """Return how they ended, all together."""
    outcomes = [each.outcome for each in modifications]
    succeeded, failed, rolled_back = (outcomes.count(outcome) for outcome in ENDED)
    ended = succeeded + failed + rolled_back
    return Rate("", len(outcomes), succeeded, failed, rolled_back, succeeded / ended if ended else None, None)


def _rates(answer: Answer, name: str) -> tuple[Rate, ...]:
    return tuple(
        Rate(
            name=str(row[name]),
            modifications=_whole(row["modifications"]),
            succeeded=_whole(row["succeeded"]),
            failed=_whole(row["failed"]),
            rolled_back=_whole(row["rolled_back"]),
            rate=rate if isinstance(rate := row["success_rate"], float) else None,
            newest=utc(row["newest"]),
        )
        for row in answer.records()
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _of(row: Mapping[str, object]) -> Modification:
    return Modification(
        id=str(row["id"]),
        began=utc(row["began"]),
        task=str(row["task"] or ""),
        approach=str(row["approach"] or ""),
        files=_files(row["files"]),
        outcome=str(row["outcome"] or ""),
        commit=str(row["commit"] or "").strip(),
        retries=_whole(row["retries"]),
        phase=str(row["phase"] or ""),
        tests=str(row["tests"] or ""),
        has_diff=bool(row["diff_characters"]),
        reflected=bool(row["reflected"]),
        source=str(row["source"]),
        generation=_whole(row["generation"]),
        line=_whole(row["line"]),
    )


def _files(written: object) -> tuple[str, ...]:
    try:
        found = json.loads(str(written)) if written else []
    except (ValueError, RecursionError):
        return (str(written),)
    return tuple(map(str, found)) if isinstance(found, list) else (str(found),)


def _with_desk(told: Modification, published: Mapping[str, Standing], undone: Mapping[str, str]) -> Modification:
    standing = published.get(told.commit) if told.commit else None
    if standing is None:
        return told
    by = undone.get(told.commit, "")
    return told._replace(edit=standing.key, proposer=standing.proposal.proposer, undone=by)


def _of_desk(standing: Standing, undone: Mapping[str, str]) -> Modification:
    """A published edit that the journal lacks: the loop can change its journal, and not this record."""
    from loopview.domain.clock import parse_time

    when = standing.times.get("published") or standing.times.get("recovered")
    subject = standing.subject
    return Modification(
        id=standing.key,
        began=parse_time(str(when or "")),
        task=standing.proposal.instruction or standing.proposal.title,
        approach=standing.proposal.title,
        files=tuple(delta.path for delta in subject.files) if subject else (),
        outcome="success",
        commit=standing.commit,
        retries=max(standing.attempts - 1, 0),
        phase="published",
        tests=str(standing.tested.get("verdict") or ""),
        has_diff=False,
        reflected=False,
        source=RECORD,
        generation=0,
        line=0,
        edit=standing.key,
        proposer=standing.proposal.proposer,
        undone=undone.get(standing.commit, ""),
    )


def recorded_diff(reader: Reader, name: str) -> tuple[tuple[ReviewLine, ...], str]:
    """The lines of the diff that was recorded with a modification; of one that is no whole diff, as notes."""
    from loopview.domain.hunk import PatchRefused
    from loopview.domain.review import ReviewLine, review

    diff = load_detail(reader, name).diff
    try:
        return review(diff.encode("utf-8", "surrogatepass")), "nothing was changed"
    except PatchRefused as refused:
        note = ReviewLine("note", f"it is shown as it was written: {refused}", "")
        return (note, *(_as_written(line) for line in diff.splitlines()[:20_000])), ""


def _as_written(line: str) -> ReviewLine:
    from loopview.domain.review import ReviewLine

    kind = None if line.startswith(("---", "+++")) else _KINDS.get(line[:1])
    return ReviewLine(kind, line[1:], "") if kind else ReviewLine("note", line, "")
