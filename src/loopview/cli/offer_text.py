"""What is shown before a decision, as lines: a plan at gate 1, an offer at gate 2. Foreign text has a gutter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.cli.gate import framed
from loopview.domain.evidence import Tier
from loopview.domain.review import SIGNS, review
from loopview.text import plain, revealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.domain.approval import Proposal
    from loopview.domain.edit import Offer
    from loopview.domain.review import ReviewLine
    from loopview.engine.desk.desk import StartPlan
    from loopview.engine.desk.listing import Listed

STALE_SHOWN = 20  #: reasons and risks that are listed one by one


def wanted_lines(proposal: Proposal) -> Iterator[str]:
    """What somebody wants: words, files, a patch."""
    yield f"title     {plain(proposal.title, limit=90)}"
    yield f"proposed  by {plain(proposal.proposer)}, {plain(proposal.time) or 'at a time unknown'}"
    yield from framed((proposal.instruction or "(a patch without an instruction)").splitlines())
    if proposal.patch:
        yield f"patch     {len(proposal.patch.splitlines())} lines, as follows"
        yield from framed(proposal.patch.splitlines())
    yield f"files     {', '.join(map(plain, proposal.files)) or 'the model may choose'}"


def plan_lines(plan: StartPlan, top: str) -> Iterator[str]:
    """Everything that a start would do in the repository at ``top``."""
    yield from wanted_lines(plan.proposal)
    yield f"in        {plain(top)}"
    yield f"base      {plan.base_commit[:12]} of {plain(plan.target_ref) or 'a detached HEAD'}"
    yield f"model     {plain(plan.model)}"
    yield f"tests     {plain(' '.join(plan.command))}"
    yield f"jail      {plan.tier.label} holds here, {plan.minimum.label} is wanted{_jail_words(plan)}"
    for attempt in plan.similar:
        yield f"earlier   {plain(attempt, limit=100)}"
    yield f"digest    {plan.digest[:8]} {plan.digest[8:16]}…"


def _jail_words(plan: StartPlan) -> str:
    if plan.tier >= plan.minimum:
        return ""
    if plan.unconfined:
        return "  ! THE TESTS WILL RUN WITHOUT A JAIL: your own configuration says allow_unconfined"
    return f"; so no test will run, and nothing can be published ({plain(plan.why)})"


def offer_lines(offer: Offer, title: str, top: str) -> Iterator[str]:
    """Everything that a merge would publish: the whole diff, the evidence, the risks, and what is protected."""
    from loopview.engine.desk.desk import summary_of

    subject = offer.subject
    yield f"title     {plain(title, limit=90)}"
    yield f"in        {plain(top)}"
    yield f"base      {subject.base_commit[:12]} of {plain(subject.target_ref)}"
    yield f"model     {plain(subject.model)}"
    yield f"tests     {plain(summary_of(offer.evidence))}"
    if offer.evidence.candidate and offer.evidence.candidate.tier < Tier.CONFINED:
        yield "jail      ! THE TESTS RAN WITHOUT A JAIL: your own configuration says allow_unconfined"
    yield f"command   {plain(' '.join(subject.test_plan))}"
    yield f"until     {plain(subject.expires)}"
    yield "every line of the change, from the first to the last:"
    yield from framed(map(_review_row, review(offer.diff, offer.files)))
    yield "end of the change"
    for delta in offer.files:
        counts = f"+{delta.added} -{delta.removed}"
        yield f"file      {plain(delta.path)}  {counts}  sha256 {delta.new_sha256 or 'removed'}"
    for hunk in offer.refused:
        yield f"left out  {plain(hunk)}"
    for reason in offer.evidence.reasons[:STALE_SHOWN]:
        yield f"tests     {plain(reason)}"
    for risk in offer.risks:
        place = f"{plain(risk.path)}:{risk.line}" if risk.line else plain(risk.path)
        yield f"{'PROTECTED' if risk.protected else 'risk     '} {plain(risk.label)}: {place}: {plain(risk.why)}"
    yield f"digest    {offer.digest[:8]} {offer.digest[8:16]}…"


def _review_row(line: ReviewLine) -> str:
    """One line of a review with its numbers, a mark where a quick look may miss something, and its sign."""
    if line.kind in SIGNS:
        mark = "!" if line.odd else " "
        return f"{line.old or '':>5} {line.new or '':>5} {mark}{SIGNS[line.kind]} {revealed(line.text)}"
    if line.facts is not None:
        return f"{plain(line.text)}  {line.facts.what}  {line.facts.counts}"
    return plain(f"({line.text})" if line.kind == "note" and line.hunk >= 0 else line.text)


def listing_lines(found: tuple[Listed, ...]) -> Iterator[str]:
    """One line for each proposal."""
    if not found:
        yield 'no proposals; `loopview propose "what shall change"` makes one'
    for each in found:
        mark = {"ready": "!", "proposed": "?"}.get(each.state.value, " ")
        said = f"  (the loop says: {plain(each.said, limit=20)})" if each.said and each.standing is None else ""
        when = plain(each.proposal.time)[:16].replace("T", " ")
        yield (
            f"{mark} {plain(each.key):<12} {each.state.value:<12} {when:<17}"
            f"{plain(each.proposal.proposer, limit=14):<15}{plain(each.proposal.title, limit=70)}{said}"
        )
