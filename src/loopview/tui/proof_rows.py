"""The proof of the verdict, and what changed since the last recorded turn, as lines of panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.text import safe
from loopview.tui.content import content
from loopview.tui.glyphs import mark
from loopview.tui.record_cells import Cells
from loopview.tui.targets import AttemptTarget, CycleTarget, FailureGroupTarget
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import clock

if TYPE_CHECKING:
    from datetime import datetime

    from loopview.engine.journal import Proof, ProofRow
    from loopview.engine.since import Since

MUTED = "$text-muted"
ROWS_SHOWN = 60
"""Rows of one kind that a proof lists; the newest."""

_STYLES = {"ok": "$ok", "fail": "$fail", "blocked": "$blocked", "unknown": "$unknown"}


def proof_rows(proof: Proof | None, width: int, now: datetime, *, plain: bool) -> list[Row]:
    """Return why the verdict is what it is: the rule, the rows that count and those that do not, what to avoid."""
    if proof is None:
        return [Row(content("reading…", MUTED))]
    if proof.verdict is None:
        return [Row(content("neither attempts nor cycles yet", MUTED))]
    verdict = proof.verdict
    look = mark(verdict.verdict)
    word = Content.styled(f"{look.plain if plain else look.glyph} {look.word}  ", look.style)
    target = FailureGroupTarget("fingerprint", verdict.fingerprint) if verdict.fingerprint else None
    rows = [
        Row(line, ("verdict",) if not number else None, target if not number else None)
        for number, line in enumerate((word + content(verdict.reason)).wrap(max(width, 8)))
    ]
    rows += [Row(line) for line in content(_rule(proof), MUTED).wrap(max(width, 8))]
    rows += _avoid(proof, plain=plain)
    for stance, proving in proof.stances:
        name = mark(stance.kind.upper())
        glyph = name.plain if plain else name.glyph
        said = Content.styled(f"{glyph} {stance.kind}  ", name.style) + content(stance.sentence)
        rows += [Row(line) for line in said.wrap(max(width, 8))]
        rows += [_row(row, width, now, plain=plain) for row in proving[-3:][::-1]] if len(proving) > 1 else []
    if proof.streak:
        rows.append(_title(f"the streak, newest first: {len(proof.streak)}"))
        rows += [_row(row, width, now, plain=plain) for row in proof.streak[::-1][:ROWS_SHOWN]]
    if proof.ended_by is not None:
        rows.append(_title("before it, and no part of it"))
        rows.append(_row(proof.ended_by, width, now, plain=plain))
    if proof.not_counted:
        rows.append(_title(f"NOT counted: {len(proof.not_counted)}"))
        rows += [_row(row, width, now, plain=plain) for row in proof.not_counted[::-1][:ROWS_SHOWN]]
    return rows


def _rule(proof: Proof) -> str:
    origin = f"from {proof.source}" + (", no journal has rows" if proof.from_cycles else "")
    k = proof.threshold
    return f"rule: {k} failures in a row with one fingerprint are a stall, more than {k} escalate  ({origin})"


def _avoid(proof: Proof, *, plain: bool) -> list[Row]:
    times = "x" if plain else "×"
    return [
        Row(
            Content.assemble(
                Content.styled("AVOID  ", "$warn bold"),
                content(action),
                content(f"  ({count}{times}, same failure)", MUTED),
            )
        )
        for action, count in proof.dead_ends
    ]


def _title(text: str) -> Row:
    return Row(content(text, f"{MUTED} italic"))


def _row(row: ProofRow, width: int, now: datetime, *, plain: bool) -> Row:
    gate = Cells(plain=plain).gate(row.gate)
    name = f"{'c' if row.table == 'cycles' else 'it '}{'?' if row.number is None else row.number}"
    print_ = safe(row.fingerprint or "-", limit=12)
    line = Content.assemble(
        content(f"  {name:<7} "),
        content(f"{clock(row.ts, now):<6} ", MUTED),
        content(f"{safe(gate.text, limit=11):<11} ", _STYLES.get(gate.tone, MUTED)),
        content(f"{print_:<12} ", MUTED) if width >= 70 else "",  # noqa: PLR2004  # below it the action is cut too short
        content(row.action, limit=max(width - 44 - len(row.why), 10)),
        content(f"  {row.why}" if row.why else "", "$warn"),
    )
    place = (row.place.source, row.place.generation, row.place.line)
    make = CycleTarget if row.table == "cycles" else AttemptTarget
    return Row(line, ("row", row.why, *place), make(row.number, *place))


def since_rows(since: Since | None, width: int, *, plain: bool) -> list[Row]:
    """Return the commits, files and the work tree since the commit that was recorded last."""
    if since is None:
        return [Row(content("asking git…", MUTED))]
    rows = [Row(line) for line in content(since.problem, MUTED).wrap(max(width, 8))] if since.problem else []
    if since.head is None:
        return rows
    arrow = ".." if plain else "‥"
    added, removed = since.lines
    between = [
        content(f"{since.extent}  ", MUTED),
        Content.styled(f"+{added} ", "$ok"),
        Content.styled(f"-{removed}", "$fail"),
    ]
    rows.insert(
        0,
        Row(
            Content.assemble(
                content(f"{since.start[:7] or '?'}{arrow}{since.head.commit[:7] or '?'}", "$accent"),
                content(f"  {since.head.branch or 'detached'}  "),
                *([] if since.problem else between),
            )
        ),
    )
    tree = since.worktree
    if tree.changed or tree.untracked:
        rows += [_change("M", change.path, change.added, change.removed, width) for change in tree.changed[:50]]
        rows += [
            Row(Content.assemble(Content.styled("?? ", "$warn"), content(path))) for path in tree.untracked[:50]
        ]
    else:
        rows.append(Row(content("work tree clean", MUTED)))
    rows += [
        Row(Content.assemble(content(f"{it.commit[:7]}  ", "$accent"), content(it.subject)))
        for it in since.log.commits[:50]
    ]
    rows += [_change(" ", change.path, change.added, change.removed, width) for change in since.files[:50]]
    return rows


def _change(sign: str, path: str, added: int, removed: int, width: int) -> Row:
    return Row(
        Content.assemble(
            Content.styled(f"{sign}  ", "$warn"),
            content(_tail(path, max(width - 18, 10))),
            Content.styled(f"  +{added} ", "$ok"),
            Content.styled(f"-{removed}", "$fail"),
        )
    )


def _tail(path: str, width: int) -> str:
    """Return the end of a path: the name of the file says most."""
    shown = safe(path)
    return shown if len(shown) <= width else f"…{shown[-width + 1 :]}"
