"""A record as the lines of a pane: in brief beside a table, or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.content import Content

from loopview.domain.counted import counted
from loopview.text import safe
from loopview.tui.content import content
from loopview.tui.glyphs import mark, mark_of_success
from loopview.tui.raw_rows import raw_rows
from loopview.tui.targets import AttemptTarget, CycleTarget, FailureGroupTarget
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import ago, aware, span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from loopview.engine.detail import Detail, FieldValue, Tried
    from loopview.guarded.git import CommitStat
    from loopview.tui.targets import Target

MUTED = "$text-muted"
LABEL = 18
TEXT_LINES = 400
"""Lines of one text field that are shown."""

_TEXTS = ("reason", "notes", "note", "gate_output", "action", "hypothesis", "blocked_reason", "next_action")


def brief_rows(detail: Detail | None, width: int, now: datetime, *, plain: bool) -> list[Row]:
    """What is most worth knowing about a record, for the pane beside its table."""
    if detail is None:
        return [_line("no row selected", MUTED)]
    if detail.gone:
        return [_line("this record is no longer in the file", "$warn"), *raw_rows(detail.raw, width)]
    rows = [_outcome(detail, now, plain=plain), _line(detail.raw.where, MUTED)]
    rows += list(_fingerprint(detail))
    if detail.commit:
        rows.append(_labelled("commit", detail.commit[:12]))
    rows += _text(detail.failure_text or _said(detail), width, 10)
    if detail.tried:
        rows += [
            _line(""),
            _line("tried under this fingerprint", MUTED),
            *_tried(detail.tried[:6], width, plain=plain),
        ]
    return rows


def whole_rows(
    detail: Detail | None, stat: CommitStat | str | None, width: int, now: datetime, *, plain: bool
) -> list[Row]:
    """Return everything known about a record; ``stat`` is its commit, or why there is none."""
    if detail is None:
        return [_line("reading…", MUTED)]
    if detail.gone:
        return [_line("this record is no longer in the file", "$warn"), _line(""), *raw_rows(detail.raw, width)]
    rows = [_outcome(detail, now, plain=plain), _line("")]
    for field in detail.fields:
        rows += _field(field, width, now)
    rows += _fingerprint(detail)
    rows += _empty(detail)
    rows += [*_heading("raw line", detail.raw.where), *raw_rows(detail.raw, width)]
    rows += _commit(detail, stat)
    if detail.joined is not None:
        rows += _joined(detail.joined, now, width)
    if detail.tried:
        rows += [
            *_heading("tried under this fingerprint", detail.fingerprint),
            *_tried(detail.tried, width, plain=plain),
        ]
    return rows


def explained_rows(detail: Detail | None, width: int, *, plain: bool) -> list[Row]:
    """Return how the fingerprint of a record's failure text comes about."""
    from loopview.domain.fingerprint import explain
    from loopview.tui.failure_rows import explanation_rows

    return explanation_rows(explain(detail.failure_text if detail is not None else ""), width, plain=plain)


def failure_lines(text: str, width: int, *, plain: bool = False) -> list[Row]:
    """Return a failure text with its signal lines marked; those have the keys ``("signal", n)``."""
    from loopview.domain.fingerprint import SIGNAL

    rows: list[Row] = []
    sign = ">" if plain else "▌"
    for number, line in enumerate(text.splitlines()[:TEXT_LINES]):
        signal = SIGNAL.search(line) is not None
        for part, piece in enumerate(
            content(line, "" if signal else MUTED).wrap(max(width - 2, 8)) or [Content("")]
        ):
            edge = Content.styled(f"{sign} ", "$fail") if signal and not part else Content("  ")
            rows.append(Row(edge + piece, ("signal" if signal and not part else "text", number, part)))
    return rows


def _outcome(detail: Detail, now: datetime, *, plain: bool) -> Row:
    success, gate = detail.value("success"), detail.value("gate")
    look = mark(gate) if detail.table == "attempts" else mark_of_success(success=cast("bool | None", success))
    word = look.word if detail.table == "cycles" or look.word != "unknown" else str(gate or "none")
    kind, issue, number = detail.value("type"), detail.value("issue"), detail.value("cycle")
    number = detail.value("iteration") if number is None else number
    about = f"  {'cycle' if detail.table == 'cycles' else 'iteration'} {number if number is not None else '?'}"
    more = f"  {kind or ''}{f'  #{issue}' if issue else ''}"
    lines = _net(detail)
    duration, ts = detail.value("duration"), detail.value("ts")
    spent = span(duration) if isinstance(duration, float | int) else ""
    when = ago(cast("datetime", ts), now) if ts is not None else ""
    return Row(
        Content.assemble(
            Content.styled(f"{look.plain if plain else look.glyph} ", f"{look.style} bold"),
            content(word, f"{look.style} bold"), content(about, "bold"), content(more),
            content("".join(f"  {part}" for part in (spent, lines, when) if part), MUTED),
        )
    )  # fmt: skip


def _net(detail: Detail) -> str:
    added, removed = detail.value("lines_added"), detail.value("lines_removed")
    return "" if added is None and removed is None else f"+{added or 0} -{removed or 0}"


def _fingerprint(detail: Detail) -> Iterable[Row]:
    if detail.fingerprint:
        target = FailureGroupTarget("fingerprint", detail.fingerprint)
        yield _labelled("fingerprint", detail.fingerprint, "$accent", target)


