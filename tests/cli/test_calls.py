"""``loopview alerts`` and ``loopview digest`` as processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hostile import write_hostile_loop

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = (sys.executable, "-m", "loopview")


def loopview(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, check=False, timeout=60
    )  # fmt: skip


def test_mutes_are_kept_said_and_taken_back(sample_loop):
    done = loopview("alerts", "mute", "30m", "probes", cwd=sample_loop)
    assert done.returncode == 0
    assert done.stdout.startswith("muted: probes, until 20")
    assert list(json.loads(loopview("alerts", "--json", cwd=sample_loop).stdout)["mutes"]) == ["probes"]
    assert loopview("alerts", "unmute", cwd=sample_loop).stdout == "nothing is muted\n"
    wrong = loopview("alerts", "mute", "weather", cwd=sample_loop)
    assert wrong.returncode == 2
    assert "mute for a time" in wrong.stderr


def test_a_trial_says_what_failed(sample_loop):
    assert "neither alert_command nor alert_urls" in loopview("alerts", "test", cwd=sample_loop).stdout
    failed = loopview("alerts", "test", cwd=sample_loop, LOOPVIEW_ALERT_COMMAND="false")
    assert failed.returncode == 1
    assert "alert_command: false ended with 1" in failed.stderr
    assert loopview("alerts", "test", cwd=sample_loop, LOOPVIEW_ALERT_COMMAND="true").returncode == 0


def test_a_repository_names_no_command(sample_loop):
    (sample_loop / "loopview.toml").write_text(
        'alert_command = ["touch", "/tmp/owned"]\nquiet_hours = "00:00-23:59"\n'
    )
    done = loopview("alerts", "test", cwd=sample_loop)
    assert "alert_command is not read from a repository" in done.stderr
    assert "quiet_hours is not read from a repository" in done.stderr
    assert "neither" in done.stdout


def test_a_watch_prints_each_alert_and_ends_at_a_signal(sample_loop):
    watch = subprocess.Popen(
        [*COMMAND, "alerts", "watch", "--json"], cwd=sample_loop, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    with watch:
        try:
            assert watch.stderr.readline().startswith("watching")
            state = sample_loop.parents[0]
            home = os.environ["XDG_STATE_HOME"]
            while not any("alerts.json" in files for _, _, files in os.walk(home)):
                assert watch.poll() is None, state
            with (sample_loop / ".loop" / "journal.jsonl").open("a") as file:
                file.write('{"iteration": 900, "gate": "pass", "action": "it works"}\n')
            told = json.loads(watch.stdout.readline())
            assert (told["topic"], told["kind"]) == ("verdict", "recovered")
            watch.send_signal(signal.SIGINT)
            assert watch.wait(60) == 130
        finally:
            watch.kill()
    listed = json.loads(loopview("alerts", "--json", cwd=sample_loop).stdout)["alerts"]
    assert [alert["kind"] for alert in listed] == ["recovered"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_watch_that_is_ended_takes_its_command_along(sample_loop, private_machine, tmp_path, number):
    config = private_machine / "config" / "loopview"
    config.mkdir(parents=True, exist_ok=True)
    begun = tmp_path / "begun"
    script = f"echo $$ > {begun}.new; mv {begun}.new {begun}; exec sleep 60"
    (config / "config.toml").write_text(f"alert_seconds = 60\nalert_command = {json.dumps(['sh', '-c', script])}\n")
    watch = subprocess.Popen([*COMMAND, "alerts", "watch"], cwd=sample_loop, stderr=subprocess.PIPE, text=True)
    with watch:
        try:
            watch.stderr.readline()
            home = os.environ["XDG_STATE_HOME"]
            while not any("alerts.json" in files for _, _, files in os.walk(home)):
                assert watch.poll() is None
            with (sample_loop / ".loop" / "journal.jsonl").open("a") as file:
                file.write('{"iteration": 900, "gate": "pass", "action": "it works"}\n')
            while not begun.exists():
                assert watch.poll() is None
            watch.send_signal(number)
            assert watch.wait(60) == 128 + number
        finally:
            watch.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)


@pytest.mark.parametrize("form", [[], ["--md"], ["--json"]])
def test_a_digest_of_the_sample_is_as_of_its_own_time(form, tmp_path):
    done = loopview("digest", "--sample", "--since", "12h", *form, cwd=tmp_path)
    assert done.returncode == 0
    if form == ["--json"]:
        found = json.loads(done.stdout)
        assert found["now"] == "2026-06-26T14:06:03Z"
        assert found["summary"].startswith("15 cycles, 8 failed, 1 new failure")
        assert found["verdicts"][0]["after"] == "STALLED"
    else:
        assert "15 cycles, 8 failed, 1 new failure, PROGRESS to STALLED" in done.stdout


def test_a_digest_says_what_is_no_time_and_shows_hostile_text_as_it_is(tmp_path):
    write_hostile_loop(tmp_path / "loop")
    for words in ("0m", "soon", "2999-01-01T00:00:00Z"):
        assert loopview("digest", "--since", words, cwd=tmp_path / "loop").returncode == 2
    page = loopview("digest", "--since", "2000-01-01T00:00:00Z", "--md", cwd=tmp_path / "loop").stdout
    assert all(line.isprintable() for line in page.splitlines())
    assert "](" not in page
    assert "<script" not in page
