"""The lock of a work tree's index, as git takes it: ``index.lock`` beside it, made only when it is not there.

Ours says whose it is and is held by ``flock`` as long as its process lives: nobody else's is ever taken away, and
one that a killed process left is known for what it is.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from typing import Self

from loopview.guarded.swap import move_new

_MARK = b"loopview "
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


class IndexLocked(Exception):  # noqa: N818 - reads as the event it is
    """Somebody else holds the index, or left its lock behind; the message is the lock's path."""


class IndexLock:
    """The index of one git directory, while nobody else may write it."""

    def __init__(self, git_dir: str, tag: str) -> None:
        self._folder = git_dir
        self._tag = tag
        self._descriptor = -1
        self.index = os.path.join(git_dir, "index")
        self.path = os.path.join(git_dir, "index.lock")
        self._fresh = f"index.loopview-{tag}"
        self._first = f"index.lock.loopview-{tag}"

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()

    def take(self) -> None:
        """Take the lock; raises `IndexLocked`, or ``OSError`` when it cannot be written."""
        first = os.path.join(self._folder, self._first)
        descriptor = os.open(first, _FRESH, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(descriptor, _MARK + self._tag.encode("ascii") + b"\n")
            with _directory(self._folder) as folder:
                move_new(folder, self._first, "index.lock")
        except BaseException as error:
            os.close(descriptor)
            with suppress(OSError):
                os.unlink(first)
            if isinstance(error, FileExistsError):
                raise IndexLocked(self.path) from None
            raise
        self._descriptor = descriptor

    def refuse_taken(self) -> None:
        """Raise `IndexLocked` when somebody has the lock now."""
        if os.path.lexists(self.path):
            raise IndexLocked(self.path)

    def copy_to(self, path: str) -> None:
        """Copy the index, with its times: git judges by them which entries it may trust. Raises ``OSError``."""
        shutil.copyfile(self.index, path, follow_symlinks=False)
        facts = os.lstat(self.index)
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    def stage(self, path: str) -> None:
        """Bring a new index beside the old one, durably: what follows cannot fail for want of room."""
        fresh = os.path.join(self._folder, self._fresh)
        with open(os.open(fresh, _FRESH, 0o600), "wb") as target, open(path, "rb") as source:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fchmod(target.fileno(), os.stat(self.index).st_mode & 0o7777)
            os.fsync(target.fileno())
        facts = os.stat(path)
        os.utime(fresh, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    def install(self) -> None:
        """Put the staged index in the place of the index; raises ``OSError``."""
        os.replace(os.path.join(self._folder, self._fresh), self.index)
        self._sync()

    def release(self) -> None:
        """Give the lock back, and remove what was staged."""
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(self._folder, self._fresh))
        if self._descriptor < 0:
            return
        with suppress(FileNotFoundError):
            os.unlink(self.path)
        os.close(self._descriptor)
        self._descriptor = -1
        self._sync()

    def sweep(self) -> None:
        """Remove what a killed process left of this lock, its owner being dead."""
        for name in (self._first, self._fresh):
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(self._folder, name))
        if owner_is_dead(self.path):
            with suppress(FileNotFoundError):
                os.unlink(self.path)

    def _sync(self) -> None:
        with _directory(self._folder) as folder:
            os.fsync(folder)


class _directory:  # noqa: N801 - reads as a verb where it is used
    """A descriptor of a directory, closed at the end."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *_error: object) -> None:
        os.close(self._descriptor)


def owner_is_dead(path: str) -> bool:
    """Whether a lock is one of ours whose process does not live any more."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if not os.read(descriptor, 64).startswith(_MARK):
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
