"""Every ready question on a full, an empty and a junk loop; the operator's own, and the repository's that never run."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from loopview.config import Settings
from loopview.engine.asking import Asking, asking
from loopview.engine.questions import QuestionError, copy_over, find, known, own_folder, problems, values_of
from loopview.store.gate import admit
from loopview.store.questions import question_of
from loopview.store.ready import ready

REPOSITORY = Path(__file__).parents[2]
NOW = datetime(2026, 6, 26, 14, 5, 44, tzinfo=UTC)
PLACES = {
    "cycles": "retro/cycles.jsonl", "attempts": "journal.jsonl", "probes": "probes.jsonl", "triage": "retro/triage.jsonl",
    "deep_triage": "retro/deep-triage.jsonl", "modifications": "modifications.jsonl", "proposals": "proposals.jsonl",
}  # fmt: skip


def settings(folder: Path) -> Settings:
    return Settings(cache_dir=str(folder / "cache"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory):
    with asking(str(REPOSITORY), settings(tmp_path_factory.mktemp("a")), {"HOME": "/nowhere"}) as loop:
        yield loop


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("empty")
    (root / ".loop" / "retro").mkdir(parents=True)
    (root / ".loop" / "retro" / "cycles.jsonl").write_bytes(b"")
    with asking(str(root), settings(root), {"HOME": "/nowhere"}) as loop:
        yield loop


@pytest.fixture(scope="module")
def junk(tmp_path_factory: pytest.TempPathFactory):
    """Lines whose every field may be of any type, and a whole file of the same kind."""
    root = tmp_path_factory.mktemp("junk")
    chance = random.Random(7)
    from loopview.domain.columns import FAMILIES

    odd = [
        None,
        True,
        0,
        -1,
        1e300,
        "",
        "-",
        "x",
        "fail",
        "pass",
        "2026-06-24T10:00:00Z",
        [1, {"a": []}],
        {},
        2**70,
        "\x1b[2J",
    ]
    for family, place in PLACES.items():
        keys = [key for column in FAMILIES[family].columns for key in column.sources]
        lines = [json.dumps({key: chance.choice(odd) for key in keys}) for _ in range(120)]
        path = root / ".loop" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*lines, "not json", "[1]", ""]), encoding="utf-8")
    (root / ".loop" / "quarantine.json").write_text(json.dumps({"": None, "7": [1], "8": {"failures": "many"}}))
    with asking(str(root), settings(root), {"HOME": "/nowhere"}) as loop:
        yield loop


@pytest.mark.parametrize("name", ready())
@pytest.mark.parametrize("loop", ["sample", "empty", "junk"])
def test_every_ready_question_is_answered_as_it_stands(
    loop: str, name: str, request: pytest.FixtureRequest
) -> None:
    asked: Asking = request.getfixturevalue(loop)
    result = asked.question(name, {})
    assert len(set(result.names)) == len(result.names)
    json.dumps(list(result.records()), allow_nan=False)
    if loop == "sample" and name not in {"unknown_keys", "missing_cycles"}:
        assert result.total > 0, "the sample loop has something of everything"


def test_there_are_enough_and_each_says_what_it_answers() -> None:
    assert len(ready()) >= 20
    for question in ready().values():
        assert question.title
        assert question.answers
        assert question.chart in {"bars", "line", "table", "tiles"}
        assert {parameter.name for parameter in question.parameters} >= admit(question.sql).parameters - {"now"}


def lines(place: str) -> list[dict]:
    text = (REPOSITORY / ".loop" / place).read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def test_stalls_are_the_runs_of_one_fingerprint(sample: Asking) -> None:
    def print_of(row: dict) -> str | None:
        mark = (row.get("fingerprint") or "").strip()
        return mark if row.get("gate") != "pass" and mark not in {"", "-"} else None

    runs = [(mark, len(list(rows))) for mark, rows in groupby(lines("journal.jsonl"), key=print_of)]
    wanted = sorted((run for run in runs if run[0] and run[1] >= 2), key=lambda run: -run[1])
    found = [(r["fingerprint"], r["attempts"]) for r in sample.question("stalls", {"k": "2"}).records()]
    assert sorted(found) == sorted(wanted)
    assert [count for _, count in found] == [count for _, count in wanted]


def test_hours_count_every_stamped_cycle(sample: Asking) -> None:
    hours = Counter(datetime.fromisoformat(row["timestamp"]).hour for row in lines("retro/cycles.jsonl"))
    assert {r["hour"]: r["cycles"] for r in sample.question("hour_of_day", {}).records()} == hours


def test_a_candidate_has_failed_since_it_last_went_well_and_is_not_set_aside(sample: Asking) -> None:
    aside = json.loads((REPOSITORY / ".loop" / "quarantine.json").read_text())
    failures: Counter[str] = Counter()
    for row in lines("retro/cycles.jsonl"):
        issue = str(row.get("issue") or "")
        failures[issue] = 0 if row.get("success") is True else failures[issue] + 1
    wanted = {issue: count for issue, count in failures.items() if issue and count >= 2 and issue not in aside}
    found = {
        r["issue"]: r["failures"] for r in sample.question("quarantine_candidates", {"failures": "2"}).records()
    }
    assert found == wanted


def test_the_cost_of_a_fingerprint_is_the_time_of_its_cycles(sample: Asking) -> None:
    minutes = sum(r["minutes"] for r in sample.question("fingerprint_cost", {"limit": "1000"}).records())
    ((whole,),) = sample.sql(
        "select sum(duration) / 60 from failures where fingerprint <> '' and duration > 0"
    ).page(0, 1)
    assert minutes == pytest.approx(float(whole or 0), abs=5)


def test_before_and_after_a_modification(sample: Asking) -> None:
    days = 3
    for record in sample.question("modification_effect", {"days": str(days)}).records():
        moment = datetime.fromisoformat(record["went_in"])
        stamps = [
            (datetime.fromisoformat(row["timestamp"]), row.get("success")) for row in lines("retro/cycles.jsonl")
        ]
        before = [ok for stamp, ok in stamps if moment - timedelta(days=days) <= stamp < moment]
        after = [ok for stamp, ok in stamps if moment <= stamp < moment + timedelta(days=days)]
        assert (record["cycles_before"], record["cycles_after"]) == (len(before), len(after))
        assert record["ok_after"] == pytest.approx(after.count(True) / len(after), abs=0.001)


def test_parameters_are_typed_and_misfits_are_said() -> None:
    question = question_of(
        "q",
        "-- title: t\n-- answers: a\n-- parameters: since timestamp, n bigint = 3, x double = 0.5, b boolean = true, w varchar = a\n"
        "select $since::timestamp, $n, $x, $b, $w, $now",
    )
    assert values_of(question, {}, NOW) == {"now": NOW, "since": None, "n": 3, "x": 0.5, "b": True, "w": "a"}
    assert values_of(question, {"since": "7d"}, NOW)["since"] == NOW - timedelta(days=7)
    assert values_of(question, {"since": "2026-06-01"}, NOW)["since"] == datetime(2026, 6, 1, tzinfo=UTC)
    for given, said in (
        ({"n": "x"}, "whole number"),
        ({"since": "soon"}, "7d"),
        ({"b": "2"}, "true or false"),
        ({"z": "1"}, "no parameter"),
    ):
        with pytest.raises(QuestionError, match=said):
            values_of(question, given, NOW)


def test_own_questions_stand_beside_the_ready_ones_and_bad_ones_are_said(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    folder = Path(own_folder(environ))
    folder.mkdir(parents=True)
    (folder / "mine.sql").write_text("-- title: Mine\n-- answers: one\n-- parameters: n bigint = 2\nselect $n as n")
    (folder / "bare.sql").write_text("select count(*) as n from cycles")
    (folder / "trends.sql").write_text("select 1")
    (folder / "reads.sql").write_text("from read_text('/etc/passwd')")
    (folder / "wants.sql").write_text("select $nobody")
    (folder / "bad name.sql").write_text("select 1")
    (folder / "huge.sql").write_bytes(b"-" * 70_000)
    os.mkfifo(folder / "pipe.sql")
    found = known(str(tmp_path), environ)
    assert {each.name for each in found if each.origin == "own"} == {
        "mine", "bare", "trends", "reads", "wants", "huge", "pipe",
    }  # fmt: skip
    said = " ".join(problems(found))
    assert len(problems(found)) == 5
    for words in (
        "a ready question has that name",
        "leads to files",
        "$nobody",
        "longer than",
        "not a regular file",
    ):
        assert words in said
    assert find("mine", found).title == "Mine"
    assert find("trends", found) is ready()["trends"]
    with pytest.raises(QuestionError, match="leads to files"):
        find("reads", found)


def test_a_question_of_the_repository_is_text_until_it_is_copied(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    folder = tmp_path / ".loop" / "questions"
    folder.mkdir(parents=True)
    (folder / "theirs.sql").write_text("-- title: Theirs\n-- answers: one\nselect 1 as one")
    (folder / "evil.sql").write_text("from read_text('/etc/passwd')")
    (tmp_path / "secret").write_text("select 1")
    (folder / "link.sql").symlink_to(tmp_path / "secret")
    found = known(str(tmp_path), environ)
    theirs = {each.name: each for each in found if each.origin == "repository"}
    assert theirs.keys() == {"theirs", "evil", "link"}
    assert all(each.question is None for each in theirs.values())
    assert theirs["link"].text == ""
    with pytest.raises(QuestionError, match="not run"):
        find("theirs", found)
    with pytest.raises(QuestionError, match="nothing was copied"):
        copy_over("evil", found, environ)
    path = Path(copy_over("theirs", found, environ))
    assert path.read_text() == theirs["theirs"].text
    found = known(str(tmp_path), environ)
    assert find("theirs", found).title == "Theirs"
    with pytest.raises(QuestionError, match="another question already"):
        copy_over("theirs", found, environ)


def test_the_sample_is_asked_as_of_its_own_last_stamp(sample: Asking) -> None:
    assert sample.now == NOW
