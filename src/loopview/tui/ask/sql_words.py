"""The words of an SQL text by kind: what the editor colours, and where completion must keep still."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

WordKind = Literal["keyword", "function", "text", "number", "comment", "name", "parameter", "other"]

_KEYWORDS = """
    all and any as asc asof between by case cast cross current cube desc distinct else end escape except exclude
    exists false filter first following for from full group grouping having ilike in inner intersect interval
    into is join lateral left like limit materialized natural not null nulls offset on or order outer over
    partition pivot positional preceding qualify range recursive replace respect right rollup row rows sample
    select semi sets some table then ties to true unbounded union unpivot using values when where window with
    within
"""
KEYWORDS = frozenset(_KEYWORDS.split())
"""Words of the language, in small letters."""

_WORD = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<text>'(?:[^']|'')*(?:'|\Z))
    |(?P<name>"(?:[^"]|"")*(?:"|\Z))
    |(?P<parameter>\$\w+)
    |(?P<number>(?<![\w.])\d[\d_]*(?:\.\d*)?(?:e[+-]?\d+)?)
    |(?P<word>[^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
LONGEST = 20_000
"""Characters that are looked at: no longer text is run."""


class Word(NamedTuple):
    """One piece of the text, and what it is."""

    start: int  #: in characters
    end: int
    kind: WordKind


def words_of(sql: str) -> list[Word]:
    """Return the pieces of a text that have a kind, in order; unfinished texts and comments reach its end."""
    found = []
    for match in _WORD.finditer(sql[:LONGEST]):
        kind = str(match.lastgroup)
        start, end = match.span()
        found.append(Word(start, end, _kind_of_word(sql, match[0], end) if kind == "word" else kind))  # type: ignore[arg-type]
    return found


def kind_at(sql: str, offset: int) -> WordKind:
    """Return what a character typed at ``offset`` would become part of."""
    for word in words_of(sql[:offset]):
        if word.end == offset and word.kind in {"text", "comment", "name"} and not _closed(sql, word):
            return word.kind
    return "other"


def asks_in_sql(text: str) -> bool:
    """Whether a line is SQL and not a question in plain words."""
    return re.match(r"\s*(;|--|/\*|\(*\s*(select|with|from|values)\b)", text, re.IGNORECASE) is not None


def _kind_of_word(sql: str, word: str, end: int) -> WordKind:
    if sql[end : end + 1] == "(" and word.lower() not in {
        "in",
        "and",
        "or",
        "not",
        "as",
        "over",
        "filter",
        "exists",
    }:
        return "function"
    return "keyword" if word.lower() in KEYWORDS else "other"


def _closed(sql: str, word: Word) -> bool:
    piece = sql[word.start : word.end]
    if word.kind == "comment":
        return piece.startswith("/*") and piece.endswith("*/") and len(piece) > 3  # noqa: PLR2004  # not /*/
    return len(piece) > 1 and piece.count(piece[0]) % 2 == 0
