"""What a model answers to an edit, read strictly: the whole answer follows the grammar, or none of it is used.

    ===LV-<code>===
    path: src/clock.py
    kind: edit
    …body…
    ===LV-<code>===
    END 1 files

``code`` is 16 random hex digits of this one request. ``kind`` is ``file`` (the whole new content), ``edit``
(blocks, see `edit_blocks`) or ``delete`` (no body). A line that carries the code and is not exactly one of the
marks ends the reading; so does one that has the shape of another request's mark and does not stand in the file yet.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.change import Change
from loopview.guarded.secrets import MASK
from loopview.modify.edit_blocks import apply_blocks, marks, read_blocks
from loopview.modify.line_ends import NONE, Lines, in_the_manner_of, read_lines, write_lines
from loopview.modify.paths import path_problem, same_name
from loopview.modify.reply_refused import ReplyRefused, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    Base = Callable[[str], bytes | None]

__all__ = ["LIMITS", "Limits", "ReplyRefused", "boundary", "code_of", "read_reply"]

_BOUNDARY = re.compile(r"===LV-([0-9a-f]{16})===")
_LIKE_A_MARK = re.compile(r"\s*[=-]{2,}\s*lv-[0-9a-f]{16}\b", re.IGNORECASE)
_END = re.compile(r"END (0|[1-9][0-9]{0,5}) files?")
_HEADER = 2  #: lines: path and kind


class Limits(NamedTuple):
    """What an answer may hold."""

    files: int = 20
    file_bytes: int = 200_000
    total_bytes: int = 1_000_000
    characters: int = 4_000_000  #: of the answer


LIMITS = Limits()


class _Part(NamedTuple):
    """One file of an answer."""

    path: str
    kind: str
    body: tuple[str, ...]


def boundary() -> str:
    """A new boundary, which nobody can know before the request is made."""
    return f"===LV-{secrets.token_hex(8)}==="


def code_of(boundary: str) -> str:
    """The 16 hex digits of a boundary. Raises `ValueError`."""
    found = _BOUNDARY.fullmatch(boundary)
    if found is None:
        raise ValueError(f"not a boundary: {boundary!r}")
    return found[1]


def read_reply(
    text: str, boundary: str, base: Base, limits: Limits = LIMITS, whole: Collection[str] | None = None
) -> tuple[Change, ...]:
    """The changes that an answer wants, files that stay as they are left out.

    ``base`` gives what a path holds now, None when there is no such file. ``whole`` are the paths that the model
    was shown from the first to the last line: no other file that is there may be written anew as a whole (None:
    any may). Lines end as they do in the base, the last one included. Raises `ReplyRefused`, with a reason that
    can be quoted back.
    """
    code = code_of(boundary)
    if len(text) > limits.characters:
        raise ReplyRefused(f"the answer is longer than {limits.characters:,} characters")
    lines = text.replace("\r\n", "\n").split("\n")
    parts = [_part(section) for section in _sections(lines, boundary, code, limits)]
    _distinct(parts)
    there = {part.path: base(part.path) for part in parts}
    changes = [_change(part, there[part.path], code, limits, whole) for part in parts]
    if sum(len(change.content or b"") for change in changes) > limits.total_bytes:
        raise ReplyRefused(f"the answer holds more than {limits.total_bytes:,} bytes in all")
    wanted = tuple(change for change in changes if change.content != there[change.path])
    if not wanted:
        raise ReplyRefused("the answer changes nothing: every file is as it was")
    return wanted


def _sections(lines: Sequence[str], boundary: str, code: str, limits: Limits) -> list[Sequence[str]]:
    """The lines between boundaries, when everything around them is as it should be."""
    for number, line in enumerate(lines, 1):
        _check_marks(line, number, boundary, code)
    places = [at for at, line in enumerate(lines) if line == boundary]
    if not places:
        raise ReplyRefused(f"the answer has no line {boundary}")
    _nothing_but_blank(lines[: places[0]], "before the first boundary")
    sections = [lines[start + 1 : stop] for start, stop in pairwise(places)]
    if len(sections) > limits.files:
        raise ReplyRefused(f"the answer has more than {limits.files} files")
    _check_end(lines[places[-1] + 1 :], len(sections))
    return sections


def _check_marks(line: str, number: int, boundary: str, code: str) -> None:
    """Refuse a line that carries this request's code and is not exactly a mark."""
    if line == boundary or line in marks(code):
        return
    folded = line if line.isascii() else unicodedata.normalize("NFKC", line)
    if code in folded.lower():
        raise ReplyRefused(
            f"line {number} carries the code of this request but is none of its marks: {shown(line)}"
        )


