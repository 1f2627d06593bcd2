"""A tree's files in a fresh directory: blob bytes as they are, without ``.git``, links or anything converted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.domain.git_tree import EXECUTABLE, PLAIN
from loopview.modify.git_values import Entry, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from loopview.guarded.objects import Objects
    from loopview.guarded.private_git import PrivateGit

MOST_BYTES = 4 * 1024 * 1024 * 1024  #: of all files together
_LONGEST_LISTING = 256 * 1024 * 1024  #: bytes of git's answer about one tree


def entries(private: PrivateGit, tree: str) -> tuple[Entry, ...]:
    """Every file of a commit or tree, links and submodules too, in git's order. Raises `GitFailed`."""
    listed = private.run("ls-tree", "-r", "-l", "-z", "--full-tree", tree, limit=_LONGEST_LISTING).out
    return tuple(_entries(listed))


def export(
    private: PrivateGit,
    objects: Objects,
    tree: str,
    directory: str,
    *,
    overlay: str = "",
    overlay_paths: Callable[[str], bool] | None = None,
) -> None:
    """Write the files of a tree below ``directory``, which is made and must not be there yet.

    Where ``overlay_paths`` says yes, the tree ``overlay`` decides: what it has is written as it has it, and what it
    does not have is left out. Links and submodules are left out. Raises `Refused` (path, disk) or `GitFailed`.
    """
    chosen = [
        entry for entry in entries(private, tree) if not (overlay and overlay_paths and overlay_paths(entry.path))
    ]
    if overlay and overlay_paths:
        chosen += [entry for entry in entries(private, overlay) if overlay_paths(entry.path)]
    files = [entry for entry in chosen if entry.mode in {PLAIN, EXECUTABLE}]
    if sum(entry.size for entry in files) > MOST_BYTES:
        raise Refused("disk", f"the files of the commit have more than {MOST_BYTES:,} bytes")
    _write(objects, files, directory)


def _write(objects: Objects, files: Iterable[Entry], directory: str) -> None:
    files = sorted(files)
    try:
        os.mkdir(directory, 0o700)
        contents = objects.blobs((entry.id, entry.size) for entry in files)
        for entry, (_, content) in zip(files, contents, strict=True):
            _file(directory, entry, content)
    except FileExistsError as error:
        raise Refused("path", f"{error.filename} is there already") from None
    except OSError as error:
        raise Refused("disk", f"the files could not be written: {error.strerror}") from None


def _file(directory: str, entry: Entry, content: bytes) -> None:
    """One file of a directory that nobody else writes to; a name that leads out of it is refused."""
    names = entry.path.split("/")
    if not names or any(name in {"", ".", ".."} or name.casefold() == ".git" for name in names):
        raise Refused("path", f"the commit has a file with the name {entry.path!r}")
    path = os.path.join(directory, entry.path)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, flags, 0o700 if entry.mode == EXECUTABLE else 0o600), "wb") as file:
        file.write(content)


def _entries(listed: bytes) -> Iterator[Entry]:
    for row in listed.split(b"\0")[:-1]:
        fields, _, path = row.partition(b"\t")
        mode, _, name, size = fields.split()
        yield Entry(
            os.fsdecode(path), mode.decode("ascii"), name.decode("ascii"), int(size) if size.isdigit() else 0
        )
