"""What stands in a gate's dialog, as lines: words of ours, and data behind a gutter that it cannot leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from loopview.domain.counted import counted
from loopview.domain.evidence import Tier
from loopview.domain.hunk import PatchRefused
from loopview.domain.review import SIGNS, review
from loopview.text import revealed, safe, safe_block
from loopview.tui.content import content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loopview.domain.edit import Offer
    from loopview.domain.evidence import Evidence
    from loopview.domain.review import ReviewLine
    from loopview.engine.desk.gates import Asked

MOST_NAMED = 40  #: tests, reasons and names that are listed one by one
LABEL = 11  #: cells of the words left of a gutter
LOUD = "$warning bold"
DIM = "$text-muted"
_STYLES = {"added": "$ok", "removed": "$fail", "hunk": "$accent", "file": "bold", "note": DIM}


class GateLine(NamedTuple):
    """One line: a label of ours, and data behind the gutter; or words of ours alone, without one."""

    line: Content
    label: str = ""
    framed: bool = True  #: whether it is data
    style: str = DIM  #: of the label
    indent: int = LABEL  #: cells left of the gutter, for the label


def ours(words: str, style: str = "") -> GateLine:
    """A line of our own words."""
    return GateLine(Content.styled(words, style) if style else Content(words), framed=False)


def named(label: str, text: object, style: str = "") -> GateLine:
    """One line of data behind its label."""
    return GateLine(content(text, style), label)


def block(label: str, text: object, style: str = "") -> Iterator[GateLine]:
    """Data of several lines; only the first has the label."""
    for number, line in enumerate(safe_block(text)):
        yield GateLine(content(line, style), "" if number else label)


def protected_paths(offer: Offer) -> tuple[str, ...]:
    """Paths that have to be confirmed by name, in the order in which they are asked for."""
    return tuple(sorted({risk.path for risk in offer.risks if risk.protected}))


def ran_bare(offer: Offer) -> bool:
    """Whether its tests ran where no jail holds."""
    run = offer.evidence.candidate
    return run is not None and run.tier < Tier.CONFINED


# Gate 1


def trust_lines(asked: Asked) -> Iterator[GateLine]:
    """What trusting a repository means, and what in it could run."""
    yield named("repository", asked.top)
    yield ours("To trust it means: edits may be started and merged here, each behind its own gates.")
    count = len(asked.executable)
    if not count:
        yield ours("Nothing in its git configuration could run a program.")
        return
    yield ours(f"{counted(count, 'name')} in its git configuration could run a program; none ever does:")
    yield from (named("", name, "$warning") for name in asked.executable)


def start_lines(asked: Asked) -> Iterator[GateLine]:
    """Everything that a start would do."""
    plan = asked.plan
    if plan is None:
        return
    proposal = plan.proposal
    yield named("proposal", f"{plan.key}: {proposal.title}", "bold")
    yield named("by", f"{proposal.proposer}, {proposal.time or 'at a time unknown'}")
    yield from block("asks for", proposal.instruction or "(a patch without an instruction)")
    if proposal.patch:
        yield ours(f"The patch has {len(proposal.patch.splitlines()):,} lines, as follows.")
        yield from (GateLine(content(revealed(line)), indent=0) for line in proposal.patch.split("\n"))
        yield ours("End of the patch.")
    yield named("files", ", ".join(proposal.files) or "the model may choose")
    yield named("in", asked.top)
    yield named("base", f"{plan.base_commit[:12]} of {plan.target_ref or 'a detached HEAD'}")
    yield named("model", plan.model)
    yield named("runs", " ".join(plan.command))
    yield named("jail", f"{plan.tier.label} holds here, {plan.minimum.label} is wanted")
    if not plan.runs_tests:
        yield ours("No test will run, and so nothing can be published: no jail holds that is wanted.", LOUD)
        yield named("why", plan.why)
    elif plan.tier < plan.minimum:
        yield ours("THE TESTS WILL RUN WITHOUT A JAIL: your own configuration says allow_unconfined.", LOUD)
    yield from (named("earlier", attempt) for attempt in plan.similar)
    yield ours("A model is asked and its code is tested in the jail; nothing of your repository changes.")
    yield ours("Leaving this screen is safe. Closing the console cancels the edit; nothing is published then.")


# Gate 2


def merge_lines(asked: Asked) -> Iterator[GateLine]:
    """Everything that a merge would publish: the whole diff, the evidence, the risks, what is protected."""
    offer = asked.offer
    if offer is None:
        return
    subject = offer.subject
    yield named("proposal", f"{asked.key}: {asked.title}", "bold")
    yield from block("asks for", subject.instruction or "(a patch without an instruction)")
    yield named("in", asked.top)
    yield named("base", f"{subject.base_commit[:12]} of {subject.target_ref}")
    yield named("model", subject.model)
    yield from evidence_lines(offer.evidence)
    yield named("runs", " ".join(subject.test_plan))
    yield named("jail", subject.tier)
    if ran_bare(offer):
        yield ours("THE TESTS RAN WITHOUT A JAIL: your own configuration says allow_unconfined.", LOUD)
    yield named("policy", subject.policy[:12])
    yield named("until", subject.expires)
    yield ours("Every line of the change, from the first to the last:")
    yield from diff_lines(offer)
    yield ours("End of the change.")
    for delta in offer.files:
        yield named("file", f"{delta.path}  +{delta.added} -{delta.removed}")
        yield named("sha256", delta.new_sha256 or "none: the file is removed", DIM)
    yield from (named("left out", hunk) for hunk in offer.refused[:MOST_NAMED])
    yield from risk_lines(offer)


def evidence_lines(evidence: Evidence) -> Iterator[GateLine]:
    """What the tests said, held against the base's run."""
    run, base = evidence.candidate, evidence.base
    good = evidence.verdict.value == "passed"
    yield named("tests", evidence.verdict.value, "$ok" if good else "$fail")
    if run is not None:
        counts = ((run.passed, "passed"), (run.failed, "failed"), (run.broken, "broken"), (run.skipped, "skipped"))
        words = ", ".join(f"{len(names)} {word}" for names, word in counts if names) or "none ran"
        yield named("", f"{words}; {run.seconds:.1f} s at {run.tier.label}")
    if base is not None:
        yield named("the base", f"{len(base.passed)} passed, {len(base.failed) + len(base.broken)} did not")
    for word, names in (("new", evidence.new), ("lost", evidence.lost), ("worse", evidence.worse)):
        yield from _names(word, names, "$fail" if word != "new" else "")
    yield from _names("better", evidence.better)
    yield from (named("", reason, "$fail") for reason in evidence.reasons[:MOST_NAMED])


