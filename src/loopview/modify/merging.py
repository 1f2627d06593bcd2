"""Gate 2 and what follows: a human's decision about exactly one digest becomes one commit, or nothing happens.

Every condition is looked at again under the repository's lock; what a screen showed before counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from loopview.domain import trailer
from loopview.domain.approval import Decision, State, digest
from loopview.domain.evidence import Tier, Verdict
from loopview.domain.standing import fold
from loopview.domain.standing_rules import late
from loopview.modify.git_safety import Candidate, GitFailed, Refused
from loopview.modify.lifetime import Lifetime
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.domain.edit import Offer
    from loopview.domain.standing import Standing
    from loopview.modify.git_safety import Author, Intent, Published
    from loopview.modify.workshop import Workshop

LONGEST_SUBJECT = 72  #: characters of a commit's first line


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A decision together with what it is about."""

    key: str
    title: str
    standing: Standing
    offer: Offer
    decision: Decision
    author: Author


def publish(shop: Workshop, asked: Confirmation) -> Published:
    """Publish what was confirmed. Raises `Refused`; then nothing was published, and the ledger says why.

    The caller holds the repository's lock and has folded the ledger under it. Raises `Unfinished` when the publish
    was begun and recovery has to go on with it.
    """
    check(shop, asked)
    ledger, key = shop.ledger, asked.key
    ledger.append("merge-decided", key, decision=asked.decision._asdict())
    ledger.append("confirmed", key, digest=asked.offer.digest)
    _stands(shop, key, State.CONFIRMED)
    begun: list[Intent] = []

    def intend(intent: Intent) -> None:
        ledger.append("publishing", key, intent=intent.as_record())
        _stands(shop, key, State.PUBLISHING)
        begun.append(intent)

    try:
        published = _published(shop, asked, intend)
    except Refused as refused:
        _give_back(shop, asked, refused, begun=bool(begun))
        raise
    ledger.append("published", key, commit=published.commit, ledger_head=ledger.head)
    return published


def _stands(shop: Workshop, key: str, state: State) -> None:
    """Raise `Refused` unless it stands there in the ledger: what recovery could not follow is not done."""
    standing = fold(shop.ledger.records())[key]
    if standing.state is not state:
        why = standing.irregular[-1].why if standing.irregular else f"it is {standing.state}, not {state}"
        raise Refused("ledger", f"the ledger does not follow: {why}", "look at `loopview audit verify`")


def _published(shop: Workshop, asked: Confirmation, intend: Callable[[Intent], None]) -> Published:
    try:
        return shop.git.publish(
            _candidate(asked.offer),
            target_ref=asked.offer.subject.target_ref,
            message=_message(shop, asked),
            author=asked.author,
            proposal=asked.key,
            intend=intend,
        )
    except GitFailed as failed:
        raise Refused("git", str(failed), "look at the repository, then decide again") from None


def check(shop: Workshop, asked: Confirmation) -> None:
    """Raise `Refused` unless everything that the decision rests on still holds."""
    standing, offer, decision = asked.standing, asked.offer, asked.decision
    if standing.state is not State.READY or standing.digest != offer.digest:
        raise Refused("state", f"{plain(asked.key)} is {standing.state}, not ready", "look at it again")
    if decision.gate != "merge" or decision.proposal != asked.key or decision.digest != offer.digest:
        raise Refused("decision", "the decision is about something else", "look at the proposal again")
    if digest(offer.subject) != offer.digest or not decision.confirms:
        raise Refused("decision", "what was typed is not the digest that was shown", "type its first 8 digits")
    if decision.nonce in standing.nonces:
        raise Refused("decision", "this decision was used before", "decide again")
    missing = {risk.path for risk in offer.risks if risk.protected} - set(decision.protected)
    if missing:
        raise Refused(
            "protected", f"not confirmed by name: {', '.join(sorted(map(plain, missing)))}", "type each of them"
        )
    _check_time(shop, asked)
    _check_grounds(shop, asked)


def _check_time(shop: Workshop, asked: Confirmation) -> None:
    now = datetime.now(UTC)
    over = Lifetime.of(asked.standing.ready).over(now) or late(asked.standing, now.isoformat())
    if over:
        shop.ledger.append("expired", asked.key, reason=over)
        raise Refused("expired", over, "start it again: `loopview proposals start`")


def _check_grounds(shop: Workshop, asked: Confirmation) -> None:
    """Policy, tests, tier and base are those that the digest covers."""
    subject, evidence = asked.offer.subject, asked.offer.evidence
    if subject.policy != shop.policy.version or subject.test_plan != shop.plan.command:
        raise _stale(shop, asked, "your policy or test command has changed since it was tested")
    if evidence.verdict is not Verdict.PASSED:
        raise Refused("evidence", f"its tests are {evidence.verdict}", "what has not passed is not published")
    held = evidence.candidate.tier if evidence.candidate else Tier.NONE
    if held < shop.plan.minimum and not shop.plan.unconfined:
        raise Refused(
            "evidence", f"its tests ran at {held.label}, {shop.plan.minimum.label} is wanted", "test it again"
        )
    now = shop.git.snapshot()
    if now.target_ref != subject.target_ref:
        here = plain(now.target_ref) or "no branch"
        advice = f"check out {plain(subject.target_ref)} first, or start it again here"
        raise Refused("topology", f"it is for {plain(subject.target_ref)}, and {here} is checked out", advice)
    if now.commit != subject.base_commit:
        raise _stale(shop, asked, f"{plain(subject.target_ref)} has moved on since it was tested")


def _stale(shop: Workshop, asked: Confirmation, why: str) -> Refused:
    shop.ledger.append("stale", asked.key, reason=why)
    return Refused("stale", why, "start it again on the new base: `loopview proposals start`")


def _give_back(shop: Workshop, asked: Confirmation, refused: Refused, *, begun: bool) -> None:
    """Say in the ledger what a refusal means: it waits again where nothing had begun, and is over otherwise."""
    if refused.kind == "stale":
        shop.ledger.append("stale", asked.key, reason=refused.message)
    elif begun:
        shop.ledger.append("failed", asked.key, reason=refused.message)
    else:
        again: dict[str, Any] = dict(asked.standing.ready)
        shop.ledger.append("ready", asked.key, **{**again, "reason": refused.message})


def _candidate(offer: Offer) -> Candidate:
    subject = offer.subject
    return Candidate(
        subject.base_commit,
        subject.base_tree,
        subject.candidate_tree,
        subject.files,
        offer.diff,
        subject.diff_sha256,
    )


def _message(shop: Workshop, asked: Confirmation) -> str:
    """The title as one safe line, the instruction, and the trailers that tie the commit to the ledger."""
    subject, evidence = asked.offer.subject, asked.offer.evidence
    run = evidence.candidate
    tests = f"{len(run.passed)} passed" if run else str(evidence.verdict)
    if run and run.tier < shop.plan.minimum:
        tests += f" without the jail that is wanted ({shop.plan.minimum.label}): allow_unconfined"
    body = [plain(line) for line in subject.instruction.splitlines()[:40]]
    tied = {
        trailer.PROPOSAL: plain(asked.key),
        trailer.DIGEST: asked.offer.digest,
        trailer.LEDGER: shop.ledger.head,
        trailer.TIER: subject.tier,
        trailer.TESTS: tests,
        trailer.MODEL: plain(subject.model),
    }
    title = plain(asked.title, limit=LONGEST_SUBJECT).strip() or "loopview edit"
    text = [title, "", *(f"> {line}" for line in body), ""]
    return "\n".join([*text, *(f"{name}: {value}" for name, value in tied.items())]) + "\n"
