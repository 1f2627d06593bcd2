"""What can follow in a statement: tables after ``from``, columns of the tables in it, functions, keywords."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from loopview.tui.ask.sql_words import KEYWORDS, kind_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST = 50
"""Candidates offered at once."""

COMMON = (
    "count", "sum", "avg", "min", "max", "round", "median", "coalesce", "date_trunc", "count_if", "arg_max",
    "arg_min", "quantile_cont", "string_agg", "list", "row_number", "rank", "lag", "lead", "hour", "epoch",
    "strftime", "regexp_extract",
)  # fmt: skip
"""Functions that are offered before keywords and all others."""

_LEFT = re.compile(r"(?:(\w+)\s*\.\s*)?(\w*)\Z")
_TABLE_NEXT = re.compile(r"\b(?:from|join)\s+\w*\Z|\bfrom\s+[\w\s,]*,\s*\w*\Z", re.IGNORECASE)
_READ = re.compile(r"\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)


class Candidate(NamedTuple):
    """One way to go on."""

    text: str
    kind: str  #: column, table, function or word
    meaning: str = ""  #: one line


class Completion(NamedTuple):
    """What the letters before the cursor could become."""

    start: int  #: where those letters begin
    candidates: tuple[Candidate, ...]


class Vocabulary:
    """The names a statement can use."""

    def __init__(
        self,
        tables: Mapping[str, tuple[str, Sequence[tuple[str, str, str]]]],
        functions: Iterable[str] = (),
    ) -> None:
        """Take tables by name, each with its meaning and its columns (name, type, meaning)."""
        self._tables = [Candidate(name, "table", meaning) for name, (meaning, _) in tables.items()]
        self._columns = {
            name: [Candidate(column, "column", f"{kind.lower()}: {meaning}") for column, kind, meaning in columns]
            for name, (_, columns) in tables.items()
        }
        names = [name for name in sorted(functions) if name.isidentifier()]
        self._common = [Candidate(f"{name}(", "function") for name in COMMON if name in names]
        self._functions = [Candidate(f"{name}(", "function") for name in names]
        self._words = [Candidate(word, "word") for word in sorted(KEYWORDS)]

    def complete(self, sql: str, offset: int, *, asked: bool = False) -> Completion:
        """Return what can stand at ``offset``; without ``asked`` only once a letter is typed there."""
        left = sql[:offset]
        match = _LEFT.search(left)
        if match is None or kind_at(sql, offset) != "other" or left[: match.start()].endswith("$"):
            return Completion(offset, ())
        owner, typed = match[1], match[2]
        start = offset - len(typed)
        if not (typed or owner or asked) or typed[:1].isdigit():
            return Completion(offset, ())
        if owner:
            known = self._columns_of(sql, owner)
        elif _TABLE_NEXT.search(left):
            known = [*_named_here(sql), *self._tables]
        else:
            known = self._anything(sql)
        if not asked and any(candidate.text == typed.lower() for candidate in known):
            return Completion(offset, ())  # typed out: what is longer must not be in the way of the next key
        return Completion(start, _matching(known, typed))

    def _anything(self, sql: str) -> list[Candidate]:
        near = [column for name, _ in _read(sql) for column in self._columns.get(name, ())]
        if not near:
            near = [column for columns in self._columns.values() for column in columns]
        return [*near, *self._common, *self._words, *self._functions, *self._tables, *_named_here(sql)]

    def _columns_of(self, sql: str, owner: str) -> list[Candidate]:
        named = {alias.lower(): name for name, alias in _read(sql) if alias}
        return self._columns.get(named.get(owner.lower(), owner.lower()), [])


def _read(sql: str) -> list[tuple[str, str]]:
    """Return the tables a text reads, each with its other name."""
    return [(name.lower(), alias or "") for name, alias in _READ.findall(sql)]


def _named_here(sql: str) -> list[Candidate]:
    """Return the common table expressions of a text."""
    if not re.match(r"\s*(--[^\n]*\n\s*)*with\b", sql, re.IGNORECASE):
        return []
    names = re.findall(r"(?:\bwith\s+(?:recursive\s+)?|,\s*)(\w+)\s+as\s*\(", sql, re.IGNORECASE)
    return [Candidate(name, "table", "defined in this statement") for name in names]


def _matching(candidates: Iterable[Candidate], typed: str) -> tuple[Candidate, ...]:
    """Return what begins with the letters, then what holds them; nothing that is typed out already."""
    wanted, seen = typed.lower(), set()
    first, later = [], []
    for candidate in candidates:
        name = candidate.text.lower()
        if name in seen or name == wanted:
            continue
        seen.add(name)
        if name.startswith(wanted):
            first.append(candidate)
        elif len(wanted) > 1 and wanted in name:
            later.append(candidate)
    return tuple((*first, *later)[:MOST])
