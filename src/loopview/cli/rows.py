"""The rows of an answer on standard output: as a table, JSON or CSV; what is left out is said beside it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from loopview.cli.exits import mention
from loopview.cli.output import say_json_list, say_raw
from loopview.domain.counted import counted
from loopview.text import cell_width, plain, plain_block

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from loopview.store.result import Result

WIDEST = 60  #: cells of one column of the table
MEASURED = 200  #: rows that settle how wide the columns are
BATCH = 1_000  #: rows of a result that are fetched at a time
NULL = "·"
MOST_ROWS = 100_000  #: of any result


def add_forms(parser: ArgumentParser, *, parquet: bool = False) -> None:
    """The machine's forms of rows; ``parquet`` adds a file of that kind."""
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print JSON")
    forms.add_argument("--csv", action="store_true", help="print CSV")
    if parquet:
        forms.add_argument("--parquet", metavar="FILE", help="write a Parquet file")


def say_table(result: Result, count: int = MOST_ROWS) -> None:
    """Write the rows as a table that a person reads; long cells are cut with an ellipsis."""
    for line in _table(result, min(count, result.total)):  # of safe cells: once is enough
        say_raw(f"{line}\n")


def say_csv(result: Result, count: int = MOST_ROWS) -> None:
    """Write the rows as CSV: as they are into a file or a pipe, and safe for a terminal on a terminal."""
    shown = sys.stdout is not None and sys.stdout.isatty()
    for piece in result.csv(0, count):
        say_raw(plain_block(piece) + "\n" if shown else piece)


def say_csv_of(names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write other rows than those of a result as CSV, in the same way."""
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([names, *rows])
    shown = sys.stdout is not None and sys.stdout.isatty()
    say_raw(plain_block(text.getvalue()) + "\n" if shown else text.getvalue())


def say_json_of(result: Result, count: int, more: Mapping[str, object]) -> None:
    """Write the rows as a JSON answer, with what is needed to make them again; a million cells take no list."""
    answer = {
        **more,
        "sql": result.sql,
        "parameters": dict(result.parameters),
        "columns": [{"name": column.name, "type": column.type} for column in result.columns],
        "rows": [],
        "total": result.total,
        "truncated": result.truncated or count < result.total,
        "elapsed_ms": round(result.elapsed_ms, 3),
    }
    say_json_list(answer, "rows", result.records(0, count))


def mention_size(result: Result) -> None:
    """Say on standard error how many rows there are, and when there are more than that."""
    rows = f"{counted(result.total, 'row')} in {result.elapsed_ms:.0f} ms"
    more = "; TRUNCATED: there are more, add a limit or a condition" if result.truncated else ""
    mention([f"-- {rows}{more}"])


def _table(result: Result, total: int) -> Iterator[str]:
    names = [plain(column.name, limit=WIDEST) for column in result.columns]
    right = [column.kind == "number" for column in result.columns]
    widths = [cell_width(name) for name in names]
    for row in result.page(0, MEASURED):
        widths = [max(width, cell_width(_cell(value))) for width, value in zip(widths, row, strict=True)]
    yield _line(names, widths, right)
    yield "  ".join("─" * width for width in widths)
    for start in range(0, total, BATCH):
        for row in result.page(start, min(BATCH, total - start)):
            yield _line([_cell(value) for value in row], widths, right)


def _cell(value: object) -> str:
    return NULL if value is None else plain(value, limit=WIDEST)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, number in zip(cells, widths, right, strict=True):
        gap = " " * (width - cell_width(cell))
        padded.append(gap + cell if number else cell + gap)
    return "  ".join(padded).rstrip()
