"""``loopview stall``: whether the loop repeats one failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json, add_place, add_threshold
from loopview.cli.exits import Exit
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.engine.verdict import LoopVerdict


def stall_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    add_threshold(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit 10 when stalled")
    add_json(parser)


def stall(options: Namespace) -> int:
    """Print the verdict."""
    from loopview.cli.place import place
    from loopview.engine.verdict import loop_verdict
    from loopview.sources.discover import discover

    here = place(options)
    found = loop_verdict(discover(here.root), here.settings.stall_threshold)
    if options.json:
        say_json(
            {**found.verdict.as_dict(), "origin": found.origin or None, "source": found.label, "whole": found.whole}
        )
    else:
        say(verdict_lines(found))
    return Exit.STALLED if options.exit_code and found.verdict.stalled else Exit.OK


def verdict_lines(found: LoopVerdict) -> Iterator[str]:
    """The verdict in words: what, why, what to avoid."""
    verdict = found.verdict
    least = "" if found.whole else "at least "
    head = f"■ STALLED  {least}{verdict.stall_count} in a row" if verdict.stalled else "✓ PROGRESS"
    if verdict.stall_count and not verdict.stalled:
        head = f"✗ PROGRESS  failing, {least}{verdict.stall_count} in a row"
    fingerprint = f", fingerprint {verdict.fingerprint}" if verdict.fingerprint and verdict.stall_count else ""
    advice = f" → {verdict.recommend}" if verdict.stalled else ""
    origin = "  (from cycles: no journal)" if found.origin == "cycles" else ""
    yield f"{head}{fingerprint}{advice}{origin}"
    yield f"  {verdict.reason}"
    if verdict.dead_ends:
        yield "  dead ends, tried more than once under this failure:"
        yield from (f"    - {action}" for action in verdict.dead_ends)
