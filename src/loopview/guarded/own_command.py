"""Run a command of the operator's own: no shell, a bounded time, a bounded look at what it prints.

It gets the environment it is given and nothing else, stands in the root directory (a watched repository would be a
place to import from), and leaves nothing behind: its whole process group is killed when its time is over.
"""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    import threading
    from collections.abc import Mapping, Sequence

NEEDED = (
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "DISPLAY", "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "TMUX",
)  # fmt: skip
"""Variables that a command that notifies somebody cannot do without."""

LONGEST_INPUT = 60 * 1024  #: bytes: they fit into a pipe that nobody reads
LONGEST_OUTPUT = 4096  #: bytes that are kept of what it prints
GRACE = 2.0  #: seconds that are left once the console ends
LATE = "its time was over"
MOST_OUTPUT = 1 << 20  #: bytes after which it is ended


def find_command(word: str, path: str) -> str:
    """Return the absolute path of a command: as it is, below ``~``, or on the PATH; '' when there is none.

    Relative entries of the PATH are passed over: they would name what lies where the console was started.
    """
    if "/" in word:
        named = os.path.expanduser(word)
        return named if os.path.isabs(named) and os.access(named, os.X_OK) else ""
    for folder in path.split(os.pathsep):
        place = os.path.join(folder, word)
        if os.path.isabs(folder) and os.path.isfile(place) and os.access(place, os.X_OK):
            return place
    return ""


def run_command(
    words: Sequence[str],
    facts: Mapping[str, str],
    content: bytes,
    seconds: float,
    ending: threading.Event | None = None,
) -> str:
    """Run it with ``content`` on its standard input; return what went wrong in one sentence, else ''.

    Once ``ending`` is set it has two seconds left.

    ``facts`` are added to the variables that it needs. What it prints is foreign, and in the sentence.
    """
    import subprocess

    found = find_command(words[0], os.environ.get("PATH", ""))
    if not found:
        return f"{words[0]}: no such command; name one on your PATH, or its whole path"
    environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
    try:
        child = subprocess.Popen(
            [found, *words[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/",
            env={**environment, **facts}, start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        return f"{words[0]} cannot be started: {error}"
    with child:
        try:
            printed, over = _attend(child, content[:LONGEST_INPUT], time.monotonic() + seconds, ending)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
        code = child.wait()
    if over:
        return f"{words[0]} was ended: {over}"
    last = printed.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return f"{words[0]} ended with {code}" + (f": {last[:200]}" if last else "") if code else ""


def _attend(
    child: subprocess.Popen[bytes], content: bytes, deadline: float, ending: threading.Event | None
) -> tuple[bytes, str]:
    """Hand over the content, and read until it ends or has to be ended; return what it printed, and why."""
    if child.stdin is None or child.stdout is None:
        return b"", ""
    with suppress(OSError):
        child.stdin.write(content)
        child.stdin.close()
    printed, kept = 0, b""
    while (left := deadline - time.monotonic()) > 0:
        if ending is not None and ending.is_set():
            deadline, ending = min(deadline, time.monotonic() + GRACE), None
        ready = select.select([child.stdout], [], [], min(left, 0.05))[0]
        if ready:
            piece = os.read(child.stdout.fileno(), 65_536)
            printed += len(piece)
            kept = (kept + piece)[-LONGEST_OUTPUT:]
            if printed > MOST_OUTPUT:
                return kept, "it printed too much"
            if not piece:
                return kept, "" if _ends(child.pid, deadline) else LATE
        elif _ended(child.pid):  # and a child of its own holds the pipe
            return kept, ""
    return kept, LATE


def _ends(pid: int, deadline: float) -> bool:
    """Wait until a child ended; False when it did not in time."""
    while not (ended := _ended(pid)) and time.monotonic() < deadline:
        time.sleep(0.005)
    return ended


def _ended(pid: int) -> bool:
    """Whether a child ended. It is not reaped: its group keeps the number until it is killed."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
