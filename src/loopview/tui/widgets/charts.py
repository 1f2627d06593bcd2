"""Charts out of block characters: bars by bucket, sparklines. Values in, lines of Content out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.glyphs import BARS, PLAIN_BARS, bar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EIGHTHS = 8


def bars(
    values: Sequence[float | None],
    top: float,
    height: int,
    *,
    width: int = 0,
    style: Callable[[float], str] = lambda _: "$primary",
    marks: Sequence[float | None] = (),
    ascii_only: bool = False,
) -> list[Content]:
    """Draw one bar a value, ``height`` lines high, from the top line down.

    ``top`` is the value of a full bar; None leaves a dot. ``marks`` draws a second series as strokes where they are
    above the bar; an arrow points to what is above ``top``. ``width`` is the cells all bars share; 0 = one each.
    """
    room = shares_of(len(values), width)
    lines = []
    for line in range(height):
        floor = (height - 1 - line) * EIGHTHS
        pieces = []
        for index, value in enumerate(values):
            mark = marks[index] if index < len(marks) else None
            glyph, tone = _cell(value, mark, top, height, floor, ascii_only=ascii_only)
            tone = style(value) if tone == "bar" and value is not None else tone
            pieces.append(Content.styled(glyph * room[index], tone))
        lines.append(Content.assemble(*pieces))
    return lines


def shares_of(count: int, width: int) -> list[int]:
    """Share ``width`` cells among ``count`` bars, as evenly as whole cells allow; at least one each."""
    if width <= count:
        return [1] * count
    return [(index + 1) * width // count - index * width // count for index in range(count)]


def _cell(
    value: float | None, mark: float | None, top: float, height: int, floor: int, *, ascii_only: bool
) -> tuple[str, str]:
    """Return the glyph of one cell, and ``bar`` or the style of what is not a bar."""
    if value is None:
        return ("·" if not ascii_only else ".", "$text-disabled") if floor == 0 else (" ", "")
    level = _level(value, top, height) - floor
    if level > 0:
        return (PLAIN_BARS if ascii_only else BARS)[min(level, EIGHTHS) - 1], "bar"
    if mark is not None and mark > top and floor == (height - 1) * EIGHTHS:
        return ("^" if ascii_only else "↑"), "$warn"
    if mark is not None and mark <= top and 0 < _level(mark, top, height) - floor <= EIGHTHS:
        return ("-" if ascii_only else "╌"), "$warn"
    return " ", ""


def _level(value: float, top: float, height: int) -> int:
    """Return how many eighths of a line a value fills; at least one, so that a bar that is there is seen."""
    share = value / top if top > 0 else 0.0
    return max(1, min(height * EIGHTHS, round(share * height * EIGHTHS)))


def sparkline(values: Sequence[float | None], top: float = 1.0, *, ascii_only: bool = False) -> str:
    """Return one character a value between 0 and ``top``; None is a dot."""
    empty = "." if ascii_only else "·"
    return "".join(
        empty if value is None else bar(value / top if top else 0, ascii_only=ascii_only) for value in values
    )


def fold(values: Sequence[float | None], count: int) -> list[float | None]:
    """Return at most ``count`` values, each the mean of those it stands for."""
    if len(values) <= count or count <= 0:
        return list(values)
    folded: list[float | None] = []
    for index in range(count):
        start, end = index * len(values) // count, (index + 1) * len(values) // count
        known = [value for value in values[start:end] if value is not None]
        folded.append(sum(known) / len(known) if known else None)
    return folded
