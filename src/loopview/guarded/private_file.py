"""Files that are the operator's alone: in a directory nobody else can write to, never through a link.

The directory is opened once and the file is opened in it, so that nothing can be put in between. What is made gets
0700 and 0600. A lock is taken on the file that stands at the name now, and goes when its holder dies.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loopview.guarded.file_lock import lock, stands
from loopview.guarded.folder import AppendRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_TRIES = 100  #: a file can vanish and come back between two calls, but not for ever


class NotThere(AppendRefused):
    """No directory, or no file, stands at that name."""


@contextmanager
def private_folder(path: str, *, make: bool) -> Iterator[int]:
    """A descriptor of the directory ``path``; raises `AppendRefused` when others could change what is in it."""
    try:
        if make:
            _make(path)
        descriptor = os.open(path, _FOLDER)
    except FileNotFoundError:
        raise NotThere(f"{path} is not there") from None
    except OSError as error:
        link = error.errno in {errno.ELOOP, errno.ENOTDIR}
        why = "is a link or no directory: private records are kept in neither" if link else f"({error.strerror})"
        raise AppendRefused(f"{path} {why}") from None
    try:
        _check(descriptor, path, folder=True)
        yield descriptor
    finally:
        os.close(descriptor)


def private_file(folder: int, name: str, *, write: bool) -> int:
    """A descriptor of a file in an open private directory, made when it is to be written to; the caller closes it.

    Raises `AppendRefused` for a link, a second name, a file of somebody else, or one that others can write to.
    """
    flags = _FILE | (os.O_RDWR | os.O_APPEND if write else os.O_RDONLY)
    for _ in range(_TRIES):
        try:
            descriptor = os.open(name, flags, dir_fd=folder)
        except FileNotFoundError:
            if not write:
                raise NotThere(f"{name} is not there") from None
            _create(folder, name)
            continue
        except OSError as error:
            why = "is a link, which is never followed" if error.errno == errno.ELOOP else f"({error.strerror})"
            raise AppendRefused(f"{name} {why}") from None
        try:
            _check(descriptor, name)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor
    raise AppendRefused(f"{name} keeps appearing and vanishing")


@contextmanager
def locked_file(folder: int, name: str, *, write: bool, wait: float) -> Iterator[int]:
    """A private file with a lock on it, shared for reading; raises `Busy` after ``wait`` seconds."""
    deadline = time.monotonic() + wait
    while True:
        descriptor = private_file(folder, name, write=write)
        try:
            lock(descriptor, name, deadline, shared=not write)
            if stands(folder, name, descriptor):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _make(path: str) -> None:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return
    above = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(above)
    finally:
        os.close(above)


def _create(folder: int, name: str) -> None:
    try:
        os.close(os.open(name, _FILE | os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder))
        os.fsync(folder)
    except FileExistsError:  # another writer was quicker
        return
    except OSError as error:
        raise AppendRefused(f"{name} cannot be made ({error.strerror})") from None


def _check(descriptor: int, name: str, *, folder: bool = False) -> None:
    """Refuse what is not ours alone to change."""
    found = os.fstat(descriptor)
    why = ""
    if found.st_uid != os.geteuid():
        why = "belongs to another user"
    elif found.st_mode & _OTHERS:
        why = "can be written to by others: take that right away (chmod go-w)"
    elif not folder and not stat.S_ISREG(found.st_mode):
        why = "is not a regular file"
    elif not folder and found.st_nlink > 1:
        why = "has a second name, by which it could be changed"
    if why:
        raise AppendRefused(f"{name} {why}")
