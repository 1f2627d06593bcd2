"""The verbs of the desk in a real terminal: what is shown, what counts as an answer, and what nothing can answer."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pty_console import PtyConsole, unknown_in

from tests.engine.edit_repository import (
    CALCULATOR,
    PATCH,
    WITH_MODULO,
    decide,
    ended,
    git,
    merged,
    repository,
    settings,
    started,
    trusted,
)
from tests.engine.ollama_server import edits, hang, ollama

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "ESC\x1b]0;stolen\x07 \u202egnp.exe [red]markup[/red]"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app")


def environment(tmp_path: Path, host: str = "http://127.0.0.1:9") -> dict[str, str]:
    return {
        "HOME": str(tmp_path), "LOOPVIEW_STATE_DIR": str(tmp_path / "state"), "LOOPVIEW_MODEL": "scripted",
        "LOOPVIEW_MODEL_HOST": host, "LOOPVIEW_OPERATOR": "Olga Operator <olga@example.org>", "LOOPVIEW_EDIT_ROUNDS": "0",
        "USER": "olga",
    }  # fmt: skip


def run(
    root: Path, tmp_path: Path, *words: str, host: str = "http://127.0.0.1:9"
) -> subprocess.CompletedProcess[str]:
    """A command without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "loopview", *words], cwd=root, env=os.environ | environment(tmp_path, host),
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip


def terminal(
    root: Path, tmp_path: Path, *words: str, host: str = "http://127.0.0.1:9", size=(100, 40)
) -> PtyConsole:
    command = [sys.executable, "-m", "loopview", *words, "--root", root]
    return PtyConsole(command=command, size=size, home=tmp_path, environment=environment(tmp_path, host))


def answer(console: PtyConsole, question: str, text: str) -> None:
    """Type an answer as fingers do, once the question stands and the quiet second is over."""
    console.wait_text(question)
    for character in text:
        console.press(character)
    console.send(b"\r")


