"""How the console itself is doing: how far it is behind the files, what asking costs, what memory it takes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from loopview.engine.commands_run import git_seconds

if TYPE_CHECKING:
    from loopview.store.reader import Reader


class ConsoleHealth(NamedTuple):
    """The console's own figures."""

    backlog: int  #: bytes that are there and not read yet
    pending: int  #: bytes of last lines that are not finished
    rejects: int
    drifted: int
    sources: int
    unread: int  #: sources that cannot be read
    ask_ms: float  #: what the newest question took
    git_ms: float | None  #: what the newest command of git took
    rss: int  #: bytes of memory; 0: not known


def load_health(reader: Reader) -> ConsoleHealth:
    """Return the figures as they are now."""
    answer = reader.ask("sources_health")
    rows = answer.records()

    def total(name: str) -> int:
        return sum(value for row in rows if isinstance(value := row[name], int))

    seconds = git_seconds()
    return ConsoleHealth(
        backlog=total("backlog"),
        pending=total("pending"),
        rejects=total("rejects"),
        drifted=total("drifted"),
        sources=len(rows),
        unread=sum(row["state"] not in {"ok", "missing"} for row in rows),
        ask_ms=answer.elapsed_ms,
        git_ms=None if seconds is None else seconds * 1000,
        rss=memory(),
    )


def memory() -> int:
    """Bytes that this process holds in memory; 0 where nobody says."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
