"""Directories below a loop's root, opened and made without following a link."""

from __future__ import annotations

import errno
import os

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class AppendRefused(Exception):  # noqa: N818 - reads as the event it is
    """Nothing was written, and the message says why: locked, a link, no permission, read-only, too long."""


def open_folder(root: str, folders: list[str]) -> int:
    """A descriptor of the directory that ``folders`` name below ``root``; raises `AppendRefused` at a link.

    What is missing is made. The caller closes the descriptor.
    """
    try:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise AppendRefused(f"{root}: {error.strerror}") from None
    for folder in folders:
        try:
            below = _folder(here, folder)
        except OSError as error:
            why = "is a link or no directory" if error.errno in {errno.ELOOP, errno.ENOTDIR} else error.strerror
            raise AppendRefused(f"{folder}/ in {root}: {why}") from None
        finally:
            os.close(here)
        here = below
    return here


def _folder(here: int, name: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=here)
    except FileNotFoundError:
        try:
            os.mkdir(name, dir_fd=here)
        except FileExistsError:  # another writer was quicker
            return os.open(name, _FOLDER, dir_fd=here)
        os.fsync(here)
        return os.open(name, _FOLDER, dir_fd=here)
