"""``loopview demo``: a simulated loop written live into a temporary directory, with the console on it."""

from __future__ import annotations

import argparse
import math
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loopview.cli.exits import Exit, Stop
from loopview.cli.leaving import signals_leave

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from pathlib import Path

    from loopview.engine.demo.loop import DemoLoop


def demo_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--speed", type=positive, default=1.0, metavar="X", help="2 halves every pause (default 1)")
    parser.add_argument("--no-console", action="store_true", help="only write; print the directory to watch")
    parser.add_argument("--seconds", type=positive, metavar="N", help="stop writing after so many seconds")


def demo(options: Namespace) -> int:
    """Write the loop and show it; the directory is removed on every way out but a kill."""
    import tempfile
    from pathlib import Path

    if not options.no_console and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop(
            Exit.USAGE, "demo: there is no terminal to show the console on", "add --no-console to write only"
        )
    with (
        signals_leave(),
        tempfile.TemporaryDirectory(prefix="loopview-demo-", ignore_cleanup_errors=True) as directory,
        _writing(Path(directory), options.speed) as (root, loop),
    ):
        if options.no_console:
            return _write_only(root, loop, options.seconds)
        return _with_console(root, loop, options)


def positive(text: str) -> float:
    """A number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (math.isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


@contextmanager
def _writing(directory: Path, speed: float) -> Iterator[tuple[Path, DemoLoop]]:
    """A loop at work in ``directory/harbour``; it is stopped at the end."""
    from loopview.engine.demo.loop import DemoLoop

    root = directory / "harbour"
    root.mkdir()
    loop = DemoLoop(root, speed=speed)
    loop.start()
    try:
        yield root, loop
    finally:
        loop.stop()


def _write_only(root: Path, loop: DemoLoop, seconds: float | None) -> int:
    from loopview.cli.output import flush, say

    say([str(root)])
    flush()
    loop.wait(seconds)
    return Exit.OK


def _with_console(root: Path, loop: DemoLoop, options: Namespace) -> int:
    """The console, with a cache that goes when the directory goes."""
    import threading

    from loopview.cli.place import settings_of
    from loopview.tui.app import run_console

    ending = threading.Timer(options.seconds, loop.stop) if options.seconds else None
    if ending is not None:
        ending.daemon = True
        ending.start()
    settings = settings_of(str(root), options)._replace(cache_dir=str(root.parent / "cache"))
    try:
        return int(run_console(root, settings))
    finally:
        if ending is not None:
            ending.cancel()