def waiting(
    root: Path, tmp_path: Path, wanted=None, instruction: str = "Add modulo to calculator", **line: tuple[str, ...]
) -> str:
    """An edit that waits for gate 2."""
    with ollama(edits(wanted or {"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(instruction, **line).id
        for _ in desk.start(key, decide("start", key, desk.plan(key).digest)).events():
            pass
    assert desk.offer(key)
    return key


def test_from_trust_to_a_commit_and_back(root, tmp_path):
    with terminal(root, tmp_path, "trust") as console:
        answer(console, "type trust to trust it:", "trust")
        assert console.wait() == 0, console.shown
    with (
        ollama(edits({"calculator.py": WITH_MODULO})) as server,
        terminal(root, tmp_path, "modify", "Add modulo operation to calculator", host=server.url) as console,
    ):
        console.wait_text("to merge, or enter to leave it:", 60)
        shown = console.output.decode()
        digest = re.findall(r"digest    ([0-9a-f]{8}) ", shown)[-1]
        assert "modulo(self" in shown
        answer(console, "to merge", digest)
        assert console.wait() == 0, console.shown
        assert "merged: " in console.shown
        assert unknown_in(re.sub(rb"\x1b\[\?2004[hl]|\r\x1b\[K", b"", console.output)) == []
    assert (root / "calculator.py").read_text() == WITH_MODULO
    key = json.loads(run(root, tmp_path, "proposals", "list", "--all", "--json").stdout)["proposals"][0]["id"]
    with terminal(root, tmp_path, "undo", key) as console:
        console.wait_text("to merge, or enter to leave it:", 60)
        digest = re.findall(r"digest    ([0-9a-f]{8}) ", console.output.decode())[-1]
        answer(console, "to merge", digest)
        assert console.wait() == 0, console.shown
    assert (root / "calculator.py").read_text() == CALCULATOR
    verified = run(root, tmp_path, "audit", "--verify")
    assert verified.returncode == 0, verified.stdout
    assert "everything fits" in verified.stdout


@pytest.mark.parametrize("command", ["modify", "start", "undo"])
def test_nothing_is_tested_for_a_merge_that_nobody_could_sign(root, tmp_path, command):
    desk = trusted(root, settings(tmp_path))
    key = desk.propose("Add modulo", patch=PATCH).id
    (tmp_path / "modulo.patch").write_text(PATCH)
    words = {
        "modify": ["modify", "Add modulo", "--patch", tmp_path / "modulo.patch"],
        "start": ["proposals", "start", key],
        "undo": ["undo", key],
    }[command]
    nobody = {**environment(tmp_path), "LOOPVIEW_OPERATOR": ""}
    program = [sys.executable, "-m", "loopview", *words, "--root", root]
    with PtyConsole(command=program, home=tmp_path, environment=nobody) as console:
        assert console.wait() == 4, console.shown
        assert "git does not know who you are" in console.shown
    assert [(each.key, each.state) for each in desk.listed()] == [(key, "proposed")]


@pytest.mark.parametrize(
    "words", [("proposals", "merge"), ("proposals", "start"), ("proposals", "drop", "--hunk", "a#1"), ("undo",)]
)
def test_no_gate_is_passed_without_a_terminal(root, tmp_path, words):
    key = waiting(root, tmp_path)
    done = run(root, tmp_path, *words, key)
    assert done.returncode == 4
    assert "needs a terminal" in done.stderr
    assert git(root, "log", "--format=%s") == "begin"


def test_merge_has_no_option_to_answer_it(root, tmp_path):
    done = run(root, tmp_path, "proposals", "--help")
    assert not re.search(r"--(yes|force|digest|confirm|assume)", done.stdout)


@pytest.mark.parametrize(
    "burst", ["DIGEST\r", "\x1b[200~DIGEST\x1b[201~\r", "y\r" * 50], ids=["fast", "pasted", "yes"]
)
def test_a_digest_that_no_finger_typed_does_not_count(root, tmp_path, burst):
    key = waiting(root, tmp_path)
    digest = trusted(root, settings(tmp_path)).offer(key).digest
    typed = burst.replace("DIGEST", digest[:8]).encode()
    with terminal(root, tmp_path, "proposals", "merge", key) as console:
        console.send(typed)  # ahead of the question
        for time in range(1, 4):
            console.wait_until(lambda time=time: console.output.count(b"to leave it:") == time, "the question")
            console.send(typed)
            console.wait_until(lambda time=time: console.output.count(b"faster than") == time, "the refusal")
        assert console.wait() == 0
    assert git(root, "log", "--format=%s") == "begin"


def test_a_wrong_digest_and_giving_up_publish_nothing(root, tmp_path):
    key = waiting(root, tmp_path)
    with terminal(root, tmp_path, "proposals", "merge", key) as console:
        answer(console, "to merge", "00000000")
        assert console.wait() == 4
    with terminal(root, tmp_path, "proposals", "merge", key) as console:
        console.wait_text("to merge")
        console.send(b"\x1b")
        assert console.wait() == 0
        assert "not merged" in console.shown
    assert git(root, "log", "--format=%s") == "begin"


def test_a_small_terminal_cannot_review(root, tmp_path):
    key = waiting(root, tmp_path)
    with terminal(root, tmp_path, "proposals", "merge", key, size=(59, 16)) as console:
        assert console.wait() == 4
        assert "too few to review" in console.shown


def test_a_terminal_that_shrinks_during_the_question_decides_nothing(root, tmp_path):
    key = waiting(root, tmp_path)
    with terminal(root, tmp_path, "proposals", "merge", key) as console:
        console.wait_text("to merge")
        digest = re.findall(r"digest    ([0-9a-f]{8}) ", console.output.decode())[-1]
        console.resize(20, 5)
        answer(console, "", digest)
        assert console.wait() == 4
    assert git(root, "log", "--format=%s") == "begin"


def test_a_terminal_of_another_size_shows_everything_anew(root, tmp_path):
    long = CALCULATOR + "".join(f"\n\ndef function_{number}():\n    return {number}\n" for number in range(20))
    key = waiting(root, tmp_path, {"calculator.py": long})
    with terminal(root, tmp_path, "proposals", "merge", key, size=(100, 50)) as console:
        console.wait_text("more lines")
        console.resize(70, 30)
        console.press(" ")
        console.wait_until(lambda: b"once more from the beginning" in console.output, "another beginning")
        console.wait_text("more lines")
        console.press("q")
        assert console.wait() == 4


def test_no_row_of_a_page_is_longer_than_the_terminal(root, tmp_path):
    key = waiting(root, tmp_path, instruction="Add modulo " + "and say why " * 20)
    with terminal(root, tmp_path, "proposals", "merge", key, size=(70, 60)) as console:
        console.wait_text("to merge")
        rows = console.output.decode().partition("type the first")[0].split("\r\n")
        assert max(map(len, rows)) < 90  # with the sequence that ends a paste's marks
        console.send(b"\x1b")
        assert console.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_an_end_from_outside_puts_the_terminal_back(root, tmp_path, number):
    key = waiting(root, tmp_path)
    with terminal(root, tmp_path, "proposals", "merge", key) as console:
        console.wait_text("to merge")
        console.signal(number)
        assert console.wait() == 128 + number
        assert console.settings_restored
        assert b"\x1b[?2004l" in console.output


def test_a_protected_name_may_hold_blanks_and_letters_of_any_language(root, tmp_path):
    (root / "tests" / "test my größe.py").write_text("def test_a():\n    pass\n")
    git(root, "add", "tests")
    git(root, "commit", "-q", "-m", "a name")
    name = "tests/test my größe.py"
    key = waiting(root, tmp_path, {name: "def test_a():\n    assert 1 + 1 == 2\n"}, files=(name,))
    with terminal(root, tmp_path, "proposals", "merge", key) as console:
        answer(console, "to let it change:", "test my größe.py")
        digest = re.findall(r"digest    ([0-9a-f]{8}) ", console.output.decode())[-1]
        answer(console, "to merge, or enter", digest)
        assert console.wait() == 0, console.shown
    assert git(root, "log", "-1", "--format=%s") != "a name"


def test_every_line_has_been_on_the_screen_before_the_question(root, tmp_path):
    long = CALCULATOR + "".join(f"\n\ndef function_{number}():\n    return {number}\n" for number in range(40))
    key = waiting(root, tmp_path, {"calculator.py": long})
    with terminal(root, tmp_path, "proposals", "merge", key, size=(80, 20)) as console:
        pages = 0
        while True:
            console.wait_until(lambda: "more lines" in console.shown or "to merge" in console.shown, "a page")
            console.wait_quiet(0.1)
            if "more lines" not in console.shown:
                break
            pages += 1
            console.press(" ")
        shown = console.output.decode()
        assert pages > 5
        assert all(f"function_{number}()" in shown for number in range(40))


def test_hostile_text_is_shown_and_drives_nothing(root, tmp_path):
    line = {"id": HOSTILE, "title": HOSTILE, "description": HOSTILE, "proposer": HOSTILE, "files": [HOSTILE]}
    (root / ".loop" / "proposals.jsonl").write_text(json.dumps(line) + "\n")
    trusted(root, settings(tmp_path))
    listed = run(root, tmp_path, "proposals", "list")
    shown = run(root, tmp_path, "proposals", "show", HOSTILE[:3])
    assert listed.returncode == shown.returncode == 0, shown.stderr
    assert "␛]0;stolen␇" in listed.stdout
    assert unknown_in((listed.stdout + shown.stdout + listed.stderr + shown.stderr).encode()) == []
    with terminal(root, tmp_path, "proposals", "start", HOSTILE[:3]) as console:
        console.wait_text("to start:")
        console.send(b"\x1b")
        assert console.wait() == 0
        assert unknown_in(re.sub(rb"\x1b\[\?2004[hl]|\r\x1b\[K", b"", console.output)) == []


def test_an_interrupt_cancels_and_says_so(root, tmp_path):
    trusted(root, settings(tmp_path))
    with (
        ollama(hang) as server,
        terminal(root, tmp_path, "modify", "Add modulo", host=server.url) as console,
    ):
        console.wait_text("asking ollama/scripted")
        console.signal(2)
        assert console.wait() == 130
        assert "cancelled" in console.shown


def test_proposals_are_listed_for_programs(root, tmp_path):
    made = json.loads(run(root, tmp_path, "propose", "Add modulo", "--file", "calculator.py", "--json").stdout)
    listed = json.loads(run(root, tmp_path, "proposals", "list", "--json").stdout)
    (found,) = listed["proposals"]
    assert (found["id"], found["state"], found["files"]) == (made["proposal"]["id"], "proposed", ["calculator.py"])
    rejected = run(root, tmp_path, "proposals", "reject", found["id"], "--reason", "no need")
    assert rejected.returncode == 0, rejected.stderr
    assert json.loads(run(root, tmp_path, "proposals", "list", "--json").stdout)["proposals"] == []
    log = json.loads(run(root, tmp_path, "audit", "--json").stdout)
    assert [record["event"] for record in log["records"]] == ["proposed", "rejected"]


def test_a_dry_run_works_without_a_terminal(root, tmp_path):
    trusted(root, settings(tmp_path))
    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        done = run(root, tmp_path, "modify", "Add modulo", "--dry-run", "--json", host=server.url)
    assert done.returncode == 0, done.stderr
    assert "+    def modulo" in json.loads(done.stdout)["offer"]["diff"]
    assert git(root, "log", "--format=%s") == "begin"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("proposals", "show", "nobody"), 2, "no proposal is called nobody"),
        (("proposals", "merge"), 2, "name a proposal"),
        (("propose", ""), 2, "there is nothing to do"),
        (("propose", "x", "--patch", "nowhere.diff"), 2, "nowhere.diff"),
        (("proposals", "drop", "E", "--hunk", "a"), 4, "needs a terminal"),
        (("modify", "x"), 4, "needs a terminal"),
        (("modify", "x", "--dry-run"), 4, "not trusted yet"),
        (("propose", "x", "--read-only"), 4, "read-only"),
    ],
    ids=str,
)
def test_bad_input_gets_a_clear_answer(root, tmp_path, words, code, said):
    run(root, tmp_path, "propose", "x")
    done = run(root, tmp_path, *words)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_repository_it_says_so(tmp_path):
    (tmp_path / "empty").mkdir()
    done = run(tmp_path / "empty", tmp_path, "proposals", "list")
    assert done.returncode == 1
    assert "no git repository" in done.stderr


