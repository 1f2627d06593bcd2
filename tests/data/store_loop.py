"""A small loop on disk and its store, for the tests of the store."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from loopview.domain.records import Delta, Line, Position, SourceFile, SourceState

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2026, 6, 1)  # noqa: DTZ001 - as the store keeps moments
LABEL = ".loop/retro/cycles.jsonl"


def cycles_source(root: Path) -> SourceFile:
    return SourceFile(LABEL, str(root / LABEL), "cycles", "retro")


def cycle(number: int, **fields: object) -> dict[str, object]:
    failed = number % 4 == 3
    row: dict[str, object] = {
        "timestamp": (START + timedelta(minutes=10 * number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cycle": number,
        "issue": 200 + number % 7,
        "type": ("bug", "feature", "docs")[number % 3],
        "success": not failed,
        "duration": 60 + number,
        "reason": f"AssertionError: test_{number % 2} failed at app/x.py:{number}" if failed else "",
    }
    return {**row, **fields}


def write_cycles(root: Path, rows: Sequence[dict[str, object] | bytes]) -> SourceFile:
    source = cycles_source(root)
    path = Path(source.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)
    )
    return source


def delta_of(
    source: SourceFile, texts: Sequence[bytes], *, after: Position | None = None, **changes: object
) -> Delta:
    at = after or Position(1)
    offset, lines = at.offset, []
    for number, text in enumerate(texts, at.line + 1):
        lines.append(Line(offset, number, text))
        offset += len(text) + 1
    position = at._replace(offset=offset, line=at.line + len(texts))
    return Delta(source, SourceState.OK, position, lines=tuple(lines))._replace(**changes)  # type: ignore[arg-type]


def texts(count: int, start: int = 0) -> list[bytes]:
    return [json.dumps(cycle(number)).encode() for number in range(start, start + count)]
