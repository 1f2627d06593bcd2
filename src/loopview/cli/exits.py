"""Exit codes, the errors that carry them, and the only writer of standard error."""

from __future__ import annotations

import sys
from enum import IntEnum

TYPE_CHECKING = False  # typing is not needed to run
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO


class Exit(IntEnum):
    """What the process returns; the same table stands in the README."""

    OK = 0
    FAILED = 1  #: it was tried and did not work
    USAGE = 2  #: the command line was wrong
    NO_LOOP = 3  #: no loop data found
    REFUSED = 4  #: read-only, sample, lock held, would overwrite
    STALLED = 10  #: with --exit-code: the loop is stalled; stands before 11
    RED = 11  #: with --exit-code: probes are red
    CHECK_FAILED = 12  #: `check`: what a pin expects does not hold
    INTERRUPTED = 130  #: Ctrl-C


class Stop(Exception):  # noqa: N818 - it ends a command; it is not always an error
    """Ends a command with a code and one message: what, where, what to do."""

    def __init__(self, code: Exit, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice


def complain(message: str, advice: str = "") -> None:
    """Write one message to standard error, safe for a terminal; a closed standard error is no reason to fail."""
    mention([f"loopview: {message}", *([f"  {advice}"] if advice else [])])


def mention(lines: Iterable[str]) -> None:
    """Write lines beside the data to standard error, safe for a terminal; that it is closed is no failure."""
    from loopview.text import plain

    try:
        sys.stderr.write("".join(plain(line) + "\n" for line in lines))
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def screen() -> TextIO | None:
    """What a human sees: standard output or, where that goes to a file or a program, standard error."""
    return next((each for each in (sys.stdout, sys.stderr) if each and not each.closed and each.isatty()), None)
