"""The record of the operator's decisions, only read: observing needs none of what an edit needs.

The same file that the desk writes, found and checked the same way; nothing is made, and a repository that has none
has simply decided nothing.
"""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.chain import Chain, Record, read
from loopview.domain.standing import Replay, replay
from loopview.guarded.append import AppendRefused
from loopview.guarded.hardened import GitFailed
from loopview.guarded.private_file import NotThere, locked_file, private_folder
from loopview.guarded.regular import read_at_most
from loopview.guarded.repository import locate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loopview.domain.standing import Standing

NAME = "ledger.jsonl"
LONGEST = 64 * 1024 * 1024  #: bytes
LONGEST_WAIT = 1.0  #: seconds that its lock is waited for


class Decisions(NamedTuple):
    """What is on record."""

    records: tuple[Record, ...] = ()
    standings: Mapping[str, Standing] = MappingProxyType({})
    problem: str = ""  #: why it cannot be read, or what does not fit; one sentence


class DecisionLog:
    """The record of one repository; it is read again when it has changed. For one thread at a time."""

    def __init__(self, root: str, state_dir: str) -> None:
        """Take the loop's root and the operator's state directory."""
        self._root = root
        self._state_dir = state_dir
        self._folder = ""
        self._stamp: tuple[int, ...] = ()
        self._known = Decisions()

    def read(self) -> Decisions:
        """Return what is on record now; never raises for what the file is."""
        if not self._state_dir:
            return Decisions()
        try:
            self._folder = self._folder or self._place()
            with (
                private_folder(self._folder, make=False) as folder,
                locked_file(folder, NAME, write=False, wait=LONGEST_WAIT) as descriptor,
            ):
                return self._look(descriptor)
        except (NotThere, GitFailed):
            return Decisions()
        except AppendRefused as refused:
            return self._known._replace(problem=str(refused))

    def _place(self) -> str:
        return os.path.join(self._state_dir, "repositories", locate(self._root).identity)

    def _look(self, descriptor: int) -> Decisions:
        found = os.fstat(descriptor)
        stamp = (found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns)
        if stamp == self._stamp:
            return self._known
        if found.st_size > LONGEST:
            return self._known._replace(problem=f"it is longer than {LONGEST:,} bytes")
        try:
            chain: Chain = read(read_at_most(descriptor, found.st_size))
        except OSError as error:
            return self._known._replace(problem=f"it cannot be read: {error.strerror}")
        told: Replay = replay(chain.records)
        self._stamp, self._known = stamp, Decisions(chain.records, told.standings, chain.damage)
        return self._known
