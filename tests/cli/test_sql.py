"""``sql``, ``questions``, ``pin`` and ``check`` as processes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from pathlib import Path


def loopview(*words: str, cwd: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "loopview", *words],
        cwd=cwd, input=text, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ),
    )  # fmt: skip


def test_one_statement_in_every_form(sample_loop: Path) -> None:
    asked = "select type, count(*) as n, sum(duration) as seconds from cycles group by type order by n desc, type"
    table = loopview("sql", asked, cwd=sample_loop)
    assert table.returncode == 0
    assert table.stdout.splitlines()[2].split()[0] == "bug"
    assert "5 rows" in table.stderr
    answer = json.loads(loopview("sql", asked, "--json", cwd=sample_loop).stdout)
    assert answer["schema"] == 1
    assert answer["columns"][1] == {"name": "n", "type": "BIGINT"}
    assert (answer["total"], answer["truncated"], len(answer["rows"])) == (5, False, 5)
    (sample_loop / "q.sql").write_text(f"-- which types\n{asked};\n")
    rows = list(csv.DictReader(io.StringIO(loopview("sql", "-f", "q.sql", "--csv", cwd=sample_loop).stdout)))
    assert [int(row["n"]) for row in rows] == [row["n"] for row in answer["rows"]]
    done = loopview("sql", "-", "--parquet", "out.parquet", cwd=sample_loop, text=asked)
    assert (done.returncode, done.stdout) == (0, "")
    kept = duckdb.execute("select type, n from read_parquet(?)", [str(sample_loop / "out.parquet")]).fetchall()
    assert kept == [(row["type"], row["n"]) for row in answer["rows"]]
    assert loopview("sql", asked, "--parquet", "out.parquet", cwd=sample_loop).returncode == 4


def test_what_is_left_out_is_said(sample_loop: Path) -> None:
    capped = loopview("sql", "select * from range(200000)", "--json", "--limit", "3", cwd=sample_loop)
    answer = json.loads(capped.stdout)
    assert (len(answer["rows"]), answer["total"], answer["truncated"]) == (3, 100_000, True)
    assert "TRUNCATED" in capped.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["sql", "select * from read_text('/etc/passwd')"], 2, "line 1, column 15"),
        (["sql", "selec 1"], 2, "syntax error"),
        (["sql", "select nosuch from cycles"], 1, "line 1, column 8"),
        (["sql"], 2, "one statement"),
        (["sql", "-f", "nowhere.sql"], 2, "nowhere.sql"),
        (["sql", "-f", "."], 2, "not a regular file"),
        (["questions", "list", "--parquet", "x"], 2, "only run writes"),
        (["questions", "run", "nosuch"], 2, "nosuch"),
        (["questions", "run", "slowest", "--set", "limit=x"], 2, "whole number"),
        (["check", "nosuch"], 2, "nosuch"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(
    sample_loop: Path, words: list[str], code: int, said: str
) -> None:
    done = loopview(*words, cwd=sample_loop)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_runaway_is_stopped_and_the_process_ends(sample_loop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOPVIEW_SQL_SECONDS", "1")
    done = loopview("sql", "select sum(range) from range(1000000000000)", cwd=sample_loop)
    assert done.returncode == 1
    assert "longer than 1 s" in done.stderr


def test_questions_are_listed_shown_and_run(sample_loop: Path) -> None:
    folder = sample_loop / ".loop" / "questions"
    folder.mkdir()
    (folder / "theirs.sql").write_text('select 1 as "\x1b[31mone"')
    listed = json.loads(loopview("questions", "list", "--json", cwd=sample_loop).stdout)["questions"]
    assert {"stalls": "ready", "theirs": "repository"}.items() <= {
        each["name"]: each["origin"] for each in listed
    }.items()
    shown = loopview("questions", "show", "theirs", cwd=sample_loop).stdout
    assert "select 1" in shown
    assert "\x1b" not in shown
    answer = json.loads(
        loopview("questions", "run", "slowest", "--set", "limit=2", "--json", cwd=sample_loop).stdout
    )
    assert [answer["question"], len(answer["rows"]), answer["parameters"]["limit"]] == ["slowest", 2, 2]
    assert loopview("questions", "run", "theirs", cwd=sample_loop).returncode == 2
    assert loopview("questions", "copy", "theirs", cwd=sample_loop).returncode == 0
    ran = loopview("questions", "run", "theirs", cwd=sample_loop)
    assert ran.returncode == 0
    assert "\x1b" not in ran.stdout


@pytest.mark.parametrize(
    "sql", ["from cycles limit 0", "select '\"rows\": []' as rows, chr(127) as d, [1, 2] as l", "from cycles"]
)
def test_json_is_one_document_however_many_rows(sample_loop: Path, sql: str) -> None:
    text = loopview("sql", sql, "--json", cwd=sample_loop).stdout
    document = json.loads(text)
    assert text == json.dumps(document, indent=2).replace("\x7f", "\\u007f") + "\n"
    assert len(document["rows"]) == document["total"]


def test_lists_are_csv_too(sample_loop: Path) -> None:
    def rows(*words: str) -> list[dict[str, str]]:
        return list(csv.DictReader(loopview(*words, "--csv", cwd=sample_loop).stdout.splitlines()))

    by_name = {row["name"]: row for row in rows("questions", "list")}
    assert by_name["slowest"]["parameters"] == "since timestamp = null, limit bigint = 20"
    assert rows("questions", "show", "gates")[0]["title"] == by_name["gates"]["title"]
    assert rows("questions", "tables", "failures")[0].items() >= {"table": "failures", "name": "kind"}.items()


def test_one_pin_that_cannot_be_asked_hides_no_other(sample_loop: Path) -> None:
    for name, sql in (
        ("gone", "select 1 as n"),
        ("fails", "select nosuch as n from cycles"),
        ("fine", "select 2 as m"),
    ):
        loopview("pin", "add", name, "--sql", sql, "--expect", "m = 2", cwd=sample_loop)
    done = loopview("check", "--all", "--csv", cwd=sample_loop)
    assert done.returncode == 12, done.stderr
    checks = [(row["name"], row["ok"]) for row in csv.DictReader(done.stdout.splitlines())]
    assert checks == [("gone", "False"), ("fails", "False"), ("fine", "True")]
    assert "no column 'm'" in done.stdout
    assert loopview("check", "gone", cwd=sample_loop).returncode == 2


def test_a_pin_gates(sample_loop: Path) -> None:
    good = ["pin", "add", "enough", "--sql", "select count(*) as n from cycles", "--expect", "n > 100"]
    bad = ["pin", "add", "quiet", "--question", "stalls", "--set", "k=3", "--expect", "rows = 0"]
    assert loopview(*good, cwd=sample_loop).returncode == 0
    assert loopview("check", "--all", cwd=sample_loop).returncode == 0
    assert loopview(*bad, cwd=sample_loop).returncode == 0
    done = loopview("check", "--all", "--json", cwd=sample_loop)
    assert done.returncode == 12
    assert [(each["name"], each["ok"]) for each in json.loads(done.stdout)["checks"]] == [
        ("enough", True),
        ("quiet", False),
    ]
    assert loopview("check", "enough", cwd=sample_loop).returncode == 0
    assert loopview("pin", "remove", "quiet", cwd=sample_loop).returncode == 0
    listed = json.loads(loopview("pin", "list", "--json", cwd=sample_loop).stdout)["pins"]
    assert [each["name"] for each in listed] == ["enough"]