def test_the_sample_is_never_written_to(tmp_path, repository):
    done = run(repository, tmp_path, "propose", "x", "--root", str(repository))
    assert done.returncode == 4
    assert "sample loop" in done.stderr


def test_the_index_answers_from_the_work_tree(root, tmp_path):
    (root / "broken.py").write_text("def broken(:\n")
    answer = json.loads(
        run(root, tmp_path, "index", "--json", "--task", "modulo calculator", "--file", "calculator.py").stdout
    )
    assert answer["index"]["indexed"] >= 2
    assert "broken.py" in answer["failures"]
    assert answer["relevant"][0]["path"] == "calculator.py"
    assert answer["file"]["imported_by"] == ["tests/test_calculator.py"]
    assert answer["file"]["tested"] is True


def test_an_edit_is_of_the_repository_one_stands_in(root, tmp_path):
    inner = root / "vendor" / "inner"
    inner.mkdir(parents=True)
    git(inner, "init", "-q", "-b", "main")
    git(inner, "commit", "-q", "--allow-empty", "-m", "inner")
    shown = json.loads(run(inner, tmp_path, "trust", "--json").stdout)
    assert shown["repository"] == str(inner)
    below = json.loads(run(root / "tests", tmp_path, "trust", "--json").stdout)
    assert below["repository"] == str(root)


