"""What is taken out of an answer beside its pages: one row whole, what a chart draws, rows to paste elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.tui.ask.chart import MOST_BARS, Drawable, Series, label_column, number_columns

if TYPE_CHECKING:
    from loopview.store.result import Result

MOST_COPIED = 1_000_000
"""Characters of rows that are copied at most."""


def whole_row(result: Result, at: int) -> list[str | None]:
    """Return every value of a row, however long."""
    return [result.cell(at, column) for column in range(len(result.columns))]


def drawable_of(result: Result) -> Drawable:
    """Return what charts of an answer are drawn from."""
    label = label_column(result.columns)
    labels: list[str] = []
    first = last = ""
    if label is not None:
        labels = [row[label] or "" for row in result.page(0, MOST_BARS)]
        first = labels[0] if labels else ""
        end = result.page(result.total - 1, 1)
        last = (end[0][label] or "") if end else ""
    series = tuple(Series(result.columns[at].name, result.numbers(at)) for at in number_columns(result.columns))
    return Drawable(labels, series, result.total, first, last)


def as_tsv(result: Result) -> tuple[str, int]:
    """Return rows as tab-separated lines, as many as may be copied, and how many they are."""
    lines = ["\t".join(_flat(name) for name in result.names)]
    length, rows = len(lines[0]), 0
    while rows < result.total and length < MOST_COPIED:
        for row in result.page(rows, 500):
            line = "\t".join(_flat(value or "") for value in row)
            length += len(line) + 1
            if length > MOST_COPIED:
                return "\n".join(lines), rows
            lines.append(line)
            rows += 1
    return "\n".join(lines), rows


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\r", " ").replace("\n", " ")
