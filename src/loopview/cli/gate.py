"""The terminal side of a gate: the whole of it is shown, then a human types; nothing else can answer.

What was typed ahead is thrown away, a second without keys must pass first, and keys that come faster than fingers
(a paste, a program) are refused. A terminal that changes its size begins again, one too small is refused, and one
that goes away has decided nothing.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import time
import tty
from codecs import getincrementaldecoder
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.cli.exits import Exit, Stop, screen
from loopview.cli.output import flush, say, say_raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SMALLEST = (60, 16)  #: columns and rows below which a diff cannot be reviewed
OTHERWISE = 100  #: columns where there is no terminal
QUIET = 1.0  #: seconds without a key before an answer counts
SLOWEST_MACHINE = 0.004  #: seconds between two keys below which no finger typed them
TRIES = 3

_ENTER, _CANCEL, _RUB = "\r\n", "\x03\x04\x1b", "\x7f\x08"
_PASTE_ON, _PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"
_ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Person(NamedTuple):
    """Who sits at the terminal, for the record."""

    operator: str
    host: str
    tty: str


def person() -> Person:
    """Who sits at the terminal. Raises `Stop` where there is none, or one too small to review anything."""
    if not (sys.stdin and sys.stdin.isatty() and screen()):
        raise Stop(
            Exit.REFUSED,
            "this needs a terminal, with a person at it",
            "there is no option to answer it: type the command in a terminal of your own",
        )
    _refuse_small()
    return anybody()._replace(tty=_terminal())


def anybody() -> Person:
    """Whoever runs this, at a terminal or not: for what publishes nothing and runs nothing."""
    import getpass

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a number that the system has no name for
        name = f"uid {os.getuid()}"
    return Person(name, os.uname().nodename, "")


def show(compose: Callable[[], Iterable[str]]) -> None:
    """Show every line that ``compose`` makes, a screenful at a time, so that each of them has been on the screen.

    It begins again when the terminal changes its size on the way. Raises `Stop` when given up.
    """
    with _keys() as keys:
        while not _shown(keys, compose):
            _refuse_small()
            say(["the terminal has another size now: once more from the beginning"])


def typed(question: str, length: int) -> str:
    """What a human types in answer to ``question``, at most ``length`` characters; nothing when given up.

    Raises `Stop` where the terminal is too small by then, or gone.
    """
    with _keys() as keys:
        for _ in range(TRIES):
            _wait_until_quiet(keys)
            _refuse_small()
            say_raw(f"{question} ")
            flush()
            answer = _answer(keys, length)
            say([""])
            _refuse_small()
            if answer is not None:
                return answer
            say(["that came faster than anybody types: a paste does not count, type it"])
    return ""


def _shown(keys: int, compose: Callable[[], Iterable[str]]) -> bool:
    """Show it all; False when the size changed before its end."""
    size = _size()
    lines = [row for line in compose() for row in _wrapped(line, size[0] - 1)]
    page = max(size[1] - 2, 1)
    for start in range(0, len(lines), page):
        say(lines[start : start + page])
        left = len(lines) - start - page
        if left > 0:
            _turn(keys, left)
        if _size() != size:
            return False
    return True


def _turn(keys: int, left: int) -> None:
    """Wait for the key that turns the page; one typed before the page was there does not."""
    termios.tcflush(keys, termios.TCIFLUSH)
    say_raw(f"-- {left} more lines: space or enter goes on, q gives up --")
    flush()
    while True:
        key = _read(keys)
        if key[:1] in {b" ", b"\r", b"\n"}:
            break
        if key[:1] in {b"q", b"\x03", b"\x04"}:
            say([""])
            raise Stop(Exit.REFUSED, "given up before the end: nothing was decided")
    say_raw("\r\x1b[K")


def _answer(keys: int, length: int) -> str | None:
    """Read keys one by one; None when they were not typed by fingers."""
    text, last = "", 0.0
    decode = getincrementaldecoder("utf-8")("replace").decode
    while True:
        key = decode(_read(keys))
        if not key:  # the first bytes of a character
            continue
        if len(key) > 1 or time.monotonic() - last < SLOWEST_MACHINE:
            return None
        last = time.monotonic()
        if key in _CANCEL:
            return ""
        if key in _ENTER:
            return text
        if key in _RUB and text:
            text = text[:-1]
            say_raw("\b \b")
        elif key.isprintable() and len(text) < length:
            text += key
            say_raw(key)
        flush()


def _read(keys: int) -> bytes:
    """The next keys. Raises `Stop` when the terminal is gone."""
    try:
        found = os.read(keys, 64)
    except OSError:
        found = b""
    if not found:
        raise Stop(Exit.REFUSED, "the terminal is gone: nothing was decided")
    return found


def _wait_until_quiet(keys: int) -> None:
    """Throw away what was typed ahead, until nothing is typed for a while."""
    while True:
        termios.tcflush(keys, termios.TCIFLUSH)
        if not select.select([keys], [], [], QUIET)[0]:
            return


@contextmanager
def _keys() -> Iterator[int]:
    """The terminal with every key given at once and none shown; as it was, afterwards, however it ends."""
    keys = sys.stdin.fileno()
    try:
        before = termios.tcgetattr(keys)
        with _ended_by_signals(), redirect_stdout(screen() or sys.stdout):
            try:
                tty.setcbreak(keys, termios.TCSAFLUSH)
                after = termios.tcgetattr(keys)
                after[3] &= ~termios.ISIG  # a Ctrl-C is a key that gives up, here
                termios.tcsetattr(keys, termios.TCSADRAIN, after)
                say_raw(_PASTE_ON)
                flush()
                yield keys
            finally:
                with suppress(OSError, Stop):
                    say_raw(_PASTE_OFF)
                    flush()
                with suppress(termios.error):
                    termios.tcsetattr(keys, termios.TCSAFLUSH, before)
    except termios.error:
        raise Stop(Exit.REFUSED, "the terminal is gone: nothing was decided") from None


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let an end from outside go through here, so that the terminal is put back on its way."""

    def leave(number: int, _: Any) -> None:
        raise SystemExit(128 + number)

    ignored = {number for number in _ENDS if signal.getsignal(number) is signal.SIG_IGN}
    before = {number: signal.signal(number, leave) for number in _ENDS if number not in ignored}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminal() -> str:
    try:
        return os.ttyname(sys.stdin.fileno())
    except OSError:  # a terminal of another namespace has no name here
        return "a terminal without a name"


def _refuse_small() -> None:
    columns, rows = _size()
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        raise Stop(
            Exit.REFUSED,
            f"the terminal has {columns}×{rows} cells, too few to review an edit: nothing was decided",
            f"make it {SMALLEST[0]}×{SMALLEST[1]} or larger",
        )


def _size() -> tuple[int, int]:
    shown = screen()
    try:
        size = os.get_terminal_size(shown.fileno()) if shown else os.terminal_size((0, 0))
    except OSError:
        return 0, 0
    return size.columns, size.lines


def framed(lines: Iterable[str]) -> list[str]:
    """Foreign lines behind a gutter, wrapped and never cut, so that they cannot pass for lines of ours."""
    from loopview.text import safe

    room = max((_size()[0] or OTHERWISE) - 4, 20)
    return [f"│ {row}" for line in lines for row in _wrapped(str(safe(line)), room)]


def _wrapped(line: str, room: int) -> Iterator[str]:
    """The rows of a line where a row has room for so many cells: a terminal that wraps would scroll one away."""
    from loopview.text import cell_width

    start, width = 0, 0
    for place, character in enumerate(line):
        width += cell_width(character)
        if width > room:
            yield line[start:place]
            start, width = place, cell_width(character)
    yield line[start:]
