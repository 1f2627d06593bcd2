"""What loopview itself remembers of one loop from start to start: small private files in the state directory.

The watched agent has no part in them. Where no state directory is set, the process alone remembers.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from loopview.guarded.append import AppendFailed, append
from loopview.guarded.folder import AppendRefused
from loopview.guarded.private_file import locked_file, private_folder
from loopview.guarded.regular import ReadRefused, open_regular, read_at_most, read_regular
from loopview.guarded.replace import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = "loops"
LONGEST = 1 << 20  #: bytes of one file that are read
LONGEST_LIST = 4 << 20  #: bytes of a file of lines, after which its older half goes
_WAIT = 2.0  #: seconds that the lock is waited for

__all__ = ["AppendFailed", "AppendRefused", "LoopMemory"]


class LoopMemory:
    """The private directory of the loop at ``root``: made when something is first remembered."""

    def __init__(self, state_dir: str, root: str) -> None:
        self._above = os.path.join(state_dir, FOLDER) if state_dir else ""
        name = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
        self.path = os.path.join(self._above, name) if state_dir else ""
        self._unkept: dict[str, dict[str, Any]] = {}  # without a directory: until the process ends

    def read(self, name: str) -> dict[str, Any]:
        """Return the object a file holds; an empty one when it is not there or cannot be read."""
        if not self.path:
            return self._unkept.get(name, {})
        try:
            return _object(read_regular(self.path, name, LONGEST))
        except ReadRefused:
            return {}

    def write(self, name: str, record: Mapping[str, object]) -> None:
        """Replace a file as a whole. Raises `AppendRefused`."""
        if not self.path:
            self._unkept[name] = dict(record)
            return
        self._make()
        replace(self.path, name, json.dumps(record).encode())

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Hold the lock ``name`` that one process at a time has. Raises `AppendRefused`."""
        if not self.path:
            yield
            return
        self._make()
        with private_folder(self.path, make=True) as folder, locked_file(folder, name, write=True, wait=_WAIT):
            yield

    def add(self, name: str, record: Mapping[str, object]) -> None:
        """Add one line to a file of lines; durable when it returns. Raises `AppendRefused`, `AppendFailed`."""
        if not self.path:
            return
        self._make()
        self._shrink(name)
        append(self.path, name, lambda _tail: record)

    def newest(self, name: str, count: int) -> tuple[dict[str, Any], ...]:
        """Return the last lines of a file of lines that hold objects, newest first."""
        found = (_object(line) for line in reversed(self._end(name, LONGEST_LIST).splitlines()))
        return tuple(record for record, _ in zip(filter(None, found), range(count), strict=False))

    def _make(self) -> None:
        try:
            os.makedirs(self._above, mode=0o700, exist_ok=True)
        except OSError as error:
            raise AppendRefused(f"{self._above}: {error.strerror}") from None
        with private_folder(self.path, make=True):
            return

    def _end(self, name: str, most: int) -> bytes:
        """The last bytes of a file, from the beginning of a line on."""
        try:
            descriptor = open_regular(self.path, name) if self.path else -1
        except ReadRefused:
            return b""
        if descriptor < 0:
            return b""
        try:
            start = max(os.fstat(descriptor).st_size - most, 0)
            content = read_at_most(descriptor, most, start)
        except OSError:
            return b""
        finally:
            os.close(descriptor)
        return content.partition(b"\n")[2] if start else content

    def _shrink(self, name: str) -> None:
        try:
            long = os.lstat(os.path.join(self.path, name)).st_size > LONGEST_LIST
        except OSError:
            return
        if long:
            replace(self.path, name, self._end(name, LONGEST_LIST // 2))


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
