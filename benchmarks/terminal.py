"""A real pseudo-terminal with a program in it: what it draws is read at once, with the time it came."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """A program on a terminal of 120 by 40 cells. Leaving the context ends it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], directory: Path) -> None:
        """Start the program; ``began`` is the moment before."""
        self.began = time.perf_counter()
        self.pid, self._screen = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            os.chdir(directory)
            os.execvpe(command[0], list(command), {**environment, "TERM": "xterm-256color"})
        self._drawn = bytearray()
        self._looked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.perf_counter() + 3
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            self.read(0.02)
            if time.perf_counter() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                break
        os.close(self._screen)

    def wait_for(self, text: str, seconds: float = 60) -> float:
        """Return the moment at which ``text`` came after the last one that was waited for."""
        wanted = text.encode()
        deadline = time.perf_counter() + seconds
        while True:
            found = self._drawn.find(wanted, self._looked)
            now = time.perf_counter()
            if found >= 0:
                self._looked = found + len(wanted)
                return now
            if now > deadline:
                tail = bytes(self._drawn[-600:])
                raise TimeoutError(f"{text!r} was not drawn in {seconds} s; the last bytes were {tail!r}")
            self.read(deadline - now)

    def read(self, seconds: float) -> int:
        """Take what the program draws within ``seconds``; return how many bytes came."""
        ready, _, _ = select.select([self._screen], [], [], max(0, seconds))
        if not ready:
            return 0
        try:
            chunk = os.read(self._screen, 1 << 16)
        except OSError:
            return 0
        self._drawn += chunk
        return len(chunk)

    def settle(self, quiet: float, limit: float = 15) -> None:
        """Read until nothing was drawn for ``quiet`` seconds, or ``limit`` has passed: lnav draws a clock."""
        deadline = time.perf_counter() + limit
        while time.perf_counter() < deadline and self.read(quiet):
            continue
        self._looked = len(self._drawn)

    def type(self, keys: str) -> None:
        """Send keys."""
        os.write(self._screen, keys.encode())

    def watch(self, seconds: float) -> int:
        """Read for so long, and return how many bytes were drawn."""
        deadline = time.perf_counter() + seconds
        before = len(self._drawn)
        while (left := deadline - time.perf_counter()) > 0:
            self.read(left)
        return len(self._drawn) - before

    def processor_seconds(self) -> float:
        """Processor time of the program so far, its threads included."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def mebibytes(self) -> float:
        """Memory of the program now, resident."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
