"""Opening a file of the loop in the operator's own editor or pager, the console stepping aside meanwhile.

Programs are started by argument list, without a shell, on the absolute path of a regular file: no name of a file is
an option or a command. A pager reads made-safe text from its standard input, because most of them pass escape
sequences on; an editor gets the file itself.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import stat
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from textual.app import SuspendNotSupported

from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import BinaryIO

PLUS_LINE = re.compile(r"[gn]?vim|n?vi|view|vis|elvis|nano|pico|micro|emacs(?:client)?|mg|kak|ne|joe|jed")
"""Editors that take `+LINE FILE`."""

GOTO = re.compile(r"code(?:-insiders)?|codium|cursor|windsurf")
"""Editors that take `-g FILE:LINE`."""

COLON = re.compile(r"hx|helix|zed|subl")
"""Editors that take `FILE:LINE`."""

VIMS = re.compile(r"[gn]?vim|view")

LONGEST_LINE = 1 << 20
"""Bytes of one line that a pager is given as one line; the rest follows on further ones."""


class Suspendable(Protocol):
    """What steps aside: the running app."""

    def suspend(self) -> AbstractContextManager[None]:
        """Give the terminal back while the context lasts."""


def open_in_editor(
    app: Suspendable,
    path: Path,
    line: int | None = None,
    *,
    editor: str = "",
    environment: Mapping[str, str] = os.environ,
) -> str:
    """Open `path` at `line` (from 1) in `editor`, else in $VISUAL, $EDITOR or vi; return what went wrong, or ""."""
    wanted = editor or environment.get("VISUAL") or environment.get("EDITOR") or "vi"
    try:
        _regular(path).close()
        command = editor_command(wanted, path, line)
    except (OSError, ValueError) as fault:
        return plain(f"Not opened: {fault}")
    return _aside(app, command, None, environment)


def open_in_pager(
    app: Suspendable, path: Path, line: int | None = None, *, environment: Mapping[str, str] = os.environ
) -> str:
    """Show `path` from `line` (from 1) on in $PAGER, else in less; return what went wrong, or ""."""
    try:
        command = shlex.split(environment.get("PAGER") or "less")
        name = _name(command)
        file = _regular(path)
    except (OSError, ValueError) as fault:
        return plain(f"Not opened: {fault}")
    if line is not None and name == "less":
        command.append(f"+{line}")
    with file:
        return _aside(app, command, file, {**environment, "LESSSECURE": "1"})


def editor_command(editor: str, path: Path, line: int | None) -> list[str]:
    """Return the argument list that opens `path` at `line`; raise ValueError when `editor` cannot be understood."""
    command = shlex.split(editor)
    name = _name(command)
    where = str(path.absolute())
    if VIMS.fullmatch(name):  # a file must not set options of the editor that looks at it
        command += ["--cmd", "set nomodeline"]
    if line is None:
        return [*command, where]
    if PLUS_LINE.fullmatch(name):
        return [*command, f"+{line}", where]
    if GOTO.fullmatch(name):
        return [*command, "-g", f"{where}:{line}"]
    return [*command, f"{where}:{line}" if COLON.fullmatch(name) else where]


def _name(command: Sequence[str]) -> str:
    if not command:
        raise ValueError("the name of the program is empty")
    return Path(command[0]).name


def _regular(path: Path) -> BinaryIO:
    """Open a regular file without waiting for anybody; raise OSError for everything else."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a regular file")
    return os.fdopen(descriptor, "rb")


def _aside(app: Suspendable, command: list[str], text: BinaryIO | None, environment: Mapping[str, str]) -> str:
    try:
        with app.suspend(), _keys_for_the_child():
            code = _run(command, text, environment)
    except SuspendNotSupported:
        return "Not opened: there is no terminal to lend"
    except OSError as fault:
        return plain(f"Not opened: {command[0]}: {fault.strerror}")
    return plain(f"{command[0]} ended with {code}") if code else ""


def _run(command: list[str], text: BinaryIO | None, environment: Mapping[str, str]) -> int:
    with subprocess.Popen(command, stdin=None if text is None else subprocess.PIPE, env=environment) as child:
        if text is not None and child.stdin is not None:
            with suppress(BrokenPipeError):  # left before the end of the file
                while chunk := text.readline(LONGEST_LINE):
                    child.stdin.write(plain(chunk.rstrip(b"\r\n")).encode("utf-8", "replace") + b"\n")
            with suppress(BrokenPipeError):
                child.stdin.close()
        return child.wait()


@contextmanager
def _keys_for_the_child() -> Iterator[None]:
    """Let ctrl+c mean what it means in the program in front; a handler, unlike ignoring, is not inherited by it."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
