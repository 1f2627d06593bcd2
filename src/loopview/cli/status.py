"""``loopview status``: the loop at a glance, for people, scripts, and a status line."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json, add_moment, add_place, add_threshold
from loopview.cli.exits import Exit
from loopview.cli.output import columns, flush, say, say_json
from loopview.cli.place import place

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from loopview.cli.place import Place
    from loopview.engine.snapshot import LoopStatus

PAUSE = 0.5  #: seconds between two looks of --watch
LONGEST = 200  #: cells of a line where there is no terminal: loops write whole reports into an action


def status_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    add_threshold(parser)
    add_moment(parser)
    parser.add_argument("--watch", action="store_true", help="print again whenever a file of the loop changes")
    parser.add_argument("--exit-code", action="store_true", help="exit 10 when stalled, 11 when probes are red")
    parser.add_argument("--tmux", action="store_true", help="one segment for a tmux status line; exit 0 always")
    add_json(parser)


def status(options: Namespace) -> int:
    """Print the status once, or again at every change."""
    here = place(options)
    if options.watch:
        return _watch(here, options)
    return _show(here, options)


def show_text(here: Place) -> int:
    """Print the status in words: what the console does where there is no terminal."""
    from loopview.cli.status_text import status_lines
    from loopview.engine.snapshot import snapshot

    found = snapshot(here.root, here.settings, datetime.now(UTC), with_head=True)
    say(status_lines(found), limit=columns(LONGEST))
    return Exit.OK


def code_of(found: LoopStatus) -> Exit:
    """10 when stalled, 11 when probes are red, in this order."""
    if found.judged.verdict.stalled:
        return Exit.STALLED
    return Exit.RED if found.health is not None and found.health.overall_status == "red" else Exit.OK


def _show(here: Place, options: Namespace) -> int:
    from loopview.engine.snapshot import snapshot

    found = snapshot(here.root, here.settings, options.now or datetime.now(UTC), with_head=True)
    if options.json:
        from loopview.cli.status_json import status_document

        say_json(status_document(found), compact=options.watch)
    else:
        from loopview.cli.status_text import status_lines

        say(status_lines(found), limit=columns(LONGEST))
    return code_of(found) if options.exit_code else Exit.OK


def _watch(here: Place, options: Namespace) -> int:
    """Print at every change until interrupted: one JSON document a line, or blocks with a line between them."""
    import time

    seen: object = None
    while True:
        now = _stamps(here.root)
        if now != seen:
            if seen is not None and not options.json:
                say(["", f"-- {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"])
            seen = now
            _show(here, options)
            flush()
        if sys.stdout is None:
            return Exit.OK
        time.sleep(PAUSE)


def _stamps(root: str) -> tuple[tuple[str, int, int, int], ...]:
    """What tells that a file of the loop is another one than before."""
    import os

    from loopview.sources.discover import discover

    found = []
    for source in discover(root):
        try:
            state = os.lstat(source.path)
        except OSError:
            continue
        found.append((source.label, state.st_ino, state.st_size, state.st_mtime_ns))
    return tuple(found)
