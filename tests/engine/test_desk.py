"""An edit from an instruction to a published commit, at the desk: real git, a real jail, a scripted model's endpoint."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from loopview.domain.approval import State
from loopview.domain.edit import Entered, ModelSaid
from loopview.engine.desk.desk import Desk, Refused
from loopview.engine.desk.gates import asked
from loopview.modify.attempt import Outcome
from tests.engine.edit_repository import (
    BAD_SYNTAX,
    BROKEN_ADD,
    CALCULATOR,
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
from tests.engine.ollama_server import edits, hang, ollama, says

MODULO = "Add modulo operation to calculator"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app")


def state_of(root: Path) -> tuple[str, str, str]:
    """Everything of the operator's that may not change until a human typed a digest."""
    return (
        git(root, "status", "--porcelain=v2", "--ignored=no"),
        git(root, "rev-parse", "main"),
        git(root, "for-each-ref"),
    )


def test_the_full_workflow(root, tmp_path):
    before = state_of(root)
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    offer = desk.offer(key)
    assert state_of(root) == before, "nothing changes before a digest is typed"
    assert b"+    def modulo" in offer.diff
    assert offer.evidence.candidate.passed == ("tests.test_calculator::test_it_adds",)
    found = merged(desk, key)
    commit = found.published.commit
    assert git(root, "rev-parse", "main") == commit
    assert git(root, "rev-parse", f"{commit}^") == before[1]
    assert (root / "calculator.py").read_text() == WITH_MODULO
    assert (root / "notes.md").read_text() == "uncommitted work\n"
    assert (root / "scratch.txt").read_text() == "untracked work\n"
    assert git(root, "status", "--porcelain") == " M notes.md\n?? scratch.txt"
    message = git(root, "log", "-1", "--format=%an <%ae>%n%B", commit)
    assert message.startswith("Olga Operator <olga@example.org>\nAdd modulo operation to calculator\n")
    assert f"Loopview-Digest: {offer.digest}" in message
    assert desk.find(key).state is State.REFLECTED
    assert [each for each in desk.findings() if each.serious] == []
    (attempt,) = desk.office.journal.attempts()
    assert (attempt.outcome, attempt.commit, attempt.files_modified) == (
        Outcome.SUCCESS,
        commit,
        ("calculator.py",),
    )
    assert "General lesson" in attempt.reflection
    told = [json.loads(line) for line in (root / ".loop" / "proposals.jsonl").read_text().splitlines()]
    assert [line["status"] for line in told] == ["proposed", "ready", "merged"]
    (report,) = (root / ".loop" / "reports").iterdir()
    head = report.read_text().partition("## Attempt")[0]
    assert "Add modulo operation to calculator" in head
    assert "- **Result:** `published`" in head
    assert f"- **Commit:** `{commit}`" in head


