"""The programs that were run: git's commands and what ran in a jail, word by word, the newest of them."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple


class CommandRecord(NamedTuple):
    """One command as it was run, for the activity log and ``doctor``."""

    argv: tuple[str, ...]
    seconds: float
    code: int  #: exit status; negative: ended by that signal
    cut: str  #: why it was ended early: ``time``, ``size``, a limit of the jail, or nothing
    began: float = 0.0  #: seconds since the epoch
    place: str = ""  #: the tier of the jail it ran in; empty: it ran in none


COMMANDS: deque[CommandRecord] = deque(maxlen=200)
"""The newest commands of git, verbatim; appended by whichever thread ran them."""

JAILED: deque[CommandRecord] = deque(maxlen=200)
"""The newest commands that a jail ran, verbatim: apart from git's, which come more often."""
