"""Claims against commits: what names nothing, what is not there, what was taken back, what was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from loopview.domain.claims import (
    NO_COMMIT,
    REVERTED,
    SLACK,
    Claimed,
    GitFact,
    Repository,
    against_git,
    fact_of,
    naming_none,
)

NOON = datetime(2026, 6, 26, 12, tzinfo=UTC)


def name(number: int) -> str:
    return f"{number:040x}"


def fact(number: int, minutes: int, message: str = "work") -> GitFact:
    return GitFact(name(number), NOON + timedelta(minutes=minutes), message)


def row(**more: object) -> Claimed:
    return Claimed(
        **{"subject": "x", "table": "attempts", "source": "s", "generation": 1, "line": 1, "ts": NOON, **more}
    )


def kinds(claimed: Claimed, *facts: GitFact, whole: bool = True) -> list[str]:
    return [claim.kind for claim in against_git([claimed], Repository(facts, whole=whole))]


def test_a_commit_that_is_there_proves_the_claim():
    assert kinds(row(commit=name(7)), fact(7, 0)) == []
    assert kinds(row(commit=name(7)[:40].upper()), fact(7, 0)) == []


def test_a_commit_that_is_not_there_is_told_only_where_all_were_looked_at():
    assert kinds(row(commit=name(8)), fact(7, 0)) == [NO_COMMIT]
    assert kinds(row(commit=name(8)), fact(7, 0), whole=False) == []


@pytest.mark.parametrize("words", ["This reverts commit {}.", "> Take back commit {}."])
def test_a_commit_that_was_taken_back_is_told_with_what_did_it(words):
    history = (fact(9, 2, f"Revert\n\n{words.format(name(7))}"), fact(7, 0))
    (claim,) = against_git([row(commit=name(7))], Repository(history, whole=True))
    assert claim.kind == REVERTED
    assert name(9)[:12] in claim.why


def test_a_revert_that_was_reverted_itself_takes_nothing_back():
    back = fact(9, 2, f"This reverts commit {name(7)}")
    again = fact(11, 3, f"This reverts commit {name(9)}")
    assert kinds(row(commit=name(7)), again, back, fact(7, 0)) == []


def test_a_cycle_that_changed_lines_needs_a_commit_in_its_time():
    timed = row(table="cycles", timed=True, seconds=300.0)
    assert kinds(timed, fact(7, -3), fact(1, -99)) == []
    assert kinds(timed, fact(7, 30), fact(1, -99)) == [NO_COMMIT]
    assert kinds(timed, fact(9, 40, f"This reverts commit {name(7)}"), fact(7, -3), fact(1, -99)) == [REVERTED]
    assert kinds(timed, fact(7, 30), whole=False) == [], "the history does not go back so far"
    assert kinds(row(table="cycles", timed=True), fact(7, 30)) == [], "nobody knows how long it took"


def test_a_little_early_or_late_is_in_time():
    timed = row(table="cycles", timed=True, seconds=0.0)
    edge = SLACK.total_seconds() / 60
    assert kinds(timed, fact(7, int(edge)), fact(1, -99)) == []
    assert kinds(timed, fact(7, int(edge) + 1), fact(1, -99)) == [NO_COMMIT]


@pytest.mark.parametrize("commit", ["", "-", "main", "--output=x", "\x1b[2J", "deadbee\n--x"])
def test_what_is_no_name_of_a_commit_is_never_looked_up(commit):
    assert kinds(row(commit=commit), fact(7, 0)) == []
    (claim,) = naming_none([row(table="modifications", commit=commit)])
    assert claim.kind == NO_COMMIT


def test_a_time_that_no_calendar_has_is_no_fact():
    assert fact_of(name(1), 10**18, "x") is None
    assert fact_of(name(1), 0, "x") is not None
