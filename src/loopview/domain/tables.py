"""Every table and view that can be asked, column by column: for the column browser, the docs and a model's prompt.

Those of the families are made from ``domain.columns``; the others are described here. A test holds all of it
against the schema of a real store.
"""

from __future__ import annotations

from typing import NamedTuple

from loopview.domain.columns import CYCLES, STORED, Column, Family, Kind

SQL_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "number": "DOUBLE",
    "bool": "BOOLEAN",
    "time": "TIMESTAMP",
    "json": "VARCHAR",
}
"""How a kind is stored; times are naive UTC, so that fetching them needs no time-zone library."""


class TableColumn(NamedTuple):
    """One column of a table."""

    name: str
    type: str  #: SQL type
    meaning: str  #: one line


class Table(NamedTuple):
    """One table or view."""

    name: str
    meaning: str  #: what one row is
    columns: tuple[TableColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def _table(name: str, meaning: str, *columns: tuple[str, str, str]) -> Table:
    return Table(name, meaning, tuple(TableColumn(*column) for column in columns))


PLACE = (
    TableColumn("source", "VARCHAR", "the file the row stands in, below the loop's root"),
    TableColumn("generation", "INTEGER", "which writing of the file: a rewrite or a replacement begins the next"),
    TableColumn("line", "BIGINT", "line number in the file, from 1: the order of the rows"),
    TableColumn("byte_offset", "BIGINT", "where the line begins in the file; null when only the line is known"),
    TableColumn("byte_length", "BIGINT", "bytes of the line without its newline; null when only the line is known"),
)
"""Where a row's line stands in its file: the first columns of every table of lines."""

_FINGERPRINT = TableColumn(
    "fingerprint",
    "VARCHAR",
    "fingerprint of the reason; empty on success or without one, null until it is computed",
)
_DRIFT = TableColumn(
    "drift", "VARCHAR[]", "names of the fields whose value could not be typed; null when all could"
)


def _meaning(column: Column) -> str:
    """What a column holds; that its text is JSON cannot be seen from its type."""
    return f"{column.meaning}, as JSON" if column.kind == "json" else column.meaning


def _of_lines(family: Family, name: str, meaning: str) -> Table:
    own = tuple(TableColumn(column.name, SQL_TYPES[column.kind], _meaning(column)) for column in family.columns)
    extra = (_FINGERPRINT,) if family is CYCLES else ()
    return Table(name, meaning, (*PLACE, *own, *extra, _DRIFT))


FAILURES = _table(
    "failures",
    "one cycle that did not succeed, or attempt that failed or was blocked; a turn written as both is here twice",
    ("kind", "VARCHAR", "cycle or attempt"),
    ("source", "VARCHAR", "the file the row stands in"),
    ("generation", "INTEGER", "which writing of the file"),
    ("line", "BIGINT", "line number in the file"),
    ("ts", "TIMESTAMP", "when, UTC"),
    ("number", "BIGINT", "cycle or iteration"),
    ("issue", "VARCHAR", "what was worked on; null for attempts"),
    ("type", "VARCHAR", "type of the cycle; null for attempts"),
    ("text", "VARCHAR", "the reason, or what the gate printed"),
    ("gate", "VARCHAR", "fail, blocked, or unknown for a cycle whose outcome is unknown"),
    ("fingerprint", "VARCHAR", "fingerprint of the text; empty when there is none"),
    ("action", "VARCHAR", "what was tried; null for cycles"),
    ("duration", "DOUBLE", "seconds; null for attempts"),
)

SOURCES = _table(
    "sources",
    "one file that the loop writes, and how far it is read",
    ("label", "VARCHAR", "its path below the loop's root: what `source` holds in the other tables"),
    ("path", "VARCHAR", "its absolute path"),
    ("family", "VARCHAR", "the table its lines go to"),
    ("adapter", "VARCHAR", "which adapter translates it"),
    ("rank", "INTEGER", "among the files of one family, the lowest with rows is the one the verdict uses"),
    ("state", "VARCHAR", "ok, missing, refused, denied or error"),
    ("generation", "INTEGER", "which writing of the file is being read"),
    ("offset", "BIGINT", "bytes read"),
    ("line", "BIGINT", "lines read, blank ones too"),
    ("head_length", "INTEGER", "bytes that the head's hash covers"),
    ("head_hash", "VARCHAR", "hash of the head, to know the file again"),
    ("anchor_hash", "VARCHAR", "hash of the bytes before the offset"),
    ("device", "UBIGINT", "device number"),
    ("inode", "UBIGINT", "inode number"),
    ("size", "BIGINT", "bytes of the file at the last look"),
    ("mtime_ns", "BIGINT", "its time of change, nanoseconds since 1970"),
    ("rows", "BIGINT", "rows of the current generation"),
    ("rejects", "BIGINT", "lines that became no row"),
    ("drifted", "BIGINT", "rows with a field of an unexpected type"),
    ("pending", "BIGINT", "bytes of an unfinished last line"),
    ("backlog", "BIGINT", "bytes not read yet"),
    ("restarts", "VARCHAR[]", "why each new generation began, oldest first"),
    ("detail", "VARCHAR", "what the state means, in words"),
)

REJECTS = _table(
    "rejects",
    "one line that could not become a row",
    ("source", "VARCHAR", "the file"),
    ("generation", "INTEGER", "which writing of the file"),
    ("line", "BIGINT", "line number"),
    ("byte_offset", "BIGINT", "where the line begins"),
    ("byte_length", "BIGINT", "bytes of the line"),
    ("why", "VARCHAR", "one sentence: why it is no row"),
    ("sample", "VARCHAR", "its first 200 characters"),
)

DRIFTED = _table(
    "drifted",
    "one row that holds a field of an unexpected type, with its raw line",
    ("source", "VARCHAR", "the file"),
    ("generation", "INTEGER", "which writing of the file"),
    ("line", "BIGINT", "line number"),
    ("byte_offset", "BIGINT", "where the line begins"),
    ("byte_length", "BIGINT", "bytes of the line"),
    ("table_name", "VARCHAR", "the table the row is in"),
    ("columns", "VARCHAR[]", "names of the fields that could not be typed"),
    ("raw", "VARCHAR", "the line, up to 65,536 characters"),
)

UNKNOWN_KEYS = _table(
    "unknown_keys",
    "one field of a file's lines that no column reads",
    ("source", "VARCHAR", "the file"),
    ("generation", "INTEGER", "which writing of the file"),
    ("key", "VARCHAR", "name of the field"),
    ("rows", "BIGINT", "how many lines have it"),
    ("first_line", "BIGINT", "line number of the first that has it, where known"),
)


def _every_table() -> tuple[Table, ...]:
    lines = [_of_lines(family, name, family.meaning) for name, family in STORED.items()]
    past = [
        _of_lines(family, f"{name}_history", f"{family.meaning}; of earlier generations of its file")
        for name, family in STORED.items()
    ]
    return (*lines, FAILURES, REJECTS, DRIFTED, UNKNOWN_KEYS, SOURCES, *past)


TABLES: dict[str, Table] = {table.name: table for table in _every_table()}
"""Every table and view that can be asked, by name."""
