"""What git knows of the loop's repository: HEAD, commits, figures of a change, the state of the work tree.

Nothing here writes, and nothing the repository configures runs (:mod:`loopview.guarded.hardened`).
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from loopview.guarded.hardened import LONGEST_OUTPUT, VOID, GitFailed, Output, git
from loopview.guarded.ran import COMMANDS, CommandRecord

__all__ = ["COMMANDS", "CommandRecord", "GitFailed"]

LONGEST_DIFF = 16 * 1024 * 1024
"""Bytes of a diff up to which somebody may want to read it here."""

_OBJECT_NAME = re.compile(r"[0-9a-f]{7,64}")
_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_FIGURES = ("--numstat", "-z", "--text", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color")
_PATCH = (
    "--patch",
    "--full-index",
    "--text",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--ignore-submodules=none",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
_PARTS = ("objects", "index", "shallow", "info/exclude")
_LONGEST_HISTORY = 32 * 1024 * 1024  #: bytes of messages
_COMMIT_FORMAT = "--format=%H%x00%ct%x00%an%x00%s%x00"


class Head(NamedTuple):
    """Where the repository stands."""

    top: str  #: directory of the work tree
    commit: str  #: full object name; empty before the first commit
    branch: str  #: short name; empty when detached


class Commit(NamedTuple):
    """One commit, its text as it was written: foreign."""

    commit: str
    time: int  #: seconds since the epoch, of the committer
    author: str
    subject: str


class FileChange(NamedTuple):
    """How many lines of one file changed; a path is foreign text."""

    path: str
    added: int
    removed: int


class CommitStat(NamedTuple):
    """A commit and what it changed against its first parent."""

    commit: Commit
    files: tuple[FileChange, ...]
    cut: str  #: why the list ends early, or nothing


class Log(NamedTuple):
    """Commits, newest first."""

    commits: tuple[Commit, ...]
    cut: str  #: why the list ends early, or nothing


class Told(NamedTuple):
    """One commit of a history, with its whole message: foreign."""

    commit: str
    time: int  #: seconds since the epoch, of the committer
    message: str


class History(NamedTuple):
    """The history of HEAD, newest first."""

    commits: tuple[Told, ...]
    cut: str  #: why it ends before the first commit, or nothing


class Worktree(NamedTuple):
    """What the work tree holds beyond HEAD; content filters of the repository are not applied."""

    changed: tuple[FileChange, ...]
    untracked: tuple[str, ...]  #: paths, whole directories with a final slash
    cut: str  #: why a list ends early, or nothing


class _Place(NamedTuple):
    head: Head
    objects: str
    index_file: str
    shallow: str
    exclude: str

    @property
    def hash_name(self) -> str:
        return "sha256" if len(self.head.commit) == 64 else "sha1"  # noqa: PLR2004 - hex digits of SHA-256

    @property
    def void(self) -> str:
        return os.path.join(VOID, self.hash_name)


def head(root: str) -> Head:
    """Commit and branch of the repository at or above ``root``; raises `GitFailed` where there is none."""
    return _locate(root).head


def log(root: str, since: str, *, count: int = 100) -> Log:
    """Commits reachable from HEAD and not from ``since``, newest first, ``count`` at most."""
    place = _locate(root)
    if not place.head.commit:
        return Log((), "")
    revisions = f"{_object_name(since)}..{place.head.commit}"
    output = _borrow(place, ("log", f"--max-count={count + 1}", _COMMIT_FORMAT, revisions, "--"))
    commits = _commits(output.out)
    more = f"only the newest {count} are shown" if len(commits) > count else ""
    return Log(commits[:count], more or _cut_words(output))


def history(root: str, *, count: int = 10_000, characters: int = 2_000) -> History:
    """The commits reachable from HEAD with their messages, ``count`` at most, messages cut to ``characters``."""
    place = _locate(root)
    if not place.head.commit:
        return History((), "")
    words = ("log", f"--max-count={count + 1}", "--format=%H%x00%ct%x00%B%x00", place.head.commit, "--")
    output = _borrow(place, words, _LONGEST_HISTORY)
    fields = output.out.split(b"\0")
    found = tuple(
        Told(_text(name).strip(), int(seconds), _text(message[:characters]))
        for name, seconds, message in zip(fields[0::3], fields[1::3], fields[2::3], strict=False)
        if seconds.isdigit()
    )
    shallow = "history was cut off when it was cloned" if os.path.isfile(place.shallow) else ""
    more = f"only the newest {count:,} commits are looked at" if len(found) > count else ""
    return History(found[:count], more or _cut_words(output) or shallow)


def diff_stat(root: str, old: str, new: str) -> tuple[FileChange, ...]:
    """Lines changed from commit ``old`` to commit ``new``, file by file."""
    command = ("diff-tree", "-r", *_FIGURES, "--ignore-submodules=none", _object_name(old), _object_name(new))
    return _figures(_borrow(_locate(root), command).out)


def commit_stat(root: str, commit: str) -> CommitStat:
    """One commit with its figures against its first parent (a root commit: against nothing)."""
    command = (
        "log",
        "-1",
        "--root",
        "--diff-merges=first-parent",
        *_FIGURES,
        _COMMIT_FORMAT,
        _object_name(commit),
        "--",
    )
    output = _borrow(_locate(root), command)
    fields = output.out.split(b"\0", 4)
    return CommitStat(_commits(output.out)[0], _figures(fields[4].lstrip(b"\0\n")), _cut_words(output))


def diff(root: str, old: str, new: str, *, context: int = 3) -> bytes:
    """The whole diff from commit ``old`` to commit ``new``, files that are no text as text, byte for byte.

    ``context`` is the number of unchanged lines around changes. Raises `GitFailed` rather than leave something out.
    """
    command = ("diff-tree", "-r", *_PATCH, f"--unified={context}", _object_name(old), _object_name(new))
    return _whole(_borrow(_locate(root), command, LONGEST_DIFF))


def commit_diff(root: str, commit: str, *, context: int = 3) -> bytes:
    """The whole diff of one commit against its first parent (a root commit: against nothing), as `diff` is."""
    against = ("--root", "--diff-merges=first-parent", "--format=")
    command = ("log", "-1", *against, *_PATCH, f"--unified={context}", _object_name(commit), "--")
    return _whole(_borrow(_locate(root), command, LONGEST_DIFF)).lstrip(b"\n")


def worktree_changes(root: str) -> Worktree:
    """Tracked files that differ from HEAD, and untracked ones; neither the index nor a filter is touched."""
    place = _locate(root)
    tree = place.head.commit or _EMPTY_TREE[place.hash_name]
    inside = {"GIT_WORK_TREE": place.head.top, "GIT_INDEX_FILE": place.index_file}
    changed = _borrow(place, ("diff-index", *_FIGURES, "--ignore-submodules=all", tree, "--"), **inside)
    ignoring = [f"--exclude-from={place.exclude}"] if os.path.isfile(place.exclude) else []
    listing = (
        "ls-files",
        "--others",
        "-z",
        "--directory",
        "--no-empty-directory",
        "--exclude-per-directory=.gitignore",
    )
    untracked = _borrow(place, (*listing, *ignoring), **inside)
    names = tuple(_text(name) for name in untracked.out.split(b"\0") if name)
    return Worktree(_figures(changed.out), names, _cut_words(changed) or _cut_words(untracked))


def _locate(root: str) -> _Place:
    """Ask git where its parts are; the work tree is where ``.git`` stands, whatever is configured."""
    top = _top(root)
    paths = [word for part in _PARTS for word in ("--git-path", part)]
    output = git(("rev-parse", *paths, "HEAD", "--symbolic-full-name", "HEAD"), top)
    lines = _text(output.out).splitlines()
    if len(lines) < len(_PARTS) or (output.code and "HEAD" not in lines):
        raise GitFailed(f"git knows no repository at {top}: {_first_line(output.err) or 'no answer'}")
    objects, index, shallow, exclude, *names = lines
    if output.code:  # no commit yet: only the name of the branch is known
        names = ["", _text(git(("symbolic-ref", "-q", "HEAD"), top).out).strip()]
    if len(names) != 2:  # noqa: PLR2004 - commit and branch; a path with a newline in it is not read wrongly
        raise GitFailed(f"git gives no clear answer at {top}")
    branch = names[1].removeprefix("refs/heads/")
    head = Head(top, names[0], "" if branch == "HEAD" else branch)
    return _Place(head, *(os.path.join(top, part) for part in (objects, index, shallow, exclude)))


def _top(root: str) -> str:
    """The nearest directory at or above ``root`` that has a ``.git``."""
    here = os.path.realpath(root)
    while not os.path.lexists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            raise GitFailed(f"no git repository at or above {root}")
        here = above
    return here


def _borrow(place: _Place, arguments: tuple[str, ...], limit: int = LONGEST_OUTPUT, /, **extra: str) -> Output:
    """Run a command in the void git directory with the repository's objects; raises `GitFailed` when it fails."""
    extra |= {"GIT_DIR": place.void, "GIT_OBJECT_DIRECTORY": place.objects}
    if os.path.isfile(place.shallow):
        extra["GIT_SHALLOW_FILE"] = place.shallow
    output = git(arguments, extra.get("GIT_WORK_TREE", place.void), limit=limit, extra=extra)
    if output.code and not output.cut:
        raise GitFailed(_first_line(output.err) or f"git {arguments[0]} ended with {output.code}")
    return output


