"""The loop's claims against git: rows from the store, commits from git, edits from the record of decisions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.domain.claims import (
    KINDS,
    NO_RECORD,
    NO_TESTS,
    Claim,
    Claimed,
    Repository,
    against_git,
    fact_of,
    naming_none,
)
from loopview.domain.clock import parse_time
from loopview.engine.decided import undone_by
from loopview.engine.headline_view import utc
from loopview.guarded.hardened import GitFailed
from loopview.sources.discover import is_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopview.domain.standing import Standing
    from loopview.engine.decisions import Decisions
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader

MOST = 5_000  #: rows that are held against git, the newest
SHOWN = 1_000  #: claims that are listed
_SINGULAR = {"cycles": "cycle", "attempts": "attempt", "modifications": "modification"}


class ClaimsAudit(NamedTuple):
    """What does not hold, newest first, and how much was looked at."""

    claims: tuple[Claim, ...]
    counts: Mapping[str, int]  #: of all claims that do not hold, by kind
    checked: int  #: rows that claim success
    commits: int  #: of HEAD's history that were looked at
    notes: tuple[str, ...]  #: what could not be looked at, and what makes findings less telling
    answers: Mapping[str, Answer]

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "ok": not self.claims,
            "checked": self.checked,
            "commits": self.commits,
            "counts": dict(self.counts),
            "notes": list(self.notes),
            "claims": [
                {"kind": it.kind, "what": KINDS[it.kind], "why": it.why, **it.row._asdict()} for it in self.claims
            ],
        }


def audit_claims(reader: Reader, root: str, decisions: Decisions) -> ClaimsAudit:
    """Hold every claim of success against what is there. Never raises for what git or a file says."""
    answers = {
        name: reader.ask(name, limit=MOST) for name in ("claims_of_success", "merged_untested", "missing_cycles")
    }
    rows = tuple(_row(row) for row in answers["claims_of_success"].records())
    edits = tuple(_edit(each) for each in decisions.standings.values() if each.commit)
    repository, notes = _repository(root, undone_by(decisions.standings.values()))
    found = [
        *naming_none(rows),
        *(against_git((*rows, *edits), repository) if repository else ()),
        *_without_tests(answers["merged_untested"], decisions),
        *_without_record(answers["missing_cycles"]),
    ]
    if answers["claims_of_success"].truncated or len(rows) >= MOST:
        notes = (*notes, f"only the newest {MOST:,} claims of success were looked at")
    found.sort(key=lambda it: it.row.ts.timestamp() if it.row.ts else 0.0, reverse=True)
    counts = Counter(it.kind for it in found)
    timed = sum(it.row.timed for it in found)
    if repository and timed * 2 > (cycles := sum(row.timed for row in rows)) > 1:
        words = (
            f"{timed} of {cycles} cycles that changed lines have no standing commit of HEAD's history in their time"
        )
        notes = (*notes, f"{words}: this loop may commit elsewhere, or squash")
    return ClaimsAudit(
        tuple(found[:SHOWN]),
        {kind: counts[kind] for kind in KINDS},
        len(rows) + len(edits),
        len(repository.facts) if repository else 0,
        notes,
        answers,
    )


def _repository(root: str, undone: Mapping[str, str]) -> tuple[Repository | None, tuple[str, ...]]:
    from loopview.guarded.git import history

    if is_sample(root):
        return None, ("the sample has no repository of its own: nothing was held against git",)
    try:
        told = history(root)
    except GitFailed as failed:
        return None, (f"nothing was held against git: {failed}",)
    facts = [fact for it in told.commits if (fact := fact_of(it.commit, it.time, it.message)) is not None]
    if not facts:
        return None, ("nothing was held against git: it has no commit yet",)
    return Repository(facts, whole=not told.cut, undone=undone), (told.cut,) if told.cut else ()


def _row(row: Mapping[str, Any]) -> Claimed:
    name = row.get("name")
    return Claimed(
        subject=f"{_SINGULAR.get(str(row['table']), row['table'])} {'?' if name is None else name}",
        table=str(row["table"]),
        source=str(row["source"]),
        generation=int(row["generation"]),
        line=int(row["line"]),
        ts=utc(row["ts"]),
        commit=str(row.get("commit") or ""),
        seconds=row.get("seconds"),
        timed=bool(row.get("timed")),
        text=str(row.get("text") or ""),
    )


def _edit(standing: Standing) -> Claimed:
    newest = standing.times.get("published") or standing.times.get("recovered")
    return Claimed(
        f"edit {standing.key}", "", "", 0, 0, parse_time(str(newest or "")), standing.commit,
        text=standing.proposal.title,
    )  # fmt: skip


def _without_tests(answer: Answer, decisions: Decisions) -> Iterator[Claim]:
    for row in answer.records():
        merged = str(row["merged"] or "")
        what = f"it was merged ({merged[:40]})" if merged else "it succeeded"
        yield Claim(NO_TESTS, f"{what} and no test is recorded that passed", _row(row))
    for standing in decisions.standings.values():
        verdict = str(standing.tested.get("verdict") or "none")
        if standing.commit and verdict != "passed":
            yield Claim(NO_TESTS, f"it was published, and its tests say: {verdict}", _edit(standing))


def _without_record(answer: Answer) -> Iterator[Claim]:
    for row in answer.records():
        first, last = row["first"], row["last"]
        named = f"cycle {first}" if first == last else f"cycles {first} to {last}"
        why = f"{named}: {row['why']}"
        yield Claim(NO_RECORD, why, _row({**row, "name": first})._replace(subject=named))
