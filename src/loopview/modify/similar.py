"""Which texts are like a text: ranked by SQLite's FTS5 (bm25), over words that identifiers are taken apart into."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOKENIZER = "porter unicode61 remove_diacritics 2"
"""How both sides of a search are cut into terms: stems of English words, without accents."""

LONGEST_TEXT = 4_000  #: characters of one text that count in a search
MOST_TERMS = 64  #: different words of a query that count

_WORD = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SMALL = frozenset(
    "a an and are as at be by for from in into is it its of on or so that the then this to with".split()  # noqa: SIM905
)


def words(text: str) -> Iterator[str]:
    """Yield the words of a text in small letters; an identifier gives its parts and, with several, itself."""
    for word in _WORD.findall(text):
        if word.isalpha() and word.islower():  # as most are
            yield word
            continue
        parts = [part.lower() for piece in word.split("_") for part in _parts(piece)]
        yield from parts
        if len(parts) > 1:
            yield "".join(parts)


def _parts(piece: str) -> list[str]:
    if piece.isascii():
        return _PART.findall(piece)
    return [piece]


def searchable(text: str) -> str:
    """Return the words of a text, joined by spaces: what is put into a search table."""
    return " ".join(words(text[:LONGEST_TEXT]))


def match_of(text: str) -> str:
    """Return the FTS5 query that finds whatever shares a word with ``text``; empty when there is no word to find.

    Only letters and digits get into it, each word in quotes: nothing of the text is taken for an operator.
    """
    terms = dict.fromkeys(words(text[:LONGEST_TEXT]))
    telling = [term for term in terms if term not in _SMALL] or list(terms)
    return " OR ".join(f'"{term}"' for term in telling[:MOST_TERMS])


def ranked(query: str, texts: Iterable[str], limit: int) -> list[int]:
    """Return the places of the ``limit`` texts most like ``query``, best first; of equals the later one."""
    match = match_of(query)
    if not match or limit < 1:
        return []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"create virtual table text using fts5 (words, tokenize = '{TOKENIZER}')")
        rows = ((number, searchable(text)) for number, text in enumerate(texts))
        connection.executemany("insert into text (rowid, words) values (?, ?)", rows)
        found = connection.execute(
            "select rowid from text where text match ? order by bm25(text), rowid desc limit ?", (match, limit)
        )
        return [number for (number,) in found]
