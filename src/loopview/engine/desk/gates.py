"""What a gate shows, and whether it still holds: asked when a dialog opens, and every second while it is open.

The desk looks at everything again when a decision comes; what is found here opens nothing.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from loopview.config import load
from loopview.domain.approval import State, digest
from loopview.domain.evidence import Verdict
from loopview.engine.desk.desk import Desk, Refused
from loopview.engine.desk.refusals import spoken
from loopview.guarded.git import head
from loopview.modify.evidence import plan_of
from loopview.modify.lifetime import Lifetime
from loopview.modify.policy import Policy
from loopview.text import plain

if TYPE_CHECKING:
    from loopview.config import Settings
    from loopview.domain.edit import Offer
    from loopview.domain.standing import Standing
    from loopview.engine.desk.listing import Listed
    from loopview.engine.desk.plan import StartPlan

TRUST, START, MERGE, AGAIN = "trust", "start", "merge", "again"


class Asked(NamedTuple):
    """What the operator would decide about a proposal now."""

    gate: str  #: ``trust``, ``start``, ``merge`` or ``again`` (the tests of an offer)
    key: str
    title: str  #: foreign
    digest: str = ""  #: of the plan or the offer; empty for trust
    plan: StartPlan | None = None
    offer: Offer | None = None
    state: State = State.PROPOSED
    top: str = ""  #: directory of the repository
    executable: tuple[str, ...] = ()  #: what in it is configured to run
    expires: str = ""
    rules: tuple[str, str] = ("", "")  #: what the operator's configuration says now: policy and tests


class Lapse(NamedTuple):
    """Why an offer cannot be confirmed any more."""

    state: State  #: what it is now: stale or expired
    why: str


def asked(root: str, settings: Settings, key: str, *, again: bool = False) -> Asked:
    """Return what approving would decide: trust first, then a start or a merge; ``again``: a start or new tests.

    With ``again`` an offer that has lapsed, or is lost, is to be started anew; without it that is refused.
    Raises `LockRefused` while somebody else is at work here, `Refused`, and whatever a desk, git or a model refuse
    with.
    """
    desk = Desk(root, settings)
    desk.office.require_writing()
    found = desk.find(key)
    top = desk.office.git.repository.top
    rules = _rules(root)
    if desk.office.trusted() is None:
        return Asked(TRUST, key, found.proposal.title, top=top, executable=desk.executable())
    desk.office.lock.require_free()  # a refusal comes before all is read and typed, not after it
    if found.state is State.READY and found.standing is not None:
        lapse = _lapse_of(desk, found)
        if lapse is None:
            return _about_offer(desk, found, AGAIN if again else MERGE)._replace(rules=rules)
        if not again:
            raise Refused(lapse.state.value, lapse.why, "R starts it again")
    if not found.open:
        raise Refused("state", f"{plain(key)} is {found.state}", "nothing more can come of it")
    plan = desk.plan(key)
    return Asked(START, key, found.proposal.title, plan.digest, plan, None, found.state, top, rules=rules)


def _rules(root: str) -> tuple[str, str]:
    """Hashes of policy and test plan as the configuration has them now; a console goes by what it began with."""
    now = load(root, os.environ).settings
    return Policy.from_settings(now).version, plan_of(now).key


def _about_offer(desk: Desk, found: Listed, gate: str) -> Asked:
    offer = desk.offer(found.key)
    top = desk.office.git.repository.top
    return Asked(
        gate, found.key, found.proposal.title, offer.digest, offer=offer, top=top, expires=offer.subject.expires
    )


class Watch:
    """Looks again and again whether an open gate still holds. For one thread at a time."""

    def __init__(self, root: str, settings: Settings, before: Asked) -> None:
        self._root = root
        self._settings = settings
        self._before = before
        self._desk: Desk | None = None

    def why_not(self) -> str:
        """Return why it no longer holds; empty while it does. Never raises what a gate can meet."""
        try:
            self._desk = self._desk or Desk(self._root, self._settings)
            return self._look(self._desk)
        except Exception as error:  # noqa: BLE001 - a gate that cannot be looked at closes
            return spoken(error)

    def _look(self, desk: Desk) -> str:
        before = self._before
        if before.gate == TRUST:
            return "" if desk.executable() == before.executable else "what the repository can run has changed"
        if desk.office.trusted() is None:
            return "the repository is not trusted any more"
        if _rules(self._root) != before.rules:
            return "your configuration has changed; the console goes by it when it is begun anew"
        found = desk.find(before.key)
        if before.gate == START:
            return _still_to_start(desk, found, before)
        return _still_to_merge(desk, found, before)


def still(root: str, settings: Settings, before: Asked) -> str:
    """Return why a gate no longer holds now; empty while it does."""
    return Watch(root, settings, before).why_not()


def _still_to_start(desk: Desk, found: Listed, before: Asked) -> str:
    if found.state is not before.state:
        return f"it is {found.state} now"
    return "" if desk.plan(found.key).digest == before.digest else "what would run is not what was shown"


def _still_to_merge(desk: Desk, found: Listed, before: Asked) -> str:
    standing = found.standing
    if found.state is not State.READY or standing is None:
        return f"it is {found.state} now"
    if standing.digest != before.digest or desk.offer(found.key) != before.offer:
        return "the change is not the one that was shown"
    lapse = _lapse_of(desk, found)
    return lapse.why if lapse else ""


def _lapse_of(desk: Desk, found: Listed) -> Lapse | None:
    """Why an offer that is ready cannot be confirmed; None while it can."""
    standing = found.standing
    if standing is None or standing.subject is None:
        return Lapse(State.STALE, "it is not ready")
    try:
        offer = desk.offer(found.key)
    except Refused as lost:
        return Lapse(State.STALE, lost.message)
    return _lapse(desk, found.key, standing, offer)


def _lapse(desk: Desk, key: str, standing: Standing, offer: Offer) -> Lapse | None:
    over = Lifetime.of(standing.ready).over(datetime.now(UTC))
    if over:
        return Lapse(State.EXPIRED, over)
    shop, subject = desk.office.shop(key), offer.subject
    if digest(subject) != standing.digest:
        return Lapse(State.STALE, "the change is not the one that was tested")
    if subject.policy != shop.policy.version or subject.test_plan != shop.plan.command:
        return Lapse(State.STALE, "your policy or test command has changed since it was tested")
    if offer.evidence.verdict is not Verdict.PASSED:
        return Lapse(State.STALE, f"its tests are {offer.evidence.verdict}")
    now = head(desk.office.root)
    ref = f"refs/heads/{now.branch}" if now.branch else ""
    if (ref, now.commit) != (subject.target_ref, subject.base_commit):
        return Lapse(State.STALE, f"{plain(subject.target_ref)} has moved on since it was tested")
    return None
