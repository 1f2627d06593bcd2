"""Open a watched file so that nothing in its place can hurt: regular files only, never a link, never a wait."""

from __future__ import annotations

import errno
import os
import stat

from loopview.domain.records import SourceState

FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY

_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class NotRegularError(OSError):
    """Something else stands in the file's place."""

    def __init__(self, mode: int) -> None:
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "no regular file")
        super().__init__(errno.EINVAL, f"{kind}, not a regular file")


def open_regular(path: str) -> int:
    """Return a descriptor for reading; raise NotRegularError or OSError.

    The look before the opening keeps devices from being opened at all (some act on it), the one after it is the
    one that counts.
    """
    mode = os.lstat(path).st_mode
    if not stat.S_ISREG(mode):
        raise NotRegularError(mode)
    descriptor = os.open(path, FLAGS)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    raise NotRegularError(mode)


def state_of(error: OSError) -> tuple[SourceState, str]:
    """Return what an error says of the file, and the error in words."""
    words = error.strerror or str(error)
    if isinstance(error, NotRegularError) or error.errno in {errno.ELOOP, errno.ENXIO}:
        return SourceState.REFUSED, words
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return SourceState.MISSING, words
    if error.errno in {errno.EACCES, errno.EPERM}:
        return SourceState.DENIED, words
    return SourceState.ERROR, words


def problem_of(path: str) -> str:
    """Return why a file cannot be read, in words; empty when it can. Never raises."""
    try:
        os.close(open_regular(path))
    except OSError as error:
        return state_of(error)[1]
    return ""
