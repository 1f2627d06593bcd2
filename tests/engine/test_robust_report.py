"""The robust answers are the same over rows and through the store, and find a change that was put in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from store_loop import START, cycle, write_cycles

from loopview.domain.clock import parse_time
from loopview.engine.robust import RECENT, Seen, robust, robust_from, shifts
from loopview.store.database import Store

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 24, tzinfo=UTC)


def steady(count: int) -> list[dict[str, object]]:
    return [cycle(number, duration=100 + number % 9) for number in range(count)]


def turned(count: int, at: int) -> list[dict[str, object]]:
    """Cycles that fail three times in four, and take twice as long, from ``at`` on."""
    return [
        row if number < at else {**row, "success": number % 4 == 0, "duration": 220 + number % 9}
        for number, row in enumerate(steady(count))
    ]


def typed(rows: list[dict[str, object]]) -> list[Seen]:
    return [
        Seen(row["cycle"], parse_time(row["timestamp"]), row["success"], row["duration"]) for row in rows[-RECENT:]
    ]


@pytest.mark.parametrize("count", [3, 40, 700])
def test_rows_and_store_answer_alike(tmp_path: Path, count: int) -> None:
    rows = turned(count, count * 2 // 3)
    rows[count // 2]["duration"] = 5000
    source = write_cycles(tmp_path, rows)
    with Store.open(tmp_path, cache_dir=tmp_path / "cache") as store:
        store.load_whole_file(source)
        with store.reader() as reader:
            from_store = robust_from(reader, NOW)
    from_rows = robust(rows, typed(rows))
    for answer in (from_store, from_rows):
        for change in answer["changes"].values():
            if change:
                change["timestamp"] = str(change["timestamp"])[:19]
    assert from_rows == from_store


def test_a_change_is_found_where_it_was_put() -> None:
    success, duration = shifts(typed(turned(120, 80)))
    assert (success.figure, duration.figure) == ("success", "duration")
    assert abs(int(str(duration.cycle)) - 80) <= 1
    assert abs(int(str(success.cycle)) - 80) <= 4
    assert duration.before < 110
    assert duration.after > 220
    assert success.before > 0.7
    assert success.after < 0.3
    assert START + timedelta(minutes=10 * 79) <= duration.ts.replace(tzinfo=None)


def test_a_steady_loop_has_no_change() -> None:
    assert shifts(typed(steady(300))) == ()
