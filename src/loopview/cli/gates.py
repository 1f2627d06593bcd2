"""The two gates at a terminal: everything is shown, and the beginning of its digest is typed or nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.cli.desk import decision
from loopview.cli.exits import Exit, Stop, mention
from loopview.cli.gate import person, show, typed
from loopview.cli.offer_text import offer_lines, plan_lines
from loopview.cli.output import flush, say
from loopview.domain.approval import DIGEST_PREFIX
from loopview.text import plain

if TYPE_CHECKING:
    from loopview.domain.edit import Offer
    from loopview.engine.desk.desk import Desk, Published, StartPlan


def ask_to_start(desk: Desk, plan: StartPlan) -> str:
    """Show the whole of a plan; returns what was typed for its digest, nothing when it was left."""
    show(lambda: [f"start {plain(plan.key)}", *plan_lines(plan, top_of(desk))])
    answer = typed(f"type the first {DIGEST_PREFIX} digits of the digest to start:", DIGEST_PREFIX)
    if not answer:
        say(["not started"])
    return answer


def ask_to_merge(desk: Desk, offer: Offer, title: str) -> int:
    """Show the whole of an offer, and publish it when a human types the beginning of its digest."""
    who = person()
    desk.office.author()  # before anybody reads a diff for nothing
    show(lambda: [f"merge {plain(offer.proposal)}", *offer_lines(offer, title, top_of(desk))])
    named = _named_protected(offer)
    if named is None:
        say(["not merged: a protected path was not confirmed; it waits"])
        return Exit.OK
    answer = typed(
        f"type the first {DIGEST_PREFIX} digits of the digest to merge, or enter to leave it:", DIGEST_PREFIX
    )
    if not answer:
        say([f"not merged; it waits: `loopview proposals merge {offer.proposal}`"])
        return Exit.OK
    merge = decision(who, "merge", (offer.proposal, offer.digest), typed=answer, protected=named)
    if not merge.confirms:
        raise Stop(Exit.REFUSED, "that is not the digest: nothing was merged", "look at it again")
    mention(desk.merge(offer.proposal, merge, _say_merged).said)
    return Exit.OK


def _say_merged(published: Published) -> None:
    say([f"merged: {published.commit} on {published.target_ref}"])
    flush()


def top_of(desk: Desk) -> str:
    """The directory of the repository that the desk is about."""
    return desk.office.git.repository.top


def _named_protected(offer: Offer) -> tuple[str, ...] | None:
    """Let each protected path be confirmed by the last part of its name; None when one was not."""
    named = []
    for path in sorted({risk.path for risk in offer.risks if risk.protected}):
        name = plain(path.rpartition("/")[2])
        if typed(f"{plain(path)} is protected; type {name} to let it change:", len(name)) != name:
            return None
        named.append(path)
    return tuple(named)
