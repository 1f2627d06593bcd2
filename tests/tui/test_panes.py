"""The panes of the Dash and its charts: what they say, in the width there is, whatever the loop wrote."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from loopview.engine.dash_view import (
    Advice,
    Bucket,
    CapabilityFigures,
    CycleRow,
    DashView,
    TypeFigures,
    WindowFigures,
)
from loopview.engine.since import since
from loopview.tui.pacer import BLURRED_SECONDS, Pacer
from loopview.tui.panes.advice import advice_rows
from loopview.tui.panes.charts import chart_rows
from loopview.tui.panes.cycles import cycle_rows
from loopview.tui.panes.probes import probe_rows
from loopview.tui.panes.tiles import tile_rows
from loopview.tui.panes.types import type_rows
from loopview.tui.proof_rows import since_rows
from loopview.tui.state import ViewState, next_window
from loopview.tui.widgets.charts import bars, fold, sparkline
from loopview.tui.wording import ago, clock, span

NOW = datetime(2026, 6, 26, 14, 0, tzinfo=UTC)
HOSTILE = "\x1b[2J\u202e[bold]x[/y] \x07"


def view(**more: object) -> DashView:
    buckets = tuple(
        Bucket(NOW - timedelta(hours=4 * (8 - place)), place % 3, min(place % 3, 1), 60.0 * place, 90.0 * place)
        for place in range(8)
    )
    values: dict[str, object] = {
        "recent": WindowFigures(112, 0.74, 190.0, 482.0, 612, 31),
        "quarantined": 3,
        "previous": WindowFigures(103, 0.85, 180.0, 450.0, 500, 35),
        "buckets": buckets,
        "bucket_seconds": 14_400.0,
        **more,
    }
    return DashView(**values)


def texts(rows) -> list[str]:
    return [row.content.plain for row in rows]


@pytest.mark.parametrize("width", [60, 48, 40, 34, 20])
def test_tiles_say_every_figure_in_the_width_there_is(width):
    lines = texts(tile_rows(view(), width, 9, ascii_only=False))
    whole = " ".join(lines)
    for figure in ("112", "▲9", "74%", "▼11pp", "3m10s", "▲10s", "8m02s", "+612"):
        assert figure in whole.replace("▲ ", "▲").replace("▼ ", "▼")
    assert lines[-1].split()[-1] == "3"
    assert max(map(len, lines)) <= width


def test_what_is_red_is_named_where_there_is_no_room_for_all():
    capabilities = [CapabilityFigures(name, "green", 0) for name in "abcde"]
    known = (*capabilities, CapabilityFigures("memory_read", "red", 4))
    lines = texts(probe_rows(view(overall="red", capabilities=known), 24, 3, ascii_only=False))
    assert len(lines) == 3
    assert "RED" in lines[0]
    assert "memory_read" in lines[1]
    assert "5 green" in lines[2]


@pytest.mark.parametrize("size", [(90, 9), (40, 6), (24, 3), (8, 1), (1, 1)])
def test_charts_keep_to_their_pane(size):
    width, height = size
    lines = texts(chart_rows(view(), width, height, ascii_only=False))
    assert len(lines) <= max(height, 3)
    if width > 20:
        assert max(map(len, lines)) <= width


def test_bars_are_as_high_as_their_values():
    top, bottom = (line.plain for line in bars([None, 0.0, 0.5, 1.0], 1.0, 2))
    assert (top, bottom) == ("   █", "·▁██")
    assert [line.plain for line in bars([4.0], 4.0, 1, width=3)] == ["███"]
    assert bars([1.0], 10.0, 3, marks=[99.0])[0].plain == "↑"


def test_sparklines_fold_without_losing_the_ends():
    assert sparkline([0.0, None, 1.0]) == "▁·█"
    assert fold([1.0, 3.0, None, 5.0], 2) == [2.0, 5.0]
    assert sparkline([0.0, 1.0], ascii_only=True).isascii()


def test_a_commit_that_cannot_be_compared_gets_no_figures(tmp_path):
    for words in (
        ["init", "-q", "-b", "main"],
        ["-c", "user.name=t", "-c", "user.email=t@e", "commit", "-qm", "1"],
    ):
        empty = ["--allow-empty"] if "commit" in words else []
        subprocess.run(["git", "-C", str(tmp_path), *words, *empty], check=True)
    said = texts(since_rows(since(str(tmp_path), "7565f850c807"), 40, plain=True))
    assert said[0].startswith("7565f85..")
    assert not any("commits" in line for line in said)
    assert all(len(line) <= 40 for line in said)
    assert "it is not in this repository" in " ".join(said)


def test_foreign_text_is_shown_and_drives_nothing():
    row = CycleRow("f", 1, 1, 1, NOW, HOSTILE, HOSTILE, False, 1.0, 1, 1, HOSTILE, HOSTILE)
    figures = TypeFigures(HOSTILE, 3, 0.5, 1.0, 2.0)
    shown = view(newest=(row,), types=(figures,), advice=(Advice("high", HOSTILE, HOSTILE),))
    for rows in (
        cycle_rows(shown, 120, NOW, ascii_only=False),
        type_rows(shown, 60, ascii_only=False),
        advice_rows(shown),
    ):
        whole = "".join(texts(rows))
        assert "\x1b" not in whole
        assert "\u202e" not in whole
        assert "␛" in whole


def test_every_line_of_cycles_leads_to_its_own_row():
    rows = tuple(CycleRow("f", 1, line, 7, NOW, "bug", "", True, 1.0, 1, 1, "", "") for line in (1, 2))
    drawn = cycle_rows(view(newest=rows), 120, NOW, ascii_only=False)[1:]
    assert [row.target.line for row in drawn] == [1, 2]
    assert drawn[0].key != drawn[1].key


def test_the_first_change_after_quiet_is_drawn_at_once_and_the_next_waits():
    pacer = Pacer(0.25)
    assert pacer.wait(100.0) == 0
    pacer.drawn(100.0)
    assert pacer.wait(100.1) == pytest.approx(0.15)
    assert pacer.wait(100.3) == 0
    pacer.focused = False
    assert pacer.wait(101.0) == pytest.approx(BLURRED_SECONDS - 1)


def test_words_for_times_keep_few_cells():
    assert [span(seconds) for seconds in (None, 5, 400, 4000, 100_000)] == ["-", "5s", "6m40s", "1h06m", "1d03h"]
    assert ago(NOW - timedelta(seconds=59), NOW) == "now"
    assert clock(NOW - timedelta(days=2), NOW) == "Jun 24"


def test_windows_go_round():
    assert [next_window(name) for name in ("1h", "24h", "7d", "all")] == ["24h", "7d", "all", "1h"]
    assert ViewState("1h", NOW).since == NOW - timedelta(hours=1)
    assert ViewState("all", NOW).since is None
