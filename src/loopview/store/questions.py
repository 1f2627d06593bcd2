"""The built-in questions: one ``.sql`` file each, with a header that says what it answers.

A header line is ``-- key: text``: ``title``, ``answers``, ``parameters`` (``name type = default``, separated by
commas) and ``chart``. Every question also takes ``now`` and ``as_of``; those a text does not use are not passed on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from loopview.domain.columns import FAMILIES
from loopview.store.schema import sql_text

if TYPE_CHECKING:
    from collections.abc import Mapping

STATEMENTS = ("schema.sql", "fingerprint_plain.sql")  #: files that are no questions
_HEADER = re.compile(r"^-- (title|answers|parameters|chart): ?(.*)$", re.MULTILINE)
_PARAMETER = re.compile(r"(\w+) (\w+)(?: = (.*))?")
_USED = re.compile(r"\$(\w+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a question."""

    name: str
    type: str  #: SQL type
    default: str = "null"  #: as written in the header; null = nothing chosen


@dataclass(frozen=True, slots=True)
class Question:
    """One built-in question."""

    name: str
    title: str
    answers: str  #: one sentence: what the rows say
    parameters: tuple[Parameter, ...]
    sql: str  #: the statement without its header
    chart: str = ""  #: how it is best drawn: bars, line, table

    @property
    def used(self) -> frozenset[str]:
        """Names of the parameters that stand in the text."""
        return frozenset(_USED.findall(self.sql))

    def values(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return the value of every parameter the text uses; raise TypeError for a name that is none of them."""
        known: dict[str, object] = {"now": None}
        known.update({parameter.name: _default(parameter) for parameter in self.parameters})
        surplus = given.keys() - known.keys() - {"now", "as_of"}
        if surplus:
            raise TypeError(f"question {self.name} has no parameter {', '.join(sorted(surplus))}")
        return {name: value for name, value in {**known, **given}.items() if name in self.used}


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """One column of an answer."""

    name: str
    type: str  #: SQL type


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a question and the SQL that made them."""

    question: str
    title: str
    columns: tuple[AnswerColumn, ...]
    rows: list[tuple[object, ...]]
    sql: str  #: as run
    parameters: dict[str, object]
    elapsed_ms: float
    revision: int
    truncated: bool = False  #: more rows than were fetched
    chart: str = field(default="")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    def records(self) -> list[dict[str, object]]:
        """Return the rows as dicts by column name."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


@cache
def questions() -> Mapping[str, Question]:
    """Return every built-in question by name."""
    folder = files("loopview.store") / "sql"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    return MappingProxyType({name[:-4]: read_question(name[:-4]) for name in names if name not in STATEMENTS})


def read_question(name: str) -> Question:
    """Read one question's file; raise ValueError when its header lacks a title."""
    return question_of(name, sql_text(f"{name}.sql"))


def question_of(name: str, text: str) -> Question:
    """Return the question of a text with a header; raise ValueError when that cannot be read or lacks a title."""
    header = dict(_HEADER.findall(text))
    if "title" not in header or "answers" not in header:
        raise ValueError(f"{name}.sql says neither title nor what it answers")
    body = "\n".join(line for line in text.splitlines() if not _HEADER.match(line)).strip().rstrip(";")
    given = [part.strip() for part in header.get("parameters", "").split(",") if part.strip()]
    return Question(
        name, header["title"], header["answers"], tuple(map(_parameter, given)), body, header.get("chart", "")
    )


def seen_as_of(sql: str, cuts: Mapping[str, int | None]) -> str:
    """Return ``sql`` over tables that end, source by source, before the line ``cuts`` names (None = no end).

    The tables are shadowed by common table expressions of the same names, so the text shown is the text run.
    """
    used = [name for name in FAMILIES if re.search(rf"\b{name}\b", sql)]
    if re.search(r"\bfailures\b", sql):
        used += [name for name in ("cycles", "attempts") if name not in used]
    if not used:
        return sql
    shadows = [f"{name} as (select * from main.{name} where {seen_before(cuts)})" for name in used]
    if re.search(r"\bfailures\b", sql):
        shadows.append(f"failures as ({failures_select()})")
    rest = re.match(r"\s*with\s+(?!recursive)(.*)", sql, re.DOTALL | re.IGNORECASE)
    joined = ",\n     ".join(shadows)
    return f"with {joined},\n{rest[1]}" if rest else f"with {joined}\n{sql}"


def seen_before(cuts: Mapping[str, int | None]) -> str:
    """Return the condition of rows before the first line of their source that is not to be seen."""
    ends = "".join(
        f" when {_literal(label)} then line < {line}" for label, line in cuts.items() if line is not None
    )
    return f"(case source{ends} else true end)" if ends else "true"


def failures_select() -> str:
    """Return the select behind the view ``failures``."""
    return sql_text("schema.sql").split("create view failures as\n")[1].split(";\n")[0]


def cut_query(table: str) -> str:
    """Return the query of one table's cuts; it takes ``$as_of``.

    As-of is a position: the first line stamped later, after the last one stamped at or before that moment. Lines
    without a stamp go with the lines before them; a source without any stamp is shown whole.
    """
    return (
        "with seen as (select source, max(line) filter (where ts <= $as_of) as line"
        f" from {table} group by source)\n"
        f"select seen.source, min(rows.line) from seen left join {table} as rows on rows.source = seen.source"
        f" and rows.ts > $as_of and rows.line > coalesce(seen.line, 0) group by seen.source"
    )


def _parameter(text: str) -> Parameter:
    found = _PARAMETER.fullmatch(text)
    if found is None:
        raise ValueError(f"not a parameter: {text}")
    return Parameter(found[1], found[2], found[3] or "null")


def _default(parameter: Parameter) -> object:
    if parameter.default == "null":
        return None
    return (
        float(parameter.default)
        if parameter.type == "double"
        else (int(parameter.default) if parameter.type == "bigint" else parameter.default)
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
