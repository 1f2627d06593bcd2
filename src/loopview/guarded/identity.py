"""Who the operator is to git: from their own configuration, never from the repository's."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from loopview.guarded.hardened import VOID, git

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WRITTEN = re.compile(r"\s*([^<>\n]+?)\s*<([^<>\s]+)>\s*")


def own_identity(environ: Mapping[str, str], written: str = "") -> tuple[str, str] | None:
    """Name and mail of the operator: as ``written`` (``Name <mail>``), else of their own git; None without any."""
    if written:
        found = _WRITTEN.fullmatch(written)
        return (found[1], found[2]) if found else None
    name, mail = environ.get("GIT_AUTHOR_NAME", ""), environ.get("GIT_AUTHOR_EMAIL", "")
    for path in _files(environ):
        name = name or _value(path, "user.name")
        mail = mail or _value(path, "user.email")
    return (name, mail) if name and mail else None


def _files(environ: Mapping[str, str]) -> Iterator[str]:
    """The files in which git keeps what belongs to a user, the strongest first."""
    named = environ.get("GIT_CONFIG_GLOBAL", "")
    home = environ.get("HOME", "")
    if named:
        yield named
    elif home:
        yield os.path.join(home, ".gitconfig")
        base = environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
        yield os.path.join(base, "git", "config")


def _value(path: str, key: str) -> str:
    """One value of a file, without what the file includes; empty when it has none."""
    if not os.path.isabs(path) or not os.path.isfile(path):
        return ""
    found = git(("config", "--file", path, "--no-includes", "--get", key), VOID)
    return "" if found.code else found.out.decode("utf-8", "replace").strip("\n")
