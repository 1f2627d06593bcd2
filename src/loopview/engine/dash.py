"""Everything the Dash shows, loaded in one go from a reader of the store."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from loopview.domain.health import health
from loopview.engine.dash_view import (
    Advice,
    Bucket,
    CapabilityFigures,
    CycleRow,
    DashView,
    ProposalRow,
    Selected,
    TypeFigures,
    WindowFigures,
    attempt_row,
    cycle_row,
    term,
)
from loopview.engine.detail import tried_under
from loopview.engine.headline import waiting_proposals
from loopview.engine.headline_view import utc
from loopview.engine.probe_rows import NEWEST
from loopview.store.page import View
from loopview.store.questions import Answer, AnswerColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loopview.store.page import Page
    from loopview.store.reader import Reader


BUCKETS = {"1h": 120, "24h": 1800, "7d": 14_400}
"""Seconds of one bar, by window."""

SEVERITIES = ("high", "medium", "low", "info")
"""Of recommendations, the gravest first."""

STEPS = (3600, 14_400, 43_200, 86_400, 604_800, 2_592_000, 31_536_000)
"""Seconds a bar may have when the window is the whole history."""

MOST_BARS = 60

TRIED_SHOWN = 5
"""Actions against one failure that the Dash names."""

CYCLE_COLUMNS = (
    "cycle", "ts", "type", "issue", "success", "duration", "lines_added", "lines_removed",
    "fingerprint", "reason", "notes",
)  # fmt: skip


ATTEMPT_COLUMNS = ("iteration", "ts", "gate", "fingerprint", "action", "note")
GATES = ("pass", "fail", "blocked")


def load_dash(
    reader: Reader, *, now: datetime, window: str, since: datetime | None, probe_threshold: int
) -> DashView:
    """Ask for everything on the Dash."""
    asked = _Asked(reader, now)
    asked.ask("verdict", "stall_rows")
    trends = asked.ask("tiles", "trends", since=since).records()
    seconds = BUCKETS.get(window) or _step(asked)
    types = asked.ask("types", "by_type", since=since)
    series = _buckets(asked, since, now, seconds)
    overall, capabilities = _probes(asked, probe_threshold)
    newest = _newest(asked) or _newest_attempts(asked)
    journal_only = bool(newest) and bool(newest[0].gate)
    return DashView(
        recent=_figures(trends[0]),
        previous=None if since is None else _figures(trends[1]),
        buckets=series,
        bucket_seconds=float(seconds),
        types=_types(asked, types, since, seconds, series),
        overall=overall,
        capabilities=capabilities,
        newest=newest,
        advice=() if journal_only or not newest else _advice(reader, now),
        gates=_gates(reader) if journal_only else (),
        quarantined=_set_aside(asked),
        proposals=tuple(ProposalRow(*row) for row in waiting_proposals(reader)),
        last_pass=_last_pass(asked),
        answers=asked.answers,
    )


def load_newest(reader: Reader, now: datetime) -> tuple[CycleRow, ...]:
    """Ask for the newest cycles alone, or the newest attempts of a loop that has no cycles."""
    asked = _Asked(reader, now)
    return _newest(asked) or _newest_attempts(asked)


class _Asked:
    """A reader that keeps each figure's answer."""

    def __init__(self, reader: Reader, now: datetime) -> None:
        self._reader = reader
        self._now = now
        self.answers: dict[str, Answer] = {}

    def ask(self, figure: str, question: str, **parameters: object) -> Answer:
        """Ask, and keep the answer as the evidence of the figure."""
        answer = self._reader.ask(question, now=self._now, **parameters)
        self.answers.setdefault(figure, answer)
        return answer

    def page(self, figure: str, title: str, view: View) -> Page:
        """Fetch the newest rows of a table, and keep them as the evidence of the figure."""
        page = self._reader.page(view, 0)
        columns = tuple(AnswerColumn(name, "") for name in view.columns)
        self.answers[figure] = Answer(
            figure,
            title,
            columns,
            page.rows,
            page.sql,
            page.parameters,
            page.elapsed_ms,
            page.revision,
            page.total > len(page.rows),
        )
        return page


def _figures(row: dict[str, Any]) -> WindowFigures:
    return WindowFigures(row["n"], row["ok_rate"], row["p50"], row["p90"], row["net_lines"], row["merged"])


def _step(asked: _Asked) -> int:
    """Return the seconds of a bar that show the whole history in at most MOST_BARS bars."""
    days = asked.ask("days", "success_series", since=None, bucket_seconds=86_400).rows
    if not days:
        return STEPS[0]
    first, last = days[0][0], days[-1][0]
    length = (
        (last - first).total_seconds() + 86_400 if isinstance(first, datetime) and isinstance(last, datetime) else 0
    )
    return next((step for step in STEPS if length / step <= MOST_BARS), STEPS[-1])


def _buckets(asked: _Asked, since: datetime | None, now: datetime, seconds: int) -> tuple[Bucket, ...]:
    success = {
        row["bucket"]: row
        for row in asked.ask("charts", "success_series", since=since, bucket_seconds=seconds).records()
    }
    duration = {
        row["bucket"]: row
        for row in asked.ask("durations", "duration_series", since=since, bucket_seconds=seconds).records()
    }
    if not success:
        return ()
    buckets = []
    for start in _starts(list(success), since, now, seconds):
        counted: dict[str, Any] = success.get(start, {})
        took: dict[str, Any] = duration.get(start, {})
        buckets.append(
            Bucket(utc(start) or now, counted.get("n", 0), counted.get("ok", 0), took.get("p50"), took.get("p90"))
        )
    return tuple(buckets)


