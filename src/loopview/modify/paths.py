"""Which names a path may have in an edit, and how one path is told from another writing of it.

A path is text from a model, a patch or a loop. It must mean the same file to git, to every file system and to the
person who reads it; what could mean two things is refused, never repaired.
"""

from __future__ import annotations

import re
import unicodedata
from fnmatch import fnmatchcase
from functools import lru_cache

from loopview.text import safe

LONGEST_PATH = 400  #: bytes
LONGEST_NAME = 200  #: bytes of one component
DEEPEST = 20  #: components
NEVER = {".git": "git's own directory", ".loop": "the loop's own records"}
"""Directories in which no edit has any business, at any depth."""

_FORBIDDEN = frozenset('\\:*?"<>|')
_SHORT = re.compile(r"~[0-9]")
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9])\s*(\..*)?")


def path_problem(path: str) -> str:
    """Why an edit may not name this path, in words that follow it; empty when it may."""
    if not path:
        return "is empty"
    try:
        length = len(path.encode("utf-8"))
    except UnicodeEncodeError:
        return "is not text that can be written as UTF-8"
    if length > LONGEST_PATH:
        return f"is longer than {LONGEST_PATH} bytes"
    names = path.split("/")
    if len(names) > DEEPEST:
        return f"is deeper than {DEEPEST} directories"
    return _character_problem(path) or next(filter(None, map(_name_problem, names)), "")


def _character_problem(path: str) -> str:
    shown = safe(path)
    if shown.spans or "\t" in path:
        return f"holds a {shown.spans[0][2] if shown.spans else 'tab'}"
    if unicodedata.normalize("NFKC", path) != path:
        return "holds characters that have another writing (it is not NFKC)"
    if not _FORBIDDEN.isdisjoint(path):
        return 'holds one of \\ : * ? " < > |'
    if path.startswith("/"):
        return "is absolute"
    return "starts with ~" if path.startswith("~") else ""


def _name_problem(name: str) -> str:
    """What is wrong with one component."""
    if name in {"", ".", ".."}:
        return "has a component that is empty, . or .."
    if len(name.encode("utf-8")) > LONGEST_NAME:
        return f"has a component longer than {LONGEST_NAME} bytes"
    folded = name.casefold()
    bare = folded.strip(" ").rstrip(" .")
    if bare in NEVER:
        return f"lies in {NEVER[bare]}"
    return _alias_problem(name, folded)


def _alias_problem(name: str, folded: str) -> str:
    """What a component would become elsewhere: on another file system, on a command line."""
    if name != name.strip(" ") or name.endswith("."):
        return "has a component that begins or ends with a space, or ends with a dot"
    if name.startswith("-"):
        return "has a component that reads as an option"
    if _SHORT.search(name):
        return "has a component that may be the short name of another"
    return "has a component that is a device on Windows" if _DEVICE.fullmatch(folded) else ""


@lru_cache(maxsize=65_536)
def same_name(path: str) -> str:
    """A text that is equal for all writings of one path: case, composed and compatible characters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())


def parents(path: str) -> list[str]:
    """The directories above a path, the highest first."""
    names = path.split("/")
    return ["/".join(names[:count]) for count in range(1, len(names))]


def covers(glob: str, path: str) -> bool:
    """Whether a glob names a path or a directory above it.

    Component by component, from the top: ``*``, ``?`` and ``[…]`` stay within one, ``**`` is any number of them.
    ``src`` is ``src`` and all below it, never ``src-evil``.
    """
    parts = glob.removeprefix("./").strip("/").split("/")
    reached = _onward({0}, parts)
    for name in path.split("/"):
        if len(parts) in reached:
            return True
        stays = {at for at in reached if parts[at] == "**"}
        taken = {at + 1 for at in reached - stays if fnmatchcase(name, parts[at])}
        reached = _onward(stays | taken, parts)
    return len(parts) in reached


def _onward(reached: set[int], parts: list[str]) -> set[int]:
    """The places in a glob that are reached without another component, ``**`` being none."""
    found = set(reached)
    for at in sorted(reached):
        while at < len(parts) and parts[at] == "**":
            at += 1  # noqa: PLW2901 - it walks on from where it stands
            found.add(at)
    return found
