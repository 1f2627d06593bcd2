"""The tables of the store, made from the columns that the domain describes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from loopview.domain.columns import CYCLES, STORED, Family
from loopview.domain.tables import SQL_TYPES

PLACE = (
    ("source", "VARCHAR"),
    ("generation", "INTEGER"),
    ("line", "BIGINT"),
    ("byte_offset", "BIGINT"),
    ("byte_length", "BIGINT"),
)
"""Where a row's line stands in its file: the first columns of every table."""


def quoted(name: str) -> str:
    """Return ``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@cache
def table_columns(family: Family) -> tuple[tuple[str, str], ...]:
    """Return (name, SQL type) of every column of a family's table, in order."""
    own = [(column.name, SQL_TYPES[column.kind]) for column in family.columns]
    if family is CYCLES:
        own.append(("fingerprint", "VARCHAR"))
    return (*PLACE, *own, ("drift", "VARCHAR[]"))


def create_table(family: Family, name: str) -> str:
    """Return the statement that makes a table of the family's shape."""
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in table_columns(family))
    return f"create table {quoted(name)} ({columns})"


def statements() -> tuple[str, ...]:
    """Return everything that makes an empty store, in order."""
    tables = [create_table(family, name) for family in STORED.values() for name in (family.name, history(family))]
    written = sql_text("schema.sql").split(";\n")
    return (*tables, *(text for text in written if text.strip()))


def history(family: Family) -> str:
    """Return the table that holds a family's rows of earlier generations."""
    return f"{family.name}_history"


@cache
def schema_version() -> str:
    """Return what names this schema: a cache file written under another one is thrown away."""
    return hashlib.sha256("\n".join(statements()).encode()).hexdigest()[:16]


@cache
def sql_text(name: str) -> str:
    """Return the text of one file of ``store/sql``."""
    return (files("loopview.store") / "sql" / name).read_text(encoding="utf-8")
