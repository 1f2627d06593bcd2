"""What a probe works with: its bounds, a scratch directory, and the ways to run something in another process."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.domain.evidence import Tier
from loopview.engine.probes.refusals import ProbeFailed, RunRefused
from loopview.guarded.interpreter import prefixes
from loopview.guarded.jail import Ended, Jail, JailFailed, Limits, probe
from loopview.guarded.jail_run import PATH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.config import Settings
    from loopview.domain.probe import Probe
    from loopview.engine.probes.home import ProbeHome
    from loopview.engine.probes.stopper import Stopper

ERRAND = os.path.join(os.path.dirname(os.path.abspath(__file__)), "errand.py")
TAKEN_ALONG = ("HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME")
"""Variables of the operator's that a command outside the jail is given, beside the path."""

_MEMORY, _DISK, _PRINTED, _KEPT = 1 << 30, 256 << 20, 8 << 20, 256 << 10
_PROCESSES = 64
_LIMITS = {"time": "TimeoutError", "memory": "MemoryError"}


class Bench(NamedTuple):
    """One run of one probe."""

    root: str  #: the loop's
    settings: Settings
    home: ProbeHome
    probe: Probe
    scratch: str  #: a fresh directory, gone afterwards; commands run in ``work`` below it
    stopper: Stopper

    @property
    def limits(self) -> Limits:
        """What a command of it may use."""
        seconds = self.probe.timeout
        return Limits(
            wall=float(seconds),
            cpu=2 * seconds,
            memory=_MEMORY,
            processes=_PROCESSES,
            disk=_DISK,
            printed=_PRINTED,
            output=_KEPT,
        )

    def command(self, words: Sequence[str], readable: Sequence[str] = ()) -> Ended:
        """Run a command to its end, in the jail unless the user's configuration says otherwise for this probe.

        Raises `RunRefused` where no jail holds, and `ProbeFailed` when it passed a limit or was ended by a signal.
        """
        program = self.program(words[0])
        argv = (program, *words[1:])
        folder = os.path.dirname(program)
        if self.probe.unconfined:
            path = os.environ.get("PATH", PATH)
            own = {name: os.environ[name] for name in TAKEN_ALONG if name in os.environ}
            return self._ended(Jail(Tier.LIMITED, self.limits), argv, self._work, own | {"PATH": path})
        report = probe()
        minimum = Tier(int(self.settings.jail_tier[1:]))
        if report.tier < minimum:
            raise RunRefused(
                "jail", f"{self.probe.name} was not run: {report.why}", "see `loopview doctor`, and docs/jail.md"
            )
        jail = Jail(report.tier, self.limits, (*prefixes(program), *readable, *self.probe.readable))
        path = f"{folder}{os.pathsep}{PATH}"
        environment = {"PATH": path, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return self._ended(jail, argv, self._work, environment)

    def errand(self, *words: str) -> str:
        """Let a process of our own do one thing with files, within the probe's time. Raises `ProbeFailed`."""
        argv = (sys.executable, "-I", "-S", "-B", ERRAND, *words)
        return said(self._ended(Jail(Tier.LIMITED, self.limits), argv, self.scratch, {}))

    def program(self, name: str) -> str:
        """The program of that name on the operator's path. Raises `ProbeFailed`."""
        if os.path.isabs(name):
            found = name if os.path.isfile(name) and os.access(name, os.X_OK) else ""
        elif "/" in name:
            raise ProbeFailed("FileNotFoundError", f"{name}: a program is named by its name or by an absolute path")
        else:
            found = _on_path(name, self.root)
        if not found:
            raise ProbeFailed("FileNotFoundError", f"{name}: there is no such program")
        return found

    @property
    def _work(self) -> str:
        path = os.path.join(self.scratch, "work")
        os.makedirs(path, mode=0o700, exist_ok=True)
        return path

    def _ended(self, jail: Jail, argv: Sequence[str], directory: str, environment: dict[str, str]) -> Ended:
        with self.stopper.ending(jail.cancel):
            try:
                ended = jail.run(argv, directory, environment=environment)
            except JailFailed as failed:
                raise ProbeFailed("JailFailed", str(failed)) from None
        if ended.limit == "time":
            raise ProbeFailed("TimeoutError", f"not done within {self.probe.timeout} s")
        if ended.limit:
            kind = _LIMITS.get(ended.limit, "LimitExceeded")
            raise ProbeFailed(kind, f"ended at its limit of {ended.limit}: {last_line(ended.output)}")
        if ended.code < 0:
            raise ProbeFailed("Signal", f"ended by signal {-ended.code}: {last_line(ended.output)}")
        return ended


def said(ended: Ended) -> str:
    """What an errand answers; others may print around it. Raises `ProbeFailed` with the type of its error."""
    answer = next(filter(None, map(_answer, reversed(ended.output.splitlines()))), None)
    if answer is None:
        raise ProbeFailed("Crash", f"exit code {ended.code}: {last_line(ended.output)}")
    text = str(answer.get("said"))
    if answer["ok"] is not True:
        raise ProbeFailed(str(answer.get("type") or "Failure"), text)
    return text


def _answer(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and "ok" in found else None


def last_line(output: bytes) -> str:
    """The last line of an output that says something: foreign."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    return next((line for line in reversed(lines) if line), "it printed nothing")


def is_within(root: str, path: str) -> bool:
    """Whether a path leads into the watched repository, where the agent decides what stands there."""
    top = os.path.realpath(root)
    return any(f"{place}/".startswith(f"{top}/") for place in (os.path.abspath(path), os.path.realpath(path)))


def _on_path(name: str, root: str) -> str:
    """A program on the operator's path, in a directory that is named in full and is not the repository's."""
    for folder in os.environ.get("PATH", PATH).split(os.pathsep):
        path = os.path.join(folder, name)
        if not os.path.isabs(folder) or is_within(root, folder):
            continue
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""
