"""A diff as lines to be read before a decision: every one of them, nothing cut; console and commands read the same.

All text in it is foreign: who shows it makes it safe. Bytes that are no UTF-8 are lone surrogates, so that nothing
that a file holds can look like how another one is written.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.patch import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from loopview.domain.approval import FileDelta
    from loopview.domain.hunk import Hunk
    from loopview.domain.patch import FilePatch

SIGNS = {"context": " ", "added": "+", "removed": "-"}
"""The kinds of line that stand in a file, and the sign of each."""

NO_NEWLINE = "no newline at the end of the file"

GAP = 40
"""Blanks in the middle of a line from which on something may stand behind them out of sight."""

_KINDS = {sign.encode(): kind for kind, sign in SIGNS.items()}
_MODES = {"100644": "a plain file", "100755": "executable", "120000": "a symbolic link", "160000": "a submodule"}


class FileFacts(NamedTuple):
    """What a diff does to one file, in figures."""

    what: str  #: ``new file``, ``removed`` or ``changed``
    added: int  #: lines
    removed: int
    sha256: str = ""  #: of the new content; empty where it is not known or the file is removed

    @property
    def counts(self) -> str:
        """Lines added and removed, in a few cells."""
        return f"+{self.added} -{self.removed}"


class ReviewLine(NamedTuple):
    """One line of a review."""

    kind: str  #: ``file``, ``hunk``, ``context``, ``added``, ``removed`` or ``note``
    text: str  #: foreign; a line of a file stands here without its sign and its line feed
    path: str  #: of the file it belongs to: foreign
    hunk: int = -1  #: place of its hunk in the file, from 0; -1: before the first
    old: int = 0  #: line number in the base, from 1; 0: not there
    new: int = 0  #: line number in the candidate
    odd: bool = False  #: holds something that a quick look may miss: see `is_odd`
    facts: FileFacts | None = None  #: on a file's heading


def review(diff: bytes, files: tuple[FileDelta, ...] = ()) -> tuple[ReviewLine, ...]:
    """Every line of a diff as git prints it. Raises `PatchRefused` for one that is not.

    ``files`` adds what a diff does not say: the SHA-256 of each new content.
    """
    return tuple(_lines(parse(diff), {delta.path: delta for delta in files}))


def review_history(diff: bytes) -> tuple[ReviewLine, ...]:
    """Every line of a diff between commits, where a path may go as a file and come as a link: it is there twice.

    Raises `PatchRefused` as `review` does; the line in it is then counted within its file.
    """
    one, *others = diff.split(b"\ndiff --git ")  # a line of a file has a sign before it
    parts = [one, *(b"diff --git " + part for part in others)]
    ends = [b"\n"] * len(others) + [b""]
    return tuple(_lines(file for part, end in zip(parts, ends, strict=True) for file in parse(part + end)))


def _lines(
    files: Iterable[FilePatch], deltas: Mapping[str, FileDelta] = MappingProxyType({})
) -> Iterator[ReviewLine]:
    for file in files:
        yield from _headings(file, deltas.get(file.path))
        for number, hunk in enumerate(file.hunks):
            yield from _hunk(file.path, number, hunk)


def is_odd(text: str) -> bool:
    """Whether a line holds more than plain ASCII, ends with blanks, or has a gap as wide as a trick."""
    body = text.rstrip(" \t")
    tabless = body.replace("\t", "")
    return len(body) != len(text) or not (tabless.isascii() and tabless.isprintable()) or " " * GAP in body.lstrip()


def patch_text(lines: tuple[ReviewLine, ...]) -> str:
    """Return these lines of a review as a unified diff, to be pasted."""
    return "".join(f"{written}\n" for line in lines for written in _written(line))


def _headings(file: FilePatch, delta: FileDelta | None) -> Iterator[ReviewLine]:
    signs = [line[:1] for hunk in file.hunks for line in hunk.lines]
    what = "new file" if file.created else "removed" if file.deleted else "changed"
    sha256 = delta.new_sha256 if delta is not None else ""
    facts = FileFacts(what, signs.count(b"+"), signs.count(b"-"), sha256)
    yield ReviewLine("file", file.path, file.path, facts=facts)
    if delta is not None:
        yield ReviewLine("note", f"sha256 {sha256 or 'none: the file is removed'}", file.path)
    if words := _mode_words(file):
        yield ReviewLine("note", words, file.path)
    if not file.hunks and (file.created or file.deleted):
        yield ReviewLine("note", "an empty file", file.path)


def _mode_words(file: FilePatch) -> str:
    """Say what kind of file it is, where that is no plain one or changes."""
    old, new = (_MODES.get(mode, f"mode {mode}") if mode else "" for mode in (file.old_mode, file.new_mode))
    if file.old_mode and file.new_mode and old != new:
        return f"{old} becomes {new}"
    return "" if (new or old) in {"", _MODES["100644"]} else new or old


def _hunk(path: str, number: int, hunk: Hunk) -> Iterator[ReviewLine]:
    heading = hunk.heading.decode("utf-8", "surrogateescape")
    place = f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@"
    yield ReviewLine("hunk", f"{place}{heading}", path, number)
    old, new = hunk.old_offset, hunk.new_offset
    for line in hunk.lines:
        kind = _KINDS[line[:1]]
        old += kind != "added"
        new += kind != "removed"
        text = line[1:].removesuffix(b"\n").decode("utf-8", "surrogateescape")
        numbers = (old if kind != "added" else 0, new if kind != "removed" else 0)
        yield ReviewLine(kind, text, path, number, *numbers, is_odd(text))
        if not line.endswith(b"\n"):
            yield ReviewLine("note", NO_NEWLINE, path, number)


def _written(line: ReviewLine) -> Iterator[str]:
    if line.kind == "file":
        gone, made = (line.facts is not None and line.facts.what == what for what in ("removed", "new file"))
        yield f"--- {'/dev/null' if made else f'a/{line.path}'}"
        yield f"+++ {'/dev/null' if gone else f'b/{line.path}'}"
    elif line.kind == "hunk":
        yield line.text
    elif line.kind in SIGNS:
        yield f"{SIGNS[line.kind]}{line.text}"
    elif line.text == NO_NEWLINE:
        yield "\\ No newline at end of file"
