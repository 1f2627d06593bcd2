"""What is known of one proposal, gathered for a screen: nothing here changes anything, or decides."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from loopview.domain.dossier import Dossier, PastAttempt, Reach, Running
from loopview.engine.desk.desk import Desk, Refused
from loopview.engine.desk.refusals import spoken
from loopview.guarded.ran import COMMANDS, JAILED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loopview.config import Settings
    from loopview.domain.edit import Offer
    from loopview.engine.desk.listing import Listed
    from loopview.guarded.ran import CommandRecord

MOST_PAST = 5
MOST_PATHS = 30
MOST_COMMANDS = 40
CODE = (".py", ".pyi")


def dossier(root: str, settings: Settings, key: str) -> Dossier:
    """Return what is known of a proposal; what cannot be had is said in it. Never raises what a desk can meet."""
    try:
        desk = Desk(root, settings)
        found = desk.find(key)
        offer: Offer | None = None
        problem = ""
        if found.standing is not None and found.standing.digest:
            try:
                offer = desk.offer(key)
            except Refused as refused:
                problem = spoken(refused)
        return Dossier(key, offer, _running(desk, found, offer), _past(desk, found), problem)
    except Exception as error:  # noqa: BLE001 - whatever it is stands in the dossier
        return Dossier(key, problem=spoken(error))


def reach(root: str, settings: Settings, paths: Iterable[str]) -> tuple[Reach, ...]:
    """Return what a change to these files could break, by the imports of the work tree as it is now."""
    wanted = list(paths)[:MOST_PATHS]
    code = [path for path in wanted if path.endswith(CODE)]
    if not code:
        return tuple(Reach(path, known=False) for path in wanted)
    with Desk(root, settings).code() as (index, _):
        found = []
        for path in wanted:
            if path not in code:
                found.append(Reach(path, known=False))
                continue
            importers = index.get_dependency_chain(path)
            found.append(Reach(path, importers.direct, importers.transitive, index.has_test_coverage(path)))
        return tuple(found)


def commands(since: float) -> tuple[CommandRecord, ...]:
    """The exact commands that were run since a moment (seconds since the epoch), oldest first."""
    ran = [each for each in (*tuple(COMMANDS), *tuple(JAILED)) if each.began >= since]
    return tuple(sorted(ran, key=lambda each: each.began)[-MOST_COMMANDS:])


def _running(desk: Desk, found: Listed, offer: Offer | None) -> Running:
    if offer is not None:
        subject = offer.subject
        run = offer.evidence.candidate
        command = run.command if run is not None and run.command else subject.test_plan
        return Running(command, subject.model, subject.tier, subject.base_commit, subject.target_ref)
    if not found.open:
        return Running()
    try:
        plan = desk.plan(found.key)
    except Exception as error:  # noqa: BLE001 - no model, no commit yet: it says so
        return Running(problem=spoken(error))
    tier = f"{plan.tier.label}, {plan.minimum.label} is wanted"
    return Running(plan.command, plan.model, tier, plan.base_commit, plan.target_ref)


def _past(desk: Desk, found: Listed) -> tuple[PastAttempt, ...]:
    past: list[PastAttempt] = []
    with suppress(OSError):
        for each in desk.office.journal.find_similar(found.proposal.instruction or found.proposal.title, MOST_PAST):
            outcome = each.outcome.value if each.outcome else ""
            texts = (each.task_description, each.timestamp, each.reflection, each.failure_analysis, each.commit)
            past.append(PastAttempt(outcome, *texts))
    return tuple(past)
