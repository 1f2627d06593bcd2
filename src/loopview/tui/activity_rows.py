"""Happenings and claims as rows of a table, and what is known of one of them as the lines of a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.domain.activity import STREAMS
from loopview.domain.claims import KINDS
from loopview.domain.counted import counted
from loopview.text import safe_block
from loopview.tui.content import content
from loopview.tui.record_cells import LONGEST
from loopview.tui.widgets.pane import Row
from loopview.tui.widgets.table_layout import Cell, RowKey, TableColumn, TableRow, Tone
from loopview.tui.wording import ago, clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from loopview.domain.activity import Happening
    from loopview.domain.claims import Claim
    from loopview.engine.claims import ClaimsAudit
    from loopview.engine.console_health import ConsoleHealth
    from loopview.engine.desk.verified import Verified

MUTED = "$text-muted"

ACTIVITY_COLUMNS = (
    TableColumn("ts", "time", 8, sortable=False),
    TableColumn("date", "date", 6, priority=4, sortable=False),
    TableColumn("stream", "what", 13, sortable=False),
    TableColumn("outcome", "outcome", 9, 13, priority=1, sortable=False),
    TableColumn("name", "about", 12, 21, priority=2, sortable=False),
    TableColumn("text", "said", 12, 60, grows=True, sortable=False),
)

CLAIM_COLUMNS = (
    TableColumn("kind", "claim", 24, sortable=False),
    TableColumn("ts", "time", 6, priority=2, sortable=False),
    TableColumn("subject", "of", 12, 24, priority=1, sortable=False),
    TableColumn("why", "what does not hold", 16, 70, grows=True, sortable=False),
    TableColumn("place", "row", 14, 30, priority=3, sortable=False, cut="start"),
)

_TONES: dict[str, Tone] = {
    "ok": "ok", "pass": "ok", "success": "ok", "PROGRESS": "ok", "published": "ok", "merged": "ok", "exit 0": "ok",
    "fail": "fail", "failure": "fail", "failed": "fail", "STALLED": "fail", "rollback": "fail", "rejected": "warn",
    "blocked": "blocked", "unknown": "unknown",
}  # fmt: skip
_NAMES = dict(STREAMS)
_CLAIM_TONES: dict[str, Tone] = {
    "no commit": "fail",
    "no tests": "warn",
    "reverted": "warn",
    "no record": "unknown",
}


def activity_rows(happenings: Iterable[Happening]) -> list[TableRow]:
    """Return one row each, in their order."""
    return [_happening(it) for it in happenings]


def key_of(it: Happening) -> RowKey:
    """Return what makes a happening the same one later: its row, its number on record, or its moment."""
    if it.place is not None:
        return RowKey(f"{it.stream}:{it.place.source}", it.place.generation, it.place.line)
    if it.stream == "alert":  # one look can bring several
        return RowKey(f"{it.stream}:{it.name}:{it.outcome}", 0, round(it.ts.timestamp() * 1_000_000))
    return RowKey(it.stream, 0, it.order if it.stream == "decision" else round(it.ts.timestamp() * 1_000_000))


def _happening(it: Happening) -> TableRow:
    tone = _TONES.get(it.outcome, "fail" if it.outcome.startswith("exit ") else "")
    cells = (
        Cell(f"{it.ts:%H:%M:%S}", "dim"),
        Cell(f"{it.ts:%b %d}", "dim"),
        Cell(_NAMES.get(it.stream, it.stream), "accent" if it.stream in {"decision", "verdict"} else "dim"),
        Cell(it.outcome[:LONGEST], tone),
        Cell(it.name[:LONGEST], "strong"),
        Cell(it.text[:LONGEST].lstrip()),
    )
    return TableRow(key_of(it), cells, (cells[4], cells[3]))


def claim_rows(audit: ClaimsAudit, now: datetime) -> list[TableRow]:
    """Return one row a claim that does not hold."""
    return [_claim(it, number, now) for number, it in enumerate(audit.claims)]


def _claim(it: Claim, number: int, now: datetime) -> TableRow:
    where = f"{it.row.source}:{it.row.line}" if it.row.table else "record of decisions"
    cells = (
        Cell(KINDS[it.kind], _CLAIM_TONES[it.kind]),
        Cell(clock(it.row.ts, now), "dim"),
        Cell(it.row.subject[:LONGEST], "strong"),
        Cell(it.why[:LONGEST]),
        Cell(where[:LONGEST], "dim"),
    )
    key = RowKey(f"{it.kind}:{it.row.source}:{it.row.subject[:80]}", it.row.generation, it.row.line or number)
    return TableRow(key, cells, (cells[2], cells[4]))


def stream_rows(counts: Mapping[str, int], off: frozenset[str], *, plain: bool) -> list[Row]:
    """Return one line a stream: whether it is shown, and how much of it there is."""
    rows = []
    for stream, name in STREAMS:
        shown = stream not in off
        mark = ("x" if plain else "✓") if shown else " "
        line = Content.assemble(
            Content.styled(f"[{mark}] ", "$ok" if shown else MUTED),
            Content.styled(f"{name:<14}", "" if shown else MUTED),
            Content.styled(f"{counts.get(stream, 0):>6,}", MUTED),
            Content.styled("" if shown else "  off", MUTED),
        )
        rows.append(Row(line, stream))
    return rows


def happening_rows(it: Happening | None, width: int, now: datetime) -> list[Row]:
    """Return everything there is to say of a happening."""
    if it is None:
        return [Row(content("no row selected", MUTED))]
    head = Content.assemble(
        content(_NAMES.get(it.stream, it.stream), "$accent bold"), content(f"  {it.name}", "bold"),
        content(f"  {it.outcome}" if it.outcome else ""),
    )  # fmt: skip
    when = f"{it.ts:%Y-%m-%d %H:%M:%S} UTC  ({ago(it.ts, now)})"
    place = f"{it.place.source}:{it.place.line}" if it.place is not None else ""
    rows = [
        Row(head),
        Row(content(when, MUTED)),
        *([Row(content(place, MUTED))] if place else []),
        Row(Content("")),
    ]
    return rows + wrapped(it.whole or it.text, width)


def wrapped(text: str, width: int) -> list[Row]:
    """Return a foreign text as lines of a width, so that none of it is cut."""
    lines = safe_block(text[:65_536])
    return [Row(piece) for line in lines[:1_000] for piece in content(line).wrap(max(width, 8)) or [Content("")]]


def claim_detail(it: Claim | None, audit: ClaimsAudit | None, width: int, now: datetime) -> list[Row]:
    """Return why a claim does not hold, and what makes that less telling."""
    if audit is None:
        return [Row(content("holding the claims against git…", MUTED))]
    rows = [] if it is None else [
        Row(Content.assemble(content(KINDS[it.kind], "$fail bold"), content(f"  {it.row.subject}", "bold"))),
        Row(content(f"{ago(it.row.ts, now)}  {it.row.source}:{it.row.line}" if it.row.table else "", MUTED)),
        *wrapped(it.why, width),
        *(wrapped(it.row.text, width) if it.row.text else ()),
        Row(Content("")),
    ]  # fmt: skip
    looked = f"{audit.checked:,} claims of success and {audit.commits:,} commits were looked at"
    rows += [Row(content(looked, MUTED))]
    for note in audit.notes:
        rows += [Row(content(line.plain, "$warn")) for line in content(note).wrap(max(width, 8))]
    return rows


def verified_rows(found: Verified | None, width: int, *, plain: bool) -> list[Row]:
    """Return what verifying the record of decisions found: what fits in a line, and each thing that does not."""
    if found is None:
        return [Row(content("verifying: every record, every digest, every published commit…", MUTED))]
    if found.problem:
        return wrapped(found.problem, width)
    good, bad = ("+", "x") if plain else ("✓", "✗")
    serious = found.serious
    count = counted(found.records, "record")
    words = "one thing does not fit" if serious == 1 else f"{serious} things do not fit"
    rows = [
        Row(
            content(f"{bad} {count}: {words}", "$fail bold") if serious
            else content(f"{good} {count}: everything fits", "$ok bold")
        )
    ]  # fmt: skip
    for number, (wrong, kind, where, what) in enumerate(found.findings):
        mark = Content.styled(f"{bad} " if wrong else "· ", "$fail" if wrong else MUTED)
        head = Content.assemble(mark, content(f"{kind}  {where}", "bold" if wrong else MUTED))
        rows += [Row(Content("")), Row(head, ("finding", number)), *wrapped(what, width)]
    return rows


def console_rows(it: ConsoleHealth | None, watching: str, fps: int, width: int) -> list[Row]:
    """Return the console's own figures, in as many lines as they need."""
    if it is None:
        return [Row(content("…", MUTED))]
    behind = "reader up to date" if not it.backlog else f"reader {it.backlog:,} bytes behind"
    parts = [
        (behind, "$warn" if it.backlog else ""),
        (f"{watching}", ""),
        (f"rejects {it.rejects:,} (b)", "$fail" if it.rejects else ""),
        (f"duckdb {it.ask_ms:.0f} ms", ""),
        (f"git {it.git_ms:.0f} ms" if it.git_ms is not None else "git -", ""),
        (f"rss {it.rss >> 20:,} MB" if it.rss else "rss -", ""),
        (f"fps {fps}", ""),
        (f"drifted {it.drifted:,}" if it.drifted else "", "$warn"),
        (f"{it.unread} not read" if it.unread else "", "$fail"),
    ]
    lines, line = [], Content("")
    for text, style in parts:
        if not text:
            continue
        if line and len(line) + len(text) + 2 > width:
            lines.append(line)
            line = Content("")
        line = Content.assemble(line, "  " if line else "", Content.styled(text, style or MUTED))
    return [Row(each) for each in (*lines, line)]
