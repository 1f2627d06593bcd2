"""Objects of ours brought into the operator's store: file by file, durably, each one looked at before and after."""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from loopview.domain.git_tree import object_id
from loopview.guarded.hardened import GitFailed
from loopview.guarded.swap import move_new

if TYPE_CHECKING:
    from collections.abc import Iterable

_FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o444


class LooseObjects:
    """The way of some objects from one store into another, under temporary names that carry a tag."""

    def __init__(self, source: str, target: str, hash_name: str, tag: str) -> None:
        self._source = source
        self._target = target
        self._hash_name = hash_name
        self._tag = tag

    def bring(self, names: Iterable[str]) -> None:
        """Copy objects; raises `GitFailed` when one is missing or damaged in either store, ``OSError``."""
        for name in names:
            content = _file(self._source, name)
            if content is None or self._name_of(content) != name:
                raise GitFailed(f"object {name} of the candidate is missing or damaged")
            there = _file(self._target, name)
            if there is None:
                self._put(name, content)
            elif self._name_of(there) != name:
                raise GitFailed(f"object {name} is damaged in the repository's store")
            else:
                os.utime(os.path.join(self._target, name[:2], name[2:]))  # so that no pruning takes it for old

    def sweep(self, names: Iterable[str]) -> None:
        """Remove the temporary files that a killed copy left behind."""
        for name in names:
            with suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(os.path.join(self._target, name[:2], self._temporary(name)))

    def _put(self, name: str, content: bytes) -> None:
        folder = self._folder(name[:2])
        try:
            temporary = self._temporary(name)
            descriptor = os.open(temporary, _FRESH, _MODE, dir_fd=folder)
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            try:
                move_new(folder, temporary, name[2:])
            except FileExistsError:
                os.unlink(temporary, dir_fd=folder)
            os.fsync(folder)
        finally:
            os.close(folder)

    def _folder(self, name: str) -> int:
        path = os.path.join(self._target, name)
        try:
            os.mkdir(path)
        except FileExistsError:
            pass
        else:
            os.chmod(path, os.stat(self._target).st_mode & 0o7777)  # a shared repository stays shared
            _sync(self._target)
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def _temporary(self, name: str) -> str:
        return f"tmp_obj_loopview_{self._tag}_{name[2:14]}"  # git's own pruning knows the beginning

    def _name_of(self, packed: bytes) -> str:
        try:
            head, _, content = zlib.decompress(packed).partition(b"\0")
        except zlib.error:
            return ""
        kind, _, size = head.decode("ascii", "replace").partition(" ")
        return object_id(kind, content, self._hash_name) if size == str(len(content)) else ""


def _file(store: str, name: str) -> bytes | None:
    try:
        with open(os.path.join(store, name[:2], name[2:]), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
