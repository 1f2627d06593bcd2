"""How a candidate is tested, as the operator configured it; nothing of the repository has a say in it."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import sha256_of
from loopview.domain.evidence import Tier
from loopview.guarded.jail import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.config import Settings

_SHIMS = frozenset({"shims"})
_PYTEST = frozenset({"pytest", "py.test"})


class Plan(NamedTuple):
    """What is run, in which jail at least, and within which bounds."""

    command: tuple[str, ...]  #: words; the first one is an absolute path where it could be found
    pytest: bool  #: whether it is pytest, so that there is a report to read
    minimum: Tier
    unconfined: bool  #: run even where no jail holds
    limits: Limits
    plugins: tuple[str, ...] = ()
    own: bool = True  #: the command is ours; else the operator's, and pytest reads the base's configuration

    @property
    def key(self) -> str:
        """SHA-256 over everything that decides what a run of the same files gives."""
        fields = [list(self.command), self.pytest, self.own, list(self.plugins), list(map(str, self.limits))]
        return sha256_of(fields)


def plan_of(settings: Settings) -> Plan:
    """The plan that the operator's configuration makes."""
    words = settings.test_command
    seconds = settings.test_seconds
    return Plan(
        command=_resolved(words) if words else (sys.executable, *OURS),
        pytest=not words or _is_pytest(words),
        minimum=Tier(int(settings.jail_tier[1:])),
        unconfined=settings.allow_unconfined,
        limits=Limits(wall=float(seconds), cpu=2 * seconds),
        plugins=settings.test_plugins,
        own=not words,
    )


OURS = ("-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull)
"""Words for pytest without the tree's configuration; where the tree and the report are is added at the run."""


def _is_pytest(words: Sequence[str]) -> bool:
    if os.path.basename(words[0]) in _PYTEST:
        return True
    return any(option == "-m" and module == "pytest" for option, module in pairwise(words))


def _resolved(words: Sequence[str]) -> tuple[str, ...]:
    """The words with a program from the operator's PATH; one that is named by a path is taken from the tree."""
    first = words[0]
    if "/" not in first:
        for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
            candidate = os.path.join(folder, first)
            if os.path.basename(folder) in _SHIMS:  # scripts that look for the program in the home directory
                continue
            if os.path.isabs(folder) and os.access(candidate, os.X_OK) and os.path.isfile(candidate):
                return (candidate, *words[1:])
        if first in {"python", "python3"}:
            return (sys.executable, *words[1:])
    return tuple(words)
