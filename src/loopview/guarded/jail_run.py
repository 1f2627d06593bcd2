"""A jail for code that nobody has read yet: bounded, without network, and with one directory to write in.

The walls are put up by a small program of its own, ``jail-supervisor/``: it has one thread, and ends with this
process because it watches a pipe. What a command's exit code was and who outlived it is said by the supervisor
alone, through a pipe that the command does not have.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from loopview.guarded.ran import JAILED, CommandRecord

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from loopview.domain.evidence import Tier

SUPERVISOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jail-supervisor")
PATH = "/usr/local/bin:/usr/bin:/bin"

_NOBODY = 0x4C56_0000  #: users that no system has: root's runs are made as one of them
_GRACE = 15.0  #: seconds that a supervisor may be late
_CHUNK = 1 << 16
_TICK = 500  #: milliseconds


class Limits(NamedTuple):
    """What one run may use. Sizes are bytes."""

    wall: float = 120.0  #: seconds
    cpu: int = 240  #: seconds of one process
    memory: int = 2 << 30  #: of all its processes together
    file_size: int = 256 << 20
    open_files: int = 512
    processes: int = 256  #: and threads, all its processes together
    output: int = 1 << 20  #: the end of the output, which is kept
    printed: int = 64 << 20  #: output after which it is ended
    disk: int = 1 << 30  #: in its directory


class Ended(NamedTuple):
    """How a run ended."""

    code: int  #: exit status; negative: ended by that signal
    output: bytes  #: the end of what was printed: foreign
    seconds: float
    tier: Tier
    limit: str = ""  #: time, cpu, memory, processes, disk, output, file size or cancelled; empty: none was passed
    survivors: int = 0  #: processes that outlived the command and were killed


class JailFailed(Exception):  # noqa: N818 - reads as the event it is
    """The jail could not be made or was lost, so that nothing is known of the run; the message says why."""


class Jail:
    """One kind of jail; runs commands one after another, and can be told to stop from any thread."""

    def __init__(self, tier: Tier, limits: Limits | None = None, readable: Sequence[str] = ()) -> None:
        self.tier = tier
        self.limits = limits or Limits()
        self._readable = tuple(os.path.abspath(path) for path in readable)
        self._lock = threading.Lock()
        self._control = -1
        self._cancelled = False

    def cancel(self) -> None:
        """End the run that goes on, with all its descendants, and start none any more; returns at once."""
        with self._lock:
            self._cancelled = True
            self._tell(b"cancelled\n")

    def run(
        self,
        argv: Sequence[str],
        directory: str,
        *,
        environment: Mapping[str, str] | None = None,
        inside: str = "",
        on_output: Callable[[bytes], None] | None = None,
    ) -> Ended:
        """Run a command to its end, as `stream` does, and hand its output to ``on_output`` as it comes."""
        running = self.stream(argv, directory, environment=environment, inside=inside)
        while True:
            try:
                chunk = next(running)
            except StopIteration as stop:
                ended: Ended = stop.value
                return ended
            if on_output is not None:
                on_output(chunk)

    def stream(
        self,
        argv: Sequence[str],
        directory: str,
        *,
        environment: Mapping[str, str] | None = None,
        inside: str = "",
    ) -> Generator[bytes, None, Ended]:
        """Run ``argv``, its first word an absolute path, in ``directory``, where alone it may write.

        It starts there or in the directory ``inside`` below it. Its environment is what is given, a path, and the
        directory as home. Yields what is printed and returns how it ended; closing the generator ends the run.
        Raises `JailFailed` when the walls could not be put up (then nothing ran) or the supervisor was lost.
        """
        place = os.path.realpath(directory)
        variables = {"PATH": PATH, "HOME": place, "TMPDIR": place, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        order = self._order(argv, place, os.path.join(place, inside) if inside else place)
        began = time.time()
        with _Run(order | {"environment": variables | dict(environment or {})}, self.limits) as run:
            with self._lock:
                if self._cancelled:
                    return Ended(-9, b"", 0.0, self.tier, "cancelled")
                self._control = run.control
            try:
                yield from run.follow()
            finally:
                with self._lock:
                    self._control = -1
            ended = run.ended(self.tier)
        ran = CommandRecord(tuple(argv), ended.seconds, ended.code, ended.limit, began, self.tier.label)
        JAILED.append(ran)
        return ended

    def _tell(self, word: bytes) -> None:
        if self._control >= 0:
            _write(self._control, word)

    def _order(self, argv: Sequence[str], place: str, inside: str) -> dict[str, Any]:
        bounds = self.limits._asdict()
        for ours in ("output", "printed"):
            del bounds[ours]
        order = {"tier": int(self.tier), "argv": list(argv), "directory": place, "inside": inside}
        return (
            order
            | {
                "readable": list(self._readable),
                "console": os.getpid(),
                "user": _NOBODY + os.getpid() if os.geteuid() == 0 else 0,
            }
            | bounds
        )


class _Run:
    """One supervisor and what it says; leaving it ends the supervisor, and that ends everything."""

    def __init__(self, order: Mapping[str, Any], limits: Limits) -> None:
        self._limits = limits
        self._output = bytearray()
        self._printed = 0
        self._said = b""
        self._late = time.monotonic() + limits.wall + _GRACE
        (order_end, self.control), (self._report, report_end) = os.pipe(), os.pipe()
        self._stream, stream_end = os.pipe()
        try:
            self._process = _start(order_end, report_end, stream_end)
        except OSError as error:
            self._close()
            raise JailFailed(f"the jail's supervisor cannot be started: {error.strerror}") from None
        finally:
            for end in (order_end, report_end, stream_end):
                os.close(end)
        os.set_blocking(self._stream, False)
        _write(self.control, json.dumps(order).encode() + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        import subprocess

        self._close()  # the supervisor takes the closed pipe for our end
        try:
            lost = self._process.wait(_GRACE) < 0
        except subprocess.TimeoutExpired:
            self._process.kill()
            lost = self._process.wait() < 0
        if lost:
            self._end_orphans()

    def _end_orphans(self) -> None:
        """Somebody killed the supervisor: the kernel ends what it had started; its group is for us to end."""
        leaders = [line["leader"] for line in self._lines() if line["event"] == "started"]
        for leader in leaders:
            with contextlib.suppress(OSError):
                os.killpg(leader, 9)

    def _lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._said.splitlines() if line.endswith(b"}")]

    def _close(self) -> None:
        for end in (self.control, self._report, self._stream):
            os.close(end)

    def follow(self) -> Iterator[bytes]:
        """Take in reports and yield the output until the supervisor is done."""
        ready = select.poll()
        ready.register(self._stream, select.POLLIN)
        ready.register(self._report, select.POLLIN)
        while time.monotonic() < self._late:
            events = dict(ready.poll(_TICK))
            if self._stream in events:
                chunk = self._take()
                if chunk:
                    yield chunk
                else:
                    ready.unregister(self._stream)
            if self._report in events:
                said = os.read(self._report, _CHUNK)
                self._said += said
                if not said:
                    break
        while chunk := self._take():  # what is still in the pipe; somebody may hold its other end
            yield chunk

    def _take(self) -> bytes:
        try:
            chunk = os.read(self._stream, _CHUNK)
        except BlockingIOError:
            return b""
        self._output += chunk
        del self._output[: -self._limits.output]
        before, self._printed = self._printed, self._printed + len(chunk)
        if before <= self._limits.printed < self._printed:
            _write(self.control, b"output\n")
        return chunk

    def ended(self, tier: Tier) -> Ended:
        """What the supervisor said; raises `JailFailed` when it said nothing that counts."""
        said = {line["event"]: line for line in self._lines()}
        if "refused" in said:
            raise JailFailed(f"no jail of this kind ({tier.label}) can be made here: {said['refused']['why']}")
        if "ended" not in said:
            last = bytes(self._output[-300:]).decode("utf-8", "replace").strip()
            raise JailFailed(f"the jail's supervisor was lost{': ' + last if last and not said else ''}")
        end = said["ended"]
        limit = end["limit"] or ("processes" if end["left"] else "")
        return Ended(end["code"], bytes(self._output), end["seconds"], tier, limit, end["survivors"])


def _start(order: int, report: int, stream: int) -> subprocess.Popen[bytes]:
    import subprocess

    argv = (sys.executable, "-I", "-S", "-B", SUPERVISOR, str(order), str(report))
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=stream,
        stderr=stream,
        pass_fds=(order, report),
        env={},
        cwd="/",
        start_new_session=True,
    )


def _write(descriptor: int, words: bytes) -> None:
    """Write all of it; a supervisor that is gone is seen at its report."""
    try:
        while words:
            words = words[os.write(descriptor, words) :]
    except BrokenPipeError:
        return
