"""Modifications and how they went as rows of a table, and all that is known of one as the lines of a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.activity_rows import wrapped
from loopview.tui.content import content
from loopview.tui.record_cells import LONGEST
from loopview.tui.widgets.pane import Row
from loopview.tui.widgets.table_layout import Cell, RowKey, TableColumn, TableRow, Tone
from loopview.tui.wording import ago, clock, percent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from loopview.engine.modifications import Modification, ModificationDetail, Rate

MUTED = "$text-muted"
LABEL = 12

MODIFICATION_COLUMNS = (
    TableColumn("id", "id", 8, 16, priority=2, sortable=False),
    TableColumn("ts", "time", 6, sortable=False),
    TableColumn("outcome", "outcome", 10, 12, sortable=False),
    TableColumn("task", "what was asked", 16, 50, grows=True, sortable=False),
    TableColumn("files", "files", 12, 30, priority=1, sortable=False, cut="start"),
    TableColumn("commit", "commit", 7, 10, priority=3, sortable=False, cut="unmarked"),
    TableColumn("retries", "tries", 5, align="right", priority=5, sortable=False),
    TableColumn("edit", "edit", 8, 10, priority=4, sortable=False),
)

RATE_COLUMNS = (
    TableColumn("name", "name", 16, 50, grows=True, sortable=False, cut="start"),
    TableColumn("modifications", "n", 4, 5, "right", sortable=False),
    TableColumn("rate", "ok", 5, align="right", sortable=False),
    TableColumn("succeeded", "success", 7, align="right", priority=2, sortable=False),
    TableColumn("failed", "failure", 7, align="right", priority=3, sortable=False),
    TableColumn("rolled", "rollback", 8, align="right", priority=4, sortable=False),
    TableColumn("newest", "newest", 7, priority=1, sortable=False),
)

_LOOKS: dict[str, tuple[str, str, Tone]] = {
    "success": ("✓", "+", "ok"),
    "failure": ("✗", "x", "fail"),
    "rollback": ("↩", "<", "warn"),
    "undone": ("↩", "<", "warn"),
    "open": ("?", "?", "unknown"),
}
_STYLES = {"ok": "$ok", "fail": "$fail", "warn": "$warn", "unknown": "$unknown"}


def key_of(it: Modification) -> RowKey:
    """Return what makes a modification the same one later."""
    return RowKey(f"{it.source}:{it.id[:200]}", it.generation, it.line)


def modification_rows(found: Iterable[Modification], now: datetime, *, plain: bool) -> list[TableRow]:
    """Return one row each."""
    return [_modification(it, now, plain=plain) for it in found]


def outcome_word(it: Modification) -> str:
    """Return how it ended, in a word: what was taken back since is ``undone``."""
    return "undone" if it.undone else it.outcome or "open"


def _modification(it: Modification, now: datetime, *, plain: bool) -> TableRow:
    word = outcome_word(it)
    glyph, ascii_glyph, tone = _LOOKS.get(word, _LOOKS["open"])
    names = it.files[0] + (f" +{len(it.files) - 1}" if len(it.files) > 1 else "") if it.files else "-"
    cells = (
        Cell(it.id[:LONGEST], "strong"),
        Cell(clock(it.began, now), "dim"),
        Cell(f"{ascii_glyph if plain else glyph} {word[:40]}", tone),
        Cell((it.task or it.approach)[:LONGEST].lstrip()),
        Cell(names[:LONGEST], "dim"),
        Cell(it.commit[:10] or "-", "dim"),
        Cell(str(it.retries + 1), "dim"),
        Cell(it.edit[:40] or "-", "accent" if it.edit else "dim"),
    )
    return TableRow(key_of(it), cells, (cells[0], cells[4], cells[5]))


def rate_rows(rates: Iterable[Rate], now: datetime) -> list[TableRow]:
    """Return one row a file, or a kind of proposer."""
    return [_rate(it, number, now) for number, it in enumerate(rates)]


def _rate(it: Rate, number: int, now: datetime) -> TableRow:
    tone: Tone = "dim" if it.rate is None else "ok" if it.rate >= 0.75 else "warn" if it.rate >= 0.5 else "fail"  # noqa: PLR2004
    cells = (
        Cell(it.name[:LONGEST], "strong"),
        Cell(f"{it.modifications:,}"),
        Cell(percent(it.rate), tone),
        Cell(f"{it.succeeded:,}", "dim"),
        Cell(f"{it.failed:,}", "dim"),
        Cell(f"{it.rolled_back:,}", "dim"),
        Cell(clock(it.newest, now), "dim"),
    )
    return TableRow(RowKey(it.name[:200], 0, number), cells, (cells[6],))


def rate_words(it: Rate) -> str:
    """Return the overall rate in words."""
    ended = it.succeeded + it.failed + it.rolled_back
    return f"{it.succeeded} of {ended} succeeded ({percent(it.rate)})" if ended else "none has ended yet"


def detail_rows(
    it: Modification | None,
    known: ModificationDetail | None,
    report: str,
    width: int,
    now: datetime,
    *,
    plain: bool,
) -> list[Row]:
    """Return all that is known of a modification but its diff."""
    if it is None:
        return [Row(content("no modification is selected", MUTED))]
    word = outcome_word(it)
    glyph, ascii_glyph, tone = _LOOKS.get(word, _LOOKS["open"])
    head = Content.assemble(
        content(f"{ascii_glyph if plain else glyph} {word}", f"{_STYLES[tone]} bold"),
        content(f"  {it.id}", "bold"), content(f"  {ago(it.began, now)}", MUTED),
    )  # fmt: skip
    place = it.source if it.at_desk else f"{it.source}:{it.line}"
    rows = [Row(head), Row(content(place, MUTED))]
    rows += _labelled("undone by", it.undone, "$warn", width)
    rows += _labelled("proposer", it.proposer, "", width) + _labelled("edit", it.edit, "$accent", width)
    rows += _labelled("commit", it.commit, "", width) + _labelled("phase", it.phase, "", width)
    rows += _labelled("attempts", str(it.retries + 1), "", width)
    for number, path in enumerate(it.files[:20]):
        rows += _labelled("" if number else "files", path, "", width)
    rows += _labelled("report", report.rpartition("/")[2] + "  (p opens it)" if report else "", "", width)
    texts = [("asked", it.task), ("approach", it.approach)]
    if known is None or known.id != it.id:
        texts.append(("", "reading…"))
    else:
        texts += [("failure", known.failure), ("reflection", known.reflection), ("tests", known.tests or it.tests)]
    for label, text in texts:
        if text.strip():
            rows += [Row(Content("")), *([Row(Content.styled(label, "$accent bold"))] if label else [])]
            rows += wrapped(text[:16_384], width)
    return rows


def _labelled(label: str, text: str, style: str, width: int) -> list[Row]:
    if not text:
        return []
    pieces = content(text, style, limit=2_000).wrap(max(width - LABEL - 1, 8)) or [Content("")]
    names = [label, *[""] * (len(pieces) - 1)]
    return [
        Row(Content.styled(f"{name:<{LABEL}} ", MUTED) + piece) for name, piece in zip(names, pieces, strict=True)
    ]
