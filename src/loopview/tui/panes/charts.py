"""The two charts of the Dash over time: how much succeeded, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.panes.cells import MUTED, nothing_in
from loopview.tui.widgets.charts import bars, fold, shares_of, sparkline
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import DAY, aware, plain_span, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.engine.dash_view import Bucket, DashView

LABEL = 7
"""Cells of the axis left of the bars."""

GOOD, FAIR = 0.75, 0.5


def tone(share: float) -> str:
    """Return the colour of a success rate."""
    return "$ok" if share >= GOOD else "$warn" if share >= FAIR else "$fail"


def chart_rows(view: DashView, width: int, height: int, *, ascii_only: bool) -> list[Row]:
    """Both charts with axes, as high as there is room; a glyph row says in words what the colours say."""
    if not view.buckets:
        return [Row(Content.styled("reading…" if view.loading else nothing_in(view), MUTED))]
    room = max(1, width - LABEL)
    buckets = view.buckets[-room:]
    if height < 6:  # noqa: PLR2004  # one line for each chart
        return _small(buckets, width, ascii_only=ascii_only)
    upper = max(1, (height - 2) // 2)
    lower = max(1, height - 2 - upper)
    shares = [bucket.share for bucket in buckets]
    medians, tails = [bucket.p50 for bucket in buckets], [bucket.p90 for bucket in buckets]
    top = _top(medians, tails)
    success = bars(shares, 1.0, upper, width=room, style=tone, ascii_only=ascii_only)
    cells = shares_of(len(buckets), room)
    verdicts = Content.assemble(
        *(_glyph(bucket, wide, ascii_only=ascii_only) for bucket, wide in zip(buckets, cells, strict=True))
    )
    duration = bars(medians, top, lower, width=room, marks=tails, ascii_only=ascii_only)
    lines = [
        *_axis(success, "100%", "0%", "ok"),
        Content.assemble(" " * LABEL, verdicts),
        *_axis(duration, span(top), "0s", "time"),
        _days(buckets, cells),
    ]
    return [Row(line) for line in lines]


def _top(medians: Sequence[float | None], tails: Sequence[float | None]) -> float:
    """Return the value of the axis' end: one very long cycle must not flatten all the others."""
    highest = max([value for value in medians if value is not None], default=0.0)
    return min(max([highest, *(value for value in tails if value is not None)]), 1.5 * highest)


def _small(buckets: Sequence[Bucket], width: int, *, ascii_only: bool) -> list[Row]:
    room = max(1, width - 4)
    shares = fold([bucket.share for bucket in buckets], room)
    medians = fold([bucket.p50 for bucket in buckets], room)
    top = max([value for value in medians if value is not None], default=0.0)
    lines = [
        Content.assemble(
            Content.styled("ok  ", MUTED), *bars(shares, 1.0, 1, width=room, style=tone, ascii_only=ascii_only)
        ),
        Content.assemble(Content.styled("p50 ", MUTED), *bars(medians, top, 1, width=room, ascii_only=ascii_only)),
        Content.styled(f"    full bar {span(top)}", MUTED),
    ]
    return [Row(line) for line in lines]


def _axis(lines: list[Content], top: str, bottom: str, name: str) -> list[Content]:
    labels = [name] * len(lines)
    if len(lines) > 1:
        labels = [top, *[""] * (len(lines) - 2), bottom]
    if len(lines) > 2:  # noqa: PLR2004  # a line between the two ends has room for the name
        labels[1] = name
    return [
        Content.assemble(Content.styled(f"{label:>{LABEL - 1}} ", MUTED), line)
        for label, line in zip(labels, lines, strict=True)
    ]


def _glyph(bucket: Bucket, wide: int, *, ascii_only: bool) -> Content:
    share = bucket.share
    if share is None:
        return Content.styled(("." if ascii_only else "·") + " " * (wide - 1), "$text-disabled")
    good = share >= FAIR
    glyph = ("+" if good else "x") if ascii_only else ("✓" if good else "✗")
    return Content.styled(glyph + " " * (wide - 1), "$ok" if good else "$fail")


def _days(buckets: Sequence[Bucket], cells: Sequence[int]) -> Content:
    """Return the axis of time: a day where it begins, or hours when the buckets are short."""
    line = [" "] * sum(cells)
    short = (buckets[-1].start - buckets[0].start).total_seconds() <= DAY
    before, free, at = None, 0, 0
    for bucket, wide in zip(buckets, cells, strict=True):
        start = aware(bucket.start)
        label = f"{start:%H:%M}" if short else f"{start:%a %d}"
        if label != before and at >= free and at + len(label) <= len(line):
            line[at : at + len(label)] = label
            free = at + len(label) + 2
        before = label
        at += wide
    return Content.styled(" " * LABEL + "".join(line), MUTED)


def trend_line(view: DashView, width: int, *, ascii_only: bool) -> Content:
    """Return the success rate over time in one line, for a narrow terminal."""
    shares = fold([bucket.share for bucket in view.buckets], width)
    return Content.styled(sparkline(shares, ascii_only=ascii_only), "$primary")


def chart_title(view: DashView, width: int, *, ascii_only: bool) -> Content:
    """Return the title of the charts with the legend, so that no colour has to be guessed."""
    each = f", {plain_span(view.bucket_seconds)} a bar" if view.bucket_seconds else ""
    if width < 60:  # noqa: PLR2004  # the small charts name their lines themselves
        return Content(f"Trend{each}")
    good, bad, none = ("+", "x", ".") if ascii_only else ("✓", "✗", "·")
    tail = "-" if ascii_only else "╌"
    return Content.assemble(
        f"Success{each}  ",
        Content.styled(f"{good} half or more", "$ok"),
        "  ",
        Content.styled(f"{bad} less", "$fail"),
        Content.styled(f"  {none} none", MUTED),
        "   Duration  median  ",
        Content.styled(f"{tail} p90", "$warn"),
    )
