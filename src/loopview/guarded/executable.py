"""Which programs a repository's configuration names: for ``doctor`` and for the question of trust. Nothing runs."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from loopview.guarded.git import head
from loopview.guarded.hardened import GitFailed, git

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES_A_PROGRAM = re.compile(
    r"core\.(fsmonitor|hookspath|editor|pager|sshcommand|askpass|gitproxy|alternaterefscommand)"
    r"|diff\.external|diff\..*\.(command|textconv)|filter\..*\.(clean|smudge|process)|merge\..*\.driver"
    r"|(diff|merge)tool\..*\.(cmd|path)|gpg\.(.*\.)?program|credential\.(.*\.)?helper|alias\..*|pager\..*"
    r"|include\.path|includeif\..*\.path|sequence\.editor|interactive\.difffilter|trailer\..*\.(cmd|command)"
    r"|remote\..*\.(uploadpack|receivepack|vcs)|uploadpack\.packobjectshook|submodule\..*\.update"
    r"|(browser|man)\..*\.cmd",
    re.IGNORECASE | re.DOTALL,
)


def executable_configuration(root: str) -> tuple[str, ...]:
    """Names of keys and hooks that could run a program, sorted; raises `GitFailed` without a repository."""
    top = head(root).top
    listed = git(("config", "--null", "--name-only", "--show-scope", "--list"), top)
    if listed.code:
        raise GitFailed(listed.err.splitlines()[0] if listed.err else "git could not read the configuration")
    fields = listed.out.decode("utf-8", "replace").split("\0")
    keys = {
        name
        for scope, name in zip(fields[0::2], fields[1::2], strict=False)
        if scope != "command" and _NAMES_A_PROGRAM.fullmatch(name)  # "command" is what we overrule ourselves
    }
    return tuple(sorted(keys)) + tuple(sorted(_hooks(top)))


def _hooks(top: str) -> Iterator[str]:
    common = git(("rev-parse", "--git-common-dir"), top).out.decode("utf-8", "replace").rstrip("\n")
    folder = os.path.join(top, common, "hooks")
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if not entry.name.endswith(".sample") and entry.is_file() and os.access(entry.path, os.X_OK):
            yield f"hook {entry.name}"
