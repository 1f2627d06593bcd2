"""Files of a work tree, read and replaced without following a link and without losing what is found there.

A directory on the way is opened, never looked up again by its name: nobody can put a link in its place in between.
A file is replaced in one step, and what was replaced is looked at afterwards: if it is not what it should have been
(an editor saved in that moment), the two change places again.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from loopview.guarded.swap import exchange, move_new

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
LONGEST_FILE = 64 * 1024 * 1024  #: bytes; a longer file is none that an edit made


class Found(NamedTuple):
    """What stands at a path."""

    content: bytes | None  #: None when there is no file
    executable: bool = False
    trouble: str = ""  #: why a file can neither be read nor made there, or nothing


class Changed(Exception):  # noqa: N818 - reads as the event it is
    """A path did not hold what it should have when it was replaced; what was found is there again."""


class WorkFiles:
    """The files below the top of one work tree."""

    def __init__(self, top: str) -> None:
        self.top = top

    def look(self, path: str) -> Found:
        """What stands at a path now."""
        try:
            with self._folder(path) as (folder, name):
                return _look(folder, name)
        except FileNotFoundError:
            return Found(None)
        except OSError as error:
            return Found(None, trouble=f"{path}: {_reason(error)}")

    def stage(self, path: str, temporary: str, content: bytes, *, executable: bool) -> None:
        """Write content durably under another name beside a path; directories are made. Raises ``OSError``."""
        with self._folder(path, make=True) as (folder, _):
            descriptor = os.open(temporary, _FRESH, 0o777 if executable else 0o666, dir_fd=folder)
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)

    def replace(self, path: str, temporary: str, expected: bytes) -> None:
        """Put the staged file in the place of a file with the expected content; raises `Changed`, ``OSError``."""
        with self._folder(path) as (folder, name):
            if _exchanged(folder, temporary, name, path):
                if _look(folder, temporary).content != expected:
                    exchange(folder, temporary, name)
                    raise _changed(path)
                os.unlink(temporary, dir_fd=folder)
            elif _look(folder, name).content != expected:
                raise _changed(path)
            else:
                os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)

    def add(self, path: str, temporary: str) -> None:
        """Put the staged file where nothing is; raises `Changed`, ``OSError``."""
        with self._folder(path) as (folder, name):
            try:
                move_new(folder, temporary, name)
            except FileExistsError:
                raise _changed(path) from None
            os.fsync(folder)

    def remove(self, path: str, temporary: str, expected: bytes) -> None:
        """Remove a file with the expected content; raises `Changed`, ``OSError``."""
        with self._folder(path) as (folder, name):
            try:
                move_new(folder, name, temporary)
            except FileNotFoundError:
                raise _changed(path) from None
            if _look(folder, temporary).content != expected:
                move_new(folder, temporary, name)
                raise _changed(path)
            os.unlink(temporary, dir_fd=folder)
            os.fsync(folder)

    def give_back(self, path: str, temporary: str) -> bool:
        """Put the file of another name beside a path back in its place, if that is free. Raises ``OSError``."""
        with self._folder(path) as (folder, name):
            try:
                move_new(folder, temporary, name)
            except FileExistsError:
                return False
            os.fsync(folder)
        return True

    def drop(self, path: str, temporary: str) -> None:
        """Remove the file of another name beside a path, if it is there; raises ``OSError``."""
        with suppress(FileNotFoundError), self._folder(path) as (folder, _):
            os.unlink(temporary, dir_fd=folder)
            os.fsync(folder)

    def beside(self, path: str, temporary: str) -> Found:
        """What stands under another name beside a path."""
        return self.look(os.path.join(os.path.dirname(path), temporary))

    def missing_folders(self, path: str) -> tuple[str, ...]:
        """The directories above a path that are not there, the uppermost first."""
        names = path.split("/")[:-1]
        leads = ["/".join(names[: depth + 1]) for depth in range(len(names))]
        return tuple(lead for lead in leads if not os.path.lexists(os.path.join(self.top, lead)))

    def prune(self, path: str) -> None:
        """Remove the directories above a path that are empty, as git does."""
        names = path.split("/")[:-1]
        while names and self._drop_folder("/".join(names)):
            names.pop()

    def drop_folders(self, paths: Sequence[str]) -> None:
        """Remove those of some directories that are empty, the last one first."""
        for path in reversed(paths):
            self._drop_folder(path)

    def _drop_folder(self, path: str) -> bool:
        try:
            with self._folder(path) as (folder, name):
                os.rmdir(name, dir_fd=folder)
        except OSError:
            return False
        return True

    @contextmanager
    def _folder(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """A descriptor of the directory that a path is in, and the path's last name. Raises ``OSError``."""
        *folders, name = path.split("/")
        here = os.open(self.top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                below = _below(here, folder, make=make)
                os.close(here)
                here = below
                _refuse_repository(here, folder)
            yield here, name
        finally:
            os.close(here)


def _changed(path: str) -> Changed:
    return Changed(f"{path} changed at the last moment")


def _exchanged(folder: int, temporary: str, name: str, path: str) -> bool:
    try:
        return exchange(folder, temporary, name)
    except FileNotFoundError:
        raise _changed(path) from None


def _below(here: int, name: str, *, make: bool) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=here)
    except FileNotFoundError:
        if not make:
            raise
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=here)
    os.fsync(here)
    return os.open(name, _FOLDER, dir_fd=here)


def _refuse_repository(folder: int, name: str) -> None:
    try:
        os.stat(".git", dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    raise NotADirectoryError(0, f"{name}/ is a repository of its own")


def _look(folder: int, name: str) -> Found:
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except FileNotFoundError:
        return Found(None)
    except OSError as error:
        return Found(None, trouble=f"{name}: {_reason(error)}")
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return Found(None, trouble=f"{name} is no ordinary file")
        if facts.st_size > LONGEST_FILE:
            return Found(None, trouble=f"{name} has {facts.st_size:,} bytes")
        with open(descriptor, "rb", closefd=False) as file:
            return Found(file.read(), bool(facts.st_mode & stat.S_IXUSR))
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    linked = {errno.ELOOP: "a symbolic link is in the way", errno.ENOTDIR: "a file or a link is in the way"}
    return linked.get(error.errno or 0, error.strerror or "cannot be opened")
