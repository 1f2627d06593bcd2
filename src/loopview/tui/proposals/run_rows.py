"""A running edit as the lines of a pane: phases with their time, what the model writes, what the tests print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.text import safe_block
from loopview.tui.content import content
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loopview.domain.progress import Progress
    from loopview.guarded.ran import CommandRecord

DIM = "$text-muted"
HEAD = "$primary bold"
SHOWN = 60  #: last lines of what a model or the tests said
PHASES = ("snapshot", "generate", "check", "base tests", "tests")
"""The phases of an edit in their order, for the progress that is shown."""


def run_rows(
    progress: Progress, seconds: float, commands: Sequence[CommandRecord], width: int, *, plain: bool
) -> list[Row]:
    """Return the lines for a width in cells; ``seconds`` is the time since the start."""
    lines = [*_head(progress, seconds, plain=plain), *_phases(progress, seconds), *_said(progress), *_ran(commands)]
    return [Row(row) for line in lines for row in (line.fold(max(width, 8)) or [Content("")])]


def _head(progress: Progress, seconds: float, *, plain: bool) -> Iterator[Content]:
    yield content(progress.title, "bold")
    if progress.running:
        word = "cancelling" if progress.cancelled else progress.phase
        yield Content.assemble(
            (f"{'*' if plain else '●'} {word}  ", "$accent bold"),
            (span(seconds), ""),
            (_bar(progress, plain=plain), DIM),
        )
        if progress.phase in {"publish", "reflect"}:
            yield Content.styled("What is begun is finished, here or at the next start.", DIM)
        else:
            yield Content.styled("Leaving this screen is safe. ^x cancels; so does closing the console.", DIM)
        return
    style = "$warning" if progress.problem else "bold"
    yield content(f"{progress.outcome}  ({span(seconds)})", style)
    if progress.ended is not None and progress.ended.advice:
        yield content(progress.ended.advice, DIM)
    yield from (content(line, DIM) for line in progress.said)


def _bar(progress: Progress, *, plain: bool) -> str:
    """How far it came: a mark for each phase that is behind it."""
    if progress.phase not in PHASES:
        return ""
    done = PHASES.index(progress.phase)
    full, empty = ("#", ".") if plain else ("▰", "▱")
    return f"  {full * (done + 1)}{empty * (len(PHASES) - done - 1)} {done + 1}/{len(PHASES)}"


def _phases(progress: Progress, seconds: float) -> Iterator[Content]:
    yield Content.styled("Phases", HEAD)
    ends = [*(phase.began for phase in progress.phases[1:]), seconds]
    for phase, end in zip(progress.phases, ends, strict=False):
        attempt = f" (attempt {phase.attempt})" if phase.attempt else ""
        said = f": {phase.said}" if phase.said else ""
        yield Content.assemble((f"{span(end - phase.began):>7}  ", DIM), content(f"{phase.name}{attempt}{said}"))
    for tried in progress.tried:
        if tried.problem:
            yield content(
                f"attempt {tried.attempt} ended at {tried.phase}, fingerprint {tried.fingerprint}", "$fail"
            )
            yield from (content(f"  {line}", DIM) for line in safe_block(tried.problem)[:8])


def _said(progress: Progress) -> Iterator[Content]:
    if progress.output:
        yield Content.styled("The tests print", HEAD)
        yield from (content(f"│ {line}") for line in safe_block(b"\n".join(progress.output.split(b"\n")[-SHOWN:])))
    if progress.answer:
        yield Content.styled(f"The model writes ({progress.answered:,} characters)", HEAD)
        yield from (content(f"│ {line}") for line in safe_block("\n".join(progress.answer.split("\n")[-SHOWN:])))


def _ran(commands: Sequence[CommandRecord]) -> Iterator[Content]:
    if not commands:
        return
    yield Content.styled("Commands run, word by word", HEAD)
    for each in commands:
        place = f" in {each.place}" if each.place else ""
        ended = f"{each.code}{', ended by ' + each.cut if each.cut else ''}"
        yield Content.assemble((f"{each.seconds:6.2f}s {ended}{place}  ", DIM), content(" ".join(each.argv)))
