"""One run of changed lines of a unified diff, exact to the byte, and what it makes of a file.

A line ends at its line feed and nowhere else: a carriage return, a NUL or a byte that is no UTF-8 is content. Hunks
are applied at the line they name or not at all: no offset is searched and no context is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 60  #: bytes of a line that a refusal quotes


class PatchRefused(Exception):  # noqa: N818 - reads as the event it is
    """The diff cannot be read, or does not fit; nothing of it was used.

    ``reason`` is one sentence with foreign names in it, ``line`` the diff's line it is about (from 1; 0: none).
    """

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason = reason
        self.line = line


class Hunk(NamedTuple):
    """Lines that stand together; each keeps its sign and its line feed, which only a file's last line may lack."""

    old_start: int  #: line of the old file, from 1; the line before the change where ``old_count`` is 0
    old_count: int
    new_start: int
    new_count: int
    heading: bytes  #: what stands behind the second ``@@``
    lines: tuple[bytes, ...]  #: sign (space, minus or plus), content, line feed
    line: int = 0  #: of the diff, from 1, where the hunk's header stands

    @property
    def old(self) -> list[bytes]:
        """Lines of the old file, each with its line feed."""
        return [line[1:] for line in self.lines if line[:1] != b"+"]

    @property
    def new(self) -> list[bytes]:
        """Lines of the new file, each with its line feed."""
        return [line[1:] for line in self.lines if line[:1] != b"-"]

    @property
    def old_offset(self) -> int:
        """Lines of the old file that stand before this hunk."""
        return self.old_start - 1 if self.old_count else self.old_start

    @property
    def new_offset(self) -> int:
        """Lines of the new file that stand before this hunk."""
        return self.new_start - 1 if self.new_count else self.new_start


def apply(base: bytes, hunks: Iterable[Hunk]) -> bytes:
    """Return ``base`` with ``hunks`` applied, each exactly where it says; raises `PatchRefused`."""
    lines = split(base)
    made: list[bytes] = []
    done = 0
    for hunk in hunks:
        start, old = hunk.old_offset, hunk.old
        if start < done:
            raise PatchRefused("the hunk begins before the one above it ends", hunk.line)
        if lines[start : start + len(old)] != old or start > len(lines):
            raise PatchRefused(_misfit(lines, start, old), hunk.line)
        made += lines[done:start]
        made += hunk.new
        done = start + len(old)
    made += lines[done:]
    if any(not line.endswith(b"\n") for line in made[:-1]):
        raise PatchRefused("a line without a line feed would stand in the middle of the file")
    return b"".join(made)


def split(content: bytes) -> list[bytes]:
    """Lines with their line feeds, split at nothing else; the last one may lack it."""
    *whole, rest = content.split(b"\n")
    lines = [line + b"\n" for line in whole]
    return [*lines, rest] if rest else lines


def _misfit(lines: list[bytes], start: int, old: list[bytes]) -> str:
    """Say at which line a hunk does not fit."""
    for number, want in enumerate(old, start):
        found = lines[number] if number < len(lines) else None
        if found != want:
            there = "the file ends before it" if found is None else f"the file has {_shown(found)}"
            return f"the hunk wants {_shown(want)} as line {number + 1} of the file, and {there}"
    return f"the hunk begins behind line {start} of the file, which has {len(lines)}"


def _shown(line: bytes) -> str:
    more = "…" if len(line) > _SHOWN else ""
    return repr(line[:_SHOWN])[1:] + more
