"""The first generation's report over a loop on disk: small files in plain Python, large ones through the store."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.engine.recent import first_with_rows
from loopview.sources.discover import discover, is_sample

if TYPE_CHECKING:
    from loopview.config import Settings
    from loopview.domain.line import Row
    from loopview.domain.records import SourceFile

LABEL = ".loop/retro/insights.json"

PLAIN = 16 * 1024 * 1024  #: bytes of cycles up to which plain Python is quicker than opening a store
EVERY = 10_000_000  #: rows


class NoCycles(Exception):  # noqa: N818 - reads as the finding it is
    """The loop has no cycle to report on."""


class Report(NamedTuple):
    """Both readings of a loop's cycles."""

    insights: dict[str, Any]  #: the first generation's, as insights.json has it
    robust: dict[str, Any]  #: beside it: quantiles, outliers of a type's own, changes of level


def introspection(root: str, settings: Settings, now: datetime | None) -> Report:
    """The report on the loop at ``root`` as of ``now``; None means the present, or a sample's own last stamp.

    Raises `NoCycles` when there is none.
    """
    files = discover(root)
    cycles = [file for file in files if file.family == "cycles"]
    if sum(_size(file.path) for file in cycles) > PLAIN:
        return _through_the_store(root, settings, now or datetime.now(UTC))
    return _plain(root, files, now)


def write_insights(root: str, report: dict[str, Any]) -> None:
    """Put the report where the loop reads it; raises `AppendRefused` when that may not be written."""
    from loopview.guarded.replace import replace

    replace(root, LABEL, json.dumps(report, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def _plain(root: str, files: tuple[SourceFile, ...], now: datetime | None) -> Report:
    from loopview.domain.insight import introspect
    from loopview.engine.robust import RECENT, Seen, robust

    cycles = first_with_rows(files, "cycles", EVERY, PLAIN)
    if cycles is None:
        raise NoCycles
    triage = first_with_rows(files, "deep_triage", EVERY, PLAIN)
    moment = now or _moment(root, cycles.rows)
    raw = [row.raw for row in cycles.rows]
    recent = [Seen(*(row.values[name] for name in Seen._fields)) for row in cycles.rows[-RECENT:]]  # type: ignore[arg-type]
    insights = introspect(raw, [row.raw for row in triage.rows] if triage else [], moment)
    return Report(insights, robust(raw, recent))


def _through_the_store(root: str, settings: Settings, now: datetime) -> Report:
    from loopview.engine.history import introspect
    from loopview.engine.robust import robust_from
    from loopview.engine.settled import settled_reader

    with settled_reader(root, settings) as reader:
        return Report(introspect(reader, now), robust_from(reader, now))


def _moment(root: str, rows: tuple[Row, ...]) -> datetime:
    """Now; for a sample its own last stamp."""
    if is_sample(root):
        stamps = [stamp for row in rows if isinstance(stamp := row.values["ts"], datetime)]
        if stamps:
            return max(stamps).replace(tzinfo=UTC)
    return datetime.now(UTC)


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0
