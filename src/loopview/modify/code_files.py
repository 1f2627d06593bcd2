"""Where the files of a repository come from: a commit's objects, or the work tree as it stands."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from loopview.guarded.regular import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from loopview.modify.git_safety import GitSafety

MOST_FILES = 200_000  #: of one repository
DEEPEST = 40  #: directories below each other
SETTLED_NS = 2_000_000_000  #: age of a change below which a stamp may hide a second one
SKIPPED = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
"""Directories of a work tree that hold nothing of the repository's own, beside hidden ones."""

_FILES = frozenset({"100644", "100755"})
Listed = tuple[str, str, int]
"""Path, id of the content (empty: not known before it is read), and size in bytes."""


class Reader(Protocol):
    """Gives the files of a repository."""

    def entries(self) -> Iterable[Listed]:
        """Every file: paths below the top, with forward slashes."""

    def content(self, path: str) -> bytes:
        """The bytes of one of them. May raise `ReadRefused` or `GitFailed`."""


class CommitFiles:
    """The files of a commit, read as objects: many at a time."""

    def __init__(self, git: GitSafety, commit: str) -> None:
        """Nothing is read yet."""
        self._git = git
        self._commit = commit
        self._ids: dict[str, tuple[str, int]] = {}

    def entries(self) -> Iterator[Listed]:
        """Every file; links and submodules are none."""
        for entry in self._git.entries(self._commit):
            if entry.mode in _FILES:
                self._ids[entry.path] = entry.id, entry.size
                yield entry.path, entry.id, entry.size

    def content(self, path: str) -> bytes:
        """The bytes of one file."""
        return self._git.read(self._commit, path) or b""

    def contents(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of many files, in that order."""
        found = self._git.objects.blobs(self._ids[path] for path in paths)
        for path, (_, content) in zip(paths, found, strict=True):
            yield path, content


class Stamp(NamedTuple):
    """What the file system says of a file: as long as it stays the same, so does the content."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class WorkTreeFiles:
    """The files below a directory, hidden directories and other people's packages left out; links are no files."""

    def __init__(self, root: str) -> None:
        """Nothing is read yet."""
        self._root = root
        self._stamps: dict[str, str] = {}

    def entries(self) -> Iterator[Listed]:
        """Every regular file, in the order of the paths of its directory."""
        left = MOST_FILES
        pending = [""]
        now = time.time_ns()
        while pending and left > 0:
            folder = pending.pop()
            files, folders = self._listed(folder)
            pending.extend(reversed(folders))
            for path, found in files[:left]:
                settled = now - max(found.st_mtime_ns, found.st_ctime_ns) > SETTLED_NS
                stamp = Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
                self._stamps[path] = "-".join(map(str, stamp)) if settled else ""
                yield path, "", found.st_size
            left -= len(files)

    def stamp(self, path: str) -> str:
        """What the file system said of a file when it was listed; empty when the file has changed just before."""
        return self._stamps.get(path, "")

    def content(self, path: str) -> bytes:
        """The bytes of one file. Raises `ReadRefused`."""
        from loopview.modify.module_facts import LONGEST_SOURCE

        return read_regular(self._root, path, LONGEST_SOURCE + 1)

    def _listed(self, folder: str) -> tuple[list[tuple[str, os.stat_result]], list[str]]:
        """The regular files and the directories of a directory, by path."""
        files, folders = [], []
        try:
            with os.scandir(os.path.join(self._root, folder)) as found:
                names = sorted(found, key=lambda entry: entry.name)
        except OSError:
            return [], []
        for entry in names:
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                mode = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISREG(mode.st_mode):
                files.append((path, mode))
            elif stat.S_ISDIR(mode.st_mode) and _is_own(entry.name) and path.count("/") < DEEPEST:
                folders.append(path)
        return files, folders


def content_id(content: bytes) -> str:
    """The id that git gives to content: an index of commits and one of the work tree know each other's files."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _is_own(folder: str) -> bool:
    return not folder.startswith(".") and folder not in SKIPPED
