"""Run git so that nothing of the repository's runs with it, bounded in time and output.

The environment starts empty and every key of configuration that names a program is overruled. Beyond that, commands
that look at objects or at the work tree are given one of the git directories in ``void/``, which have no
configuration, hooks, replacements or attributes at all, and borrow the repository's objects and index: what the
repository configures is then not overruled but never loaded, and changing it between two commands gains nothing.
"""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, NamedTuple

from loopview.guarded.child import run
from loopview.guarded.ran import COMMANDS, CommandRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

VOID = os.path.join(os.path.dirname(os.path.abspath(__file__)), "void")

ENVIRONMENT = {
    "HOME": VOID,
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "GIT_EDITOR": "false",
    "GIT_PAGER": "cat",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_SSH_COMMAND": "false",
}

OVERRULED = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.sshCommand=false",
    "core.protectNTFS=true",
    "core.protectHFS=true",
    "core.fsync=all",
    "core.commitGraph=false",
    "diff.external=",
    "diff.ignoreSubmodules=all",
    "submodule.recurse=false",
    "protocol.allow=never",
    "log.showSignature=false",
    "gpg.program=false",
    "commit.gpgsign=false",
    "credential.helper=",
    "safe.bareRepository=explicit",
    "gc.auto=0",
    "maintenance.auto=false",
    "rerere.enabled=false",
)

FLAGS = (
    "--no-pager",
    "--literal-pathspecs",
    "--no-replace-objects",
    *(word for setting in OVERRULED for word in ("-c", setting)),
)

LONGEST_OUTPUT = 4 * 1024 * 1024  #: bytes kept of one command's output
LONGEST_RUN = 5.0  #: seconds one command may take


class Output(NamedTuple):
    """What a command printed, within its bounds."""

    code: int
    out: bytes
    err: str
    cut: str


class GitFailed(Exception):  # noqa: N818 - reads as the event it is
    """git could not answer; the message says why in one sentence."""


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """A fresh environment: ours, the absolute part of the operator's PATH, and ``extra``."""
    path = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(entry)]
    return {"PATH": os.pathsep.join(path) or os.defpath, **ENVIRONMENT, **extra}


def git(
    arguments: tuple[str, ...],
    directory: str,
    *,
    limit: int = LONGEST_OUTPUT,
    seconds: float = LONGEST_RUN,
    extra: Mapping[str, str] | None = None,
    source: str = os.devnull,
) -> Output:
    """Run a git command in ``directory``, ``extra`` in its environment; raises `GitFailed` if it cannot start.

    Its standard input is the file ``source``.
    """
    argv = ("git", "-C", directory, *FLAGS, *arguments)
    variables = environment(extra or {})
    began, started = time.time(), time.monotonic()
    try:
        ended = run(
            (_executable(variables["PATH"]), *argv[1:]), variables, limit=limit, seconds=seconds, source=source
        )
    except OSError as error:
        raise GitFailed(f"git could not be started: {error.strerror}") from None
    COMMANDS.append(CommandRecord(argv, time.monotonic() - started, ended.code, ended.cut, began))
    return Output(ended.code, ended.out, ended.err.decode("utf-8", "replace").strip(), ended.cut)


def program() -> str:
    """Absolute path of the git that is run; raises `GitFailed` when there is none."""
    try:
        return _executable(environment({})["PATH"])
    except OSError as error:
        raise GitFailed(f"git could not be started: {error.strerror}") from None


def _executable(path: str) -> str:
    """The first git on ``path``, whose entries are absolute: the directory we stand in may hold another."""
    for folder in path.split(os.pathsep):
        candidate = os.path.join(folder, "git")
        if os.access(candidate, os.X_OK) and os.path.isfile(candidate):
            return candidate
    raise FileNotFoundError(errno.ENOENT, "it is not installed")
