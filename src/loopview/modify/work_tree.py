"""The work tree that has the target checked out, compared with what a publish would change: byte for byte."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.git_tree import EXECUTABLE
from loopview.guarded.hardened import GitFailed, git
from loopview.guarded.work_files import WorkFiles
from loopview.modify.git_values import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loopview.domain.approval import FileDelta
    from loopview.guarded.git_settings import GitSettings
    from loopview.guarded.objects import Objects
    from loopview.guarded.private_git import PrivateGit

_LONGEST_LISTING = 256 * 1024 * 1024  #: bytes of git's answer about one index
_OF_FILES = ("core.filemode", "core.trustctime", "core.checkstat", "core.symlinks", "core.ignorecase")
_SPARSE_DIRECTORIES = b"sdir\0\0\0\0"


class Side(StrEnum):
    """Which side of a change something is on."""

    OLD = "old"
    NEW = "new"
    MISSING = "missing"  #: there should be a file on either side, and there is none
    PART = "part"  #: the beginning of the new content
    OTHER = "other"  #: somebody else's


class Standing(NamedTuple):
    """Where every touched path stands."""

    files: dict[str, Side]
    staged: Side  #: which side the index is on, at the touched paths
    trouble: str  #: the first reason why the work tree is not on the old side, or nothing

    def within(self, sides: set[Side]) -> bool:
        """Whether every file and the index are on one of some sides."""
        return {*self.files.values(), self.staged} <= sides


class _Row(NamedTuple):
    tag: str  #: as git prints it: S is outside of a sparse checkout, small letters are assumed unchanged
    mode: str
    id: str
    stage: str


class WorkTree:
    """One work tree and its index."""

    def __init__(
        self, private: PrivateGit, objects: Objects, git_dir: str, top: str, settings: GitSettings
    ) -> None:
        self.git_dir = git_dir
        self.top = top
        self.files = WorkFiles(top)
        self.modes = settings.on("core.filemode", default=True)  #: whether executable bits mean anything here
        self.words = tuple(
            word for key in _OF_FILES if settings.get(key) for word in ("-c", f"{key}={settings.get(key)}")
        )
        """What git must know to see the files as the operator's git does."""
        self._private = private
        self._objects = objects
        self._settings = settings
        self._contents: dict[str, bytes] = {}

    def content(self, name: str) -> bytes | None:
        """The bytes of a blob, asked for once; None for no name."""
        if name and name not in self._contents:
            self._contents[name] = self._objects.raw("blob", name)
        return self._contents.get(name)

    def refuse_index(self) -> None:
        """Raise `Refused` (topology, dirty) when the index is of a kind that is not rewritten here."""
        path = os.path.join(self.git_dir, "index")
        if os.path.islink(path):
            raise Refused("topology", f"{path} is a symbolic link")
        if not os.path.isfile(path):
            raise Refused("dirty", f"{path} is missing: git takes every file for removed")
        shared = git(("rev-parse", "--shared-index-path"), self.git_dir, extra={"GIT_DIR": self.git_dir})
        if shared.code:
            raise GitFailed(f"git cannot read {path}: {shared.err.partition(chr(10))[0]}")
        if shared.out.strip():
            raise Refused("topology", "the index is split", "git update-index --no-split-index")
        if self._settings.on("index.sparse") and self._settings.on("core.sparsecheckout"):
            with open(path, "rb") as file:
                if _SPARSE_DIRECTORIES in file.read():
                    raise Refused(
                        "topology", "the index is sparse", "git sparse-checkout reapply --no-sparse-index"
                    )

    def standing(self, deltas: Sequence[FileDelta], index: str) -> Standing:
        """Compare the touched paths with both sides; ``index`` is the index, or a copy of it."""
        rows = self._rows(index)
        staged = [_index_side(delta, rows) for delta in deltas]
        found = [self._side(delta) for delta in deltas]
        sides = {side for side, _ in staged}
        trouble = next((said for side, said in (*staged, *found) if side is not Side.OLD), "")
        files = {delta.path: side for delta, (side, _) in zip(deltas, found, strict=True)}
        return Standing(files, sides.pop() if len(sides) == 1 else Side.OTHER, trouble)

    def _side(self, delta: FileDelta) -> tuple[Side, str]:
        found = self.files.look(delta.path)
        if found.trouble:
            return Side.OTHER, found.trouble
        old, new = self.content(delta.old_id), self.content(delta.new_id)
        if found.content is None:
            missing = Side.NEW if delta.new_id == "" else Side.MISSING
            return (Side.OLD, "") if delta.old_id == "" else (missing, f"{delta.path} is missing")
        said = f"{delta.path} has changes of yours" if delta.old_id else f"{delta.path} is there already"
        runs = found.executable if self.modes else (delta.old_mode or delta.new_mode) == EXECUTABLE
        if runs == ((delta.old_mode or delta.new_mode) == EXECUTABLE):
            if found.content == old:
                return Side.OLD, ""
            if found.content == new:
                return Side.NEW, said
        if new is not None and new.startswith(found.content):
            return Side.PART, said
        return Side.OTHER, said

    def _rows(self, index: str) -> dict[str, _Row]:
        words = ("ls-files", "-z", "--stage", "-v")
        listed = self._private.run(*words, limit=_LONGEST_LISTING, GIT_INDEX_FILE=index).out
        rows = {}
        for row in listed.split(b"\0")[:-1]:
            fields, _, path = row.partition(b"\t")
            rows[os.fsdecode(path)] = _Row(*(field.decode("ascii") for field in fields.split()))
        return rows


def _index_side(delta: FileDelta, rows: Mapping[str, _Row]) -> tuple[Side, str]:
    """Which side of a change the index is on, and why it is not the old one."""
    path, row = delta.path, rows.get(delta.path)
    if row is not None and row.stage != "0":
        return Side.OTHER, f"{path} has a conflict that is not resolved"
    if row is not None and row.tag != "H":
        return Side.OTHER, f"{path} is {_flag(row.tag)}"
    clash = _clash(path, rows)
    if clash:
        return Side.OTHER, clash
    here = (row.mode, row.id) if row else ("", "")
    if here == (delta.old_mode, delta.old_id):
        return Side.OLD, ""
    new = here == (delta.new_mode, delta.new_id)
    return Side.NEW if new else Side.OTHER, f"{path} has staged changes"


def _clash(path: str, rows: Mapping[str, _Row]) -> str:
    names = path.split("/")
    for depth in range(1, len(names)):
        lead = "/".join(names[:depth])
        if lead in rows:
            return f"{lead} is staged as a file"
    below = next((other for other in rows if other.startswith(f"{path}/")), "")
    return f"{below} is staged below {path}" if below else ""


def _flag(tag: str) -> str:
    return "outside of the sparse checkout" if tag.upper() == "S" else "marked as assumed unchanged"
