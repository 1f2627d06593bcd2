"""Which line stands beside which when a diff is shown side by side."""

from __future__ import annotations

import re
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from loopview.domain.review import ReviewLine

NOTHING = -1
"""Stands where a line has nothing beside it."""

LARGEST_BLOCK = 400
"""Removed times added lines up to which the likest ones are sought; larger blocks stand side by side in order."""

LEAST_LIKENESS = 0.4
"""Share of words in common from which on a line counts as the changed form of another."""

_WORD = re.compile(r"\w+")


class Pair(NamedTuple):
    """Places of two lines among the lines of a review; the same place twice is one line that both sides have."""

    left: int
    right: int

    @property
    def whole(self) -> bool:
        """Whether it is one line rather than two beside each other."""
        return self.left == self.right


def side_by_side(lines: Sequence[ReviewLine]) -> list[Pair]:
    """Return the rows of a diff whose old lines stand left of its new ones."""
    rows: list[Pair] = []
    for changed, block in groupby(_sides(lines), key=lambda it: it[1] != "both"):
        if not changed:
            rows += [Pair(index, index) for index, _ in block]
            continue
        marked = list(block)
        left, right = ([index for index, side in marked if side == wanted] for wanted in ("left", "right"))
        rows += pairs(lines, left, right)
    return rows


def _sides(lines: Sequence[ReviewLine]) -> Iterator[tuple[int, str]]:
    """Say of each line on which side it stands; a note on a changed line stands with it."""
    side = "both"
    for index, line in enumerate(lines):
        if line.kind != "note":
            side = {"removed": "left", "added": "right"}.get(line.kind, "both")
        yield index, side


def pairs(lines: Sequence[ReviewLine], left: Sequence[int], right: Sequence[int]) -> list[Pair]:
    """Put lines that were removed beside those that took their place, keeping the order of both."""
    rows: list[Pair] = []
    done_left = done_right = 0
    for one, other in [*_likest(lines, left, right), (len(left), len(right))]:
        gap = zip_longest(left[done_left:one], right[done_right:other], fillvalue=NOTHING)
        rows += [Pair(*each) for each in gap]
        if one < len(left):
            rows.append(Pair(left[one], right[other]))
        done_left, done_right = one + 1, other + 1
    return rows


def _likest(lines: Sequence[ReviewLine], left: Sequence[int], right: Sequence[int]) -> list[tuple[int, int]]:
    """Return which lines are so alike that they belong together: the places in both, rising."""
    if not 0 < len(left) * len(right) <= LARGEST_BLOCK:
        return []
    old, new = (_words(lines[index].text for index in side) for side in (left, right))
    likeness = [[likeness_of(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for one in reversed(range(len(old))):
        for other in reversed(range(len(new))):
            joined = best[one + 1][other + 1] + likeness[one][other]
            best[one][other] = max(best[one + 1][other], best[one][other + 1], joined)
    return list(_walk(best, likeness))


def _walk(best: list[list[float]], likeness: list[list[float]]) -> Iterator[tuple[int, int]]:
    """Follow the best way through the table from its beginning."""
    one = other = 0
    while one < len(likeness) and other < len(likeness[0]):
        here = best[one][other]
        if likeness[one][other] and here == best[one + 1][other + 1] + likeness[one][other]:
            yield one, other
            one, other = one + 1, other + 1
        elif here == best[one + 1][other]:
            one += 1
        else:
            other += 1


def _words(texts: Iterable[str]) -> list[frozenset[str]]:
    return [frozenset(_WORD.findall(text[:400])) or frozenset({text.strip()[:400]}) for text in texts]


def likeness_of(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of words that two lines have in common; 0 where they have little to do with each other."""
    share = 2 * len(one & other) / (len(one) + len(other))
    return share if share >= LEAST_LIKENESS else 0.0
