"""The values that an edit's git work gives and takes. Every path and every text of a commit in them is foreign."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import FileDelta

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refused(Exception):  # noqa: N818 - reads as the event it is
    """Nothing was done, for a reason that the operator can act on."""

    def __init__(self, kind: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        """dirty, stale, operation, lock, topology, identity, diff, path, conversion, git, disk and others."""
        self.message = message
        self.advice = advice
        """What to do about it; may be empty."""


class Unfinished(Exception):  # noqa: N818 - reads as the event it is
    """A publish was begun and could neither be finished nor taken back: its intent stays open, recovery goes on."""


class Snapshot(NamedTuple):
    """Where the repository stood at one moment."""

    top: str  #: directory of the work tree
    common_dir: str  #: real path of the repository's git directory
    identity: str  #: key of the repository
    commit: str
    tree: str
    target_ref: str  #: ``refs/heads/main``; empty when HEAD is detached
    clean: bool  #: neither changed nor untracked files
    changed: tuple[str, ...]  #: tracked paths that differ from the commit
    untracked: tuple[str, ...]  #: whole directories with a final slash
    operation: str  #: merge, rebase, am, cherry-pick, revert, bisect or nothing
    time: str  #: ISO 8601, UTC
    test_status: str | None = None  #: what the caller knows of the tests


class Entry(NamedTuple):
    """One file of a commit."""

    path: str
    mode: str
    id: str
    size: int  #: bytes; 0 for a submodule


class Candidate(NamedTuple):
    """A tree that exists as objects in the private directory, and how it differs from its base."""

    base_commit: str
    base_tree: str
    tree: str
    files: tuple[FileDelta, ...]
    diff: bytes
    diff_sha256: str


class Author(NamedTuple):
    """Who publishes: author and committer."""

    name: str
    mail: str


class Intent(NamedTuple):
    """Everything that recovery needs to finish a publish or to take it back; on record before the first effect."""

    proposal: str
    identity: str
    common_dir: str
    target_ref: str
    base_commit: str
    base_tree: str
    commit: str  #: the new one
    tree: str
    files: tuple[FileDelta, ...]
    candidate_ref: str
    git_dir: str  #: of the work tree that has the target checked out; empty when none has
    work_tree: str
    author: str  #: as git writes it: ``Name <mail>``
    new_folders: tuple[str, ...]  #: directories that are made for new files
    tag: str  #: what the names of this publish's temporary files have in them
    time: float  #: seconds since the epoch

    def as_record(self) -> dict[str, object]:
        """The fields as plain JSON values."""
        files = [delta._asdict() for delta in self.files]
        return {**self._asdict(), "files": files, "new_folders": list(self.new_folders)}

    @classmethod
    def from_record(cls, record: Mapping[str, object]) -> Intent:
        """The intent that ``as_record`` wrote; other keys are left aside. Raises ``ValueError``."""
        files = record.get("files")
        if not isinstance(files, list) or not all(isinstance(fields, dict) for fields in files):
            raise ValueError("the record names no files")
        try:
            values = {name: record[name] for name in cls._fields}
            values["files"] = tuple(FileDelta(**fields) for fields in files)
            values["new_folders"] = tuple(values["new_folders"])  # type: ignore[arg-type]
        except (KeyError, TypeError) as error:
            raise ValueError(f"the record of an intent is not whole: {error}") from None
        return cls(**values)  # type: ignore[arg-type]


class Published(NamedTuple):
    """A publish that is done."""

    commit: str
    target_ref: str
    work_tree: str  #: where its files stand now; empty when the target is checked out nowhere


class Recovered(NamedTuple):
    """What became of a publish that was cut short."""

    outcome: str  #: published, untouched or needs
    commit: str
    said: str  #: one sentence for the operator
