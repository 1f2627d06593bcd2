"""What counts as a pass, and that nothing else does."""

from __future__ import annotations

import pytest

from loopview.domain.evidence import SuiteRun, Tier, Verdict, compare, not_run

BASE = SuiteRun(0, True, passed=("a", "b"), skipped=("s",), tier=Tier.CONFINED)


def test_the_same_tests_passing_again_is_a_pass():
    evidence = compare(BASE, BASE, Tier.CONFINED)
    assert (evidence.verdict, evidence.reasons) == (Verdict.PASSED, ())


def test_new_tests_that_pass_are_named_and_welcome():
    evidence = compare(BASE, BASE._replace(passed=("a", "b", "c")), Tier.CONFINED)
    assert (evidence.verdict, evidence.new) == (Verdict.PASSED, ("c",))


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (BASE._replace(code=1), "ended with code 1"),
        (BASE._replace(code=-9, limit="time"), "time limit"),
        (BASE._replace(complete=False), "not whole"),
        (BASE._replace(complete=False, why="no report was written"), "no report was written"),
        (BASE._replace(tier=Tier.LIMITED), "T1 only, T2 is wanted"),
        (BASE._replace(passed=("a",)), "b ran on the base and is gone"),
        (BASE._replace(passed=("a",), skipped=("b", "s")), "b passed on the base and does not now"),
        (BASE._replace(passed=("a",), failed=("b",), code=1), "b passed on the base and does not now"),
        (BASE._replace(failed=("n",)), "n fails"),
        (BASE._replace(broken=("n",)), "n fails"),
        (BASE._replace(passed=(), skipped=("a", "b", "s")), "no test passed"),
        (SuiteRun(0, True, tier=Tier.CONFINED), "no test passed"),
    ],
)
def test_anything_else_is_not(run, said):
    evidence = compare(BASE, run, Tier.CONFINED)
    assert evidence.verdict is Verdict.FAILED
    assert any(said in reason for reason in evidence.reasons), evidence.reasons


def test_what_failed_on_the_base_must_pass_too_and_is_told_apart():
    base = BASE._replace(passed=("a",), failed=("b",), code=1)
    evidence = compare(base, BASE, Tier.CONFINED)
    assert (evidence.verdict, evidence.better) == (Verdict.PASSED, ("b",))
    assert compare(base, base, Tier.CONFINED).verdict is Verdict.FAILED


def test_a_long_list_of_lost_tests_is_cut():
    base = BASE._replace(passed=tuple(f"t{number:03}" for number in range(100)))
    (reason, *_) = compare(base, BASE._replace(passed=("t000",)), Tier.CONFINED).reasons
    assert "and 79 more" in reason


def test_what_was_not_run_is_no_pass():
    assert not_run("no jail holds here").verdict is Verdict.NOT_RUN
