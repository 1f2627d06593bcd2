"""What differs between two forms of one line, word by word, in bounded time."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.text import Safe

LONGEST = 4_000
"""Characters of a line up to which words are compared."""

MOST_WORDS = 160
"""Words that are compared each with each; where more differ, everything between the first and the last does."""

LEAST_KEPT = 0.3
"""Share of its characters that two lines must have in common for their differences to say anything."""

_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


class _Word(NamedTuple):
    start: int
    end: int
    key: tuple[str, str]  #: the text, and what it stands for if it is not the line's own


def differing(old: Safe, new: Safe) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Return what of each line is not in the other, as runs of characters; nothing where they share little.

    What stands for a character differs from the same signs written out.
    """
    if max(len(old), len(new)) > LONGEST:
        return (), ()
    left, right = _words_of(old), _words_of(new)
    before = _alike(left, right)
    after = _alike(left[before:][::-1], right[before:][::-1])
    middle_left, middle_right = left[before : len(left) - after], right[before : len(right) - after]
    gone, come = _apart(middle_left, middle_right)
    kept = len(old) + len(new) - sum(end - start for runs in (gone, come) for start, end in runs)
    if kept < LEAST_KEPT * (len(old) + len(new)):
        return (), ()
    return gone, come


def _words_of(line: Safe) -> list[_Word]:
    found = []
    spans = list(line.spans)
    for piece in _PIECE.finditer(line):
        while spans and spans[0][1] <= piece.start():
            spans.pop(0)
        why = spans[0][2] if spans and spans[0][0] < piece.end() else ""
        found.append(_Word(piece.start(), piece.end(), (piece[0], why)))
    return found


def _alike(one: Sequence[_Word], other: Sequence[_Word]) -> int:
    """Return how many words both begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left.key != right.key:
            break
        count += 1
    return count


def _apart(
    left: Sequence[_Word], right: Sequence[_Word]
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    if max(len(left), len(right)) > MOST_WORDS:
        return _run(left), _run(right)
    matcher = SequenceMatcher(None, [word.key for word in left], [word.key for word in right], autojunk=False)
    gone: list[tuple[int, int]] = []
    come: list[tuple[int, int]] = []
    for what, one, one_end, other, other_end in matcher.get_opcodes():
        if what != "equal":
            gone += _run(left[one:one_end])
            come += _run(right[other:other_end])
    return tuple(gone), tuple(come)


def _run(words: Sequence[_Word]) -> tuple[tuple[int, int], ...]:
    return ((words[0].start, words[-1].end),) if words else ()
