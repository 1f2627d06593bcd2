"""Locks that a git of ours left on references when it was killed. Another's lock is never taken away.

A lock that holds the commit of the publish is ours. git makes some locks empty: such a one is taken for ours when
it was made after the publish began (there was none then) and no process is left that could have made it.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 2.0  #: seconds that a git of a dead publish gets to end by itself
_PAUSE = 0.05
_PROCESSES = "/proc"


class RefLocks(NamedTuple):
    """The locks that the gits of one publish may have made."""

    common_dir: str
    git_dir: str  #: of the work tree whose HEAD follows
    target_ref: str
    own_ref: str  #: a reference that nobody else writes
    commit: str
    since: float  #: when the publish began, seconds since the epoch

    def present(self) -> tuple[str, ...]:
        """The paths of locks that are there now, whosever they are."""
        return tuple(path for path, _ in self._places() if os.path.lexists(path))

    def sweep(self) -> tuple[str, ...]:
        """Remove what is certainly ours; returns the paths of locks that may be somebody else's."""
        return tuple(
            path for path, own in self._places() if os.path.lexists(path) and not self._removed(path, own=own)
        )

    def _places(self) -> Iterator[tuple[str, bool]]:
        yield os.path.join(self.common_dir, f"{self.own_ref}.lock"), True
        yield os.path.join(self.common_dir, f"{self.target_ref}.lock"), False
        yield os.path.join(self.git_dir or self.common_dir, "HEAD.lock"), False
        yield os.path.join(self.common_dir, "packed-refs.lock"), False
        yield os.path.join(self.common_dir, "packed-refs.new"), False

    def _removed(self, path: str, *, own: bool) -> bool:
        deadline = time.monotonic() + _PATIENCE
        while os.path.lexists(path):
            if not (own or self._says_our_commit(path) or self._is_late(path)):
                return not os.path.lexists(path)
            if not _used(self.common_dir):
                with suppress(FileNotFoundError):
                    os.unlink(path)
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        return True

    def _says_our_commit(self, path: str) -> bool:
        try:
            with open(path, "rb") as file:
                return file.read(256).strip() == self.commit.encode("ascii")
        except OSError:
            return False

    def _is_late(self, path: str) -> bool:
        """Whether a lock is empty and no older than the publish."""
        try:
            facts = os.lstat(path)
        except OSError:
            return False
        return facts.st_mtime >= self.since and (facts.st_size == 0 or path.endswith(".new"))


def _used(common_dir: str) -> bool:
    """Whether a process other than this one is at work in the repository; unknown counts as yes."""
    try:
        numbers = [name for name in os.listdir(_PROCESSES) if name.isdigit() and int(name) != os.getpid()]
    except OSError:
        return True
    return any(_at_work(os.path.join(_PROCESSES, number), common_dir) for number in numbers)


def _at_work(process: str, common_dir: str) -> bool:
    """Whether a process is a git in this repository, or has one of its files open."""
    is_git = True
    try:
        with open(os.path.join(process, "comm"), "rb") as file:
            is_git = file.read(16).startswith(b"git")
        places = [os.readlink(os.path.join(process, "cwd"))] if is_git else []
        folder = os.path.join(process, "fd")
        places += [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]
        if is_git and os.fsencode(common_dir) in _variables(process):
            return True
    except PermissionError:  # somebody else's
        return is_git
    except OSError:  # it has ended
        return False
    lead = common_dir if not is_git else os.path.dirname(common_dir)
    return any(f"{place}/".startswith(f"{lead}/") for place in places)


def _variables(process: str) -> bytes:
    with open(os.path.join(process, "environ"), "rb") as file:
        return file.read()
