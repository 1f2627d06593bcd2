"""The memory file through which lines reach DuckDB's reader: the only path that the locked database may open."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def open_window() -> int | None:
    """Return a memory file; it stays open as long as the database, so that its number never names another file."""
    try:
        return os.memfd_create("loopview-lines")
    except (AttributeError, OSError):  # not Linux: every line is then handed over as a parameter
        return None


def window_path(window: int) -> str:
    """Return the path under which the database opens the memory file."""
    return f"/proc/self/fd/{window}"


@contextmanager
def shown(window: int, pieces: Iterable[bytes | memoryview]) -> Iterator[str]:
    """Hold these bytes in the memory file and give its path; nothing is there afterwards."""
    try:
        end = 0
        for piece in pieces:
            view, written = memoryview(piece), 0
            while written < len(view):
                written += os.pwrite(window, view[written:], end + written)
            end += written
        yield window_path(window)
    finally:
        os.ftruncate(window, 0)
