"""Gate 1: what a start would do, and the runs that a decision about exactly that begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.domain.approval import RUNNING, STEPS, Decision, State
from loopview.domain.patch import choose, parse
from loopview.engine.desk import repairing
from loopview.engine.desk.listing import OPERATOR
from loopview.engine.desk.plan import StartPlan
from loopview.engine.desk.run import Order, Run
from loopview.guarded.jail import probe
from loopview.modify.drafting import MOVED, Kept, refuse_detached
from loopview.modify.git_safety import Refused
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Collection

    from loopview.domain.edit import Offer
    from loopview.engine.desk.listing import Listed
    from loopview.engine.desk.office import Office

BY_COMMAND = "modify"
"""What stands as typed where the operator's own command was the decision to start."""

_TYPE_IT = ("decision", "what was typed is not the digest that was shown", "type its first 8 digits")


def plan(office: Office, found: Listed) -> StartPlan:
    """What a start of this proposal would do. Raises `Refused` and `ModelFailure`."""
    shop = office.shop(found.key)
    snapshot = office.git.snapshot()
    report = probe()
    similar = office.journal.find_similar(found.proposal.instruction, 3)
    return StartPlan(
        key=found.key,
        proposal=found.proposal,
        base_commit=snapshot.commit,
        target_ref=snapshot.target_ref,
        model="none: it is a patch" if found.proposal.patch else office.writer().name,
        command=shop.plan.command,
        tier=report.tier,
        minimum=shop.plan.minimum,
        unconfined=shop.plan.unconfined,
        why=report.why,
        policy=shop.policy.version,
        similar=tuple(f"{each.outcome or 'unknown'}: {each.task_description}" for each in similar),
    )


def start(office: Office, found: Listed, decision: Decision, *, dry_run: bool) -> Run:
    """The run that a decision about the plan as it is now begins. Raises `Refused` and `ModelFailure`."""
    now = plan(office, found)
    if decision.gate != "start" or decision.proposal != found.key or decision.digest != now.digest:
        raise Refused("decision", "what would run is not what was shown", "look at the plan again")
    if not (decision.confirms or (decision.typed == BY_COMMAND and _commanded(found) and not now.bare)):
        raise Refused(*_TYPE_IT)
    _may_start(found.key, found.state)
    refuse_detached(now.target_ref)
    writer = None if found.proposal.patch else office.writer()
    order = Order(found.key, found.proposal, writer, dry_run)
    return Run(office, office.shop(found.key), order, lambda: _begin(office, found, decision, now))


def again(
    office: Office, found: Listed, offer: Offer, refused: Collection[tuple[str, int]], decision: Decision
) -> Run:
    """The run of what is kept of an offer, without the refused hunks. Raises `Refused`."""
    if decision.digest != offer.digest or decision.proposal != found.key:
        raise Refused("decision", "the offer is not the one that was shown", "look at it again")
    if not decision.confirms and plan(office, found).bare:
        raise Refused(*_TYPE_IT)
    subject = offer.subject
    _on_its_base(office, subject.base_commit)
    _are_there(offer, refused)
    changes = choose(offer.diff, refused, lambda path: office.git.read(subject.base_commit, path))
    if not changes:
        raise Refused("empty", "nothing would be left", "reject it instead: `loopview proposals reject`")
    names = tuple(sorted(f"{path} #{number + 1}" for path, number in refused))
    kept = Kept(changes, subject.base_commit, subject.model, subject.reply_sha256)
    order = Order(found.key, found.proposal, None, False, kept, (*offer.refused, *names))
    shop = office.shop(found.key)

    def begin() -> None:
        standing = _standing(office, found.key)
        if standing is not State.READY:
            raise Refused("state", f"{plain(found.key)} is {standing}, not ready", "look at it again")
        _on_its_base(office, subject.base_commit)
        shop.ledger.append(
            "checked", found.key, refused=list(names), reason=decision.reason, decision=decision._asdict()
        )

    return Run(office, shop, order, begin)


def _begin(office: Office, found: Listed, decision: Decision, now: StartPlan) -> None:
    """Put the start on record, under the lock, when it is still possible."""
    ledger = office.ledger
    ledger.reserve()
    repairing.interrupt(office, found.key)
    known = office.standings().get(found.key)
    if known is None:
        ledger.append("proposed", found.key, proposal=found.proposal._asdict())
    elif known.proposal.content != found.proposal.content:
        raise Refused("decision", "another proposal has this name by now", "look at it again")
    state = _standing(office, found.key)
    _may_start(found.key, state)
    if state is State.READY:
        ledger.append("cancelled", found.key, reason="it was started again")
    ledger.append("start-decided", found.key, decision=decision._asdict(), plan=now.fields)
    ledger.append("started", found.key)


def _may_start(key: str, state: State) -> None:
    if state not in RUNNING | {State.READY} and State.STARTED not in STEPS[state]:
        raise Refused("state", f"{plain(key)} is {state} and cannot be started", "propose it anew")


def _standing(office: Office, key: str) -> State:
    return office.standings()[key].state


def _on_its_base(office: Office, base: str) -> None:
    """Hunks of an offer are those of its base: on another they would take back what came in between."""
    if office.git.snapshot().commit != base:
        raise Refused("stale", MOVED, "start it again on the new base: `loopview proposals start`")


def _are_there(offer: Offer, refused: Collection[tuple[str, int]]) -> None:
    hunks = {file.path: max(len(file.hunks), 1) for file in parse(offer.diff)}
    for path, number in refused:
        if number >= hunks.get(path, 0):
            why = (
                f"{plain(path)} has {hunks[path]} hunks" if path in hunks else f"{plain(path)} is not in the change"
            )
            raise Refused("unknown", why, "`loopview proposals show` has the hunks")


def _commanded(found: Listed) -> bool:
    """Whether it is the operator's own, put before the desk by a command of theirs and not by the loop's file."""
    return found.standing is not None and found.proposal.proposer == OPERATOR
