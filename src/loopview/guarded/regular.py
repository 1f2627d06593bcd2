"""Open a regular file below a root: no link is followed, nothing is waited for, whatever stands in its place."""

from __future__ import annotations

import errno
import os
import stat

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_CHUNK = 1 << 20


class ReadRefused(Exception):  # noqa: N818 - reads as the event it is
    """The file cannot be read, and the message says why: a link, a device, no permission, too long."""


class NotThere(ReadRefused):
    """No file stands at that name."""


def open_regular(root: str, label: str) -> int:
    """A descriptor of the file ``label`` below ``root``; raises `ReadRefused`. The caller closes it."""
    folders, name = _parts(label)
    try:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for folder in folders:
            here = _below(here, folder)
        try:
            return _regular(here, name)
        finally:
            os.close(here)
    except OSError as error:
        raise _refusal(label, error) from None


def read_regular(root: str, label: str, most: int) -> bytes:
    """The content of the file ``label`` below ``root``; raises `ReadRefused`, also above ``most`` bytes."""
    descriptor = open_regular(root, label)
    try:
        content = read_at_most(descriptor, most + 1)
    except OSError as error:
        raise _refusal(label, error) from None
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise ReadRefused(f"{label}: longer than {most:,} bytes")
    return content


def read_at_most(descriptor: int, most: int, start: int = 0) -> bytes:
    """At most ``most`` bytes of an open file from the offset ``start`` on."""
    pieces = []
    offset, end = start, start + most
    while offset < end:
        piece = os.pread(descriptor, min(_CHUNK, end - offset), offset)
        if not piece:
            break
        pieces.append(piece)
        offset += len(piece)
    return b"".join(pieces)


def _parts(label: str) -> tuple[list[str], str]:
    *folders, name = label.split("/")
    if "\0" in label or not {"", ".", ".."}.isdisjoint([*folders, name]):
        raise ReadRefused(f"{label!r}: not a path below the root")
    return folders, name


def _below(here: int, folder: str) -> int:
    try:
        return os.open(folder, _FOLDER, dir_fd=here)
    finally:
        os.close(here)


def _regular(folder: int, name: str) -> int:
    """Open a file that is a regular one before and after: some devices act on being opened."""
    if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    descriptor = os.open(name, _FILE, dir_fd=folder)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file")


def _refusal(label: str, error: OSError) -> ReadRefused:
    if error.errno == errno.ENOENT:
        return NotThere(f"{label}: there is no such file")
    words = {errno.ELOOP: "is a link, which is not followed", errno.ENOTDIR: "stands below a link or no directory"}
    why = words.get(error.errno or 0, error.strerror)
    return ReadRefused(f"{label}: {why}")
