"""The report from SQL sums equals the report over the rows of the same file."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from loopview.domain.insight import introspect as introspect_rows
from loopview.domain.records import SourceFile
from loopview.engine.history import introspect
from loopview.store.database import Store

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 24, 12, tzinfo=UTC)


def cycles(seed: int, count: int) -> list[dict[str, object]]:
    pick = random.Random(seed)
    rows: list[dict[str, object]] = []
    for number in range(count):
        row: dict[str, object] = {
            "timestamp": (NOW - timedelta(minutes=pick.randrange(-60, 30 * 1440))).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "cycle": number,
            "issue": pick.choice([0, "", None, 7, 231, "LV-3", 12]),
            "type": pick.choice(["bug", "feature", "", None, "docs"]),
            "success": pick.choice([True, True, False, None]),
            "duration": pick.choice([0, 30, 61.5, 300, 4000, -1, None, "12"]),
            "lines_added": pick.choice([0, 5, 900, None]),
            "lines_removed": pick.choice([0, 3]),
            "pr": pick.choice([None, 0, "", 88, "x/1", False]),
            "reason": pick.choice(["", "AssertionError: x", "timeout"]),
        }
        for key in pick.sample(sorted(row), pick.randrange(3)):
            if pick.random() < 0.2:
                del row[key]
        rows.append(row)
    return rows


def triage(seed: int, count: int) -> list[dict[str, object]]:
    pick = random.Random(seed)
    return [
        {
            "timestamp": "2026-06-20T00:00:00Z",
            "issues_reviewed": pick.choice([3, None, 0]),
            "issues_refined": pick.choice([[1, 2], [], None, 4]),
            "issues_created": pick.choice([["a"], [{"n": 1}, {"n": 2}]]),
            "issues_closed": [],
            "timmy_available": pick.choice([True, False, None]),
            "timmy_feedback": pick.choice(["", None, "well done", "é" * 300]),
        }
        for _ in range(count)
    ]


def stored(root: Path, name: str, family: str, rows: list[dict[str, object]], store: Store) -> None:
    path = root / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    store.load_whole_file(SourceFile(f"{name}.jsonl", str(path), family, "retro"))


@pytest.mark.parametrize(("seed", "count", "runs"), [(1, 400, 5), (2, 30, 0), (3, 4, 1), (4, 0, 0), (5, 2000, 12)])
def test_sql_sums_give_the_same_report(tmp_path: Path, seed: int, count: int, runs: int) -> None:
    rows, runs_made = cycles(seed, count), triage(seed, runs)
    with Store.open(tmp_path, cache_dir=tmp_path / "cache") as store, store.reader() as reader:
        stored(tmp_path, "cycles", "cycles", rows, store)
        stored(tmp_path, "deep-triage", "deep_triage", runs_made, store)
        assert introspect(reader, NOW) == introspect_rows(rows, runs_made, NOW)


def test_sums_beyond_a_column_of_whole_numbers_are_still_answered(tmp_path: Path) -> None:
    most, least = 2**63 - 1, -(2**63)
    row = {"timestamp": "2026-06-24T10:00:00Z", "cycle": least, "success": False, "duration": 1.5e308}
    rows = [row | {"lines_added": most, "lines_removed": least, "pr": None} for _ in range(6)]
    runs = [{"issues_reviewed": most}] * 3
    moments = [NOW, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    with Store.open(tmp_path, cache_dir=None) as store, store.reader() as reader:
        stored(tmp_path, "cycles", "cycles", rows, store)
        stored(tmp_path, "deep-triage", "deep_triage", runs, store)
        for now in moments:
            assert introspect(reader, now) == introspect_rows(rows, runs, now)
        assert reader.ask("trends", now=NOW).records()[0]["net_lines"] == 6 * (most - least)
        for question in ("by_hour", "net_lines"):
            assert reader.ask(question, now=NOW, since=NOW - timedelta(days=7)).records()
