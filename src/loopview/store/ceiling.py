"""A ceiling over the memory of the process while a statement of the operator's runs.

DuckDB's own limit does not count the values of one chunk of rows, and between two chunks it hears no interrupt:
rows that each hold a list of a million values map sixteen gigabytes at once. Under the ceiling such an allocation
fails, and the statement ends as one that needs too much memory. The rest of the process lives below the same
ceiling, so it is far above what anything else maps. On a system that does not enforce the limit nothing changes.
"""

from __future__ import annotations

import os
import resource
import threading

HEADROOM = 1536 << 20  #: bytes that may be mapped beyond what is mapped when the first statement begins
PAGE = os.sysconf("SC_PAGE_SIZE")

_TURN = threading.Lock()


class _Held:
    """How many statements run, and what the limit was before the first."""

    count = 0
    before: tuple[int, int] | None = None


def hold() -> None:
    """A statement begins; every call wants one of ``let_go``."""
    with _TURN:
        _Held.count += 1
        if _Held.count == 1:
            _Held.before = _lower()


def let_go() -> None:
    """A statement has really ended; with the last of them the limit is what it was."""
    with _TURN:
        _Held.count -= 1
        if _Held.count == 0 and _Held.before is not None:
            resource.setrlimit(resource.RLIMIT_AS, _Held.before)


def _lower() -> tuple[int, int] | None:
    """Lower the soft limit; return what it was, or None where it stays."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    ceiling = _mapped() + HEADROOM
    if ceiling == HEADROOM or soft != resource.RLIM_INFINITY:
        return None
    resource.setrlimit(
        resource.RLIMIT_AS, (ceiling if hard == resource.RLIM_INFINITY else min(ceiling, hard), hard)
    )
    return soft, hard


def _mapped() -> int:
    """Bytes of address space this process has; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as numbers:
            return int(numbers.read().split()[0]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0
