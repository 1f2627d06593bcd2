"""The loop's own verbs as processes: what they print, where, and how they exit."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def loopview(*words: str, cwd: Path, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loopview", *words]
    variables = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=cwd, input=text, capture_output=True, text=True, timeout=60, check=False, env=variables
    )


def answer(*words: str, cwd: Path) -> dict:
    done = loopview(*words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document.pop("schema") == 1
    return document


def rows(root: Path) -> list[dict]:
    return [json.loads(line) for line in (root / ".loop/journal.jsonl").read_text().splitlines()]


def fail(root: Path, action: str, text: str) -> None:
    done = loopview("record", "--gate", "fail", "--action", action, "--gate-output", "-", cwd=root, text=text)
    assert done.returncode == 0, done.stderr


def git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b.example", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_loop_records_stalls_resumes_and_recovers(tmp_path: Path) -> None:
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    assert loopview("record", "--gate", "pass", "--action", "begin", cwd=tmp_path).returncode == 0
    for number in range(3):
        fail(below, "retry", f"AssertionError: assert 429 == 200 at app.py:{number}0")
    assert [row["iteration"] for row in rows(tmp_path)] == [1, 2, 3, 4]
    assert len({row["fingerprint"] for row in rows(tmp_path)[1:]}) == 1
    verdict = answer("stall", "--json", cwd=below)
    assert (verdict["verdict"], verdict["stall_count"], verdict["dead_ends"]) == ("STALLED", 3, ["retry"])
    assert verdict["recommend"] == "switch-strategy"
    assert loopview("stall", "--exit-code", cwd=below).returncode == 10
    assert loopview("status", "--exit-code", cwd=below).returncode == 10
    assert loopview("stall", "--k", "4", "--exit-code", cwd=below).returncode == 0
    resume = loopview("resume", cwd=below).stdout
    assert "STALLED" in resume
    assert "- retry" in resume
    assert "#4 fail: retry" in resume
    loopview("record", "--gate", "pass", cwd=below)
    assert loopview("status", "--exit-code", cwd=below).returncode == 0


def test_record_writes_the_fields_of_the_format_in_order(tmp_path: Path) -> None:
    lineage = {
        "--execution-state": "executed",
        "--stage-id": "s1",
        "--source-artifact": "a.md",
        "--chunk-id": "c1",
        "--validator": "pytest",
        "--decision": "retry",
        "--retry-count": "0",
        "--blocked-reason": "-",
        "--next-action": "--dashes",
        "--bh-address": "R.0.10",
    }
    words = [word for pair in lineage.items() for word in pair]
    stamp = ("--ts", "2026-06-24T12:00:00+02:00")
    done = loopview("record", "--gate", "fail", "--action", "-x -y", *stamp, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (row,) = rows(tmp_path)
    fixed = ("iteration", "action", "hypothesis", "note", "gate", "fingerprint", "ts", "commit")
    assert list(row) == [*fixed, *(name[2:].replace("-", "_") for name in lineage)]
    assert row["ts"] == "2026-06-24T10:00:00Z"
    assert (row["action"], row["retry_count"], row["next_action"]) == ("-x -y", 0, "--dashes")


def test_record_appends_to_the_first_journal_there_is(tmp_path: Path) -> None:
    other = tmp_path / ".orchestrator" / "loop" / "journal.jsonl"
    other.parent.mkdir(parents=True)
    other.write_text('{"iteration": 41, "gate": "in-flight"}\n{"torn')
    done = loopview("record", "--gate", "pass", cwd=tmp_path)
    assert "recorded 42 pass" in done.stdout
    assert other.read_text().splitlines()[1] == '{"torn'
    assert json.loads(other.read_text().splitlines()[2])["iteration"] == 42
    assert not (tmp_path / ".loop").exists()


def test_record_names_the_commit_and_since_starts_there(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    loopview("record", "--gate", "pass", cwd=tmp_path)
    assert rows(tmp_path)[0]["commit"] == git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "new").write_text("x")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "two \x1b[31mred")
    since = loopview("since", cwd=tmp_path).stdout
    assert "1 commit, 0 files" in since
    assert "1 commit, 0 files" in loopview("resume", cwd=tmp_path).stdout
    assert "? new" in since
    assert "\x1b" not in since
    document = answer("since", "--json", cwd=tmp_path)
    assert [entry["subject"] for entry in document["commits"]] == ["two \x1b[31mred"]
    assert document["commits"][0]["time"].endswith("Z")
    assert document["worktree"]["untracked"] == [".loop/", "new"]


def test_since_says_when_the_commit_is_not_there(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    loopview("record", "--gate", "pass", "--commit", "--output=owned", cwd=tmp_path)
    done = loopview("since", cwd=tmp_path)
    assert done.returncode == 0
    assert "cannot be compared" in done.stdout
    assert not (tmp_path / "owned").exists()
    loopview("record", "--gate", "pass", "--commit", "7565f850c807", cwd=tmp_path)
    assert "7565f850c807 cannot be compared: it is not in this repository" in loopview("since", cwd=tmp_path).stdout


def test_record_refuses_what_it_should(tmp_path: Path, sample_loop: Path) -> None:
    done = loopview("record", "--gate", "pass", "--root", str(REPOSITORY), cwd=tmp_path)
    assert done.returncode == 4
    assert "sample" in done.stderr
    with (sample_loop / ".loop/journal.jsonl").open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        done = loopview("record", "--gate", "pass", cwd=sample_loop)
    assert done.returncode == 4
    assert "lock" in done.stderr
    assert done.stdout == ""


def test_keeping_the_output_is_asked_for(tmp_path: Path) -> None:
    words = ("record", "--gate", "fail", "--gate-output", "-", "--keep-output", "--json")
    done = loopview(*words, cwd=tmp_path, text="noise\nerror: boom 12\nnoise\n")
    row = json.loads(done.stdout)["record"]
    assert row["gate_output"] == "error: boom 12"
    assert row == rows(tmp_path)[0]


def test_the_sample_is_shown_as_of_its_own_time(sample_now: datetime) -> None:
    document = answer("status", "--json", cwd=REPOSITORY)
    assert document["sample"] is True
    assert 0 <= (datetime.fromisoformat(document["now"]) - sample_now).total_seconds() < 3600
    assert document["verdict"]["verdict"] == "STALLED"
    assert document["trends"]["recent_7d"]["count"] > 0
    assert document["health"]["overall_status"] == "red"
    assert document["proposals_waiting"] == 2
    assert loopview("health", "--exit-code", cwd=REPOSITORY).returncode == 11
    assert answer("health", "--json", cwd=REPOSITORY)["generated_at"][:19] == document["now"][:19]


def test_introspect_equals_the_rule_and_is_written_where_the_loop_reads_it(sample_loop: Path) -> None:
    from loopview import introspect

    retro = sample_loop / ".loop" / "retro"
    now = datetime(2026, 6, 26, tzinfo=UTC)
    wanted = introspect(objects(retro / "cycles.jsonl"), objects(retro / "deep-triage.jsonl"), now)
    found = answer("introspect", "--json", "--write", "--now", "2026-06-26T00:00:00Z", cwd=sample_loop)
    assert found == json.loads(json.dumps(wanted))
    assert json.loads((retro / "insights.json").read_text()) == found
    assert not list(retro.glob(".insights*"))
    beside = answer("introspect", "--json", "--robust", "--now", "2026-06-26T00:00:00Z", cwd=sample_loop)
    assert beside["robust"]["changes"]["duration"]["cycle"] == 327
    assert {key: value for key, value in beside.items() if key != "robust"} == found
    assert loopview("introspect", "--write", cwd=REPOSITORY).returncode == 4


def objects(path: Path) -> list[object]:
    found = []
    for line in path.read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def test_rows_without_a_number_say_so(tmp_path: Path) -> None:
    retro = tmp_path / ".loop/retro"
    retro.mkdir(parents=True)
    row = '{"issue": 0, "success": false, "duration": %d, "timestamp": "2026-06-26T10:00:00Z"}\n'
    (retro / "cycles.jsonl").write_text("".join(row % seconds for seconds in (1, 1, 1, 1, 90)))
    for verb in ("status", "introspect", "resume"):
        text = loopview(verb, cwd=tmp_path).stdout
        assert "None" not in text
        assert "issue 0" not in text
    (tmp_path / ".loop/journal.jsonl").write_text('{"gate": "fail", "action": "try"}\n')
    assert "- #- fail: try" in loopview("resume", cwd=tmp_path).stdout


def test_delegation_sorts_places_as_numbers_and_fills_in_parents(tmp_path: Path) -> None:
    for place in ("R.10", "R.2.1", "R.2", "R.10"):
        loopview("record", "--gate", "pass", "--bh-address", place, cwd=tmp_path)
    nodes = answer("delegation", "--json", cwd=tmp_path)["nodes"]
    assert [(node["bh_address"], node["attempts"]) for node in nodes] == [
        ("R", 0),
        ("R.2", 1),
        ("R.2.1", 1),
        ("R.10", 2),
    ]


def test_tmux_segment_is_short_safe_and_never_fails(tmp_path: Path, sample_loop: Path) -> None:
    done = loopview("status", "--tmux", cwd=sample_loop)
    assert done.returncode == 0
    shown = re.sub(r"#\[[^]]*\]", "", done.stdout.rstrip("\n"))
    assert shown == "■ STALLED×4 P2 RED"
    assert loopview("status", "--tmux", cwd=tmp_path).stdout == "#[dim]? no loop#[default]\n"
    assert loopview("status", "--tmux", "/no/such/place", cwd=tmp_path).returncode == 0
    for words in (["--sample"], ["--root", str(sample_loop)], ["--root=" + str(sample_loop)], [str(sample_loop)]):
        assert "STALLED×4" in loopview("status", "--tmux", *words, cwd=tmp_path).stdout
    for words in (["--k", "5"], ["--k=5"], ["--now", "2026-06-26T10:00:00Z", "--k", "5"]):
        assert "failing×4" in loopview("status", "--tmux", *words, cwd=sample_loop).stdout
    hostile = tmp_path / "hostile" / ".loop"
    hostile.mkdir(parents=True)
    line = '{"iteration": 1, "gate": "fail", "fingerprint": "#(touch owned)", "action": "#[fg=red]"}\n'
    (hostile / "journal.jsonl").write_text(line * 5)
    (hostile / "proposals.jsonl").write_text('{"id": "#(touch owned)", "title": "#{pane_id}"}\n')
    os.mkfifo(tmp_path / "fifo")
    (hostile / "probes.jsonl").symlink_to(tmp_path / "fifo")
    text = loopview("status", "--tmux", cwd=hostile).stdout
    assert "STALLED×5" in text
    assert "owned" not in text
    assert "#(" not in text


@pytest.mark.parametrize("streak", [0, 3, 10**7])
@pytest.mark.parametrize("stalled", [True, False])
def test_tmux_segment_has_at_most_24_cells(streak: int, *, stalled: bool) -> None:
    from loopview.cli.tmux import CELLS, segment
    from loopview.engine.pulse import Pulse
    from loopview.text import cell_width

    text = segment(Pulse(stalled, streak, empty=False, waiting=10**6, red=True))
    assert cell_width(re.sub(r"#\[[^]]*\]", "", text)) <= CELLS


def test_a_count_that_stopped_says_so(sample_loop: Path) -> None:
    lines = [f'{{"id": "P-{number}", "title": "t", "description": "d"}}\n' for number in range(100)]
    (sample_loop / ".loop" / "proposals.jsonl").write_text("".join(lines))
    assert "P40+" in loopview("status", "--tmux", cwd=sample_loop).stdout
    assert "60 or more proposals" in loopview("status", cwd=sample_loop).stdout
    assert json.loads(loopview("status", "--json", cwd=sample_loop).stdout)["proposals_whole"] is False


def test_settings_are_honoured_and_mistakes_in_them_are_said(sample_loop: Path) -> None:
    (sample_loop / "loopview.toml").write_text('stall_threshold = 9\ncache_dir = "/tmp/x"\nfoo = 1\n')
    done = loopview("stall", "--exit-code", cwd=sample_loop)
    assert done.returncode == 0
    assert "cache_dir is not read from a repository" in done.stderr
    assert "unknown key 'foo'" in done.stderr
    assert loopview("stall", "--exit-code", cwd=sample_loop, LOOPVIEW_STALL_THRESHOLD="4").returncode == 10
    assert "failing×4" in loopview("status", "--tmux", cwd=sample_loop).stdout


def test_fingerprint_reads_files_pipes_and_bad_bytes(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"error \xff 12\n")
    named = loopview("fingerprint", "out", cwd=tmp_path).stdout.strip()
    assert re.fullmatch("[0-9a-f]{12}", named)
    assert loopview("fingerprint", cwd=tmp_path, text="error \ufffd 7\n").stdout.strip() == named
    assert loopview("fingerprint", "-", cwd=tmp_path, text="  \n").stdout == "\n"
    explained = loopview("fingerprint", "--explain", "out", cwd=tmp_path).stdout
    assert named in explained
    assert "12 → N" in explained
    assert answer("fingerprint", "--explain", "--json", "out", cwd=tmp_path)["fingerprint"] == named


def test_the_journal_is_found_behind_newer_lines_that_are_none(tmp_path: Path) -> None:
    for number in range(4):
        fail(tmp_path, f"try {number}", "AssertionError: assert 429 == 200")
    with (tmp_path / ".loop/journal.jsonl").open("a") as file:
        file.writelines(f"junk {number}\n" for number in range(50))
    found = answer("journal", "-n", "3", "--json", cwd=tmp_path)
    assert [row["iteration"] for row in found["attempts"]] == [2, 3, 4]
    assert not found["whole"]
    assert answer("journal", "--json", cwd=tmp_path)["whole"]
    verdict = answer("stall", "--json", cwd=tmp_path)
    assert (verdict["origin"], verdict["stall_count"]) == ("journal", 4)


def test_a_journal_of_junk_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / ".loop").mkdir()
    (tmp_path / ".loop/journal.jsonl").write_text("junk\n" * 500)
    done = loopview("journal", cwd=tmp_path)
    assert done.returncode == 3
    assert "no journal with rows" in done.stderr


SAMPLED = (
    "status", "introspect", "health", "journal", "delegation", "stall", "resume", "sql=select 1 as n",
    "questions=list", "questions=run=by_type", "paths",
)  # fmt: skip


@pytest.mark.parametrize("words", SAMPLED)
def test_every_verb_that_names_a_loop_takes_the_sample(words: str, tmp_path: Path) -> None:
    done = loopview(*words.split("="), "--sample", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["schema"] == 1


def test_the_sample_is_never_recorded_to(tmp_path: Path) -> None:
    done = loopview("record", "--gate", "pass", "--sample", cwd=tmp_path)
    assert done.returncode == 4
    assert "sample" in done.stderr