def _starts(known: list[Any], since: datetime | None, now: datetime, seconds: int) -> list[datetime]:
    """Return the starts of all bars from the window's first to its last, those without a cycle too."""
    first = min(known) if since is None else _floor(since, seconds)
    last = max(known) if since is None else max(_floor(now, seconds), *known)
    count = int((last - first).total_seconds() // seconds) + 1
    return [first + timedelta(seconds=seconds * index) for index in range(max(0, count - MOST_BARS * 2), count)]


def _floor(moment: datetime, seconds: int) -> datetime:
    whole = int(moment.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(whole, UTC).replace(tzinfo=None)


def _types(
    asked: _Asked, types: Answer, since: datetime | None, seconds: int, series: tuple[Bucket, ...]
) -> tuple[TypeFigures, ...]:
    shares: dict[str, dict[Any, float]] = {}
    for row in asked.ask("type trend", "type_series", since=since, bucket_seconds=seconds).records():
        shares.setdefault(str(row["type"]), {})[utc(row["bucket"])] = row["ok"] / row["n"]  # type: ignore[operator]
    return tuple(
        TypeFigures(
            str(row["type"]), int(str(row["n"])), row["ok_rate"], row["p50"], row["p90"],  # type: ignore[arg-type]
            tuple(shares.get(str(row["type"]), {}).get(bucket.start) for bucket in series),
        )
        for row in types.records()
    )  # fmt: skip


def _probes(asked: _Asked, threshold: int) -> tuple[str, tuple[CapabilityFigures, ...]]:
    rows = asked.ask("probes", "probe_tail", limit=max(NEWEST, threshold)).records()
    if not rows:
        return "", ()
    found = health(rows, threshold)
    return found.overall_status, tuple(
        CapabilityFigures(it.capability, it.status, it.consecutive_failures) for it in found.capabilities
    )


def _newest(asked: _Asked) -> tuple[CycleRow, ...]:
    page = asked.page("cycles", "Newest cycles", View("cycles", CYCLE_COLUMNS))
    return tuple(
        cycle_row(place.source, place.generation, place.line, dict(zip(CYCLE_COLUMNS, row, strict=True)))
        for place, row in zip(page.places, page.rows, strict=True)
    )


def _newest_attempts(asked: _Asked) -> tuple[CycleRow, ...]:
    page = asked.page("cycles", "Newest attempts", View("attempts", ATTEMPT_COLUMNS))
    return tuple(
        attempt_row(place.source, place.generation, place.line, dict(zip(ATTEMPT_COLUMNS, row, strict=True)))
        for place, row in zip(page.places, page.rows, strict=True)
    )


def _gates(reader: Reader) -> tuple[tuple[str, int], ...]:
    """Return how many attempts passed, failed, were blocked, and had another word."""
    total = reader.count(View("attempts", ("gate",)))
    known = [(gate, reader.count(View("attempts", ("gate",), where=f"gate:{gate}"))) for gate in GATES]
    return (*known, ("other", total - sum(count for _, count in known)))


def _set_aside(asked: _Asked) -> int:
    """Return how many issues stand in the loop's quarantine."""
    sources = asked.ask("set aside", "sources_health").records()
    return sum(int(str(it["rows"])) for it in sources if it["family"] == "quarantine")


def _last_pass(asked: _Asked) -> tuple[int | None, datetime | None]:
    rows = asked.ask("last pass", "last_pass").records()
    stamped = [(utc(row["ts"]), row["number"]) for row in rows if row["ts"] is not None]
    if not stamped:
        return None, None
    stamp, number = max(stamped, key=lambda it: it[0] or datetime.min.replace(tzinfo=UTC))
    return number if isinstance(number, int) else None, stamp


def load_selected(reader: Reader, row: CycleRow) -> Selected:
    """Ask for what is known about one cycle: its failure's history and what was tried against it."""
    if not row.fingerprint:
        return Selected(row)
    history = reader.ask("first_seen", fingerprint=row.fingerprint).records()[0]
    named = [it for it in tried_under(reader, row.fingerprint) if it.action]
    tried = tuple((it.action, it.times, it.dead_end) for it in named[:TRIED_SHOWN])
    first = history["first_number"]
    return Selected(row, first if isinstance(first, int) else None, int(str(history["n"])), tried)


def _advice(reader: Reader, now: datetime) -> tuple[Advice, ...]:
    from loopview.engine.history import introspect

    found = introspect(reader, now)["recommendations"]
    advice = [advice_of(it) for it in found] if isinstance(found, list) else []
    return tuple(sorted(advice, key=lambda it: SEVERITIES.index(it.severity)))


def advice_of(recommendation: Mapping[str, str]) -> Advice:
    """Return a recommendation with the filter of the cycles it speaks of, taken from its own fixed wording."""
    finding, category = recommendation["finding"], recommendation["category"]
    where = "fail" if category == "reliability" else ""
    if category == "repeat_failure" and (issue := re.match(r"Issue #(.+) has failed ", finding)):
        where = f"{term('issue', issue[1])} fail"
    if category.startswith("type_") and (kind := re.match(r"'(.*)' issues ", finding)):
        where = term("type", kind[1])
    return Advice(
        recommendation["severity"], finding, recommendation["recommendation"], where, longest=category == "outliers"
    )
