"""Which loop a verb is about, and the settings that hold there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from loopview.cli.exits import Exit, Stop, complain
from loopview.config import Settings, load

if TYPE_CHECKING:
    from argparse import Namespace


class Place(NamedTuple):
    """A loop's root directory and the settings for it."""

    root: str
    settings: Settings


def asked_path(options: Namespace) -> str:
    """The directory (or file) named on the command line, else the current one, as an absolute path."""
    if getattr(options, "sample", False):
        from loopview.shipped import sample_dir

        return str(sample_dir())
    named = getattr(options, "root", None) or getattr(options, "path", None) or "."
    if not os.path.exists(named):
        raise Stop(Exit.USAGE, f"no such file or directory: {named}", _meant(named))
    return os.path.abspath(named)


def _meant(named: str) -> str:
    """What to do about a place that is not there: it may be a command, written wrongly."""
    from difflib import get_close_matches

    from loopview.cli.catalog import VERBS

    close = get_close_matches(named, list(VERBS), n=1)
    command = f"`loopview {close[0]}` is a command" if close else "`loopview help` lists the commands"
    return f"name a directory of the loop, or none to start here; {command}"


def place(options: Namespace) -> Place:
    """The loop at or above the asked path; raises `Stop` when there is none."""
    from loopview.sources.discover import find_loop

    path = asked_path(options)
    root = find_loop(path)
    if root is None:
        raise Stop(
            Exit.NO_LOOP,
            f"no loop data at or above {path}",
            "a loop has .loop/retro/cycles.jsonl or .loop/journal.jsonl; `loopview record` starts a journal, "
            "`loopview --sample` shows a sample",
        )
    return Place(root, settings_of(root, options))


def settings_of(root: str, options: Namespace) -> Settings:
    """The settings for ``root`` with the flags of this command; what is wrong in them is said once."""
    names = {"k": "stall_threshold"}
    flags = {names.get(name, name): value for name, value in vars(options).items()}
    flags = {name: value for name, value in flags.items() if name in Settings._fields}
    loaded = load(root, os.environ, flags)
    for problem in loaded.problems:
        complain(problem)
    return loaded.settings


def refuse_sample(root: str) -> None:
    """Raise `Stop` when ``root`` is the sample loop, which is never written to."""
    from loopview.sources.discover import is_sample

    if is_sample(root):
        raise Stop(
            Exit.REFUSED,
            f"{root} is the sample loop, which is never written to",
            "name your own loop with --root, or remove .loop/SAMPLE if this is a copy",
        )