def _field(field: FieldValue, width: int, now: datetime) -> list[Row]:
    if field.name == "fingerprint":
        return []
    if field.drifted:
        note = Content.styled("a value that could not be typed: see the raw line", "$warn")
        return [Row(Content.styled(f"{field.name:<{LABEL}} ", MUTED) + note)]
    if field.value is None or field.value == "":
        return []
    if field.name in _TEXTS:
        pieces = _wrapped(str(field.value), width - LABEL - 1)
        names = [field.name, *[""] * (len(pieces) - 1)]
        return [
            Row(Content.styled(f"{name:<{LABEL}} ", MUTED) + piece)
            for name, piece in zip(names, pieces, strict=True)
        ]
    return [_labelled(field.name, _shown(field, now))]


def _empty(detail: Detail) -> list[Row]:
    names = [field.name for field in detail.fields if field.value in {None, ""} and not field.drifted]
    return [_labelled("not recorded", ", ".join(names), MUTED)] if names else []


def _shown(field: FieldValue, now: datetime) -> str:
    value = field.value
    if field.name == "ts":
        stamp = aware(cast("datetime", value))
        return f"{stamp:%Y-%m-%d %H:%M:%S} UTC  ({ago(stamp, now)})"
    if field.name == "duration" and isinstance(value, float | int):
        return f"{span(value)}  ({value:g} s)"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _commit(detail: Detail, stat: CommitStat | str | None) -> list[Row]:
    if not detail.commit:
        return []
    rows = _heading("commit", detail.commit[:12])
    if stat is None:
        return [*rows, _line("asking git…", MUTED)]
    if isinstance(stat, str):
        return [*rows, _line(stat, MUTED)]
    rows.append(
        Row(Content.assemble(content(stat.commit.subject, "bold"), content(f"  {stat.commit.author}", MUTED)))
    )
    added, removed = sum(file.added for file in stat.files), sum(file.removed for file in stat.files)
    for file in stat.files:
        figures = (
            Content.styled(f"{f'+{file.added}':>7}", "$ok"),
            Content.styled(f"{f'-{file.removed}':>7}  ", "$fail"),
        )
        rows.append(Row(Content.assemble(*figures, content(file.path))))
    total = f"{counted(len(stat.files), 'file')}, +{added} -{removed}"
    rows.append(_line(f"{total}  {stat.cut}".rstrip(), MUTED))
    return rows


_TOLD = {
    "attempts": ("gate", "action", "hypothesis", "note", "fingerprint"),
    "cycles": ("success", "type", "issue", "duration", "reason", "notes"),
}


def _joined(joined: Detail, now: datetime, width: int) -> list[Row]:
    noun, name = ("iteration", "attempt") if joined.table == "attempts" else ("cycle", "cycle")
    found = joined.value(noun)
    number, place = found if isinstance(found, int) else None, _key(joined)
    target = AttemptTarget(number, *place) if joined.table == "attempts" else CycleTarget(number, *place)
    rows = [
        *_heading(name, joined.raw.where),
        Row(content(f"{noun} {found}, enter to open it", "$accent"), ("joined", *place), target),
    ]
    for field in joined.fields:
        if field.name in _TOLD[joined.table] and field.value not in (None, ""):
            rows += _field(field, width, now)
    return rows


def _key(detail: Detail) -> tuple[str, int, int]:
    return (detail.place.source, detail.place.generation, detail.place.line)


def _tried(tried: Iterable[Tried], width: int, *, plain: bool) -> list[Row]:
    rows = []
    for it in tried:
        word, style = ("dead end", "$warn") if it.dead_end else (it.gate or "none", MUTED)
        action = safe(it.action or "(no action)", limit=max(width - 16, 8))
        times = Content.styled(f"{it.times:>3}{'x' if plain else '×'} ", "bold")
        rows.append(Row(Content.assemble(times, content(action), content(f"  {word}", style))))
    return rows


def _said(detail: Detail) -> str:
    return str(detail.value("reason") or detail.value("notes") or detail.value("action") or "")


def _text(text: str, width: int, most: int) -> list[Row]:
    if not text.strip():
        return []
    rows = [Row(piece) for piece in _wrapped(text, width)]
    return [
        _line(""),
        *rows[:most],
        *([_line(f"… {len(rows) - most} more lines", MUTED)] if len(rows) > most else []),
    ]


def _wrapped(text: str, width: int) -> list[Content]:
    pieces: list[Content] = []
    for line in text.splitlines()[:TEXT_LINES] or [""]:
        pieces += content(line).wrap(max(width, 8)) or [Content("")]
        if len(pieces) > TEXT_LINES:
            break
    return pieces


def _line(text: str, style: str = "") -> Row:
    return Row(content(text, style))


def _heading(label: str, text: str) -> list[Row]:
    return [
        _line(""),
        Row(Content.assemble(Content.styled(f"{label}  ", "$accent bold"), content(text, MUTED))),
    ]


def _labelled(label: str, text: str, style: str = "", target: Target | None = None) -> Row:
    line = Content.assemble(Content.styled(f"{label:<{LABEL}} ", MUTED), content(text, style))
    return Row(line, None if target is None else (label, text), target)
