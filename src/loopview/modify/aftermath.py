"""What is kept of an edit when it is over: the attempt in the modification journal, a lesson, a report.

All of it is text for humans and for the next attempt. None of it can change what happened, and where it cannot be
written, that is said and nothing else suffers.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.domain.approval import State
from loopview.guarded.allowance import Switch
from loopview.guarded.append import AppendFailed, AppendRefused
from loopview.guarded.regular import ReadRefused, read_regular
from loopview.guarded.replace import replace
from loopview.modify.attempt import ModificationAttempt, Outcome
from loopview.modify.drafting import Problem
from loopview.modify.reflection import ReflectionService
from loopview.modify.report import ReportAttempt, RunReport, complete_report, write_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.domain.approval import Proposal
    from loopview.domain.edit import Ended, Offer
    from loopview.domain.evidence import Evidence
    from loopview.guarded.writer import Writer
    from loopview.modify.drafting import Draft
    from loopview.modify.pipeline import Edit
    from loopview.modify.workshop import Workshop


REPORT = "report"  #: the file among an edit's leavings that says which report is its newest


class Aftermath:
    """The aftermath of one run."""

    def __init__(self, shop: Workshop, proposal: Proposal, edit: Edit) -> None:
        self._shop = shop
        self._proposal = proposal
        self._edit = edit
        self._began = datetime.now(UTC)

    def of_run(self, ended: Ended) -> tuple[str, ...]:
        """Write the report, and the attempt unless it still waits; returns what there is to say of that."""
        said = [_tried(lambda: self._reported(ended))]
        if ended.state is State.FAILED:
            said.append(_tried(lambda: self._failed(ended)))
        return tuple(each for each in said if each)

    def _reported(self, ended: Ended) -> str:
        label = write_report(self._shop.root, self._report(ended))
        replace(self._shop.runs, REPORT, label.encode())
        return f"report: {label}"

    def _failed(self, ended: Ended) -> str:
        tested = any(tried.phase == "tests" for tried in ended.attempts)
        remember(
            self._shop,
            ModificationAttempt(
                task_description=self._proposal.instruction or self._proposal.title,
                approach=self._proposal.title,
                files_modified=self._proposal.files,
                diff=self._last_diff(),
                outcome=Outcome.ROLLBACK if tested else Outcome.FAILURE,
                failure_analysis=ended.reason,
                retry_count=max(len(ended.attempts) - 1, 0),
                phase=ended.attempts[-1].phase if ended.attempts else "",
            ),
            None,
        )
        return ""

    def _last_diff(self) -> str:
        last = self._edit.drafts[-1] if self._edit.drafts else None
        if last is None:
            return ""
        return last.tried if isinstance(last, Problem) else last.candidate.diff.decode("utf-8", "replace")

    def _report(self, ended: Ended) -> RunReport:
        offer = ended.offer
        pairs = zip(ended.attempts, self._edit.drafts, strict=False)
        return RunReport(
            time=self._began.isoformat(timespec="seconds"),
            instruction=self._proposal.instruction or self._proposal.title,
            target_files=tuple(delta.path for delta in offer.files) if offer else self._proposal.files,
            dry_run=self._edit.dry_run,
            backend=self._edit.backend,
            branch=offer.subject.target_ref if offer else "",
            result=f"{ended.state}: {ended.reason}",
            error="" if offer else ended.reason,
            attempts=tuple(
                _attempt(tried.attempt, tried.phase, tried.problem, made, offer) for tried, made in pairs
            ),
            autonomous_cycles=self._edit.diagnoses,
        )


def published(shop: Workshop, proposal: Proposal, offer: Offer, commit: str, writer: Writer | None) -> str:
    """Remember an edit that was published, and what it teaches; returns what there is to say of that."""
    with suppress(ReadRefused, AppendRefused):  # a report that is gone is nobody's loss
        complete_report(shop.root, read_regular(shop.runs, REPORT, 1000).decode(), State.PUBLISHED, commit)
    attempt = _settled(proposal, offer, Outcome.SUCCESS, "", commit)
    return _tried(lambda: _remembered(shop, attempt, writer))


def rejected(shop: Workshop, proposal: Proposal, offer: Offer | None, reason: str) -> str:
    """Remember that a human said no, and why: the next attempt at the like is told."""
    why = f"rejected by the operator: {reason or 'no reason given'}"
    attempt = _settled(proposal, offer, Outcome.FAILURE, why, "")
    return _tried(lambda: _remembered(shop, attempt, None))


def remember(shop: Workshop, attempt: ModificationAttempt, writer: Writer | None) -> str:
    """Put an attempt into the journal, then what was learned from it; returns its id."""
    similar = shop.journal.find_similar(attempt.task_description, 5)
    identity = shop.journal.log_attempt(attempt)
    lesson = ReflectionService().reflect(attempt, similar, writer, Switch())
    shop.journal.update_reflection(identity, lesson)
    return identity


def _remembered(shop: Workshop, attempt: ModificationAttempt, writer: Writer | None) -> str:
    return f"remembered as {remember(shop, attempt, writer)} in .loop/modifications.jsonl"


def _settled(
    proposal: Proposal, offer: Offer | None, outcome: Outcome, analysis: str, commit: str
) -> ModificationAttempt:
    return ModificationAttempt(
        task_description=proposal.instruction or proposal.title,
        approach=proposal.title,
        files_modified=tuple(delta.path for delta in offer.files) if offer else proposal.files,
        diff=offer.diff.decode("utf-8", "replace") if offer else "",
        test_results=summary_of(offer.evidence) if offer else "",
        outcome=outcome,
        failure_analysis=analysis,
        commit=commit,
        phase="complete",
    )


def summary_of(evidence: Evidence) -> str:
    """What the tests said, in a line: ``passed: 212 passed, 3 skipped, 1 new; 41 s at T3``."""
    run = evidence.candidate
    if run is None:
        return f"{evidence.verdict}: {'; '.join(evidence.reasons)}"
    counts = (
        (len(run.passed), "passed"),
        (len(run.failed), "failed"),
        (len(run.broken), "broken"),
        (len(run.skipped), "skipped"),
        (len(evidence.new), "new"),
        (len(evidence.lost), "lost"),
    )
    words = ", ".join(f"{count} {word}" for count, word in counts if count) or "no tests"
    return f"{evidence.verdict}: {words}; {run.seconds:.1f} s at {run.tier.label}"


def _attempt(number: int, phase: str, problem: str, made: Draft | Problem, offer: Offer | None) -> ReportAttempt:
    if isinstance(made, Problem):
        result = "failed" if made.output else ""
        return ReportAttempt(number, phase, problem, made.reply, made.tried, result, made.output)
    evidence = offer.evidence if offer else None
    output = evidence.candidate.output if evidence and evidence.candidate else ""
    diff = made.candidate.diff.decode("utf-8", "replace")
    return ReportAttempt(number, phase, problem, made.reply, diff, summary_of(evidence) if evidence else "", output)


def _tried(write: Callable[[], str]) -> str:
    """What a write says, or why there was none."""
    try:
        return write()
    except (AppendRefused, AppendFailed) as refused:
        return f"not written: {refused}"
