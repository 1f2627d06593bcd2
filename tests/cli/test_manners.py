"""What every command owes its caller: exit codes, safe words, no tracebacks, JSON with a schema."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from loopview.cli.catalog import VERBS
from loopview.cli.exits import Exit
from loopview.config import KEYS

PROGRAM = (sys.executable, "-m", "loopview")


def loopview(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **environment}
    return subprocess.run(
        [*PROGRAM, *words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=variables,
    )


@pytest.mark.parametrize(
    "words",
    [
        ["record"],
        ["record", "--gate", "perhaps"],
        ["record", "--gate", "fail", "--bh-address", "../x"],
        ["record", "--gate", "fail", "--ts", "yesterday"],
        ["record", "--gate", "fail", "--gate-output", "/no/such/file"],
        ["stall", "--k", "0"],
        ["stall", "/no/such/place"],
        ["status", "--now", "noon"],
        ["status", "--frobnicate"],
        ["fingerprint", "/no/such/file"],
        ["journal", "-n", "x"],
        ["--screenshot", "/no/such/folder/x.svg"],
        ["screenshot", "x.svg", "--size", "9x9"],
        ["screenshot", "x.svg", "--screen", "nowhere"],
        ["screenshot", "x.svg", "--question", "nobody_asks"],
        ["completion", "tcsh"],
        ["themes", "check", "/no/such.toml"],
        ["/no/such/loop"],
    ],
    ids=" ".join,
)
def test_bad_usage_says_what_and_what_to_do(words: list[str], sample_loop: Path) -> None:
    done = loopview(*words, cwd=sample_loop)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    first, advice = done.stderr.splitlines()
    assert first.startswith("loopview: ")
    assert advice.startswith("  ")


@pytest.mark.parametrize(
    ("word", "advice"), [("statsu", "`loopview status` is a command"), ("zzz", "loopview help")]
)
def test_a_command_that_is_written_wrongly_is_guessed(word: str, advice: str, tmp_path: Path) -> None:
    assert advice in loopview(word, cwd=tmp_path).stderr


ON_A_LOOP = ["status", "stall", "resume", "since", "journal", "delegation", "health", "introspect"]


@pytest.mark.parametrize("verb", [*ON_A_LOOP, ""])
def test_no_loop_data_is_said(verb: str, tmp_path: Path) -> None:
    done = loopview(*([verb] if verb else []), cwd=tmp_path)
    assert done.returncode == 3
    assert "no loop data" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("verb", [*ON_A_LOOP, "paths", "doctor", "themes"])
def test_every_answer_has_words_and_json(verb: str, sample_loop: Path) -> None:
    subprocess.run(["git", "init", "-q", str(sample_loop)], check=True)
    assert loopview(verb, cwd=sample_loop).stdout.strip()
    text = loopview(verb, "--json", cwd=sample_loop).stdout
    assert json.loads(text)["schema"] == 1
    assert text.isascii()


def test_without_a_terminal_the_console_is_the_status(sample_loop: Path) -> None:
    for words in ([], [str(sample_loop)], ["--root", str(sample_loop)]):
        done = loopview(*words, cwd=sample_loop)
        assert done.returncode == 0
        assert "STALLED" in done.stdout
    assert "sample" in loopview("--sample", cwd=sample_loop).stdout
    assert loopview("--root", str(sample_loop), "stall", cwd=Path("/")).returncode == 0


def test_hostile_text_reaches_no_terminal(tmp_path: Path) -> None:
    retro = tmp_path / ".loop" / "retro"
    retro.mkdir(parents=True)
    evil = "\x1b]0;owned\x07 \x9b31m \u202e[@click=app.quit] #(id) \ud800"
    cycle = {"timestamp": "2026-06-24T10:00:00Z", "cycle": 1, "success": False}
    cycle |= {"type": evil, "reason": evil, "issue": evil, "epoch": evil}
    (retro / "cycles.jsonl").write_text((json.dumps(cycle) + "\n") * 2 + "[1]\n")
    attempt = {
        "iteration": 1,
        "gate": "fail",
        "action": evil,
        "fingerprint": evil,
        "note": evil,
        "bh_address": "R.1",
    }
    (tmp_path / ".loop" / "journal.jsonl").write_text((json.dumps(attempt) + "\n") * 4)
    probe = {"capability": evil, "success": False, "timestamp": evil}
    (tmp_path / ".loop" / "probes.jsonl").write_text((json.dumps(probe) + "\n") * 4)
    for verb in (*ON_A_LOOP, "doctor"):
        for words in ([verb], [verb, "--json"]):
            done = loopview(*words, cwd=tmp_path)
            assert done.returncode in {0, 1}, (words, done.stderr)
            assert "inside loopview" not in done.stderr
            shown = done.stdout + done.stderr
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown), words


@pytest.mark.parametrize(
    ("host", "said"),
    [("", "qwen3:4b at http://127.0.0.1:11434 (not called)"), ("http://example.org", "https only")],
)
def test_doctor_names_the_model_and_does_not_call_it(
    host: str, said: str, sample_loop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "none: questions in plain words need `model`" in loopview("doctor", cwd=sample_loop).stdout
    monkeypatch.setenv("LOOPVIEW_MODEL", "qwen3:4b")
    if host:
        monkeypatch.setenv("LOOPVIEW_MODEL_HOST", host)
    assert said in loopview("doctor", cwd=sample_loop).stdout


def test_watch_prints_again_when_the_loop_moves_and_leaves_on_interrupt(sample_loop: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "status", "--watch", "--json"], cwd=sample_loop, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["verdict"]["stall_count"] == 4
    loopview("record", "--gate", "pass", cwd=sample_loop)
    assert json.loads(process.stdout.readline())["verdict"]["stall_count"] == 0
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    process.stdout.close()


def test_a_reader_that_goes_away_is_no_traceback(sample_loop: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "journal", "-n", "1000"], cwd=sample_loop, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert process.returncode == 141
    assert err == b""


def test_a_full_disk_behind_standard_output_is_said(sample_loop: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "status"], cwd=sample_loop, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "standard output" in done.stderr


def test_closed_standard_streams_are_no_traceback(sample_loop: Path) -> None:
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        words = f"{' '.join(PROGRAM)} stall {closed}"
        done = subprocess.run(["sh", "-c", words], cwd=sample_loop, capture_output=True, text=True, check=False)
        assert done.returncode == 0, closed
        assert done.stderr == ""


def test_init_writes_a_file_that_changes_nothing_and_never_overwrites(tmp_path: Path) -> None:
    done = loopview("init", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count("loopview ") >= 2
    text = (tmp_path / "loopview.toml").read_text()
    assert tomllib.loads(text) == {}
    active = tomllib.loads(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE))
    assert active == {key.name: key.default for key in KEYS if key.repository}
    assert loopview("init", cwd=tmp_path).returncode == 4
    assert (tmp_path / "loopview.toml").read_text() == text


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_offers_every_verb(shell: str, tmp_path: Path) -> None:
    script = loopview("completion", shell, cwd=tmp_path).stdout
    assert all(name in script for name in VERBS)
    assert "exit-code" in script
    if shell == "bash":
        words = f"{script}\nCOMP_WORDS=(loopview st); COMP_CWORD=1; _loopview; echo ${{COMPREPLY[@]}}"
        offered = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=True).stdout
        assert offered.split() == ["status", "stall"]


def test_help_names_every_verb_and_every_code(tmp_path: Path) -> None:
    overview = loopview("--help", cwd=tmp_path).stdout
    assert all(f"  {name} " in overview for name in VERBS)
    assert all(str(code.value) in overview for code in Exit)
    for name in VERBS:
        assert loopview(name, "--help", cwd=tmp_path).stdout.startswith(f"usage: loopview {name}")


def test_selftest_passes_and_leaves_nothing(tmp_path: Path) -> None:
    done = loopview("selftest", "--json", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["bad"] == 0
    assert list(tmp_path.iterdir()) == []
