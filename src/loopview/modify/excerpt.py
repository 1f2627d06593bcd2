"""The parts of a long file that an instruction is about: its beginning, and what is around the names in it."""

from __future__ import annotations

import re

HEAD = 30  #: lines of the beginning, where imports are
AROUND = 20  #: lines before and after one that names something
RARE = 12  #: lines in which a word may stand and still tell something

_WORD = re.compile(r"[A-Za-z_]\w{2,60}")
_BEGINS = re.compile(r"\s*(?:async\s+def|def|class|function|func|fn|interface|struct|impl)\b")
_MOST_WORDS = 200


def excerpt(lines: tuple[str, ...], about: str, most: int, gap: str) -> str:
    """Parts of a file in at most about ``most`` characters; ``gap``, with ``{count}``, stands for what is not."""
    wanted = dict.fromkeys(range(min(HEAD, len(lines))))
    for place in _places(lines, about):
        start = _beginning(lines, place)
        wanted |= dict.fromkeys(range(start, min(place + AROUND + 1, len(lines))))
    kept: set[int] = set()
    for at in wanted:
        most -= len(lines[at]) + 1
        if most < 0:
            break
        kept.add(at)
    return _joined(lines, sorted(kept), gap)


def _places(lines: tuple[str, ...], about: str) -> list[int]:
    """Lines that name what the instruction names, those with the rarest words first."""
    words = list(dict.fromkeys(_WORD.findall(about)))[:_MOST_WORDS]
    named: dict[str, list[int]] = {word: [] for word in words}
    for at, line in enumerate(lines):
        for word in set(_WORD.findall(line)) & named.keys():
            named[word].append(at)
    telling = sorted((places for places in named.values() if 0 < len(places) <= RARE), key=len)
    return list(dict.fromkeys(at for places in telling for at in places))


def _beginning(lines: tuple[str, ...], place: int) -> int:
    """Where what stands at a line begins: the definition above it, when it is near; else a few lines before."""
    for at in range(place, max(place - 3 * AROUND, -1), -1):
        if _BEGINS.match(lines[at]):
            return at
    return max(place - AROUND, 0)


def _joined(lines: tuple[str, ...], kept: list[int], gap: str) -> str:
    shown: list[str] = []
    before = -1
    for at in kept:
        if at > before + 1:
            shown.append(gap.format(count=at - before - 1))
        shown.append(lines[at])
        before = at
    if len(lines) > before + 1:
        shown.append(gap.format(count=len(lines) - before - 1))
    return "\n".join(shown)