def _object_name(text: str) -> str:
    """``text`` when it can only be an object name: revisions reach us from files that the agent writes."""
    if not _OBJECT_NAME.fullmatch(text):
        raise GitFailed(f"{text[:40]!r} is not an object name")
    return text


def _commits(output: bytes) -> tuple[Commit, ...]:
    fields = output.split(b"\0")
    groups = zip(fields[0::4], fields[1::4], fields[2::4], fields[3::4], strict=False)
    return tuple(
        Commit(_text(name).strip(), int(seconds), _text(author), _text(subject))
        for name, seconds, author, subject in groups
        if seconds.isdigit()
    )


def _figures(output: bytes) -> tuple[FileChange, ...]:
    """The rows of ``--numstat -z``; a row that is cut short at the end is left out."""
    rows = (row.split(b"\t", 2) for row in output.split(b"\0")[:-1])
    return tuple(FileChange(_text(row[2]), _count(row[0]), _count(row[1])) for row in rows if len(row) == 3)  # noqa: PLR2004


def _count(field: bytes) -> int:
    return int(field) if field.isdigit() else 0


def _whole(output: Output) -> bytes:
    if output.cut:
        raise GitFailed({"time": "git took too long", "size": "the diff is too long to be read here"}[output.cut])
    return output.out


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _cut_words(output: Output) -> str:
    return {"": "", "time": "git took too long", "size": "the list is too long"}[output.cut]
