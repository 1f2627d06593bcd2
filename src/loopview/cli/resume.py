"""``loopview resume``: what a loop should know before its next turn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json, add_moment, add_place, add_threshold, whole_number
from loopview.cli.exits import Exit
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def resume_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    add_threshold(parser)
    add_moment(parser)
    parser.add_argument("-n", type=whole_number, default=5, metavar="N", help="attempts to show (default 5)")
    add_json(parser)


def resume(options: Namespace) -> int:
    """Print the block."""
    from loopview.cli.place import place
    from loopview.engine.resume import resume_document, resume_lines
    from loopview.engine.since import recorded_commit, since
    from loopview.engine.snapshot import snapshot

    here = place(options)
    found = snapshot(here.root, here.settings, options.now or datetime.now(UTC))
    changed = since(here.root, recorded_commit(tuple(row.raw for row in found.attempts)))
    if options.json:
        say_json({"root": here.root, **resume_document(found, changed, count=options.n)})
    else:
        say(resume_lines(found, changed, count=options.n))
    return Exit.OK