def _names(label: str, names: Iterable[str], style: str = "") -> Iterator[GateLine]:
    found = list(names)
    for number, name in enumerate(found[:MOST_NAMED]):
        yield named("" if number else label, name, style)
    if len(found) > MOST_NAMED:
        yield named("", f"and {len(found) - MOST_NAMED:,} more")


def diff_lines(offer: Offer) -> Iterator[GateLine]:
    """The whole diff, every line of it."""
    try:
        lines = review(offer.diff, offer.files)
    except PatchRefused as refused:
        yield named("", f"the diff cannot be read: {refused}", "$fail")
        return
    yield from (GateLine(review_content(line), indent=0) for line in lines)


def review_content(line: ReviewLine) -> Content:
    """One line of a diff with its numbers, a mark where a quick look may miss something, and its sign."""
    style = _STYLES.get(line.kind, "")
    if line.kind not in SIGNS:
        counts = f"  {line.facts.what}  {line.facts.counts}" if line.facts is not None else ""
        return Content.assemble(content(safe(line.text), style), content(counts, style))
    mark = "!" if line.odd else " "
    numbers = f"{line.old or '':>5} {line.new or '':>5} "
    return Content.assemble(
        (numbers, DIM), (mark, LOUD), (f"{SIGNS[line.kind]} ", style), content(revealed(line.text), style)
    )


def risk_lines(offer: Offer) -> Iterator[GateLine]:
    """Risky and protected items, once more, at the end."""
    if not offer.risks:
        yield ours("No rule found a risk in it. That is no proof of harmlessness.")
        return
    yield ours("Look at these again:", LOUD)
    for risk in offer.risks:
        place = f"{risk.path}:{risk.line}" if risk.line else risk.path
        label = "PROTECTED" if risk.protected else "risk"
        yield GateLine(content(f"{risk.label}: {place}: {risk.why}", "$warning"), label, style=LOUD)
    for number, path in enumerate(protected_paths(offer), 1):
        yield GateLine(content(path, "bold"), f"path {number}", style=LOUD)
