"""What a human decides about an edit that is there: publish it, refuse it, take it back."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import SETTLED, STEPS, State
from loopview.engine.desk import repairing
from loopview.engine.desk.telling import tell_loop
from loopview.guarded.hardened import GitFailed
from loopview.guarded.model_failure import ModelFailure
from loopview.guarded.undisturbed import undisturbed
from loopview.modify import aftermath, merging
from loopview.modify.audit import anchor
from loopview.modify.git_values import Refused, Unfinished
from loopview.modify.offers import OfferLost, load
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loopview.domain.approval import Decision, Proposal
    from loopview.domain.edit import Offer
    from loopview.domain.standing import Standing
    from loopview.engine.desk.listing import Listed
    from loopview.engine.desk.office import Office
    from loopview.guarded.writer import Writer
    from loopview.modify.git_safety import Published


CONTINUE = "`loopview proposals start` or merge goes on with it first"


class Merged(NamedTuple):
    """A publish, and what there is to say of what was written down about it."""

    published: Published
    said: tuple[str, ...]


def merge(
    office: Office, found: Listed, decision: Decision, done: Callable[[Published], None] | None = None
) -> Merged:
    """Publish what the decision is about, under the lock. Raises `Refused`; then nothing was published.

    ``done`` is called when it is published, before anything is written down about it.
    """
    author = office.author()
    shop = office.shop(found.key)
    with office.lock.hold(f"publishing {found.key[:80]}"):
        office.ledger.reserve()
        standings = office.standings()
        _refuse_unfinished(standings, found.key)
        standing = standings.get(found.key)
        if standing is None or not standing.digest:
            state = standing.state if standing else "not started"
            raise Refused(
                "state", f"{plain(found.key)} is {state}, not ready", "start it: `loopview proposals start`"
            )
        try:
            offer = load(shop.runs, standing.digest)
        except OfferLost as lost:
            raise Refused("lost", str(lost), "start it again") from None
        asked = merging.Confirmation(found.key, found.proposal.title, standing, offer, decision, author)
        try:
            with undisturbed():
                published = merging.publish(shop, asked)
                repairing.mark_undone(office)
                unanchored = _anchor(office)
                if done is not None:
                    done(published)
        except Unfinished as unfinished:
            raise Refused("unfinished", f"it was begun and is not finished: {unfinished}", CONTINUE) from None
        said = [
            unanchored,
            tell_loop(office, found.proposal, "merged", commit=published.commit),
            aftermath.published(shop, found.proposal, offer, published.commit, _writer(office)),
        ]
        office.ledger.append("reflected", found.key, reason="")
        said.append(_anchor(office))
    return Merged(published, tuple(each for each in said if each))


def reject(office: Office, found: Listed, decision: Decision) -> tuple[str, ...]:
    """Put the refusal on record and where the loop can read it. Raises `Refused`."""
    with office.lock.hold(f"rejecting {found.key[:80]}"):
        repairing.interrupt(office, found.key)
        standings = office.standings()
        if found.key not in standings:
            office.ledger.append("proposed", found.key, proposal=found.proposal._asdict())
        state = standings[found.key].state if found.key in standings else State.PROPOSED
        if State.REJECTED not in STEPS[state]:
            what = "already" if state in SETTLED else "and cannot be rejected now"
            raise Refused("state", f"{plain(found.key)} is {state} {what}", "")
        offer = _offer(office, found)
        office.ledger.append("rejected", found.key, reason=decision.reason, decision=decision._asdict())
    said = (
        tell_loop(office, found.proposal, "rejected", reason=decision.reason),
        aftermath.rejected(office.shop(found.key), found.proposal, offer, decision.reason),
    )
    return tuple(each for each in said if each)


def undo(office: Office, found: Listed, propose: Callable[..., Proposal]) -> Proposal:
    """Propose the inverse of what was published. Raises `Refused`."""
    standing = found.standing
    if standing is None or not standing.commit:
        raise Refused("state", f"{plain(found.key)} was never published", "only what was published can be undone")
    by = office.standings().get(standing.undone)
    if by is not None and not by.undone:
        raise Refused("state", f"{plain(found.key)} was taken back by {plain(by.key)} already", "")
    now = office.git.snapshot().commit
    patch = office.git.candidate(now, office.git.inverse(standing.commit, now)).diff
    title = f"Undo {plain(found.key)}: {found.proposal.title}"
    files = tuple(delta.path for delta in standing.subject.files) if standing.subject else ()
    text = patch.decode("utf-8", "surrogateescape")
    return propose(f"Take back commit {standing.commit}.", title=title, files=files, patch=text, undoes=found.key)


def _refuse_unfinished(standings: Mapping[str, Standing], key: str) -> None:
    """One publish after the other: what another one left has to be put right first."""
    for other in standings.values():
        if other.state is State.PUBLISHING and other.key != key:
            why = (
                f"the publish of {plain(other.key)} is not finished: {other.reason or 'a console died on the way'}"
            )
            raise Refused("unfinished", why, CONTINUE)


def _anchor(office: Office) -> str:
    """Let the repository hold the ledger's head; a publish stands without it, and the audit says so."""
    try:
        anchor(office.git, office.ledger.head)
    except GitFailed as failed:
        return f"the ledger's head is held by no anchor: {failed}"
    return ""


def _offer(office: Office, found: Listed) -> Offer | None:
    standing = found.standing
    if standing is not None and standing.digest:
        with suppress(OfferLost):
            return load(office.home.run(found.key), standing.digest)
    return None


def _writer(office: Office) -> Writer | None:
    """The model that looks back, where one is configured."""
    settings = office.settings
    if not (settings.edit_model or settings.model or settings.anthropic_model):
        return None
    try:
        return office.writer()
    except ModelFailure:
        return None
