"""The real console in a real pseudo-terminal: keys in, every byte out, and the screen that a terminal would show."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from codecs import getincrementaldecoder
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PATIENCE = 60.0
"""Seconds that are waited for what does not come: only a failure takes them."""

CALM = (5, 0.015)
"""How often, and how many seconds apart, a console must be seen asleep to have nothing to do (it blinks at 25 ms)."""

KITTY_ESCAPE = "\x1b[27u"
"""Esc as a terminal sends it that the console asked for the newer protocol: never half of another key."""

SOURCE = Path(__file__).resolve().parents[2] / "src"

COLOUR = r"(?:[34]8;2;\d{1,3};\d{1,3};\d{1,3}|[34]8;5;\d{1,3})"
KNOWN = re.compile(
    r"\x1b\[(?P<style>(?:0|(?:[1-4]|7|9|" + COLOUR + r")(?:;(?:[1-4]|7|9|" + COLOUR + r"))*))m"
    r"|\x1b\[(?P<row>\d{1,4});(?P<column>\d{1,4})H"
    r"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026)[hl]"
    r"|\x1b\[\?20(?:26|48)\$p"
    r"|\x1b\[>25u|\x1b\[<u"
    r"|\x1b\](?:22;(?:default|pointer|text|grab|grabbing)|2;[^\x00-\x1f\x7f-\x9f]{1,90})\x07"
    r"|\x1b\[2[23];2t"
    r"|\x07|\r?\n"
)
"""What a clean console writes beside text: styles, cursor positions, the driver's modes, title, bell."""

_UNSEEN_BY_PYTE = re.compile(r"\x1b\[>\d+u|\x1b\[<u|\x1b\[\?\d+\$p|\x1b\][^\x07]*\x07|\x1b\[2[23];2t")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?<>$]*|\][^\x07]*)?\Z")


_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_STACK = re.compile("[\u0300-\u036f\u0483-\u0489\u20d0-\u20f0]{3}")


def unknown_in(output: bytes) -> list[str]:
    """Return what in a console's output is neither visible text nor a sequence that a clean console writes."""
    rest = KNOWN.sub("", output.decode("utf-8"))
    places = [at for at, character in enumerate(rest) if not character.isprintable()]
    places += [found.start() for found in (*_INVISIBLE.finditer(rest), *_STACK.finditer(rest))]
    return [ascii(rest[max(0, at - 20) : at + 40]) for at in places]


def assert_only_known_sequences(output: bytes, *, starts: int = 1) -> None:
    """Fail, showing the place, when something in `output` could drive, hide from or deceive at a terminal.

    `starts` is how often the console took the terminal over: the modes it sets then appear that often, never more.
    """
    found = unknown_in(output)
    assert not found, f"{len(found)} unknown characters or sequences reached the terminal: {found[:5]}"
    for mode, most in (
        (b"?1049h", 1),
        (b"?1049l", 1),
        (b"?25h", 1),
        (b"?1000h", 2),
        (b"?1003h", 2),
        (b"?2004l", 1),
    ):
        times = output.count(b"\x1b[" + mode)
        assert times <= most * starts, f"{mode.decode()} was written {times} times"