def test_a_failing_test_is_told_to_the_model_and_the_next_answer_counts(root, tmp_path):
    with ollama(edits({"calculator.py": BROKEN_ADD}), edits({"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(MODULO).id
        end = ended(started(desk, key))
    assert end.state is State.READY
    assert [tried.phase for tried in end.attempts] == ["tests", "complete"]
    second = json.dumps(server.asked[1]["messages"])
    assert "passed on the base and does not now" in second
    assert "a - b" in second
    (report,) = (root / ".loop" / "reports").iterdir()
    first, _, last = report.read_text().partition("## Attempt 2")
    assert "1 failed" in first, "each attempt has the result of its own tests"
    assert "1 passed" not in first
    assert "passed: 1 passed" in last


def test_what_never_passes_is_given_up_and_nothing_has_changed(root, tmp_path):
    before = state_of(root)
    with ollama(*[edits({"calculator.py": BROKEN_ADD})] * 3) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(MODULO).id
        end = ended(started(desk, key))
    assert end.state is State.FAILED
    assert "the same failure 3 times" in end.reason
    assert state_of(root) == before
    told = json.loads((root / ".loop" / "proposals.jsonl").read_text().splitlines()[-1])
    assert (told["id"], told["status"]) == (key, "failed"), "it waits for nobody any more"
    (attempt,) = desk.office.journal.attempts()
    assert attempt.outcome is Outcome.ROLLBACK
    assert desk.office.journal.get_success_rate() == 0.0
    with pytest.raises(Refused, match="waits for you"):
        desk.offer(key)


def test_a_syntax_error_is_caught_before_any_test_runs(root, tmp_path):
    with ollama(edits({"calculator.py": BAD_SYNTAX}), edits({"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        run = started(desk, desk.propose(MODULO).id)
        phases = [event.phase for event in run.events() if isinstance(event, Entered)]
    assert phases.count("tests") == 1
    assert "syntax_validation" in json.dumps(server.asked[1]["messages"])


def test_an_answer_out_of_form_is_quoted_back(root, tmp_path):
    with ollama(says("```python\nprint('done')\n```"), edits({"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        end = ended(started(desk, desk.propose(MODULO).id))
    assert end.state is State.READY
    assert end.attempts[0].phase == "parse_edits"


def test_similar_attempts_reach_the_prompt(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO}, "Add division method to calculator")
    merged(desk, key)
    with ollama(edits({"calculator.py": CALCULATOR})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(MODULO).id
        assert desk.plan(key).similar == ("success: Add division method to calculator",)
        ended(started(desk, key))
    assert "Add division method to calculator" in json.dumps(server.asked[0]["messages"])


def test_a_dry_run_stops_at_the_candidate(root, tmp_path):
    before = state_of(root)
    with ollama(edits({"calculator.py": BROKEN_ADD})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(MODULO).id
        end = ended(started(desk, key, dry_run=True))
    assert end.state is State.CANCELLED
    assert b"a - b" in end.offer.diff
    with pytest.raises(Refused):
        desk.merge(key, decide("merge", key, end.offer.digest))
    assert state_of(root) == before


def test_a_patch_needs_no_model(root, tmp_path):
    (root / "calculator.py").write_text(WITH_MODULO)
    patch = git(root, "diff", "calculator.py") + "\n"
    (root / "calculator.py").write_text(CALCULATOR)
    desk = trusted(root, settings(tmp_path))
    key = desk.propose("", title="a patch of mine", patch=patch).id
    assert desk.plan(key).model == "none: it is a patch"
    assert ended(started(desk, key)).state is State.READY
    merged(desk, key)
    assert (root / "calculator.py").read_text() == WITH_MODULO


def test_undo_goes_through_the_same_gates(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    merged(desk, key)
    back = desk.undo(key).id
    assert (root / "calculator.py").read_text() == WITH_MODULO, "a proposal changes nothing"
    assert ended(started(desk, back)).state is State.READY
    merged(desk, back)
    assert (root / "calculator.py").read_text() == CALCULATOR
    assert [each for each in desk.findings() if each.serious] == []


def test_dropped_hunks_make_another_candidate_that_is_tested_again(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO, "extra.py": "X = 1\n"})
    first = desk.offer(key)
    choice = decide("drop", key, first.digest, reason="not wanted")
    end = ended(desk.choose(key, {("extra.py", 0)}, choice))
    assert end.state is State.READY
    assert end.offer.digest != first.digest
    assert [delta.path for delta in end.offer.files] == ["calculator.py"]
    assert end.offer.refused == ("extra.py #1",)
    with pytest.raises(Refused):
        desk.merge(key, decide("merge", key, first.digest))
    merged(desk, key)
    assert not (root / "extra.py").exists()
    assert desk.findings() == ()


# Gates


def test_without_trust_nothing_starts(root, tmp_path):
    desk = Desk(str(root), settings(tmp_path))
    key = desk.propose(MODULO).id
    with pytest.raises(Refused, match="not trusted yet"):
        started(desk, key)
    desk.trust(decide("trust", "", "", typed="trust"))
    desk.trust(decide("trust", "", "", typed=""), taken_back=True)
    with pytest.raises(Refused, match="not trusted yet"):
        started(desk, key)


def test_read_only_refuses_to_write(root, tmp_path):
    trusted(root, settings(tmp_path))
    desk = Desk(str(root), settings(tmp_path, read_only=True))
    with pytest.raises(Refused, match="read-only"):
        desk.propose(MODULO)


@pytest.mark.parametrize(
    "wrong",
    [
        {"typed": "y"},
        {"typed": ""},
        {"typed": "00000000"},
        {"digest": "0" * 64},
        {"gate": "start"},
        {"proposal": "E-000000"},
    ],
    ids=str,
)
def test_a_decision_about_anything_else_publishes_nothing(root, tmp_path, wrong):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    before = state_of(root)
    decision = decide("merge", key, desk.offer(key).digest)._replace(**wrong)
    with pytest.raises(Refused):
        desk.merge(key, decision)
    assert state_of(root) == before
    merged(desk, key)


def test_a_decision_is_good_once(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    decision = decide("merge", key, desk.offer(key).digest)
    desk.merge(key, decision)
    with pytest.raises(Refused):
        desk.merge(key, decision)


def test_a_moved_main_makes_it_stale(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    git(root, "commit", "-q", "--allow-empty", "-m", "elsewhere")
    before = state_of(root)
    with pytest.raises(Refused, match="moved on"):
        merged(desk, key)
    assert desk.find(key).state is State.STALE
    assert state_of(root) == before


def test_a_touched_file_with_uncommitted_work_waits_for_the_operator(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    (root / "calculator.py").write_text(CALCULATOR + "# mine\n")
    before = state_of(root)
    with pytest.raises(Refused) as refused:
        merged(desk, key)
    assert refused.value.kind == "dirty"
    assert (root / "calculator.py").read_text() == CALCULATOR + "# mine\n"
    assert state_of(root) == before
    assert desk.find(key).state is State.READY, "nothing was published: it waits again"
    (root / "calculator.py").write_text(CALCULATOR)
    merged(desk, key)


def test_a_protected_path_is_confirmed_by_its_name(root, tmp_path):
    more = (root / "tests" / "test_calculator.py").read_text() + "\n\ndef test_more():\n    assert True\n"
    desk, key = ready(root, tmp_path, {"tests/test_calculator.py": more})
    with pytest.raises(Refused, match="not confirmed by name"):
        merged(desk, key)
    merged(desk, key, protected=("tests/test_calculator.py",))


def test_another_policy_voids_what_was_ready(root, tmp_path):
    _, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    desk = trusted(root, settings(tmp_path, allowed_paths=("docs/**",)))
    with pytest.raises(Refused, match="policy"):
        merged(desk, key)
    assert desk.find(key).state is State.STALE


def test_the_time_to_confirm_ends(root, tmp_path, monkeypatch):
    from loopview.modify import lifetime

    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    awake = lifetime._awake()
    monkeypatch.setattr(lifetime, "_awake", lambda: awake + 31 * 60)
    with pytest.raises(Refused, match="time to confirm"):
        merged(desk, key)
    monkeypatch.undo()
    assert desk.find(key).state is State.EXPIRED


def test_a_restart_of_the_machine_ends_it_too(root, tmp_path, monkeypatch):
    from loopview.modify import lifetime

    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    monkeypatch.setattr(lifetime, "_boot", lambda: "another")
    with pytest.raises(Refused, match="started anew"):
        merged(desk, key)


@pytest.mark.parametrize("change", ["diff", "evidence", "subject", "gone"])
def test_an_offer_that_was_changed_on_disk_is_not_believed(root, tmp_path, change):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    digest = desk.offer(key).digest
    path = Path(desk.office.home.run(key)) / f"{digest}.json"
    fields = json.loads(path.read_text())
    if change == "diff":
        fields["diff"] = fields["diff"].replace("a % b", "a * b")
    elif change == "evidence":
        fields["evidence"]["reasons"] = ["nothing to see"]
    elif change == "subject":
        fields["subject"]["instruction"] = "something else"
    path.write_text("{}" if change == "gone" else json.dumps(fields))
    before = state_of(root)
    with pytest.raises(Refused, match=r"recorded|read back"):
        desk.merge(key, decide("merge", key, digest))
    assert state_of(root) == before


def test_rejecting_says_why_to_the_loop_and_to_the_next_attempt(root, tmp_path):
    desk, key = ready(root, tmp_path, {"calculator.py": WITH_MODULO})
    desk.reject(key, decide("reject", key, "", typed="", reason="use divmod"))
    assert desk.find(key).state is State.REJECTED
    told = json.loads((root / ".loop" / "proposals.jsonl").read_text().splitlines()[-1])
    assert (told["status"], told["reason"]) == ("rejected", "use divmod")
    assert "use divmod" in desk.office.journal.attempts()[-1].failure_analysis
    with pytest.raises(Refused):
        started(desk, key)


# The loop's own proposals


def tell(root: Path, **line: object) -> None:
    with (root / ".loop" / "proposals.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")


@pytest.mark.parametrize(
    ("id", "title"),
    [("P-1", "a title " * 40), ("P" * 100, "x"), (None, "a title " * 40)],
    ids=str.split("title id neither"),
)
def test_what_is_said_of_a_long_name_is_about_the_same_proposal(root, tmp_path, id, title):  # noqa: A002
    tell(root, **({"id": id} if id else {}), title=title, description=MODULO)
    desk = trusted(root, settings(tmp_path))
    (found,) = desk.listed()
    desk.reject(found.key, decide("reject", found.key, "", typed="", reason="use divmod"))
    assert [(each.key, each.state) for each in desk.listed()] == [(found.key, State.REJECTED)]


def test_a_proposal_of_the_loop_is_a_value_until_a_human_starts_it(root, tmp_path):
    tell(root, id="P-1", title="modulo", description=MODULO, proposer="operator", files=["calculator.py"])
    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        (found,) = desk.listed()
        assert (found.key, found.state, found.standing, found.waits) == ("P-1", State.PROPOSED, None, True)
        assert ended(started(desk, "P-1")).state is State.READY
    assert desk.find("P-1").standing is not None


def test_another_text_under_a_known_id_is_another_proposal(root, tmp_path):
    tell(root, id="P-1", title="modulo", description=MODULO)
    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        decision = decide("start", "P-1", desk.plan("P-1").digest)
        tell(root, id="P-1", description="delete everything")
        with pytest.raises(Refused, match="not what was shown"):
            desk.start("P-1", decision)
        ended(started(desk, "P-1"))
        tell(root, id="P-1", description="delete everything again")
        keys = [each.key for each in desk.listed()]
    assert keys[0] == "P-1"
    assert keys[1].startswith("P-1~")
    assert desk.find("P-1").proposal.instruction.endswith("delete everything")


def test_a_line_that_claims_to_be_merged_decides_nothing(root, tmp_path):
    tell(root, id="P-1", title="x", description="y", status="merged", digest="0" * 64, commit="f" * 40)
    desk = trusted(root, settings(tmp_path))
    (found,) = desk.listed()
    assert (found.state, found.waits) == (State.PROPOSED, False)
    with pytest.raises(Refused):
        merged(desk, "P-1")


# Trouble


def test_cancelling_ends_a_model_that_hangs(root, tmp_path):
    with ollama(hang) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(MODULO).id
        run = started(desk, key)
        events = []
        for event in run.events():
            events.append(event)
            if isinstance(event, Entered) and event.phase == "generate":
                threading.Timer(0.2, run.cancel).start()
    assert events[-1].state is State.CANCELLED
    assert desk.find(key).state is State.CANCELLED


def test_letting_go_of_a_run_is_an_interruption(root, tmp_path):
    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(MODULO).id
        run = started(desk, key).events()
        for event in run:
            if isinstance(event, ModelSaid):
                break
        run.close()
    assert desk.find(key).state is State.INTERRUPTED
    assert desk.recover() == ()


def test_what_a_dead_console_left_is_interrupted(root, tmp_path):
    desk = trusted(root, settings(tmp_path))
    key = desk.propose(MODULO).id
    plan = desk.plan(key)
    desk.office.ledger.append(
        "start-decided", key, decision=decide("start", key, plan.digest)._asdict(), plan=plan.fields
    )
    desk.office.ledger.append("started", key)
    assert desk.find(key).state is State.INTERRUPTED, "shown as what it is, before it is on record"
    assert "was interrupted" in desk.recover()[0]
    assert desk.recover() == ()


def test_one_edit_at_a_time(root, tmp_path):
    from loopview.engine.desk.refusals import LockRefused

    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        first, second = desk.propose(MODULO).id, desk.propose("another").id
        run = started(desk, first).events()
        next(run)
        with pytest.raises(LockRefused, match="in progress by process"):
            ended(started(trusted(root, settings(tmp_path, server.url)), second))
        with pytest.raises(LockRefused, match="in progress by process"):
            asked(str(root), settings(tmp_path, server.url), second)
        run.close()
        assert asked(str(root), settings(tmp_path, server.url), second).gate == "start"


def test_no_model_is_a_plain_failure(root, tmp_path):
    desk = trusted(root, settings(tmp_path))
    end = ended(started(desk, desk.propose(MODULO).id))
    assert end.state is State.FAILED
    assert end.advice
