"""The proof that a jail holds here: all that it must refuse is tried in it, before anything else runs in it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import stat
import sys
import tempfile
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from loopview.domain.evidence import Tier
from loopview.guarded.interpreter import prefixes
from loopview.guarded.jail_run import SUPERVISOR, Ended, Jail, JailFailed, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIMITS = Limits(wall=10.0, cpu=10, disk=16 << 20, memory=512 << 20)
_TERMINAL_REFUSED = {1, 13}  #: errno of a call that a filter refused; any other comes from what it was tried on
_FILTERED = ("ptrace", "mount", "user namespace", "type into a terminal")
_PRIVATE = 0o600
_YOUNGER = ((1, "a filter of files"), (3, "emptying files"), (6, "signals to your other processes"))


class Report(NamedTuple):
    """The best jail that holds here, and what was tried."""

    tier: Tier
    held: tuple[str, ...]  #: what it refused
    failed: tuple[str, ...]  #: what the tiers above it did not refuse, or why they cannot be made
    why: str  #: one sentence for the operator


_known: Report | None = None
_lock = threading.Lock()


def probe(*, again: bool = False) -> Report:
    """Try the denials in each jail that may hold, the best first; done once in this process, or ``again``.

    Takes about 0.2 seconds a jail.
    """
    global _known  # noqa: PLW0603 - one process, one machine, one answer
    with _lock:
        if _known is None or again:
            _known = _probe()
        return _known


def _probe() -> Report:
    failed: list[str] = []
    for tier in (Tier.ISOLATED, Tier.CONFINED) if sys.platform == "linux" else ():
        try:
            trial = _try(tier)
        except (JailFailed, OSError, ValueError) as error:
            failed.append(f"{tier.label}: {error}")
            continue
        if not trial.open:
            missing = "" if tier >= Tier.ISOLATED else _missing(trial.landlock)
            better = f"; {'; '.join(failed)}" if failed else ""
            return Report(tier, trial.held, tuple(failed), f"{tier.label} holds{missing}{better}")
        failed.append(f"{tier.label} does not refuse: {', '.join(trial.open)}")
    return _unconfined(failed)


def _unconfined(failed: list[str]) -> Report:
    """No jail is a boundary here: say what is left."""
    try:
        with _scratch() as folder:
            Jail(Tier.LIMITED, _LIMITS).run((sys.executable, "-I", "-S", "-c", "pass"), folder)
    except (JailFailed, OSError) as error:
        return Report(Tier.NONE, (), (*failed, f"T1: {error}"), "nothing can be held here")
    why = "; ".join(failed) or f"no jail is known for {sys.platform}"
    return Report(Tier.LIMITED, (), tuple(failed), f"no jail holds here: {why}")


class _Trial(NamedTuple):
    held: tuple[str, ...]
    open: tuple[str, ...]  #: what was not refused
    landlock: int


def _try(tier: Tier) -> _Trial:
    with _scratch() as folder, _Outside() as outside:
        with open(os.path.join(SUPERVISOR, "canary.py"), encoding="utf-8") as file:
            canary = file.read()
        jail = Jail(tier, _LIMITS, prefixes(sys.executable))
        ended = jail.run((sys.executable, "-I", "-S", "-B", "-c", canary, json.dumps(outside.told)), folder)
        said = _said(ended)
        refused = {name: bool(code) for name, code in said["refused"].items()}
        for name in _FILTERED:
            refused[name] = said["refused"][name] in _TERMINAL_REFUSED
        refused |= outside.untouched()
        refused["what is left behind is ended"] = ended.survivors >= 1
    held = tuple(name for name, was in refused.items() if was)
    return _Trial(held, tuple(name for name in refused if name not in held), int(said["landlock"]))


def _said(ended: Ended) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(ended.output)
    except ValueError:
        last = ended.output[-300:].decode("utf-8", "replace").strip()
        raise JailFailed(f"the trial ended with {ended.code} {ended.limit}: {last}") from None
    return said


def _missing(landlock: int) -> str:
    parts = [name for since, name in _YOUNGER if landlock < since]
    return f", but this kernel's landlock ({landlock}) has no rule for {' and '.join(parts)}" if parts else ""


@contextlib.contextmanager
def _scratch() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="loopview-probe-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _at_home(otherwise: str) -> str:
    """Something in the home directory that no run needs to read."""
    home = os.path.realpath(os.path.expanduser("~"))
    needed = prefixes(sys.executable)
    try:
        names = sorted(os.listdir(home))
    except OSError:
        return otherwise
    paths = (os.path.join(home, name) for name in names)
    return next((path for path in paths if not any(f"{way}/".startswith(path + "/") for way in needed)), otherwise)


class _Outside:
    """What lies outside the jail and must not be reached: a file, a directory, sockets, this process."""

    def __enter__(self) -> Self:
        self._stack = contextlib.ExitStack()
        folder = self._stack.enter_context(_scratch())
        self._secret = os.path.join(folder, "secret")
        with open(self._secret, "w", encoding="ascii") as file:
            file.write("secret")
        os.chmod(self._secret, _PRIVATE)
        self._udp = self._listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        abstract = f"loopview-{os.urandom(8).hex()}"
        self.told = {
            "folder": folder,
            "secret": self._secret,
            "home": _at_home(folder),
            "tcp": self._listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)).getsockname()[1],
            "udp": self._udp.getsockname()[1],
            "unix": self._listen(socket.AF_UNIX, socket.SOCK_STREAM, os.path.join(folder, "s")).getsockname(),
            "abstract": abstract,
            "process": os.getpid(),
            "namespace": os.stat("/proc/self/ns/pid").st_ino,
        }
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + abstract)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _listen(self, family: int, kind: int, address: Any) -> socket.socket:
        listener = self._stack.enter_context(socket.socket(family, kind))
        listener.setblocking(False)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        return listener

    def untouched(self) -> dict[str, bool]:
        """What can only be seen from here."""
        try:
            arrived = bool(self._udp.recv(16))
        except BlockingIOError:
            arrived = False
        mode = stat.S_IMODE(os.stat(self._secret).st_mode) if os.path.exists(self._secret) else 0
        return {"UDP": not arrived, "change the mode of a file outside": mode == _PRIVATE}
