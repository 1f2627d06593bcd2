# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""What the console orders: one command, where, and within which bounds. It comes as a line of JSON."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

LIMITED, CONFINED, ISOLATED = 1, 2, 3  #: jail tiers, as the console counts them
_LONGEST = 4 * 1024 * 1024  #: bytes


class Order(NamedTuple):
    """One run. Sizes are bytes, times are seconds, paths are absolute and free of links."""

    tier: int
    argv: tuple[str, ...]  #: the first word is an absolute path
    directory: str  #: the only place where it may write
    inside: str  #: where it starts: the directory or one below it
    environment: dict[str, str]
    readable: tuple[str, ...]
    console: int  #: process id of the console
    user: int  #: whom a command of root's is run as; 0: we are not root
    wall: float
    cpu: int
    memory: int  #: of all its processes together
    file_size: int
    open_files: int
    processes: int  #: and threads, of all its processes together
    disk: int


def read_order(descriptor: int) -> Order:
    """Read the order from a pipe; raises `EOFError` when the console is gone before it is whole."""
    text = b""
    while not text.endswith(b"\n"):
        chunk = os.read(descriptor, 1 << 16)
        if not chunk or len(text) > _LONGEST:
            raise EOFError("no order came")
        text += chunk
    fields = json.loads(text)
    for name in ("argv", "readable"):
        fields[name] = tuple(fields[name])
    return Order(**fields)
