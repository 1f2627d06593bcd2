"""Which files of a run come from the base: tests, and whatever configures them or runs by itself."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from loopview.modify.protected import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

_TESTS = "a test"
_CONFIGURATION = ("what builds, installs or configures the checks", "what Python runs by itself")
_ALWAYS = ("conftest.py", "pytest.py", "_pytest")


def overlaid(base: Collection[str], command: Sequence[str]) -> Callable[[str], bool]:
    """Whether the base decides over a path: what it has is taken from it, what it has not is left out.

    A test that only the candidate has is its own and runs, too; a conftest.py that only the candidate has does not.
    ``command`` is what is run: a script of the tree that it names is the base's.
    """
    scripts = {os.path.normpath(word) for word in command if not os.path.isabs(word)}

    def decides(path: str) -> bool:
        names = path.casefold().split("/")
        if path in scripts or _any(names, _globs(_CONFIGURATION)) or _any(names, _ALWAYS):
            return True
        return path in base and _any(names, _globs((_TESTS,)))

    return decides


def _globs(kinds: Collection[str]) -> tuple[str, ...]:
    return tuple(glob for why, globs in KINDS if why in kinds for glob in globs)


def _any(names: Sequence[str], globs: Collection[str]) -> bool:
    return any(fnmatchcase(name, glob) for name in names for glob in globs)
