"""Two ways to stage lines: given one by one as a parameter, or as a block through DuckDB's own reader."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import duckdb

from loopview.store.batch import Batch
from loopview.store.block import Block
from loopview.store.typed import LINES, NOT_A_NUMBER, TRAILING_COMMA, select_from_file, select_from_lines
from loopview.store.window import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loopview.domain.columns import Family
    from loopview.domain.records import Line

FEW_LINES = 512  #: up to so many lines the Python road is quicker than planning the select
NESTING_DOUBT = 256  #: more opening brackets than this in one line: the Python road decides about its depth
KEY_SETS = 10_000  #: most different sets of keys looked at in one batch

WINDOW_LINES = (
    "select null::bigint as n, json::varchar as line from read_ndjson_objects('{path}', ignore_errors = true)"
)


def _keys_of(lines: str) -> str:
    """Return the query of the sets of keys in lines, and of trailing commas."""
    return (
        "select first(keys), count(*), min(n), commas from (select n, json_keys(line) as keys,"
        f" regexp_matches(line, '{TRAILING_COMMA}') as commas from ({lines}) where starts_with(line, '{{'))"
        f" group by hash(keys), commas limit {KEY_SETS}"
    )


def _doubtful_of(lines: str) -> str:
    """Return the query of the indices of lines that only Python may judge, by what no column shows of them."""
    return (
        f"select i from (select row_number() over () - 1 as i, line from ({lines}))"
        f" where regexp_matches(line, '{TRAILING_COMMA}') or regexp_matches(line, '{NOT_A_NUMBER}')"
        f" or (strlen(line) > {2 * NESTING_DOUBT}"
        f" and strlen(line) - strlen(replace(replace(line, '[', ''), '{{', '')) > {NESTING_DOUBT})"
    )


def stage_lines(
    connection: duckdb.DuckDBPyConnection, family: Family, lines: Sequence[Line], window: int | None = None
) -> Batch:
    """Stage lines given one by one; many of them through the memory file ``window``, where there is one."""
    if len(lines) <= FEW_LINES:
        return _read_few(family, lines)
    block = Block.of_lines(lines) if window is not None else None
    if block is not None and window is not None:
        return stage_block(connection, family, block, window)
    parameters: dict[str, object] = {
        "numbers": [line.number for line in lines],
        "offsets": [line.offset for line in lines],
        "lengths": [len(line.text) for line in lines],
        "texts": [_text(line) for line in lines],
    }
    connection.execute(f"create or replace temp table staged as {select_from_lines(family)}", parameters)
    batch = Batch(family, len(lines))
    _find_unknown(connection, batch, LINES, parameters)
    odd = _odd(connection, batch)
    _read_odd(batch, (line for line in lines if line.number in odd) if odd else ())
    return batch


def stage_block(connection: duckdb.DuckDBPyConnection, family: Family, block: Block, window: int) -> Batch:
    """Stage a block of whole lines by DuckDB's reader, which gets it through the memory file ``window``.

    Only lines that are odd, blank, or with what the reader is too lenient about go through Python; all of them when
    the reader gives up on the block.
    """
    batch = Batch(family, block.lines, "rowid + $first", {"first": block.first}, block.marks)
    for content in (block.content, block.content_without_blanks):
        with shown(window, content()) as path:
            if _stage_window(connection, batch, path):
                _read_odd(batch, block.pick(sorted(_odd(connection, batch))))
                return batch
    batch = stage_lines(connection, family, block.split())
    batch.marks = block.marks
    return batch


def _stage_window(connection: duckdb.DuckDBPyConnection, batch: Batch, path: str) -> bool:
    """Stage what ``path`` holds; return whether every line is there."""
    lines = WINDOW_LINES.format(path=path)
    try:
        connection.execute(f"create or replace temp table staged as {select_from_file(batch.family, path)}")
        if connection.execute("select count(*) from staged").fetchone() != (batch.lines,):
            return False
        if _find_unknown(connection, batch, lines, {}) or batch.unknown:
            connection.execute(f"update staged set odd = true where rowid in ({_doubtful_of(lines)})")
    except duckdb.InterruptException:  # somebody waits for the end of this, not for the slower road
        raise
    except duckdb.Error:
        batch.unknown.clear()
        return False
    return True


def _read_few(family: Family, lines: Sequence[Line]) -> Batch:
    batch = Batch(family, len(lines), number="")
    batch.read(lines)
    _count_extra(batch)
    return batch


def _count_extra(batch: Batch) -> None:
    """Count unknown keys of rows that only the Python road could read; those that SQL found are counted already."""
    counted = frozenset(batch.unknown)
    for row in batch.rows:
        for key in set(row.extra) - counted:
            batch.count_unknown(key, 1, row.place.number)


def _odd(connection: duckdb.DuckDBPyConnection, batch: Batch) -> frozenset[int]:
    """Return the line numbers of the odd rows."""
    numbers = connection.execute(f"select {batch.number} from staged where odd", batch.parameters)
    return frozenset(number for (number,) in numbers.fetchall())


def _read_odd(batch: Batch, lines: Iterable[Line]) -> None:
    """Read odd lines by the Python road."""
    batch.read(lines)
    _count_extra(batch)


def _text(line: Line) -> str | None:
    """Return the line for SQL, or None where the Python road has to decide: no UTF-8, or very deep."""
    if line.text.count(b"[") + line.text.count(b"{") > NESTING_DOUBT:
        return None
    try:
        return line.text.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _find_unknown(
    connection: duckdb.DuckDBPyConnection, batch: Batch, lines: str, parameters: dict[str, object]
) -> int:
    """Count the keys that no column reads, to notice a loop's new field; return the lines with trailing commas.

    By sets of keys, for most lines share one.
    """
    known = _known_keys(batch.family)
    found = connection.execute(_keys_of(lines), parameters).fetchall()
    for keys, count, first, commas in sorted(found, key=lambda row: row[2] or 0):
        for key in () if commas else set(keys) - known:
            batch.count_unknown(key, count, first)
    return sum(count for _, count, _, commas in found if commas)


@cache
def _known_keys(family: Family) -> frozenset[str]:
    return frozenset(key for column in family.columns for key in column.sources)
