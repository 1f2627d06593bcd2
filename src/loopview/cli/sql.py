"""``loopview sql``: one reading statement over everything the loop wrote."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_root
from loopview.cli.asked import add_answer, open_loop, say_answer
from loopview.cli.exits import Exit, Stop

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

LONGEST = 256 * 1024  #: bytes of a file or of standard input that are read; the gate takes less


def sql_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("sql", nargs="?", metavar="SQL", help="the statement; - reads it from standard input")
    parser.add_argument("-f", "--file", metavar="FILE", help="read the statement from a file")
    add_root(parser)
    add_answer(parser)


def sql(options: Namespace) -> int:
    """Run the statement and print its rows."""
    text = _text(options)
    with open_loop(options) as loop:
        say_answer(options, loop.sql(text))
    return Exit.OK


def _text(options: Namespace) -> str:
    if (options.sql is None) == (options.file is None):
        raise Stop(Exit.USAGE, "sql: give one statement, or -f FILE, or - for standard input", "see docs/tables.md")
    if options.file is not None:
        return _read(options.file)
    if options.sql != "-":
        return str(options.sql)
    content = sys.stdin.buffer.read(LONGEST) if sys.stdin is not None else b""
    return content.decode("utf-8", "replace")


def _read(path: str) -> str:
    """The text of a file that the operator named; never blocks."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Stop(Exit.USAGE, f"{path}: {error.strerror}", "name a file with one statement") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Stop(Exit.USAGE, f"{path} is not a regular file", "name a file with one statement")
    with open(descriptor, "rb") as file:
        return file.read(LONGEST).decode("utf-8", "replace")
