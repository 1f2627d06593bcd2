"""``loopview ask`` as a process, with a scripted model behind it."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from loopview.engine import ask as engine
from loopview.engine import summary
from loopview.guarded import model_failure
from tests.engine import ollama_server as server

REPOSITORY = Path(__file__).parents[2]
SQL = "select type, count(*) as n from cycles where ts <= $now group by type order by n desc"
EVIL = "\x1b]0;owned\x07 \u202e [@click=app.quit]"


def ask(*words: str, cwd: Path, url: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {"LOOPVIEW_MODEL": "scripted:1b", "LOOPVIEW_MODEL_HOST": url, "LOOPVIEW_MODEL_SILENCE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "loopview", "ask", *words],
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **variables, **environment},
    )


def test_the_sql_is_shown_and_the_rows_are_printed(sample_loop: Path) -> None:
    with server.ollama(server.answers(SQL, "It counts.")) as running:
        done = ask("how", "many", "of", "each", "type?", cwd=sample_loop, url=running.url)
        assert json.loads(running.asked[0]["messages"][-1]["content"][10:]) == "how many of each type?"
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["type", "n"]
    assert done.stdout.splitlines()[2].split() == ["bug", "167"]
    assert SQL in done.stderr
    assert "SQL by scripted:1b" in done.stderr
    assert "It counts." in done.stderr
    assert "5 rows" in done.stderr


def test_json_csv_and_sql_only(sample_loop: Path) -> None:
    with server.ollama(*[server.answers(SQL)] * 3) as running:
        past = ask("q", "--json", "--now", "2026-06-20T00:00:00Z", cwd=sample_loop, url=running.url)
        document = json.loads(past.stdout)
        assert (document["schema"], document["sql"], document["model"]) == (1, SQL, "scripted:1b")
        assert document["rows"][0]["type"] == "bug"
        assert document["rows"][0]["n"] < 167
        assert (document["total"], document["truncated"]) == (5, False)
        rows = list(csv.reader(ask("q", "--csv", cwd=sample_loop, url=running.url).stdout.splitlines()))
        assert rows[:2] == [["type", "n"], ["bug", "167"]]
        only = ask("--sql", "-", cwd=sample_loop, url=running.url, text="from standard input\n")
        assert (only.stdout.strip(), only.returncode) == (SQL, 0)
        assert json.loads(running.asked[2]["messages"][-1]["content"][10:]) == "from standard input"


def test_a_paragraph_marks_what_the_rows_do_not_hold(sample_loop: Path) -> None:
    paragraph = server.says(json.dumps({"paragraph": "bug leads with 167 of 427 cycles \x1b[m \u202e"}))
    with server.ollama(server.answers(SQL), paragraph, server.answers(SQL), paragraph) as running:
        done = ask("q", "--explain", cwd=sample_loop, url=running.url)
        assert "bug leads with 167 of [427?] cycles ␛[m ‹U+202E›" in done.stdout
        assert "[…?] marks" in done.stdout
        document = json.loads(ask("q", "--explain", "--json", cwd=sample_loop, url=running.url).stdout)
        assert document["paragraph"]["unfounded"] == ["427"]


def test_truncation_is_said(sample_loop: Path) -> None:
    endless = "select a.i from range(400) a(i), range(400) b(i)"
    with server.ollama(server.answers(endless), server.answers(endless)) as running:
        done = ask("q", "--csv", cwd=sample_loop, url=running.url)
        assert len(done.stdout.splitlines()) == 100_001
        assert "TRUNCATED" in done.stderr


@pytest.mark.parametrize(
    ("scripts", "word"),
    [
        ((server.hang,), "said nothing for 1 s"),
        ((server.answers(f"drop table cycles -- {EVIL}"),) * 2, "only SELECT is run"),
        ((server.answers("", f"no such data {EVIL}"),), "no such data"),
        ((server.redirect("http://169.254.169.254/"),), "sent us to"),
    ],
)
def test_every_failure_is_one_plain_message(sample_loop: Path, scripts, word: str) -> None:
    with server.ollama(*scripts) as running:
        done = ask("q", "--json", cwd=sample_loop, url=running.url)
    assert done.returncode == 1
    assert word in done.stderr
    assert "inside loopview" not in done.stderr
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stdout + done.stderr)
    failure = json.loads(done.stdout)["failure"]
    assert word in failure["message"]
    assert failure["advice"]


def test_model_off_and_host_refused(sample_loop: Path) -> None:
    off = ask("q", cwd=sample_loop, url="http://127.0.0.1:1")
    assert (off.returncode, off.stdout) == (1, "")
    assert "no model answers at http://127.0.0.1:1" in off.stderr
    assert "SQL works without a model" in off.stderr
    evil = ask("q", cwd=sample_loop, url="http://127.0.0.1@evil")
    assert evil.returncode == 1
    assert "is refused" in evil.stderr


def test_the_repository_chooses_no_model(sample_loop: Path) -> None:
    with server.ollama(server.answers(SQL)) as running, server.ollama() as other:
        (sample_loop / "loopview.toml").write_text(f'model_host = "{other.url}"\nmodel = "evil"\n')
        done = ask("q", cwd=sample_loop, url=running.url)
        assert done.returncode == 0
        assert "not read from a repository" in done.stderr
        assert other.paths == []
        assert running.asked[0]["model"] == "scripted:1b"


def test_interrupting_leaves_at_once(sample_loop: Path) -> None:
    begun = threading.Event()

    def hang(talk) -> None:
        begun.set()
        server.hang(talk)

    with server.ollama(hang) as running:
        process = subprocess.Popen(
            [sys.executable, "-m", "loopview", "ask", "q"],
            cwd=sample_loop,
            stderr=subprocess.PIPE,
            env={**os.environ, "LOOPVIEW_MODEL": "m", "LOOPVIEW_MODEL_HOST": running.url},
        )
        assert begun.wait(60)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == b""


def test_the_page_names_every_failure_and_every_limit() -> None:
    page = (REPOSITORY / "docs" / "ask.md").read_text(encoding="utf-8")
    kinds = {kind.__name__ for kind in model_failure.ModelFailure.__subclasses__()}
    source = Path(engine.__file__).read_text(encoding="utf-8") + Path(summary.__file__).read_text(encoding="utf-8")
    kinds |= set(re.findall(r'Failed\(\s*"(\w+)"', source))
    assert set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE)) == kinds
    assert f"first {summary.MOST_ROWS} rows" in page
    assert f"cell cut at {summary.CELL} characters" in page