class PtyConsole:
    """One console process on its own pseudo-terminal; a context manager that leaves no process behind."""

    def __init__(
        self,
        *arguments: str | Path,
        size: tuple[int, int] = (80, 24),
        environment: dict[str, str] | None = None,
        command: Sequence[str | Path] | None = None,
        home: Path | None = None,
    ) -> None:
        """Start `python -m loopview ARGUMENTS` (or `command`), `size` being columns and rows."""
        self.columns, self.rows = size
        self.output = b""
        self._pending = ""
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._changed = threading.Condition()
        self._last_output = time.monotonic()
        self._closed = False
        self._hung_up = False
        self.screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.Stream(self.screen)
        self._master, slave = os.openpty()
        self._set_size(slave)
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [str(part) for part in (command or [sys.executable, "-m", "loopview", *arguments])],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=_environment(home) | (environment or {}),
            cwd=home,
            start_new_session=True,
        )
        self._slave = slave  # kept open: after the end the terminal's settings are looked at
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(60)
        self.hang_up()

    # What comes out

    def _read(self) -> None:
        while not self._hung_up:
            if not select.select([self._master], [], [], 0.05)[0]:
                continue
            try:
                received = os.read(self._master, 65536)
            except OSError:
                received = b""
            with self._changed:
                self.output += received
                self._last_output = time.monotonic()
                self._closed = not received
                self._show(received)
                self._changed.notify_all()
                if self._closed:
                    return

    def _show(self, received: bytes) -> None:
        text = self._pending + self._decode(received)
        unfinished = _UNFINISHED.search(text)
        cut = unfinished.start() if unfinished else len(text)
        self._pending = text[cut:]
        self._stream.feed(_UNSEEN_BY_PYTE.sub("", text[:cut]))

    @property
    def lines(self) -> list[str]:
        """What the terminal shows, line by line."""
        with self._changed:
            return [line.rstrip() for line in self.screen.display]

    @property
    def shown(self) -> str:
        """What the terminal shows, as one text."""
        return "\n".join(self.lines)

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Wait for a condition; fail with what is on the screen when it does not come true."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = self.process.poll() is not None
            if time.monotonic() > deadline or (ended and self._drained() and not condition()):
                raise AssertionError(f"{what} did not happen; the terminal shows:\n{self.shown}")
            with self._changed:
                self._changed.wait(0.05)

    def _drained(self) -> bool:
        """Wait out what an ended process still had in the pipe."""
        self.wait_quiet(0.1)
        return True

    def wait_text(self, text: str, seconds: float = PATIENCE) -> None:
        """Wait until `text` stands somewhere on the screen."""
        self.wait_until(lambda: text in self.shown, f"{text!r} on screen", seconds)

    def wait_quiet(self, seconds: float, limit: float = 10.0) -> bool:
        """Wait until nothing was written for `seconds`; False when that did not come within `limit` seconds."""
        deadline = time.monotonic() + limit
        with self._changed:
            while not self._closed and time.monotonic() < deadline:
                silent = time.monotonic() - self._last_output
                if silent >= seconds:
                    return True
                self._changed.wait(seconds - silent)
        return self._closed

    def settle(self, after: str = "") -> None:
        """Wait until the console has read its keys and done its work: all of its threads sleep, nothing is written."""
        deadline = time.monotonic() + PATIENCE
        times, pause = CALM
        calm, written = 0, len(self.output)
        while calm < times and not self._closed:
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"after {after!r} the console draws without end: {self.output[-500:]!r}\n{self.shown}"
                )
            with self._changed:
                self._changed.wait(pause)
            calm = calm + 1 if len(self.output) == written and self._asleep() else 0
            written = len(self.output)

    def _asleep(self) -> bool:
        """Whether no thread of the console runs or waits for a processor, and no key waits to be read."""
        if struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4)))[0]:
            return self.process.poll() is not None
        try:
            states = [thread.read_text() for thread in Path(f"/proc/{self.process.pid}/task").glob("*/stat")]
        except OSError:  # a thread that ended meanwhile
            return False
        return all(state.rpartition(")")[2].split()[0] not in "RD" for state in states)

    # What goes in

    def press(self, *keys: str) -> None:
        """Type keys (characters or escape sequences), letting the console come to rest after each."""
        for key in keys:
            self.send((key[:-1] + KITTY_ESCAPE if key.endswith("\x1b") else key).encode())
            self.settle(key)

    def send(self, received: bytes) -> None:
        """Put bytes on the console's standard input."""
        os.write(self._master, received)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        with self._changed:
            self.columns, self.rows = columns, rows
            self.screen.resize(rows, columns)
            self._last_output = time.monotonic()
        self._set_size(self._slave)
        self.signal(signal.SIGWINCH)

    def _set_size(self, descriptor: int) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def signal(self, number: int) -> None:
        """Send a signal to the console's process."""
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal."""
        self._hung_up = True
        self._reader.join()
        for descriptor in (self._master, self._slave):
            try:
                os.close(descriptor)
            except OSError:
                continue

    # How it ends

    def wait(self, seconds: float = PATIENCE) -> int:
        """Return the exit code once the process has ended and everything it wrote is read."""
        code = self.process.wait(seconds)
        self.wait_quiet(0.1)
        return code

    @property
    def settings_restored(self) -> bool:
        """Whether the terminal's line settings are what they were before the console started."""
        return termios.tcgetattr(self._slave) == self.before


def _environment(home: Path | None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "LANG", "SYSTEMROOT"}}
    return kept | {
        "PYTHONPATH": str(SOURCE),
        "HOME": str(home or "/nonexistent"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
        "TEXTUAL_ANIMATIONS": "none",
    }
