"""Arguments of a verb: argparse, with our way of saying what is wrong and what to do."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, NoReturn

from loopview.cli.exits import Exit, Stop

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Formatter(argparse.HelpFormatter):
    """Help of a known width: argparse would import shutil to measure the terminal, before every command."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(prog, max_help_position=28, width=int(columns) if columns.isdigit() else 100)


class Parser(argparse.ArgumentParser):
    """A parser that raises `Stop` instead of writing to standard error."""

    def __init__(self, name: str, summary: str) -> None:
        super().__init__(
            prog=f"loopview {name}".rstrip(),
            description=summary[:1].upper() + summary[1:] + ".",
            allow_abbrev=False,
            formatter_class=_Formatter,
        )

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        raise Stop(
            Exit.USAGE, f"{self.prog.partition(' ')[2] or 'loopview'}: {message}", f"see `{self.prog} --help`"
        )

    @property
    def option_words(self) -> tuple[str, ...]:
        """Every option as it is written on the command line."""
        return tuple(self._option_string_actions)

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """Parse, taking the word after an option as its value even when it starts with a dash.

        A loop passes on whatever text it has, as in ``--action "$WHAT"``.
        """
        bound: list[str] = []
        rest = iter(words)
        for word in rest:
            if word == "--":
                bound.extend((word, *rest))
                break
            action = self._option_string_actions.get(word)
            value = next(rest, None) if action is not None and action.nargs is None else None
            bound.append(word if value is None else f"{word}={value}")
        return self.parse_intermixed_args(bound)  # an option may stand before a name that can be left out


def add_place(parser: argparse.ArgumentParser) -> None:
    """The ways to name a loop: a path, ``--root``, or ``--sample``."""
    parser.add_argument("path", nargs="?", metavar="PATH", help="a directory of the loop (default: here, or above)")
    add_root(parser)


def add_root(parser: argparse.ArgumentParser) -> None:
    """Only ``--root`` and ``--sample``, for verbs whose positional argument is something else."""
    parser.add_argument("--root", metavar="PATH", help="a directory of the loop (default: here, or above)")
    parser.add_argument("--sample", action="store_true", help="the sample loop that ships with loopview")


def add_json(parser: argparse.ArgumentParser) -> None:
    """The machine's form of the answer."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_threshold(parser: argparse.ArgumentParser) -> None:
    """K, where the verdict is computed."""
    parser.add_argument(
        "--k", type=whole_number, metavar="N", help="failures in a row that make a stall (default 3)"
    )


def add_moment(parser: argparse.ArgumentParser) -> None:
    """The moment to look at the loop from."""
    parser.add_argument("--now", type=moment, metavar="TIME", help="as if it were TIME (ISO 8601 or epoch seconds)")


def whole_number(text: str) -> int:
    """A number from 1 to a million."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:8]) <= 1_000_000):  # noqa: PLR2004 - a bound for sanity
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000000")
    return int(text)


def moment(text: str) -> object:
    """An aware moment in UTC, in any form that the loop's files use."""
    from loopview.domain.clock import parse_time

    found = parse_time(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time; write it like 2026-06-24T10:00:00Z")
    return found
