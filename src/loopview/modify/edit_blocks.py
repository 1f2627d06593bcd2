"""Search and replace: blocks of whole lines that a model wants changed, each found exactly once in what is there.

The lines that mark a block carry the code of the request, so that no content can be mistaken for one. All blocks
are looked for in the base, never in what another block left: their order means nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.modify.line_ends import Lines
from loopview.modify.reply_refused import ReplyRefused, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Marks(NamedTuple):
    """The lines that begin a search text, end it, and end its replacement."""

    search: str
    replace: str
    end: str


def marks(code: str) -> Marks:
    """The marks of a request, by its code (16 hex digits)."""
    return Marks(f"---LV-{code} search---", f"---LV-{code} replace---", f"---LV-{code} end---")


class Block(NamedTuple):
    """Lines to find, and the lines to put in their place."""

    search: tuple[str, ...]
    replace: tuple[str, ...]


def read_blocks(lines: Sequence[str], mark: Marks) -> tuple[Block, ...]:
    """The blocks of one file's body; only blank lines may stand between them. Raises `ReplyRefused`."""
    blocks: list[Block] = []
    rest = list(lines)
    while rest := _without_blank_start(rest):
        if rest[0] != mark.search:
            raise ReplyRefused(f"outside a block stands {shown(rest[0])}; a block begins with {mark.search}")
        search, rest = _until(mark.replace, rest[1:], mark)
        replace, rest = _until(mark.end, rest, mark)
        blocks.append(Block(search, replace))
    if not blocks:
        raise ReplyRefused("kind: edit has no block")
    return tuple(blocks)


def _without_blank_start(lines: list[str]) -> list[str]:
    start = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    return lines[start:]


def _until(wanted: str, lines: list[str], mark: Marks) -> tuple[tuple[str, ...], list[str]]:
    """The lines before a mark, and those after it; no other mark may come first."""
    at = next((at for at, line in enumerate(lines) if line in mark), None)
    if at is None or lines[at] != wanted:
        raise ReplyRefused(f"a block lacks its line {wanted}")
    return tuple(lines[:at]), lines[at + 1 :]


def apply_blocks(base: Lines, blocks: Sequence[Block]) -> Lines:
    """The file with every block replaced; other lines keep how they end. Raises `ReplyRefused`."""
    places = sorted(_places(base, blocks))
    texts: list[str] = []
    ends: list[str] = []
    at = 0
    for start, stop, replace in places:
        if start < at:
            raise ReplyRefused("two blocks overlap; make one block of them")
        texts += [*base.texts[at:start], *replace]
        ends += [*base.ends[at:start], *[base.usual] * len(replace)]
        at = stop
    texts += base.texts[at:]
    ends += base.ends[at:]
    if ends:
        ends[-1] = (ends[-1] or base.usual) if base.closed else ""
    return Lines(tuple(texts), tuple(ends), base.mark)


def _places(base: Lines, blocks: Sequence[Block]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    whole = _as_one(base.texts)
    for number, block in enumerate(blocks, 1):
        if not block.search:
            raise ReplyRefused(f"block {number} searches for nothing; copy the lines beside which it belongs")
        if block.search == block.replace:
            raise ReplyRefused(f"block {number} replaces lines by the same lines")
        wanted = _as_one(block.search)
        first = whole.find(wanted)
        if first < 0:
            raise ReplyRefused(f"block {number}: {_absence(base, block)}")
        if whole.find(wanted, first + 1) >= 0:
            raise ReplyRefused(f"block {number}: its search text stands there more than once; add lines around it")
        start = whole.count("\n", 0, first)
        yield start, start + len(block.search), block.replace


def _absence(base: Lines, block: Block) -> str:
    """Why a search text is not found, as exactly as can be said."""
    loose = _as_one([line.strip() for line in base.texts])
    at = loose.find(_as_one([line.strip() for line in block.search]))
    if at >= 0:
        line = loose.count("\n", 0, at) + 1
        return f"its search text stands at line {line} with other white space; copy it exactly"
    known = set(base.texts)
    missing = next((line for line in block.search if line not in known), block.search[0])
    return f"its search text does not stand there; no such place has the line {shown(missing)}"


def _as_one(lines: Sequence[str]) -> str:
    """Lines as one text in which whole lines only can be found."""
    return "\n" + "\n".join(lines) + "\n"