def _check_end(last: Sequence[str], count: int) -> None:
    if not last or not (found := _END.fullmatch(last[0])):
        said = shown(last[0]) if last else "nothing"
        raise ReplyRefused(
            f"after the last boundary stands {said}; it must be `END {count} files` (is it complete?)"
        )
    if int(found[1]) != count:
        raise ReplyRefused(f"the answer says END {found[1]} files and has {count}")
    if not count:
        raise ReplyRefused("the answer has no file")
    _nothing_but_blank(last[1:], "after the END line")


def _nothing_but_blank(lines: Sequence[str], where: str) -> None:
    words = next((line for line in lines if line.strip()), "")
    if words:
        raise ReplyRefused(f"{where} stands {shown(words)}; nothing may stand there")


def _part(section: Sequence[str]) -> _Part:
    """One file's header and body."""
    if len(section) < _HEADER or not section[0].startswith("path: "):
        said = shown(section[0]) if section else "nothing"
        raise ReplyRefused(f"after a boundary stands {said}; it must be `path: …` and then `kind: …`")
    path, kind = section[0].removeprefix("path: "), section[1].removeprefix("kind: ")
    if section[1] not in {"kind: file", "kind: edit", "kind: delete"}:
        raise ReplyRefused(
            f"after a path stands {shown(section[1])}; it must be kind: file, kind: edit or kind: delete"
        )
    why = path_problem(path)
    if why:
        raise ReplyRefused(f"the path {shown(path)} {why}")
    return _Part(path, kind, tuple(section[_HEADER:]))


def _distinct(parts: Sequence[_Part]) -> None:
    known: dict[str, str] = {}
    for part in parts:
        name = same_name(part.path)
        if name in known:
            raise ReplyRefused(f"the answer names one file twice: {shown(known[name])} and {shown(part.path)}")
        known[name] = part.path


def _change(part: _Part, there: bytes | None, code: str, limits: Limits, whole: Collection[str] | None) -> Change:
    try:
        before = read_lines(there) if there is not None else NONE
    except UnicodeDecodeError:
        raise ReplyRefused(f"{part.path} is not UTF-8 text and cannot be edited") from None
    try:
        content = _content(part, there, before, code, whole)
    except ReplyRefused as refused:
        raise ReplyRefused(f"{part.path}: {refused}") from None
    if content is not None and len(content) > limits.file_bytes:
        raise ReplyRefused(f"{part.path} would be larger than {limits.file_bytes:,} bytes")
    return Change(part.path, content)


def _content(
    part: _Part, there: bytes | None, before: Lines, code: str, whole: Collection[str] | None
) -> bytes | None:
    """What a path shall hold; None when it shall go."""
    if part.kind == "file":
        if there and whole is not None and part.path not in whole:
            raise ReplyRefused("it was not shown from the first to the last line, so use kind: edit")
        after = in_the_manner_of(before, part.body)
    elif there is None:
        raise ReplyRefused(f"there is no such file, so kind: {part.kind} cannot be; a new one is kind: file")
    elif part.kind == "edit":
        after = apply_blocks(before, read_blocks(part.body, marks(code)))
    else:
        _nothing_but_blank(part.body, "under kind: delete")
        return None
    _check_lines(before, after, marks(code))
    if any(map(str.strip, before.texts)) and not any(map(str.strip, after.texts)):
        raise ReplyRefused("it would be left empty; to remove it, use kind: delete")
    return _written(after)


def _written(lines: Lines) -> bytes:
    try:
        return write_lines(lines)
    except UnicodeEncodeError:
        raise ReplyRefused("it holds half of a character (a lone surrogate)") from None


def _check_lines(before: Lines, after: Lines, own: Collection[str]) -> None:
    """Refuse marks and masks that were not there before."""
    known = set(before.texts)
    for line in after.texts:
        if line in own or (line not in known and _like_a_mark(line)):
            raise ReplyRefused(f"its content holds a line that has the shape of a mark: {shown(line)}")
    masks = sum(line.count(MASK) for line in after.texts)
    if masks > sum(line.count(MASK) for line in before.texts):
        raise ReplyRefused(
            f"it holds {MASK}, which stands for something that was not shown; leave such lines alone"
        )


def _like_a_mark(line: str) -> bool:
    return _LIKE_A_MARK.match(line) is not None and line.rstrip().endswith(("==", "--"))
