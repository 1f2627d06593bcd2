"""What the operator's git is set to, for the few settings that decide what a file's bytes are. Nothing runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.guarded.hardened import GitFailed, git

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loopview.guarded.repository import Repository

_TRUE = frozenset({"true", "yes", "on", "1"})


class GitSettings:
    """The settings that hold in one repository: the system's, the operator's, its own; the last one counts."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def get(self, key: str) -> str:
        """The value of a key, named in lower case; empty when it is not set."""
        return self._values.get(key, "")

    def on(self, key: str, *, default: bool = False) -> bool:
        """Whether a switch is on."""
        return self._values[key].casefold() in _TRUE if key in self._values else default

    @property
    def attributes_file(self) -> str:
        """The operator's own file of attributes, whether it exists or not."""
        named = self.get("core.attributesfile")
        return os.path.expanduser(named) if named else os.path.join(_configuration_home(), "git", "attributes")


def read_settings(repository: Repository) -> GitSettings:
    """Read what git would; raises `GitFailed` when a file cannot be read."""
    here = repository.git_dir
    values = _pairs(_listed(here, ("--system", "--null", "--list"), GIT_CONFIG_NOSYSTEM="0"))
    for path in (os.path.join(_configuration_home(), "git", "config"), os.path.expanduser("~/.gitconfig")):
        if os.path.isfile(path):
            words = ("--file", path, "--includes", "--null", "--list")
            values |= _pairs(_listed(here, words, HOME=os.path.expanduser("~")))
    own = _listed(here, ("--null", "--show-scope", "--list"))
    scoped = zip(own[0::2], own[1::2], strict=False)
    return GitSettings(values | _pairs(row for scope, row in scoped if scope != "command"))  # that is ours


def _listed(git_dir: str, words: tuple[str, ...], **extra: str) -> list[str]:
    listed = git(("config", *words), git_dir, extra={"GIT_DIR": git_dir, **extra})
    if listed.code and "--system" in words:  # there need not be one
        return []
    if listed.code or listed.cut:
        raise GitFailed(f"git cannot read its configuration: {listed.err.partition(chr(10))[0]}")
    return listed.out.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _pairs(rows: Iterable[str]) -> dict[str, str]:
    """Keys and values; a key without a value is a switch that is on."""
    parts = (row.partition("\n") for row in rows)
    return {key: value if mark else "true" for key, mark, value in parts}


def _configuration_home() -> str:
    return os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
