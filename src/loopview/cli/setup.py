"""``loopview init``, ``paths`` and ``completion``: getting started."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.cli.arguments import Parser, add_json, add_root
from loopview.cli.catalog import VERBS
from loopview.cli.exits import Exit, Stop
from loopview.cli.output import say, say_json, say_raw
from loopview.config import KEYS, REPOSITORY_FILE, user_file

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.config import Key

HOOK = (
    "bash run_gate.sh > gate.txt 2>&1 && gate=pass || gate=fail",
    'loopview record --action "$what" --hypothesis "$why" --gate "$gate" --gate-output gate.txt --keep-output',
    "loopview stall --exit-code || loopview resume >> next_prompt.txt",
)
"""The three lines that hook a bash loop: gate, record, and what the next turn should know."""


def init_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="the directory to write it to")


def init(options: Namespace) -> int:
    """Write ``loopview.toml``; refuse when there is one."""
    target = os.path.join(options.path, REPOSITORY_FILE)
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        raise Stop(Exit.REFUSED, f"{target} is there already", "edit it, or move it away first") from None
    except OSError as error:
        raise Stop(Exit.FAILED, f"{target}: {error.strerror}", "name a directory that you may write to") from None
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(template()) + "\n")
    say([f"wrote {target}", "", "three lines hook a bash loop:", *(f"  {line}" for line in HOOK)])
    return Exit.OK


def template() -> Iterator[str]:
    """Every key a repository may set, commented out with its built-in value."""
    yield "# loopview: how this loop is shown. The agent that is watched can write this file, so it sets display"
    yield "# keys only; everything else belongs in your own config.toml (`loopview paths` says where that is)."
    for key in KEYS:
        if key.repository:
            yield ""
            yield f"# {key.meaning}"
            yield f"# {key.name} = {_toml(key)}"


def _toml(key: Key) -> str:
    return str(key.default).lower() if isinstance(key.default, bool | int) else f'"{key.default}"'


def paths_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", nargs="?", metavar="PATH", help="a directory of the loop (default: here, or above)")
    add_root(parser)
    add_json(parser)


def paths(options: Namespace) -> int:
    """Print every place that is read or written, and whether it exists; a missing loop is no error here."""
    found = dict(_places(options))
    if options.json:
        say_json({"paths": found})
    else:
        say(
            f"{name:<17}{path or '-'}{'' if not path or os.path.exists(path) else '  (not there)'}"
            for name, path in found.items()
        )
    return Exit.OK


def _places(options: Namespace) -> Iterator[tuple[str, str | None]]:
    from loopview.cli.place import asked_path, settings_of
    from loopview.shipped import sample_dir, themes_dir
    from loopview.sources.discover import find_loop

    root = find_loop(asked_path(options))
    settings = settings_of(root or ".", options)
    yield "loop", root
    yield "repository file", os.path.join(root, REPOSITORY_FILE) if root else None
    yield "user file", user_file(os.environ)
    yield "cache", settings.cache_dir
    yield "state", settings.state_dir
    yield "your themes", os.path.join(os.path.dirname(user_file(os.environ)), "themes")
    yield "your questions", os.path.join(os.path.dirname(user_file(os.environ)), "questions")
    yield "your pins", os.path.join(os.path.dirname(user_file(os.environ)), "pins.json")
    yield "shipped themes", str(themes_dir())
    yield "sample loop", str(sample_dir())


def completion_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell to complete in")


def completion(options: Namespace) -> int:
    """Print a completion script made from the verbs and options there are."""
    from loopview.cli import completion as scripts

    say_raw(scripts.script(options.shell, {name: _words(name) for name in VERBS}))
    return Exit.OK


def _words(name: str) -> tuple[str, ...]:
    """The long options of a verb."""
    from importlib import import_module

    verb = VERBS[name]
    parser = Parser(name, verb.summary)
    getattr(import_module(f"loopview.cli.{verb.module}"), f"{verb.function}_options")(parser)
    return tuple(sorted(word for word in parser.option_words if word.startswith("--")))
