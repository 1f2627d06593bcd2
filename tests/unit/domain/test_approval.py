"""States go along the steps there are, and a digest changes with anything that it covers."""

from __future__ import annotations

import pytest

from loopview.domain.approval import (
    RUNNING,
    SETTLED,
    STEPS,
    Decision,
    FileDelta,
    Proposal,
    State,
    StepRefused,
    Subject,
    digest,
    step,
)

DELTA = FileDelta("a.py", "100644", "100644", "1" * 40, "2" * 40, "3" * 64, "4" * 64, 1, 1)
SUBJECT = Subject(
    "repo", "refs/heads/main", "b" * 40, "c" * 40, "d" * 40, (DELTA,), "do it", "ollama/m", "e" * 64, "p1", ("pytest",),
    "T2", "f" * 64, "0" * 64, "2026-06-26T14:05:44Z", "n",
)  # fmt: skip


@pytest.mark.parametrize("field", Subject._fields)
def test_a_digest_covers_every_field(field):
    value = getattr(SUBJECT, field)
    other = (*value, "x") if field == "test_plan" else (DELTA, DELTA) if field == "files" else value + "x"
    assert digest(SUBJECT._replace(**{field: other})) != digest(SUBJECT)


@pytest.mark.parametrize("field", FileDelta._fields)
def test_a_digest_covers_every_field_of_every_file(field):
    value = getattr(DELTA, field)
    other = value + 1 if isinstance(value, int) else value + "0"
    assert digest(SUBJECT._replace(files=(DELTA._replace(**{field: other}),))) != digest(SUBJECT)


def test_where_one_field_ends_and_the_next_begins_is_part_of_it():
    joined = SUBJECT._replace(instruction="ab", model="c")
    assert digest(joined) != digest(SUBJECT._replace(instruction="a", model="bc"))


def test_any_text_has_a_digest():
    assert len(digest(SUBJECT._replace(instruction="\ud800\x00\u202e"))) == 64


def test_every_state_has_its_steps_and_nothing_leaves_a_settled_one():
    assert set(STEPS) == set(State)
    assert STEPS[State.REFLECTED] == STEPS[State.REJECTED] == frozenset()
    assert all(State.PUBLISHING not in STEPS[state] for state in State if state is not State.CONFIRMED)
    assert all(State.PUBLISHED not in STEPS[state] for state in State if state is not State.PUBLISHING)
    assert all(State.CONFIRMED not in STEPS[state] for state in State if state is not State.READY)
    assert all(State.READY not in STEPS[state] for state in SETTLED)
    assert all(State.INTERRUPTED in STEPS[state] for state in RUNNING)


def test_a_step_that_is_not_there_is_refused_in_words():
    assert step(State.READY, State.CONFIRMED) is State.CONFIRMED
    with pytest.raises(StepRefused, match="a proposal that is proposed cannot become published"):
        step(State.PROPOSED, State.PUBLISHED)


@pytest.mark.parametrize(
    ("typed", "confirms"),
    [
        ("abcdef12", True),
        ("ABCDEF12", True),
        ("abcdef123", True),
        ("abcdef1", False),
        ("", False),
        ("y", False),
        ("abcdef13", False),
    ],
)
def test_only_the_beginning_of_the_digest_confirms(typed, confirms):
    decision = Decision("merge", "P-1", "abcdef123" + "0" * 55, typed, "me", "host", "/dev/pts/1", "", "n")
    assert decision.confirms is confirms


def test_another_text_under_the_same_id_is_another_proposal():
    one = Proposal("P-1", "t", "do it", ("a.py",))
    assert one.content != one._replace(instruction="do that").content
    assert one.content != one._replace(files=("b.py",)).content
    assert one.content != one._replace(patch="-").content
    assert one.content == one._replace(title="another title", time="later").content
