"""What loopview itself remembers of a loop's probes: when each was started, which suggestions are trusted.

It lives in the operator's state directory: what the agent can write decides neither a budget nor a trust.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.domain.clock import parse_time
from loopview.domain.probe_rules import Start, kept
from loopview.guarded.append import append
from loopview.guarded.folder import AppendRefused
from loopview.guarded.private_file import NotThere, locked_file, private_file, private_folder
from loopview.guarded.regular import ReadRefused, read_regular
from loopview.guarded.replace import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

_LOCK, _STATE, _TRUSTED = "lock", "state.json", "trusted.jsonl"
_LONGEST = 1 << 20  #: bytes of a file of ours
_WAIT = 0.3  #: seconds: somebody may just be looking whether a probe runs


class Remembered(NamedTuple):
    """What the last runs left."""

    starts: tuple[Start, ...] = ()
    running: str = ""  #: the probe that was started last, as long as it runs
    fact: tuple[str, str] = ("", "")  #: where memory_write stored last, and what


class ProbeHome:
    """The private directory of the probes of the loop at ``root``. Made by the first run, not by looking."""

    def __init__(self, state_dir: str, root: str) -> None:
        """Take the state directory; without one there is nothing to read, and no probe runs."""
        name = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
        self._above = os.path.join(state_dir, "probes") if state_dir else ""
        self.path = os.path.join(self._above, name) if state_dir else ""

    def remembered(self) -> Remembered:
        """What is known of the last runs; nothing of it when it cannot be read."""
        return _read(self._content(_STATE))

    def begin(self, name: str, now: datetime) -> None:
        """Put the start of a run on record, before it has an effect. Raises `AppendRefused`."""
        found = self.remembered()
        self._remember(found._replace(starts=kept((*found.starts, Start(name, now)), now), running=name))

    def end(self) -> None:
        """Put on record that it is over. Raises `AppendRefused`."""
        self._remember(self.remembered()._replace(running=""))

    def remember_fact(self, place: str, value: str) -> None:
        """Put on record what was stored, and where. Raises `AppendRefused`."""
        self._remember(self.remembered()._replace(fact=(place, value)))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock that one probe at a time has, whatever process it runs in. Raises `AppendRefused`."""
        self._make_room()
        with (
            private_folder(self.path, make=True) as folder,
            locked_file(folder, _LOCK, write=True, wait=_WAIT),
        ):
            yield

    def running(self) -> str:
        """The probe that runs now, in whatever process; empty when none does."""
        try:
            with private_folder(self.path, make=False) as folder:
                descriptor = private_file(folder, _LOCK, write=False)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return self.remembered().running or "a probe"
                finally:
                    os.close(descriptor)
        except (AppendRefused, NotThere, OSError):
            return ""
        return ""

    def trusted(self) -> frozenset[str]:
        """Digests of the suggestions that somebody trusts."""
        found: dict[str, bool] = {}
        for line in self._content(_TRUSTED).splitlines():
            record = _object(line)
            found[str(record.get("digest"))] = record.get("trusted") is True
        return frozenset(digest for digest, trusted in found.items() if trusted)

    def trust(self, record: Mapping[str, object]) -> None:
        """Add what was decided about one text. Raises `AppendRefused` and `AppendFailed`."""
        self._make_room()
        with private_folder(self.path, make=True):
            append(self.path, _TRUSTED, lambda _: record)

    def folder(self, *names: str) -> str:
        """A directory below, made when it is missing; the lock's holder asks."""
        path = os.path.join(self.path, *names)
        os.makedirs(path, mode=0o700, exist_ok=True)
        return path

    def _make_room(self) -> None:
        os.makedirs(os.path.dirname(self._above), mode=0o700, exist_ok=True)
        with private_folder(self._above, make=True):
            pass

    def _remember(self, found: Remembered) -> None:
        starts = [[start.name, start.time.isoformat()] for start in found.starts]
        record = {"starts": starts, "running": found.running, "fact": list(found.fact)}
        replace(self.path, _STATE, json.dumps(record).encode())

    def _content(self, name: str) -> bytes:
        try:
            with private_folder(self.path, make=False):
                return read_regular(self.path, name, _LONGEST)
        except (AppendRefused, ReadRefused):
            return b""


def _read(content: bytes) -> Remembered:
    record = _object(content)
    starts, fact = record.get("starts"), record.get("fact")
    place, value = fact if isinstance(fact, list) and len(fact) == 2 else ("", "")  # noqa: PLR2004 - these two
    return Remembered(
        tuple(_starts(starts if isinstance(starts, list) else [])),
        str(record.get("running") or ""),
        (str(place), str(value)),
    )


def _starts(written: list[object]) -> Iterator[Start]:
    for each in written:
        if isinstance(each, list) and len(each) == 2:  # noqa: PLR2004 - name and time
            time = parse_time(each[1])
            if time is not None:
                yield Start(str(each[0]), time)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
