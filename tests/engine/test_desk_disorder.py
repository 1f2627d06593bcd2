"""What a loop, a clock, a broken disk or a dead console does to decisions at the desk; and what stands afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loopview.domain.approval import State
from loopview.engine.desk.desk import Refused
from loopview.modify.ledger import Ledger
from tests.engine.edit_repository import (
    CALCULATOR,
    PATCH,
    WITH_MODULO,
    decide,
    ended,
    git,
    merged,
    ready,
    repository,
    settings,
    started,
    trusted,
)
from tests.engine.ollama_server import edits, ollama


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app")


def test_hunks_are_not_dropped_on_another_base(root, tmp_path):
    two = CALCULATOR.replace("A calculator.", "A better calculator.") + "\n    minus = float.__neg__\n"
    desk, key = ready(root, tmp_path, {"calculator.py": two})
    digest = desk.offer(key).digest
    git(root, "commit", "-q", "--allow-empty", "-m", "the loop goes on")
    with pytest.raises(Refused, match="moved on") as stale:
        desk.choose(key, {("calculator.py", 0)}, decide("drop", key, digest))
    assert stale.value.kind == "stale"
    assert desk.offer(key).digest == digest


def test_what_is_kept_of_an_offer_stays_its_models(root, tmp_path):
    two = CALCULATOR.replace("A calculator.", "A better calculator.") + "\n    minus = float.__neg__\n"
    desk, key = ready(root, tmp_path, {"calculator.py": two})
    before = desk.offer(key)
    with pytest.raises(Refused, match=r"calculator.py has 2 hunks"):
        desk.choose(key, {("calculator.py", 8)}, decide("drop", key, before.digest))
    end = ended(desk.choose(key, {("calculator.py", 0)}, decide("drop", key, before.digest)))
    assert end.offer.subject.model == before.subject.model == "ollama/scripted"
    assert end.offer.subject.reply_sha256 == before.subject.reply_sha256
    assert end.offer.digest != before.digest


def test_a_start_is_not_taken_back_by_a_loop_that_commits(root, tmp_path):
    desk = trusted(root, settings(tmp_path))
    key = desk.propose("by hand", patch=PATCH).id
    shown = desk.plan(key).digest
    git(root, "commit", "-q", "--allow-empty", "-m", "the loop goes on")
    assert ended(desk.start(key, decide("start", key, shown))).state is State.READY
    assert desk.offer(key).subject.base_commit == git(root, "rev-parse", "main")


def test_nothing_starts_where_it_could_not_be_merged(root, tmp_path):
    git(root, "checkout", "-q", "--detach")
    desk = trusted(root, settings(tmp_path))
    key = desk.propose("by hand", patch=PATCH).id
    with pytest.raises(Refused, match="HEAD is detached"):
        started(desk, key)
    assert desk.find(key).state is State.PROPOSED


def hours(count: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=count)).isoformat(timespec="microseconds")


def test_a_clock_that_was_set_back_ends_the_time_to_confirm(root, tmp_path):
    desk = trusted(root, settings(tmp_path))
    key = desk.propose("by hand", patch=PATCH).id
    desk.office.ledger = Ledger(desk.office.home.path, clock=lambda: hours(2))
    assert ended(started(desk, key)).state is State.READY
    desk = trusted(root, settings(tmp_path))
    with pytest.raises(Refused, match="the clock was set back") as refused:
        merged(desk, key)
    assert refused.value.kind == "expired"
    assert desk.find(key).state is State.EXPIRED
    assert git(root, "log", "--format=%s") == "begin"


def test_nothing_is_published_that_the_ledger_does_not_follow(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    desk.office.ledger = Ledger(desk.office.home.path, clock=lambda: hours(-2))
    with pytest.raises(Refused, match="the ledger does not follow"):
        merged(desk, key)
    assert git(root, "log", "--format=%s") == "begin"
    assert (root / "calculator.py").read_text() == CALCULATOR


def test_a_history_that_was_rewritten_is_told(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    commit = merged(desk, key).published.commit
    assert desk.findings() == ()
    git(root, "commit", "-q", "--amend", "-m", "in other words")
    (found,) = desk.findings()
    assert (found.serious, commit[:12] in found.where) == (False, True)
    assert "not in its history any more" in found.what


def test_what_was_taken_back_says_by_what(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    merged(desk, key)
    back = desk.undo(key).id
    ended(started(desk, back))
    assert desk.find(key).standing.undone == "", "it is not taken back before that is published"
    merged(desk, back)
    assert desk.find(key).standing.undone == back
    assert [each for each in desk.findings() if each.serious] == []
    with pytest.raises(Refused, match=f"taken back by {back} already"):
        desk.undo(key)
    again = desk.undo(back).id
    ended(started(desk, again))
    merged(desk, again)
    assert desk.find(back).standing.undone == again
    assert desk.undo(key), "it is there again"


def test_a_loop_cannot_propose_as_the_operator(root, tmp_path):
    line = {"id": "P-1", "title": "mine", "description": "do it", "proposer": "operator"}
    (root / ".loop" / "proposals.jsonl").write_text(json.dumps(line) + "\n")
    desk = trusted(root, settings(tmp_path))
    assert desk.find("P-1").proposal.proposer == "loop"
    with pytest.raises(Refused, match="not the digest that was shown"):
        desk.start("P-1", decide("start", "P-1", desk.plan("P-1").digest, typed="modify"))


def test_a_loop_that_cannot_be_told_stops_nobody(root, tmp_path):
    (root / ".loop" / "proposals.jsonl").symlink_to("/dev/null")
    desk = trusted(root, settings(tmp_path))
    key = desk.propose("by hand", patch=PATCH).id
    assert "the loop was not told" in desk.untold
    assert ended(started(desk, key)).state is State.READY


def test_tests_without_the_wanted_jail_are_confirmed_and_on_record(root, tmp_path):
    chosen = settings(tmp_path, jail_tier="T4", allow_unconfined=True)
    desk = trusted(root, chosen)
    key = desk.propose("by hand", patch=PATCH).id
    plan = desk.plan(key)
    with pytest.raises(Refused, match="not the digest"):
        desk.start(key, decide("start", key, plan.digest, typed="modify"))
    assert ended(started(desk, key)).state is State.READY
    commit = merged(desk, key).published.commit
    message = git(root, "log", "-1", "--format=%B", commit)
    assert f"Loopview-Tier: {plan.tier.label}" in message
    assert "without the jail that is wanted (T4): allow_unconfined" in message
    assert [each for each in desk.findings() if each.serious] == []


def test_a_private_directory_that_breaks_ends_a_run_in_words(root, tmp_path):
    desk = trusted(root, settings(tmp_path))
    run = started(desk, desk.propose("by hand", patch=PATCH).id)
    shutil.rmtree(Path(desk.office.home.git) / "objects")
    (Path(desk.office.home.git) / "objects").write_text("")
    end = ended(run)
    assert end.state is State.FAILED
    assert end.advice


def test_what_is_ready_can_be_started_again(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    digest = desk.offer(key).digest
    shutil.rmtree(desk.office.home.run(key))
    with pytest.raises(Refused, match="start the proposal again"):
        desk.offer(key)
    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        again = trusted(root, settings(tmp_path, server.url))
        assert ended(started(again, key)).state is State.READY
        with pytest.raises(Refused):
            again.merge(key, decide("merge", key, digest))
    assert merged(trusted(root, settings(tmp_path)), key)


def test_the_operator_is_never_who_the_repository_says(root, tmp_path, monkeypatch):
    git(root, "config", "user.name", "Somebody Else")
    git(root, "config", "user.email", "else@example.org")
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    desk = trusted(root, settings(tmp_path, operator=""))
    with pytest.raises(Refused, match="does not know who you are"):
        merged(desk, key)
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    commit = merged(desk, key).published.commit
    assert git(root, "log", "-1", "--format=%an, %cn, %ae", commit) == "Ada, Ada, ada@example.org"


def test_git_status_stays_the_same_where_there_was_no_loop(root, tmp_path):
    shutil.rmtree(root / ".loop")
    (root / ".gitignore").unlink()
    before = git(root, "status", "--porcelain", "--untracked-files=all")
    desk = trusted(root, settings(tmp_path))
    key = desk.propose("by hand", patch=PATCH).id
    assert ended(started(desk, key)).state is State.READY
    assert desk.reject(key, decide("reject", key, desk.offer(key).digest))
    assert sorted(each.name for each in (root / ".loop").iterdir()) == [
        ".gitignore", "modifications.jsonl", "proposals.jsonl", "reports",
    ]  # fmt: skip
    assert git(root, "status", "--porcelain", "--untracked-files=all") == before


def test_what_lost_its_offer_is_not_ready(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    digest = desk.offer(key).digest
    ledger = Path(desk.office.ledger.path)
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(Refused, match="is tested, not ready"):
        trusted(root, settings(tmp_path)).merge(key, decide("merge", key, digest))


def died_while_publishing(root, tmp_path) -> str:
    """An edit whose console died right after its intent was on record."""
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    decision = decide("merge", key, desk.offer(key).digest)
    program = (
        "import os, sys, json; sys.path.insert(0, '.')\n"
        "from loopview.engine.desk.desk import Desk\n"
        "from loopview.domain.approval import Decision\n"
        "from loopview.modify import publish\n"
        "from tests.engine.edit_repository import settings\n"
        "from pathlib import Path\n"
        "publish._carry_out = lambda effects: os._exit(9)\n"
        "fields = json.loads(sys.argv[3]); fields['protected'] = ()\n"
        "Desk(sys.argv[1], settings(Path(sys.argv[2]))).merge(fields['proposal'], Decision(**fields))\n"
    )
    words = [sys.executable, "-c", program, str(root), str(tmp_path), json.dumps(decision._asdict())]
    assert subprocess.run(words, cwd=Path(__file__).parents[2], check=False).returncode == 9
    return key


def test_a_publish_that_needs_a_hand_stands_in_nobodys_record_twice(root, tmp_path):
    key = died_while_publishing(root, tmp_path)
    lock = root / ".git" / "refs" / "heads" / "main.lock"
    lock.write_text("somebody else's")
    desk = trusted(root, settings(tmp_path))
    assert "main.lock is there" in desk.recover()[0]
    before = len(desk.office.ledger.records())
    assert "main.lock is there" in desk.recover()[0]
    assert len(desk.office.ledger.records()) == before
    with pytest.raises(Refused, match="cannot be rejected now"):
        desk.reject(key, decide("reject", key, ""))
    other = desk.propose("by hand", patch=PATCH).id
    assert ended(started(desk, other)).state is State.READY
    with pytest.raises(Refused, match=f"the publish of {key} is not finished"):
        merged(desk, other)
    lock.unlink()
    assert desk.recover() == (f"{key}: the publish was finished",)
    assert desk.recover() == ()
    assert (root / "calculator.py").read_text() == WITH_MODULO
    assert [each for each in desk.findings() if each.serious] == []


@pytest.mark.parametrize(
    ("file", "more", "advice"),
    [
        (("test_red.py", "def test_red():\n    assert False\n"), {}, "fail on the base already"),
        (("test_calculator.py", ""), {}, "without a test that passes"),
        (
            ("test_slow.py", "def test_slow():\n    while True:\n        pass\n"),
            {"test_seconds": 1},
            "test_seconds",
        ),
    ],
    ids=["red", "none", "slow"],
)
def test_what_no_edit_can_help_is_told_as_such(root, tmp_path, file, more, advice):
    name, text = file
    (root / "tests" / name).write_text(text)
    git(root, "add", "tests")
    git(root, "commit", "-q", "-m", "tests")
    desk = trusted(root, settings(tmp_path, **more))
    end = ended(started(desk, desk.propose("by hand", patch=PATCH).id))
    assert end.state is State.FAILED
    assert advice in end.advice


def test_a_record_is_verified_where_nothing_can_be_written(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    merged(desk, key)
    state = tmp_path / "state"
    words = (
        f"mount --bind {state} {state} && mount -o remount,ro,bind {state} && touch {state}/x 2>/dev/null && exit 9; "
        f"exec {sys.executable} -m loopview audit --verify --root {root}"
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", words], env=os.environ | {"LOOPVIEW_STATE_DIR": str(state)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("no mounts of our own here")
    assert (done.returncode, "everything fits" in done.stdout) == (0, True), done


def test_another_branch_is_not_a_branch_that_moved(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    git(root, "checkout", "-q", "-b", "other")
    with pytest.raises(Refused, match="it is for refs/heads/main, and refs/heads/other is checked out"):
        merged(desk, key)
    git(root, "checkout", "-q", "main")
    assert merged(desk, key).published.target_ref == "refs/heads/main"


def test_what_was_only_proposed_leaves_no_directory(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    desk.propose("something else")
    desk.recover()
    assert [Path(place).name for place in desk.office.home.runs()] == [Path(desk.office.home.run(key)).name]
