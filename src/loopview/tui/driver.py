"""The terminal's driver, distrustful on both sides: nothing unknown goes out, nothing that comes in ends the app.

Facts of Textual 8.2.8 behind this: its driver dies of invalid UTF-8 and of some key sequences, spins on a closed
terminal, blocks for ever once a write failed, starts a second reader on a stray SIGCONT, and leaves the terminal
as it is on SIGTERM, SIGHUP and SIGQUIT.
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import termios
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from loopview.text import plain
from loopview.tui import typed_keys
from loopview.tui.key_reader import KeyReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from textual.app import App
    from textual.message import Message

ENDING_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
GRACE_SECONDS = 5.0
"""How long an orderly end may take after a signal before the process ends itself, terminal restored."""

SMALLEST, LARGEST = Size(8, 2), Size(1000, 500)
"""Cells: other sizes are taken to be the nearest of these. A forged size must not cost gigabytes, and below four
columns Textual draws without end."""

_LONGEST_OWN = 32
_OWN = re.compile(
    r"\x1b(?:\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # modes of the terminal
    r"|\[\?20(?:26|48)\$p"  # does it know these two?
    r"|\[(?:>[0-9]+|<)u"  # keyboard protocol on and off
    r"|\]22;[a-z-]*\x07)"  # pointer shape
    r"|\x07"
)
_FOREIGN = re.compile(
    r"\x1b(?!\[[0-9;]*m|\[[0-9]*(?:;[0-9]*)?H)"  # all but colours and cursor positions
    r"|[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def guarded(output: str) -> str:
    """Return what is written to the terminal with all but Textual's own sequences turned into pictures.

    A frame consists of text, line feeds, colours and cursor positions; everything else Textual writes is a short
    sequence on its own. This is the last line only: what a sequence says cannot tell who wrote it, so data is
    stopped before, where text is still apart from sequences (`loopview.tui.guard.GuardFilter`).
    """
    if len(output) <= _LONGEST_OWN and _OWN.fullmatch(output):
        return output
    return _FOREIGN.sub(lambda found: plain(found[0]), output)


class _Terminal:
    """The output end: a terminal that goes away is written to no more, and nobody is held up by it."""

    def __init__(self, fileno: int) -> None:
        self._fileno = fileno
        self.gone = False

    def write(self, text: str) -> None:
        waiting = memoryview(text.encode("utf-8", "replace"))
        while waiting and not self.gone:
            try:
                waiting = waiting[os.write(self._fileno, waiting) :]
            except BlockingIOError:
                select.select([], [self._fileno], [], 1.0)
            except OSError:
                self.gone = True

    def size(self) -> Size:
        """Return its columns and rows; a size without area when it does not know."""
        try:
            return Size(*os.get_terminal_size(self._fileno))
        except OSError:
            return Size()

    def flush(self) -> None:
        """Nothing waits in here."""

    def fileno(self) -> int:
        return self._fileno


def _screen_descriptor() -> int:
    """Return where to draw: standard output, unless only standard error is the terminal (Textual's own choice)."""
    streams = [stream for stream in (sys.__stdout__, sys.__stderr__) if stream is not None]
    return next((stream.fileno() for stream in streams if stream.isatty()), streams[-1].fileno())


class GuardedDriver(LinuxDriver):
    """Textual's driver for POSIX terminals behind the guard; `GuardedApp` uses it by itself."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._terminal = _Terminal(_screen_descriptor())
        self._file = cast("Any", self._terminal)
        self._title = ""
        self._asleep = False
        self._ending = 0
        for number in ENDING_SIGNALS:
            signal.signal(number, self._end)

    # Output

    def write(self, data: str) -> None:
        """Write what Textual drew, guarded."""
        super().write(guarded(data))

    def write_title(self, text: str) -> None:
        """Set the terminal's title; at the end the old one comes back, where the terminal can do that."""
        if not self._title:
            super().write("\x1b[22;2t")
        self._title = plain(text, limit=80).replace("#", "") or "loopview"  # tmux reads styles after a number sign
        super().write(f"\x1b]2;{self._title}\x07")

    def write_clipboard(self, encoded: str) -> None:
        """Hand base64 text to the terminal's clipboard (OSC 52); raise ValueError for anything else."""
        if not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", encoded):
            raise ValueError("the clipboard takes base64 only")
        super().write(f"\x1b]52;c;{encoded}\x07")

    # Input

    def run_input_thread(self) -> None:
        """Read keys until told to stop: bad bytes are replaced, bad sequences dropped, an end is a hangup."""
        reader = KeyReader()
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], 0.1)
            if ready:
                received = self._received()
                if not received:
                    self._loop.call_soon_threadsafe(self._end, signal.SIGHUP, None)
                    return
            for message in reader.messages(received if ready else b""):
                self.process_message(message)

    def _received(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def process_message(self, message: Message) -> None:
        """Pass on what came in, no terminal larger than can be drawn, and keys as what they are."""
        if isinstance(message, events.Key):
            typed_keys.mark(message)
        if isinstance(message, events.Resize):
            message = events.Resize(_bounded(message.size), message.virtual_size, pixel_size=message.pixel_size)
        super().process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the size of the terminal that is drawn on; Textual asks standard output, which may be a file."""
        size = self._terminal.size() or Size(*super()._get_terminal_size())
        bounded = _bounded(size)
        return bounded.width, bounded.height

    # Life

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._title:
            title, self._title = self._title, ""
            self.write_title(title)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        if self._title:
            super().write("\x1b[23;2t")
        super().stop_application_mode()

    def _sigtstp_application(self, *_: object) -> None:
        """Sleep; on the event loop, because a handler that interrupts a write would wait for it for ever."""
        if self._auto_restart:
            self._soon(self._sleep)
        else:  # the terminal is lent to another program
            os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart:
            self._soon(self._wake)

    def _soon(self, step: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: we are on the way out
            self._loop.call_soon_threadsafe(step)

    def _sleep(self) -> None:
        self._asleep = True
        super()._sigtstp_application()

    def _wake(self) -> None:
        """Wake up; after a stop that could not be noticed the terminal may have been used by others in between."""
        if not self._asleep:
            self.suspend_application_mode()
            self._must_signal_resume = True
        self._asleep = False
        self.resume_application_mode()

    def _end(self, number: int, _frame: FrameType | None) -> None:
        """End the application with 128 + the signal's number, in order if it can, by force if it cannot."""
        if self._ending:
            return
        self._ending = int(number)
        last_resort = threading.Timer(GRACE_SECONDS, self._end_now)
        last_resort.daemon = True
        last_resort.start()
        try:
            self._loop.call_soon_threadsafe(lambda: self._app.exit(return_code=128 + number))
        except RuntimeError:  # the loop is closed already: we are on the way out
            raise SystemExit(128 + number) from None

    def _end_now(self) -> None:
        """Restore the terminal without any help of threads that may hang, and end the process."""
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        if select.select([], [self._terminal.fileno()], [], 0.2)[1]:
            self._terminal.write(_RESTORE)
        os._exit(128 + self._ending)


_RESTORE = "".join(
    f"\x1b[{mode}"
    for mode in ("?2004l", "?7h", "?1000l", "?1003l", "?1015l", "?1006l", "<u", "?1049l", "?25h", "?1004l")
)


def _bounded(size: Size) -> Size:
    width = max(SMALLEST.width, min(size.width, LARGEST.width))
    return Size(width, max(SMALLEST.height, min(size.height, LARGEST.height)))
