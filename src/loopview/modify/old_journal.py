"""Bring the attempts of an old SQLite journal into the one of lines.

The database is foreign data. Its bytes are read within a bound and looked at in memory: no file beside it is opened
or made, only a plain table of the expected name is read, and what it may cost is limited.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.columns import MODIFICATIONS
from loopview.domain.line import type_row
from loopview.domain.records import Line
from loopview.guarded.regular import ReadRefused, read_regular
from loopview.modify.attempt import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.modify.attempt import ModificationAttempt
    from loopview.modify.modification_journal import ModificationJournal

TABLE = "modification_journal"
COLUMNS = (
    "id",
    "timestamp",
    "task_description",
    "approach",
    "files_modified",
    "diff",
    "test_results",
    "outcome",
    "failure_analysis",
    "reflection",
    "retry_count",
)
"""Columns that are read; those that the table lacks are left empty."""

MOST_BYTES = 256 << 20  #: of a database
MOST_ROWS = 10_000  #: the newest that are taken
LONGEST_CELL = 400_000  #: characters of a text that are taken
LONGEST_ROW = 64 << 20  #: bytes
LONGEST_READ = 20.0  #: seconds
_STEPS = 10_000  #: instructions of SQLite between two looks at the clock
_WRITTEN_BY = slice(18, 20)  #: two bytes of the header: 2 means a write-ahead log, which memory cannot have
_MAGIC = b"SQLite format 3\0"


class NotImported(Exception):  # noqa: N818 - reads as the event it is
    """The file is no old journal, and the message says why. Nothing was written."""


class Imported(NamedTuple):
    """What came of it."""

    added: int  #: attempts that are new in the journal
    known: int  #: attempts that were in it already, from an import before
    passed_over: int  #: rows that say neither a task nor an outcome
    left_out: str  #: what was not read, in one sentence; empty when all was


class _Table(NamedTuple):
    rows: list[dict[str, object]]  #: oldest first
    total: int


def import_old(journal: ModificationJournal, path: str) -> Imported:
    """Add the attempts of the SQLite database at ``path`` to a journal; doing it again adds nothing.

    Raises `NotImported` before anything is written, `AppendRefused` or `AppendFailed` in between.
    """
    table = _table(_content(path))
    attempts = [attempt for row in table.rows for attempt in _attempt(row)]
    added = journal.adopt(attempts)
    passed_over = len(table.rows) - len(attempts)
    return Imported(added, len(attempts) - added, passed_over, _left_out(path, table))


def _left_out(path: str, table: _Table) -> str:
    if table.total > len(table.rows):
        return f"only the newest {len(table.rows):,} of {table.total:,} rows were taken"
    try:
        waiting = os.lstat(f"{path}-wal").st_size
    except OSError:
        return ""
    return "rows that still stand in the -wal file beside it: close what writes it, then import again" * bool(
        waiting
    )


def _content(path: str) -> bytearray:
    folder, name = os.path.split(os.path.abspath(path))
    try:
        content = bytearray(read_regular(folder, name, MOST_BYTES))
    except ReadRefused as refusal:
        raise NotImported(str(refusal)) from None
    if not content.startswith(_MAGIC):
        raise NotImported(f"{name}: not an SQLite database")
    content[_WRITTEN_BY] = b"\1\1"
    return content


def _table(content: bytearray) -> _Table:
    """The newest rows of the table."""
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(bytes(content))
            _confine(connection)
            return _read(connection)
    except sqlite3.OperationalError as error:
        why = f"it takes longer than {LONGEST_READ:g} s" if str(error) == "interrupted" else str(error)
        raise NotImported(f"the database cannot be read: {why}") from None
    except (sqlite3.Error, OverflowError, MemoryError, UnicodeError) as error:  # also of a message of its own
        raise NotImported(f"the database cannot be read: {error}") from None


def _confine(connection: sqlite3.Connection) -> None:
    """Nothing in the file may run on and on, fill the memory, or call a function."""
    deadline = time.monotonic() + LONGEST_READ
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_ROW)
    connection.text_factory = lambda written: written.decode("utf-8", "replace")
    for pragma in ("trusted_schema = off", "cell_size_check = on", "query_only = on"):
        connection.execute(f"pragma {pragma}")


def _read(connection: sqlite3.Connection) -> _Table:
    query = "select sql from sqlite_schema where type = 'table' and name = ? collate nocase"
    found = connection.execute(query, (TABLE,)).fetchone()
    if found is None:
        raise NotImported(f"the database has no table {TABLE}")
    if not str(found[0]).lower().startswith("create table"):
        raise NotImported(f"{TABLE} is not a plain table")
    # table_info leaves generated columns out: those would be computed by what the file says
    there = {str(row[1]).lower() for row in connection.execute(f"pragma table_info({TABLE})")}
    names = [name for name in COLUMNS if name in there]
    if not {"task_description", "outcome"} & set(names):
        raise NotImported(f"{TABLE} has neither a task_description nor an outcome")
    (total,) = connection.execute(f"select count(*) from {TABLE}").fetchone()  # noqa: S608 - our own names
    order = "rowid" if "without rowid" not in str(found[0]).lower() else names[0]
    cells = ", ".join(
        f"iif(typeof({name}) in ('text', 'blob'), substr({name}, 1, {LONGEST_CELL}), {name})" for name in names
    )
    newest = f"select {cells} from {TABLE} order by {order} desc limit ?"  # noqa: S608 - our own names
    rows = [dict(zip(names, row, strict=True)) for row in connection.execute(newest, (MOST_ROWS,))]
    return _Table(rows[::-1], total)


def _attempt(row: dict[str, object]) -> Iterator[ModificationAttempt]:
    """Type a row as a line of the journal is typed; its id is a hash of it, so that it is imported once."""
    plain = {name: _plain(name, value) for name, value in row.items() if value is not None}
    identity = hashlib.sha256(repr(sorted(plain.items())).encode("utf-8", "backslashreplace")).hexdigest()
    typed = type_row(MODIFICATIONS, Line(0, 0, b""), plain | {"id": f"old-{identity[:16]}"})
    yield from fold((typed,))


def _plain(name: str, value: object) -> object:
    """A cell as the value that a line would hold."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if name != "files_modified" or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return [name.strip() for name in value.replace("\n", ",").split(",") if name.strip()]
