"""A chart of an answer: which kind fits its columns, and its lines for a width."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from loopview.tui.content import content
from loopview.tui.panes.cells import MUTED, Part, cells
from loopview.tui.widgets.charts import bars, fold, sparkline
from loopview.tui.widgets.pane import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loopview.store.cells import ResultColumn

KINDS = ("line", "bar", "histogram", "sparkline")
MOST_BARS = 500
"""Rows a bar chart draws, a line each."""
MOST_POINTS = 10_000
"""Rows the other charts draw."""
BINS = 12
LABEL = 24
"""Cells of a label at most."""
AXIS = 9
"""Cells left of a line chart."""


class Series(NamedTuple):
    """One column of numbers."""

    name: str  #: foreign text
    values: Sequence[float | None]

    @property
    def known(self) -> list[float]:
        """The values there are."""
        return [value for value in self.values if value is not None]


class Drawable(NamedTuple):
    """What a chart is drawn from."""

    labels: Sequence[str]  #: foreign text, one a row; empty when no column names the rows
    series: tuple[Series, ...]
    total: int  #: rows of the answer
    first: str = ""  #: label of the first row drawn
    last: str = ""


def kinds_for(columns: Sequence[ResultColumn], total: int) -> tuple[str, ...]:
    """Return the kinds of chart that make sense, the best first; none without numbers."""
    numbers = [column for column in columns if column.kind == "number"]
    others = [column.kind for column in columns if column.kind != "number"]
    if not numbers or total == 0:
        return ()
    if total == 1:
        return ("bar",)
    if "time" in others[:1] or _counts_up(columns):
        best: tuple[str, ...] = ("line", "bar", "sparkline", "histogram")
    elif others:
        best = ("bar", "line", "histogram", "sparkline")
    else:
        best = ("histogram", "line", "sparkline", "bar")
    return best


def _counts_up(columns: Sequence[ResultColumn]) -> bool:
    """Whether the first column orders the rows: an hour, a cycle, a day."""
    named = columns[0].name.lower()
    return named in {"cycle", "hour", "day", "week", "month", "bucket", "iteration", "line", "start", "epoch"}


def label_column(columns: Sequence[ResultColumn]) -> int | None:
    """Return the index of the column that names the rows."""
    if columns and (_counts_up(columns) or columns[0].kind != "number"):
        return 0
    return next((index for index, column in enumerate(columns) if column.kind != "number"), None)


def number_columns(columns: Sequence[ResultColumn]) -> list[int]:
    """Return the indices of the columns that are drawn, at most six."""
    label = label_column(columns)
    found = [index for index, column in enumerate(columns) if column.kind == "number"]
    return ([index for index in found if index != label] or found)[:6]


def chart_rows(kind: str, drawable: Drawable, size: tuple[int, int], *, ascii_only: bool) -> list[Row]:
    """Return the lines of a chart for so many cells and lines."""
    if not any(series.known for series in drawable.series):
        return [Row(Content.styled("no numbers in these rows", MUTED))]
    draw: dict[str, Callable[[Drawable, tuple[int, int], bool], list[Content]]] = {
        "bar": _bar, "line": _line, "histogram": _histogram, "sparkline": _sparkline,
    }  # fmt: skip
    return [Row(line) for line in draw[kind](drawable, size, ascii_only)]


def short_number(value: float) -> str:
    """Return a number in at most nine characters or so."""
    if value == int(value) and abs(value) < 1e9:  # noqa: PLR2004  # ten digits
        return f"{int(value):,}"
    return f"{value:,.2f}" if 0.01 <= abs(value) < 1e6 else f"{value:.3g}"  # noqa: PLR2004


def aligned_numbers(values: Sequence[float | None]) -> list[str]:
    """Return the numbers of one column with the same decimals in each, two at most; None is a dash."""
    known = [value for value in values if value is not None]
    plain = all(value == 0 or 0.01 <= abs(value) < 1e6 for value in known)  # noqa: PLR2004
    if not plain:
        return ["-" if value is None else short_number(value) for value in values]
    decimals = next((few for few in (0, 1) if all(round(value, few) == value for value in known)), 2)
    return ["-" if value is None else f"{value:,.{decimals}f}" for value in values]


def _bar(drawable: Drawable, size: tuple[int, int], ascii_only: bool) -> list[Content]:  # noqa: FBT001
    if drawable.total == 1:
        pairs = [(it.name, it.values[0]) for it in drawable.series]
        title, texts = "", [aligned_numbers([value])[0] for _, value in pairs]
    else:
        pairs = [
            (drawable.labels[index] if index < len(drawable.labels) else str(index + 1), value)
            for index, value in enumerate(drawable.series[0].values[:MOST_BARS])
        ]
        title, texts = drawable.series[0].name, aligned_numbers([value for _, value in pairs])
    top = max((abs(value) for _, value in pairs if value is not None), default=0.0)
    wide = max(4, min(LABEL, size[0] // 3, max(len(label) for label, _ in pairs)))
    figures = max((len(text) for text in texts), default=4)
    room = max(1, size[0] - wide - figures - 2)
    lines = [Content.assemble(" " * (wide + 1), content(title, "$text-muted bold"))] if title else []
    for (label, value), text in zip(pairs, texts, strict=True):
        parts: tuple[Part, Part] = (
            (label or "(empty)", wide, ""),
            (text, -figures, MUTED if value is None else "bold"),
        )
        lines.append(Content.assemble(cells(*parts), " ", _stroke(value, top, room, ascii_only=ascii_only)))
    if drawable.total > len(pairs) > 1:
        lines.append(Content.styled(f"the first {len(pairs):,} of {drawable.total:,} rows", MUTED))
    return lines


def _stroke(value: float | None, top: float, room: int, *, ascii_only: bool) -> Content:
    """Return one horizontal bar, to an eighth of a cell; a negative one has the colour of a loss."""
    if value is None or top <= 0:
        return Content("")
    eighths = round(abs(value) / top * room * 8)
    tail = "" if ascii_only else " ▏▎▍▌▋▊▉"[eighths % 8].strip()
    text = ("#" if ascii_only else "█") * (eighths // 8) + tail
    return Content.styled(text or ("|" if ascii_only else "▏"), "$primary" if value >= 0 else "$fail")


def _line(drawable: Drawable, size: tuple[int, int], ascii_only: bool) -> list[Content]:  # noqa: FBT001
    shown = drawable.series[: max(1, min(3, size[1] // 5))]
    height = max(1, (size[1] - 1) // len(shown) - 1)
    room = max(1, size[0] - AXIS)
    lines: list[Content] = []
    for series in shown:
        low, high = min([*series.known, 0.0]), max([*series.known, 0.0])
        values = fold([None if value is None else value - low for value in series.values], room)
        drawn = bars(values, (high - low) or 1.0, height, width=room, ascii_only=ascii_only)
        marks = (
            [short_number(high), *[""] * (height - 2), short_number(low)] if height > 1 else [short_number(high)]
        )
        lines.append(Content.assemble(" " * AXIS, content(series.name, "$text-muted bold")))
        lines += [
            Content.assemble(Content.styled(f"{mark:>{AXIS - 1}} ", MUTED), line)
            for mark, line in zip(marks, drawn, strict=True)
        ]
    first, last = drawable.first, drawable.last
    side = max(1, room // 2 - 1)
    lines.append(Content.assemble(" " * AXIS, cells((first, side, MUTED), (last, -(room - side - 1), MUTED))))
    return lines


def _histogram(drawable: Drawable, size: tuple[int, int], ascii_only: bool) -> list[Content]:  # noqa: FBT001
    series = drawable.series[0]
    low, high = min(series.known), max(series.known)
    count = 1 if low == high else max(2, min(BINS, size[1] - 1))
    step = (high - low) / count or 1.0
    tally = [0] * count
    for value in series.known:
        tally[min(count - 1, int((value - low) / step))] += 1
    names = [
        f"{short_number(low + step * index)} – {short_number(low + step * (index + 1))}" for index in range(count)
    ]
    wide, figures = max(len(name) for name in names), max(len(f"{number:,}") for number in tally)
    room = max(1, size[0] - wide - figures - 2)
    title = content(f"{series.name}: {len(series.known):,} values", "$text-muted bold")
    return [
        Content.assemble(" " * (wide + 1), title),
        *(
            Content.assemble(
                cells((name, -wide, MUTED), (f"{number:,}", -figures, "bold")), " ",
                _stroke(number or None, max(tally), room, ascii_only=ascii_only),
            )
            for name, number in zip(names, tally, strict=True)
        ),
    ]  # fmt: skip


def _sparkline(drawable: Drawable, size: tuple[int, int], ascii_only: bool) -> list[Content]:  # noqa: FBT001
    wide = max(4, min(16, *(len(series.name) for series in drawable.series))) if len(drawable.series) > 1 else 12
    room = max(4, size[0] - wide - 34)
    lines = [cells(("", wide, ""), ("least", -9, MUTED), ("last", -9, MUTED), ("most", -9, MUTED))]
    for series in drawable.series:
        low, high = min(series.known, default=0.0), max(series.known, default=0.0)
        folded = fold([None if value is None else value - low for value in series.values], room)
        known = series.known
        lines.append(
            Content.assemble(
                cells(
                    (series.name, wide, "bold"), (short_number(low), -9, MUTED),
                    (short_number(known[-1]) if known else "-", -9, ""), (short_number(high), -9, MUTED),
                ),
                "  ", Content.styled(sparkline(folded, (high - low) or 1.0, ascii_only=ascii_only), "$primary"),
            )
        )  # fmt: skip
    return lines
