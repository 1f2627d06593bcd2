"""One thing with files, done in a process of its own: ``python -I errand.py WHAT ARGUMENT ...``.

The standard library only: nothing of loopview is imported here. The answer is a line of JSON.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import re
import stat
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST_ENTRIES = 20_000  #: files and directories of a vault that are looked at
_LONGEST_NOTE = 256 * 1024  #: bytes
_LONGEST_TAIL = 8 * 1024 * 1024  #: bytes at the end of a memory that are searched
_LONGEST_OUTPUT = 1024 * 1024  #: bytes that a pattern is searched in
_NOTE = "# A note of loopview's self-test\n\nmarker: {mark}\n\nIt is removed again by the probe that wrote it.\n"


class NotFound(Exception):  # noqa: N818 - it is the name that a result carries
    """What was written before is not there."""


def note(vault: str, name: str, mark: str) -> str:
    """Write a note with a marker into a vault; it must be a new one."""
    descriptor = os.open(os.path.join(vault, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(_NOTE.format(mark=mark))
        file.flush()
        os.fsync(descriptor)
    return name


def find(vault: str, mark: str) -> str:
    """The note of a vault that holds a marker, found by reading them."""
    for path in _notes(vault):
        if mark.encode() in _content(path):
            return os.path.relpath(path, vault)
    raise NotFound(f"no note in {vault} has the marker that was written")


def remove(vault: str, name: str) -> str:
    """Take a note away."""
    os.unlink(os.path.join(vault, name))
    return name


def store(memory: str, key: str, value: str) -> str:
    """Add a fact to a memory of JSON lines, and make sure that it stands there."""
    descriptor = os.open(memory, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
    try:
        _require_file(descriptor, memory)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = json.dumps({"key": key, "value": value, "timestamp": stamp}).encode() + b"\n"
        size = os.fstat(descriptor).st_size
        lead = b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""
        os.write(descriptor, lead + line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if recall(memory, key) != value:
        raise NotFound(f"the fact that was stored last is not the one that stands in {memory}")
    return value


def recall(memory: str, key: str) -> str:
    """The newest value of a key in a memory of JSON lines."""
    descriptor = os.open(memory, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        _require_file(descriptor, memory)
        size = os.fstat(descriptor).st_size
        tail = os.pread(descriptor, _LONGEST_TAIL, max(size - _LONGEST_TAIL, 0))
    finally:
        os.close(descriptor)
    for line in reversed(tail.split(b"\n")):
        try:
            fact = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(fact, dict) and fact.get("key") == key:
            return str(fact.get("value"))
    raise NotFound(f"no fact of that key stands in {memory}")


def match(pattern: str, path: str) -> str:
    """Where an output, which stands in a file, holds a pattern."""
    with open(path, "rb") as file:
        text = file.read(_LONGEST_OUTPUT).decode("utf-8", "replace")
    try:
        found = re.search(pattern, text, re.MULTILINE)
    except re.error as error:
        raise ValueError(f"{pattern} is no regular expression ({error})") from None
    if found is None:
        raise NotFound(f"the output does not hold {pattern}")
    return found[0]


def call(paths: str, target: str) -> str:
    """Call what an entry point names; what it returns is what it says, and False is a failure."""
    sys.path[:0] = json.loads(paths)
    module, _, names = target.partition(":")
    function: object = importlib.import_module(module)
    for name in filter(None, names.split(".")):
        function = getattr(function, name)
    if not callable(function):
        raise TypeError(f"{target} cannot be called")
    said = function()
    if said is False:
        raise AssertionError("it returned False")
    return said if isinstance(said, str) else "it returned"


def _notes(vault: str) -> Iterator[str]:
    entries, waiting = 0, [vault]
    while waiting:
        with os.scandir(waiting.pop()) as listing:
            for entry in listing:
                entries += 1
                if entries > _MOST_ENTRIES:
                    return
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.name.endswith(".md") and entry.is_file(follow_symlinks=False):
                    yield entry.path


def _content(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        return os.pread(descriptor, _LONGEST_NOTE, 0)
    finally:
        os.close(descriptor)


def _require_file(descriptor: int, path: str) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError(f"{path} is not a regular file")


ERRANDS: dict[str, Callable[..., str]] = {
    each.__name__: each for each in (note, find, remove, store, recall, match, call)
}


def main(words: list[str]) -> int:
    """Do it and answer; the exit code is 0 when it worked."""
    try:
        answer = {"ok": True, "said": ERRANDS[words[0]](*words[1:])}
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the probe found
        answer = {"ok": False, "type": type(error).__name__, "said": str(error)}
    sys.stdout.flush()
    os.write(1, b"\n" + json.dumps(answer).encode() + b"\n")
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
