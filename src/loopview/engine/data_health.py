"""How well the files are read: every source, every line that became no row, every row with a field that drifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loopview.store.page import Place

if TYPE_CHECKING:
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader

LINES_SHOWN = 2000
"""Bad lines listed; the newest of each source."""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One file, and how far and how well it is read."""

    label: str
    family: str
    adapter: str
    state: str
    generation: int
    rows: int
    rejects: int
    drifted: int
    unknown_keys: int
    lines: int
    size: int  #: bytes at the last look
    offset: int  #: bytes read
    pending: int  #: bytes of an unfinished last line
    backlog: int  #: bytes still to be read
    restarts: int
    last_restart: str
    detail: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that became no row, or one that became a row with a field missing."""

    kind: str  #: ``reject`` or ``drift``
    place: Place
    offset: int | None
    length: int | None
    why: str
    sample: str

    @property
    def table(self) -> str:
        """Where the store keeps its place."""
        return "rejects" if self.kind == "reject" else "drifted"


@dataclass(frozen=True, slots=True)
class DataHealth:
    """Everything the data-health screen lists."""

    sources: tuple[SourceHealth, ...]
    lines: tuple[BadLine, ...]
    unknown_keys: tuple[tuple[str, str, int, int], ...]  #: source, key, rows, first line
    sources_answer: Answer
    rejects_answer: Answer


def load_data_health(reader: Reader) -> DataHealth:
    """Return sources, bad lines and unknown keys, as they stood at one moment."""
    with reader.at_once():
        sources, rejects = reader.ask("sources_health"), reader.ask("rejects", limit=LINES_SHOWN)
        drifted, keys = reader.ask("drifted", limit=LINES_SHOWN), reader.ask("unknown_keys")
    lines = [*(_reject(row) for row in rejects.records()), *(_drift(row) for row in drifted.records())]
    return DataHealth(
        tuple(_source(row) for row in sources.records()),
        tuple(sorted(lines, key=lambda it: (it.kind != "reject", it.place.source, -it.place.line))),
        tuple((str(source), str(key), _whole(rows), _whole(first)) for source, key, rows, first in keys.rows),
        sources,
        rejects,
    )


def _source(row: dict[str, object]) -> SourceHealth:
    return SourceHealth(
        label=str(row["label"]),
        family=str(row["family"]),
        adapter=str(row["adapter"]),
        state=str(row["state"]),
        generation=_whole(row["generation"]),
        rows=_whole(row["rows"]),
        rejects=_whole(row["rejects"]),
        drifted=_whole(row["drifted"]),
        unknown_keys=_whole(row["unknown_keys"]),
        lines=_whole(row["line"]),
        size=_whole(row["size"]),
        offset=_whole(row["offset"]),
        pending=_whole(row["pending"]),
        backlog=_whole(row["backlog"]),
        restarts=_whole(row["restarts"]),
        last_restart=str(row["last_restart"] or ""),
        detail=str(row["detail"] or ""),
    )


def _reject(row: dict[str, object]) -> BadLine:
    return BadLine("reject", _place(row), *_bytes(row), str(row["why"] or ""), str(row["sample"] or ""))


def _drift(row: dict[str, object]) -> BadLine:
    columns = row["columns"]
    names = ", ".join(map(str, columns)) if isinstance(columns, list) else ""
    return BadLine("drift", _place(row), *_bytes(row), f"not typed: {names}", str(row["raw"] or ""))


def _place(row: dict[str, object]) -> Place:
    return Place(str(row["source"]), _whole(row["generation"]), _whole(row["line"]))


def _bytes(row: dict[str, object]) -> tuple[int | None, int | None]:
    offset, length = row["byte_offset"], row["byte_length"]
    return offset if isinstance(offset, int) else None, length if isinstance(length, int) else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