def test_a_loop_above_a_repository_does_not_hide_it(root, tmp_path):
    (tmp_path / ".loop").mkdir()
    (tmp_path / ".loop" / "journal.jsonl").write_text('{"iteration": 1}\n')
    (root / ".loop" / "journal.jsonl").unlink()
    assert json.loads(run(root, tmp_path, "trust", "--json").stdout)["repository"] == str(root)


def test_data_goes_to_a_file_while_a_human_decides(root, tmp_path):
    key = waiting(root, tmp_path)
    line = f"{sys.executable} -m loopview proposals start {key} --json --root {root} > {tmp_path}/out.json"
    with (
        ollama(edits({"calculator.py": WITH_MODULO})) as server,
        PtyConsole(
            command=["sh", "-c", line], size=(100, 40), home=tmp_path, environment=environment(tmp_path, server.url)
        ) as console,
    ):
        console.wait_text("to start:")
        answer(console, "to start:", re.findall(r"digest    ([0-9a-f]{8}) ", console.output.decode())[-1])
        assert console.wait() == 0, console.shown
    found = json.loads((tmp_path / "out.json").read_text())
    assert (found["proposal"], found["state"]) == (key, "ready")


def test_what_cannot_be_started_can_still_be_read(root, tmp_path):
    shutil.rmtree(root / ".git")
    git(root, "init", "-q", "-b", "main")
    key = json.loads(run(root, tmp_path, "propose", "do it", "--json").stdout)["proposal"]["id"]
    shown = run(root, tmp_path, "proposals", "show", key)
    assert shown.returncode == 0, shown.stderr
    assert "it cannot be started: there is no commit yet" in shown.stdout
    assert "do it" in shown.stdout


def test_what_was_published_says_so_and_what_took_it_back(root, tmp_path):
    key = waiting(root, tmp_path)
    desk = trusted(root, settings(tmp_path))
    commit = merged(desk, key).published.commit
    back = desk.undo(key).id
    ended(started(desk, back))
    merged(desk, back)
    shown = run(root, tmp_path, "proposals", "show", key).stdout
    assert f"{key} is reflected" in shown
    assert commit in shown
    assert f"undone    by {back}" in shown
    found = json.loads(run(root, tmp_path, "proposals", "show", back, "--json").stdout)["proposal"]
    assert found["undoes"] == key


def test_a_merge_says_so_before_a_model_looks_back(root, tmp_path):
    key = waiting(root, tmp_path)
    with (
        ollama(hang) as server,
        terminal(root, tmp_path, "proposals", "merge", key, host=server.url) as console,
    ):
        console.wait_text("to merge")
        answer(console, "to merge", re.findall(r"digest    ([0-9a-f]{8}) ", console.output.decode())[-1])
        console.wait_text("merged: ")
        console.signal(2)
        assert console.wait() == 130
    assert git(root, "log", "-1", "--format=%s") == "Add modulo to calculator"
    assert run(root, tmp_path, "audit", "--verify").returncode == 0


def test_a_patch_and_a_decision_do_not_share_standard_input(root, tmp_path):
    with terminal(root, tmp_path, "modify", "x", "--patch", "-") as console:
        assert console.wait() == 2
        assert "cannot both come from standard input" in console.shown
