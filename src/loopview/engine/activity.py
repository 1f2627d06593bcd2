"""Everything that happened, merged by time: the loop's rows, decisions, commands, changes of the verdict."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.activity import STREAMS, Happening, RowPlace
from loopview.domain.verdict_changes import verdict_changes
from loopview.engine.commands_run import commands_run
from loopview.engine.decided import decided
from loopview.engine.headline_view import utc
from loopview.engine.verdict import as_attempt
from loopview.store.page import PAGE_ROWS, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from loopview.domain.verdict_changes import VerdictChange
    from loopview.engine.alerts import Told
    from loopview.engine.decisions import DecisionLog
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader

MOST = 2_000
"""Happenings that are merged, the newest; of the verdict's journal so many rows are judged."""

LONGEST = 2_000  #: characters of a text that are searched and shown; the row has the rest
_KINDS = {"deep triage": "triage"}
_TABLES = {"cycle": "cycles", "attempt": "attempts", "probe": "probes", "proposal": "proposals",
           "modification": "modifications", "triage": "triage", "deep triage": "deep_triage"}  # fmt: skip
_CYCLE = ("cycle", "ts", "success", "reason", "fingerprint")


class Activity(NamedTuple):
    """What happened in a window, newest first."""

    happenings: tuple[Happening, ...]
    counts: Mapping[str, int]  #: by stream
    cut: bool  #: whether there is more than is shown
    problem: str  #: why the record of decisions cannot be read, or what in it does not fit
    answer: Answer  #: of the loop's rows


def load_activity(
    reader: Reader,
    log: DecisionLog,
    *,
    since: datetime | None,
    threshold: int,
    alerts: Iterable[Told] = (),
    most: int = MOST,
) -> Activity:
    """Merge what happened since a moment (None: ever); ``threshold`` is K of the stall verdict."""
    answer = reader.ask("activity", since=since, limit=most)
    on_record = log.read()
    found = [
        *_rows(answer),
        *_of_the_verdict(reader, since, threshold),
        *decided(on_record.records[-most:], since),
        *_alerted(alerts, since),
        *(it for it in commands_run() if since is None or it.ts >= since),
    ]
    found.sort(key=lambda it: (it.ts, it.order), reverse=True)
    counts = Counter(it.stream for it in found[:most])
    return Activity(
        tuple(found[:most]),
        {stream: counts[stream] for stream, _ in STREAMS},
        len(found) > most or len(answer.rows) >= most,
        on_record.problem,
        answer,
    )


def _alerted(alerts: Iterable[Told], since: datetime | None) -> Iterator[Happening]:
    for told in alerts:
        if since is None or told.time >= since:
            alert = told.alert
            yield Happening(
                "alert",
                told.time,
                alert.topic,
                alert.kind,
                alert.sentence + (f"  ({told.held})" if told.held else ""),
            )


def _rows(answer: Answer) -> Iterator[Happening]:
    for row in answer.records():
        ts = utc(row["ts"])
        if ts is None:
            continue
        kind, number = str(row["kind"]), row["number"]
        probed = kind == "probe" and bool(row["what"])
        yield Happening(
            _KINDS.get(kind, kind),
            ts,
            f"{kind} {number}" if isinstance(number, int) else str(row["what"])[:LONGEST] if probed else kind,
            str(row["outcome"] or ""),
            "  ".join(str(row[name])[:LONGEST] for name in ("what", "text")[probed:] if row[name]),
            place=RowPlace(str(row["source"]), int(str(row["generation"])), int(str(row["line"]))),
            number=number if isinstance(number, int) else None,
            table=_TABLES.get(kind, ""),
        )


def _of_the_verdict(reader: Reader, since: datetime | None, threshold: int) -> Iterator[Happening]:
    """Where the verdict changed, over the rows that it is drawn from; one without a stamp has no place in time."""
    attempts = reader.ask("stall_rows", limit=MOST).records()[::-1]
    rows = attempts or _cycles(reader)
    for change in verdict_changes(rows, threshold):
        row = rows[change.place]
        ts, number = utc(row.get("ts")), row.get("iteration", row.get("cycle"))
        if ts is None or not change.before or (since is not None and ts < since):
            continue
        yield Happening(
            "verdict",
            ts,
            f"→ {change.after}",
            change.after,
            f"{change.before} → {change.after}{_why(change)}",
            1,
            RowPlace(str(row["source"]), int(str(row["generation"])), int(str(row["line"]))),
            number if isinstance(number, int) else None,
            table="attempts" if attempts else "cycles",
        )


def _why(change: VerdictChange) -> str:
    return f": fingerprint {change.fingerprint}, {change.streak} in a row" if change.after == "STALLED" else ""


def _cycles(reader: Reader) -> list[dict[str, object]]:
    page = reader.page(View("cycles", _CYCLE), 0, PAGE_ROWS)
    found = []
    for place, values in zip(page.places, page.rows, strict=True):
        row = dict(zip(_CYCLE, values, strict=True))
        found.append(
            {**row, **as_attempt(row), "source": place.source, "generation": place.generation, "line": place.line}
        )
    return found[::-1]
