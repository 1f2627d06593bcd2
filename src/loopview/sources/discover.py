"""Which files of which kind a loop has under a path. Looks at names and, for a lone file, at its first bytes."""

from __future__ import annotations

import os
import stat

from loopview.domain.records import SourceFile
from loopview.sources.opening import open_regular
from loopview.sources.places import LOOP_PLACES, RETRO_PLACES, ROOT_PLACES, SAMPLE_MARK, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import TypeVar

    AnyPath = TypeVar("AnyPath", str, Path)  # text where start-up counts: pathlib is a third of a status segment

LOOP_DIRECTORY = ".loop"
HEAD = 65_536  #: bytes of a lone file that are looked at to tell what it is


def find_loop(path: AnyPath) -> AnyPath | None:
    """Return the root of the loop at or above ``path``; None when there is none.

    A directory that has files of a loop is a root. A path that is itself a loop directory, a retro directory or
    one file of records is its own root, unless it stands at its own place inside a loop.
    """
    start = os.path.abspath(path)
    above = next((place for place in _upwards(start) if _first(place, ROOT_PLACES)), None)
    bare = _is_bare(start)
    if above is not None and (not bare or _is_part(above, start)):
        return type(path)(above)
    return type(path)(start) if bare else None


def find_empty_loop(path: AnyPath) -> AnyPath | None:
    """Return the nearest directory at or above ``path`` whose ``.loop`` stands ready for a loop's first file."""
    for place in _upwards(os.path.abspath(path)):
        ready = os.path.join(place, LOOP_DIRECTORY)
        if os.path.isdir(ready) and not os.path.islink(ready):
            return type(path)(place)
    return None


def discover(root: Path | str) -> tuple[SourceFile, ...]:
    """Return the loop's files that exist, in the order of `places`; whatever stands in a file's place counts.

    Links are not followed out of the root: a linked directory that leads away is itself listed, and refused by
    whoever reads it.
    """
    top = os.path.abspath(root)
    if _is_file(top):
        return _lone_file(top)
    for places in (ROOT_PLACES, LOOP_PLACES, RETRO_PLACES):
        found = _present(top, places)
        if found:
            return found
    return ()


def is_sample(root: Path | str) -> bool:
    """Whether the loop at ``root`` is marked as the shipped sample, which is never written to."""
    return os.path.lexists(os.path.join(root, SAMPLE_MARK))


def source_path(root: Path, label: str) -> str:
    """Return the absolute path of a source; a root that is one file is its own only source."""
    top = os.path.abspath(root)
    return top if os.path.basename(top) == label and _is_file(top) else os.path.join(top, label)


def directories(root: Path) -> tuple[str, ...]:
    """Return the directories in which files of the loop stand or may appear, and that exist."""
    top = os.path.abspath(root)
    if _is_file(top):
        return (os.path.dirname(top),)
    below = (os.path.join(top, os.path.dirname(place.path)) for place in (*ROOT_PLACES, *LOOP_PLACES))
    parents = {part for path in below for part in _upwards(os.path.normpath(path)) if len(part) >= len(top)}
    return tuple(sorted(path for path in parents if os.path.isdir(path) and not _leaves(top, path)))


def _upwards(path: str) -> Iterable[str]:
    """Yield the path and every directory above it."""
    yield path
    while (parent := os.path.dirname(path)) != path:
        path = parent
        yield path


def _is_bare(path: str) -> bool:
    """Whether the path can be a root by itself, without a ``.loop`` in it."""
    if _is_file(path):
        return bool(_lone_file(path))
    return bool(_first(path, LOOP_PLACES) or _first(path, RETRO_PLACES))


def _is_part(root: str, path: str) -> bool:
    """Whether ``path`` is one of the loop's own places, or a directory on the way to one."""
    below = os.path.relpath(path, root).replace(os.sep, "/")
    return any(place.path == below or place.path.startswith(f"{below}/") for place in ROOT_PLACES)


def _first(top: str, places: Iterable[Place]) -> str:
    """Return the first of the places at which anything stands; nothing when none has."""
    return next((place.path for place in places if os.path.lexists(os.path.join(top, place.path))), "")


def _present(top: str, places: Iterable[Place]) -> tuple[SourceFile, ...]:
    found: dict[str, SourceFile] = {}
    for place in places:
        path = os.path.join(top, place.path)
        if os.path.lexists(path):
            away = _first_link_away(top, place.path)
            label = away or place.path
            found.setdefault(
                label, SourceFile(label, os.path.join(top, label), place.family, place.adapter, place.rank)
            )
    return tuple(found.values())


def _first_link_away(top: str, below: str) -> str:
    """Return the first directory on the way to a file that is a link out of the root, or nothing."""
    parts = below.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        part = "/".join(parts[:count])
        if _leaves(top, os.path.join(top, part)):
            return part
    return ""


def _leaves(top: str, path: str) -> bool:
    """Whether a directory is a link that leads out of the root."""
    if path == top or not os.path.islink(path):
        return False
    inside = os.path.realpath(top)
    return os.path.commonpath((inside, os.path.realpath(path))) != inside


def _lone_file(path: str) -> tuple[SourceFile, ...]:
    """Return the one source of a root that is a file: told by what is in it, an empty one by its name."""
    label = os.path.basename(path)
    try:
        descriptor = open_regular(path)
    except OSError:
        return ()
    try:
        head = os.pread(descriptor, HEAD, 0)
    except OSError:
        return ()
    finally:
        os.close(descriptor)
    from loopview.sources.adapters import recognise

    named = next((place.family for place in RETRO_PLACES + LOOP_PLACES if place.path == label), "")
    recognised = recognise(head)
    if recognised is None:
        return (SourceFile(label, path, named, "retro"),) if named else ()
    return (SourceFile(label, path, *recognised),)


def _is_file(path: str) -> bool:
    """Whether a regular file stands there; a link to one is not a file of ours."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
