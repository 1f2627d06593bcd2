"""``loopview [PATH]`` and ``loopview screenshot``: the console itself, or a picture of it."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_place, add_threshold, whole_number
from loopview.cli.exits import Exit, Stop
from loopview.cli.place import Place, place

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

SIZE = (160, 45)  #: columns and rows of a picture, unless asked otherwise


def console_options(parser: ArgumentParser) -> None:
    """Declare the arguments of the console."""
    add_place(parser)
    _add_display(parser)
    parser.add_argument(
        "--screenshot", metavar="OUT.svg", help="write a picture of the console instead of opening it"
    )
    _add_picture(parser)


def console(options: Namespace) -> int:
    """Open the console; without a terminal on either end print the text status."""
    if options.screenshot:
        return _picture(options, options.screenshot)
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        from loopview.cli.status import show_text

        return show_text(place(options))
    here = _place_or_empty(options)
    gc.disable()  # what is imported and built up to the first paint stays; the app turns it on again then
    from pathlib import Path

    from loopview.tui.app import run_console

    return int(run_console(Path(here.root), here.settings))


def screenshot_options(parser: ArgumentParser) -> None:
    """Declare the arguments of the picture."""
    parser.add_argument("out", metavar="OUT.svg", help="the file to write")
    add_place(parser)
    _add_display(parser)
    _add_picture(parser)


def screenshot(options: Namespace) -> int:
    """Write an SVG of one screen."""
    return _picture(options, options.out)


def _add_display(parser: ArgumentParser) -> None:
    parser.add_argument("--theme", metavar="NAME", help="one of `loopview themes list`")
    parser.add_argument("--ascii", action="store_true", default=None, help="plain ASCII instead of glyphs")
    parser.add_argument("--fps", type=whole_number, metavar="N", help="repaints a second at most")
    parser.add_argument(
        "--slow", action="store_true", default=None, help="for slow links: one repaint in two seconds"
    )
    parser.add_argument("--reduced-motion", action="store_true", default=None, help="no animation")
    parser.add_argument(
        "--no-mouse", dest="mouse", action="store_false", default=None, help="leave the mouse alone"
    )
    parser.add_argument("--read-only", action="store_true", default=None, help="leave out every action that writes")
    add_threshold(parser)


def _add_picture(parser: ArgumentParser) -> None:
    parser.add_argument("--size", type=size, default=SIZE, metavar="WxH", help="of the picture (default 160x45)")
    parser.add_argument("--screen", default="dash", metavar="NAME", help="which screen (default dash)")
    parser.add_argument("--question", metavar="NAME", help="ask this ready question, on the screen Ask")
    parser.add_argument("--chart", action="store_true", help="draw the rows of that question")


def size(text: str) -> tuple[int, int]:
    """Columns and rows as in ``100x30``."""
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and 10 <= int(width) <= 1000 and 5 <= int(height) <= 500):  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write it like 100x30 (10x5 to 1000x500)")
    return int(width), int(height)


def _picture(options: Namespace, out: str) -> int:
    here = place(options)
    folder = os.path.dirname(os.path.abspath(out))
    if not os.path.isdir(folder):
        raise Stop(Exit.USAGE, f"no such directory: {folder}", "make it first, or name another file")
    from pathlib import Path

    from loopview.tui.app import save_screenshot
    from loopview.tui.screens.catalog import SCREENS

    names = [known.name for known in SCREENS]
    if options.screen not in names:
        raise Stop(Exit.USAGE, f"no screen is called {options.screen!r}", f"there are {', '.join(names)}")
    screen = "ask" if options.question else options.screen
    try:
        save_screenshot(
            Path(here.root),
            here.settings,
            Path(out),
            options.size,
            screen,
            question=options.question,
            chart=options.chart,
        )
    except LookupError:
        raise Stop(
            Exit.USAGE, f"no question is called {options.question!r}", "`loopview questions list` names them"
        ) from None
    return Exit.OK


def _place_or_empty(options: Namespace) -> Place:
    """The loop, or the ``.loop`` directory that waits for one: the console can be there first."""
    from loopview.cli.place import asked_path, settings_of
    from loopview.sources.discover import find_empty_loop

    try:
        return place(options)
    except Stop as stop:
        root = find_empty_loop(asked_path(options)) if stop.code is Exit.NO_LOOP else None
        if root is None:
            raise
        return Place(root, settings_of(root, options))


def _is_terminal(stream: object) -> bool:
    return bool(stream is not None and stream.isatty())  # type: ignore[attr-defined]
