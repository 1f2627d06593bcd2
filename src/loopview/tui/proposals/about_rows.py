"""What is known of a proposal as the lines of a pane: warnings first, then evidence, reach, and what was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.domain.dossier import tried_in_vain
from loopview.domain.proposal_queue import Base, Place
from loopview.text import safe_block
from loopview.tui.content import content
from loopview.tui.proposals.gate_lines import evidence_lines
from loopview.tui.proposals.queue_rows import age, look_of, minutes_left
from loopview.tui.widgets.pane import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from loopview.domain.dossier import Dossier, PastAttempt, Reach
    from loopview.domain.edit import Offer
    from loopview.domain.proposal_queue import Queued

DIM = "$text-muted"
HEAD = "$primary bold"
LOUD = "$warning bold"
BAD = "$fail bold"
MOST = 30  #: lines of one list
MOST_TEXT = 400  #: lines of an instruction or a patch
_OUTCOMES = {"success": ("✓", "+", "$ok"), "failure": ("✗", "x", "$fail"), "rollback": ("✗", "x", "$fail")}


class About:
    """Makes the lines for one proposal; ``plain`` means glyphs in ASCII."""

    def __init__(
        self, entry: Queued, dossier: Dossier | None, reach: Sequence[Reach] | None, *, plain: bool
    ) -> None:
        self._entry = entry
        self._dossier = dossier
        self._reach = reach
        self._plain = plain

    def rows(self, width: int, now: datetime, dead_ends: Iterable[str]) -> list[Row]:
        """Return the lines for a width in cells, wrapped and never cut."""
        parts = [
            *self._head(now),
            *self._warnings(now, dead_ends),
            *self._evidence(),
            *self._past(),
            *self._words(),
        ]
        return [Row(row) for line in parts for row in (line.wrap(max(width, 8)) or [Content("")])]

    def _head(self, now: datetime) -> Iterator[Content]:
        entry = self._entry
        look = look_of(entry)
        glyph = look.plain if self._plain else look.glyph
        yield content(entry.proposal.title, "bold")
        started = f", started {entry.attempts}×" if entry.attempts > 1 else ""
        yield content(f"{glyph} {entry.state.value}  {entry.key}{started}", DIM)
        yield content(f"by {entry.proposal.proposer}, {age(entry.proposal.time, now)}", DIM)
        if entry.reason:
            yield content(entry.reason, "$warning")
        if entry.said and entry.place is Place.DECIDED and not entry.digest:
            yield content(f"the loop's file says: {entry.said}", DIM)
        if entry.commit:
            yield content(f"commit {entry.commit}", "$ok")

    def _warnings(self, now: datetime, dead_ends: Iterable[str]) -> Iterator[Content]:
        entry = self._entry
        if entry.place is not Place.DECIDED:
            for action in tried_in_vain(entry.proposal, dead_ends):
                yield content(f"DEAD END: tried in vain under the live failure: {action}", BAD)
        if entry.base is Base.STALE:
            yield Content.styled("STALE: the target moved on; R starts it again on the new base", LOUD)
        left = minutes_left(entry.expires, now)
        if left is not None:
            words = f"it can be merged for {left} more minutes" if left >= 0 else "the time to merge it is over"
            yield Content.styled(words, DIM if left >= 0 else LOUD)
        if self._dossier is not None and self._dossier.problem:
            yield content(self._dossier.problem, "$warning")

    def _evidence(self) -> Iterator[Content]:
        if self._dossier is None:
            yield Content.styled("looking…", DIM)
            return
        offer = self._dossier.offer
        if offer is not None:
            yield from self._tests(offer)
            yield from _risks(offer)
        yield from self._running()
        yield from self._reached()

    def _tests(self, offer: Offer) -> Iterator[Content]:
        yield Content.styled("Tests against the base", HEAD)
        for line in evidence_lines(offer.evidence):
            label = f"{line.label:<9}" if line.label else " " * 9
            yield Content.assemble((label, DIM), line.line)
        yield from (content(f"left out  {hunk}", DIM) for hunk in offer.refused[:MOST])

    def _running(self) -> Iterator[Content]:
        running = self._dossier.running if self._dossier is not None else None
        if running is None or not (running.command or running.problem):
            return
        yield Content.styled("What runs", HEAD)
        if running.problem:
            yield content(running.problem, "$warning")
            return
        for label, text in (
            ("tests", " ".join(running.command)),
            ("jail", running.tier),
            ("model", running.model),
            ("base", f"{running.base[:12]} of {running.target or 'a detached HEAD'}"),
        ):
            yield Content.assemble((f"{label:<9}", DIM), content(text))

    def _reached(self) -> Iterator[Content]:
        if self._dossier is None or not self._dossier.paths:
            return
        yield Content.styled("What it reaches (imports)", HEAD)
        if self._reach is None:
            yield Content.styled("reading the code…", DIM)
            return
        for each in self._reach:
            yield from self._tree(each)

    def _tree(self, each: Reach) -> Iterator[Content]:
        if not each.known:
            yield Content.assemble(content(each.path), ("  no Python: not followed", DIM))
            return
        mark = ("  a test goes with it", "$ok") if each.covered else ("  no test goes with it", "$warning")
        yield Content.assemble(content(each.path), mark)
        inner, last = ("+-", "+-") if self._plain else ("├ ", "└ ")
        found = [*((path, "") for path in each.direct), *((path, "through others") for path in each.transitive)]
        for number, (path, how) in enumerate(found[:MOST]):
            end = number == min(len(found), MOST) - 1
            yield Content.assemble(
                (f" {last if end else inner}", DIM), content(path), (f"  {how}" if how else "", DIM)
            )
        if len(found) > MOST:
            yield content(f"   and {len(found) - MOST:,} more", DIM)
        if not found:
            yield Content.styled("  nothing imports it", DIM)

    def _past(self) -> Iterator[Content]:
        past = self._dossier.past if self._dossier is not None else ()
        if past:
            yield Content.styled("Similar past attempts", HEAD)
            for attempt in past:
                yield from self._attempt(attempt)

    def _attempt(self, attempt: PastAttempt) -> Iterator[Content]:
        glyph, ascii_glyph, style = _OUTCOMES.get(attempt.outcome, ("?", "?", DIM))
        mark = ascii_glyph if self._plain else glyph
        task = attempt.task.partition("\n")[0]
        yield Content.assemble((f"{mark} {attempt.outcome or 'unknown'}  ", style), content(task, limit=200))
        for text in (attempt.failure, attempt.reflection):
            yield from (content(f"   {line}", DIM) for line in safe_block(text)[:6] if line)

    def _words(self) -> Iterator[Content]:
        proposal = self._entry.proposal
        yield Content.styled("What is asked for", HEAD)
        yield from (
            content(line) for line in safe_block(proposal.instruction or "a patch, as it stands")[:MOST_TEXT]
        )
        if proposal.files:
            yield content(f"files: {', '.join(proposal.files)}", DIM)
        if proposal.patch and (self._dossier is None or self._dossier.offer is None):
            yield Content.styled("The patch", HEAD)
            yield from (content(line) for line in safe_block(proposal.patch)[:MOST_TEXT])


def _risks(offer: Offer) -> Iterator[Content]:
    yield Content.styled("Risks", HEAD)
    if not offer.risks:
        yield Content.styled("no rule found one; that is no proof", DIM)
    for risk in offer.risks[:MOST]:
        place = f"{risk.path}:{risk.line}" if risk.line else risk.path
        label, style = ("PROTECTED ", BAD) if risk.protected else ("", "$warning")
        yield content(f"{label}{risk.label}: {place}: {risk.why}", style)
    if len(offer.risks) > MOST:
        yield content(f"and {len(offer.risks) - MOST:,} more", DIM)
