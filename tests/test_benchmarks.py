"""The benchmarks measure what they say: their loops have the rows they claim, their table reads back."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks import loops, report
from benchmarks.bench import Figure
from benchmarks.programs import first_generation


def test_a_synthetic_loop_has_its_rows_and_its_marker_once(tmp_path):
    path = loops.write(tmp_path, 800)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 800
    assert [row["cycle"] for row in rows] == list(range(800))
    assert path.read_text(encoding="utf-8").count(loops.last_marker(800)) == 1
    assert 0.12 < sum(row["success"] is False for row in rows) / len(rows) < 0.32
    assert 250 < path.stat().st_size / len(rows) < 420


def test_bad_lines_come_on_top_of_the_rows(tmp_path):
    lines = loops.write(tmp_path, 1000, bad=0.1).read_bytes().splitlines(keepends=True)
    bad = sum(line in loops.BAD_LINES for line in lines)
    assert len(lines) - bad == 1000
    assert 50 < bad < 150


def test_the_stand_in_answers_what_the_rules_answer(tmp_path):
    from loopview.domain.insight import introspect

    rows = first_generation.load(loops.write(tmp_path, 3000))
    now = loops.ENDED
    ours = introspect(rows, [], now)
    theirs = first_generation.trends(rows, now)
    for window, name in (("recent", "recent_7d"), ("previous", "previous_7d")):
        for figure, value in theirs[window].items():
            assert ours["trends"][name][figure] == value
    assert [entry["cycle"] for entry in ours["duration_outliers"]] == first_generation.outliers(rows)


def test_the_table_goes_between_its_marks(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Before\n\n{report.BEGIN}\nold\n{report.END}\n\nafter\n", encoding="utf-8")
    report.write([Figure("start", 10_000, "240 ms", "minimal Textual app 170 ms", 240 / 170, 1.5)], page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| start | 10,000 | 240 ms | minimal Textual app 170 ms | 1.41 | 1.5 | met |" in text


@pytest.mark.slow
def test_every_measurement_runs(repository):
    command = [sys.executable, "-m", "benchmarks", "--rows", "2000", "--quick", "--no-write"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=550, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for what in (
        "start,",
        "cold ingest",
        "append,",
        "slowest built-in",
        "page of the table",
        "idle,",
        "loopview status",
    ):
        assert what in done.stdout
