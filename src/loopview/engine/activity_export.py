"""Writes what happened to a new file: CSV, or JSON where the name ends so."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from loopview.engine.ask_export import write_new
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loopview.domain.activity import Happening

COLUMNS = ("ts", "stream", "name", "outcome", "text", "source", "line")


def export_activity(happenings: Sequence[Happening], path: str) -> str:
    """Write them, newest first. Returns one sentence: what was written, or why nothing was. Never overwrites."""
    pieces = _json(happenings) if path.lower().endswith(".json") else _csv(happenings)
    return write_new(path, pieces, f"{len(happenings):,} rows written to {path}")


def _fields(it: Happening) -> dict[str, object]:
    return {
        "ts": it.ts.isoformat().replace("+00:00", "Z"),
        "stream": it.stream,
        "name": it.name,
        "outcome": it.outcome,
        "text": it.whole or it.text,
        "source": it.place.source if it.place else None,
        "line": it.place.line if it.place else None,
    }


def _csv(happenings: Sequence[Happening]) -> Iterator[str]:
    """What may be looked at in a terminal is safe there: the texts are those that the console shows."""
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow(COLUMNS)
    for it in happenings:
        writer.writerow("" if value is None else plain(str(value)) for value in _fields(it).values())
        yield page.getvalue()
        page.seek(0)
        page.truncate()
    yield page.getvalue()


def _json(happenings: Sequence[Happening]) -> Iterator[str]:
    before = "[\n"
    for it in happenings:
        yield before + json.dumps(_fields(it))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
