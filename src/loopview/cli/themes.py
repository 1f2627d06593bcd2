"""``loopview themes``: the palettes there are, and whether one is fit for use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json
from loopview.cli.exits import Exit, Stop
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def themes_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "what", nargs="?", choices=("list", "check"), default="list", help="list (default) or check"
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="with check: the palette to check (default: all)")
    add_json(parser)


def themes(options: Namespace) -> int:
    """Print names, or every fault; 1 when there is one and checking was asked for."""
    from loopview.shipped import themes_dir
    from loopview.tui.themes import load_themes, read_palette, user_themes_dir

    if options.file:
        path = Path(options.file)
        if not path.is_file():
            raise Stop(
                Exit.USAGE, f"no such file: {path}", "name a palette in TOML; `loopview themes list` shows ours"
            )
        palette, faults = read_palette(path)
        names = [] if faults else [str(palette["name"])]
    else:
        found, faults = load_themes([themes_dir(), user_themes_dir()])
        names = [theme.name for theme in found]
    if options.json:
        say_json({"themes": names, "faults": faults})
    else:
        say([*names, *(f"✗ {fault}" for fault in faults)])
    return Exit.FAILED if faults and options.what == "check" else Exit.OK
