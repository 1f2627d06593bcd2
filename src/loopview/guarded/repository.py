"""Where the parts of the operator's repository stand, and which work trees it has. Nothing here writes."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from loopview.guarded import git as known
from loopview.guarded.hardened import GitFailed, git

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_ENDS = "\r\n"


class Repository(NamedTuple):
    """One work tree and the repository that it belongs to; every path is absolute and without links."""

    top: str  #: directory of the work tree
    git_dir: str  #: of this work tree
    common_dir: str  #: of the whole repository
    hash_name: str  #: ``sha1`` or ``sha256``

    @property
    def identity(self) -> str:
        """The key of the repository, the same in each of its work trees: 16 hex digits."""
        return hashlib.sha256(os.fsencode(self.common_dir)).hexdigest()[:16]

    @property
    def objects(self) -> str:
        """The directory of its objects."""
        return os.path.join(self.common_dir, "objects")

    @property
    def shallow_file(self) -> str:
        """The file that names where history was cut, or nothing."""
        path = os.path.join(self.common_dir, "shallow")
        return path if os.path.isfile(path) else ""


class Checkout(NamedTuple):
    """A work tree and what it has checked out."""

    git_dir: str
    work_tree: str  #: empty when nobody can say where it is
    ref: str  #: full name of the branch; empty when HEAD is detached
    trouble: str  #: why nothing can be written there, or nothing


def locate(root: str) -> Repository:
    """The repository at or above ``root``; raises `GitFailed` with a reason when there is none to work in."""
    top = known.head(root).top
    words = ("--absolute-git-dir", "--git-common-dir", "--show-object-format", "--is-bare-repository")
    asked = git(("rev-parse", *words), top)
    lines = asked.out.decode("utf-8", "surrogateescape").splitlines()
    if asked.code or len(lines) != len(words):
        raise GitFailed(f"git gives no clear answer at {top}")
    git_dir, common, hash_name, bare = lines
    if bare == "true":
        raise GitFailed(f"the repository at {top} is set up as a bare one: it has no work tree")
    return Repository(top, os.path.realpath(git_dir), os.path.realpath(os.path.join(top, common)), hash_name)


def head_ref(git_dir: str) -> str:
    """The branch that a work tree's HEAD names, in full; empty when it is detached."""
    asked = git(("symbolic-ref", "-q", "HEAD"), git_dir, extra={"GIT_DIR": git_dir})
    return asked.out.decode("utf-8", "surrogateescape").rstrip(_LINE_ENDS) if not asked.code else ""


def checkouts(repository: Repository) -> Iterator[Checkout]:
    """Every work tree of a repository, the main one first."""
    yield _main(repository)
    folder = os.path.join(repository.common_dir, "worktrees")
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        yield _linked(os.path.join(folder, name))


def _main(repository: Repository) -> Checkout:
    here = repository.common_dir
    asked = git(("config", "--null", "--get", "core.worktree"), here, extra={"GIT_DIR": here})
    configured = asked.out.decode("utf-8", "surrogateescape").rstrip("\0")
    if configured:
        place = os.path.realpath(os.path.join(here, configured))
    elif os.path.basename(here) == ".git":
        place = os.path.dirname(here)
    else:
        place = repository.top if repository.git_dir == here else ""
    bare = git(("config", "--type=bool", "--get", "core.bare"), here, extra={"GIT_DIR": here})
    if bare.out.strip() == b"true" and not configured:
        return Checkout(here, "", "", "the main repository is bare")
    return _checkout(here, place)


def _linked(git_dir: str) -> Checkout:
    pointer = _first_line(os.path.join(git_dir, "gitdir"))
    return _checkout(os.path.realpath(git_dir), os.path.dirname(os.path.join(git_dir, pointer)) if pointer else "")


def _checkout(git_dir: str, work_tree: str) -> Checkout:
    place = os.path.realpath(work_tree) if work_tree else ""
    return Checkout(git_dir, place, head_ref(git_dir), _trouble(git_dir, place))


def _trouble(git_dir: str, work_tree: str) -> str:
    """A work tree is written to only when it and its git directory agree about each other."""
    if not work_tree:
        return "nobody can say where its work tree is"
    mark = os.path.join(work_tree, ".git")
    if not os.path.lexists(mark):
        return f"its work tree {work_tree} is missing"
    if os.path.islink(mark):
        return f"{mark} is a symbolic link"
    if os.path.isdir(mark):
        agreed = os.path.realpath(mark) == git_dir
    else:
        target = _first_line(mark).removeprefix("gitdir: ")
        agreed = os.path.realpath(os.path.join(work_tree, target)) == git_dir
    return "" if agreed else f"{mark} belongs to another repository than {git_dir}"


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.readline(4096).rstrip(_LINE_ENDS)
    except OSError:
        return ""
