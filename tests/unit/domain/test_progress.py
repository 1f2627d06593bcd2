"""What there is to see of a run: the fold of its events, bounded."""

from __future__ import annotations

from loopview.domain import edit
from loopview.domain.approval import State
from loopview.domain.edit import Ended, Entered, ModelSaid, Tried
from loopview.domain.progress import MODEL_TAIL, MOST_PHASES, OUTPUT_TAIL, Progress

START = Progress("P-1", "modulo", 1)


def after(*events, progress: Progress = START) -> Progress:
    for seconds, event in enumerate(events):
        progress = progress.after(event, float(seconds))
    return progress


def test_phases_are_kept_with_when_they_began():
    seen = after(Entered("snapshot", 0, "base"), Entered("generate", 1))
    assert [(phase.name, phase.attempt, phase.began) for phase in seen.phases] == [
        ("snapshot", 0, 0.0),
        ("generate", 1, 1.0),
    ]
    assert seen.phase == "generate"
    assert seen.running


def test_however_much_is_said_the_end_of_it_is_kept():
    seen = after(*[ModelSaid("x" * 5000 + str(number)) for number in range(20)])
    assert len(seen.answer) == MODEL_TAIL
    assert seen.answer.endswith("19")
    assert seen.answered > 100_000
    seen = after(*[edit.TestsSaid(b"y" * 50_000 + b"%d" % number) for number in range(9)])
    assert len(seen.output) == OUTPUT_TAIL
    assert seen.output.endswith(b"8")
    seen = after(*[Entered("tests", number) for number in range(500)])
    assert len(seen.phases) == MOST_PHASES


def test_a_new_answer_begins_empty_and_a_new_phase_without_output():
    seen = after(Entered("generate", 1), ModelSaid("first"), Entered("check", 1), edit.TestsSaid(b"red"))
    assert (seen.answer, seen.output) == ("first", b"red")
    seen = after(Entered("generate", 2), progress=seen)
    assert (seen.answer, seen.output) == ("", b"")


def test_the_outcome_is_a_sentence():
    seen = after(Tried(1, "tests", "red", "abc"), Ended(State.FAILED, "the same failure 3 times"))
    assert seen.outcome == "", "it still runs"
    assert seen._replace(over=2.0).outcome == "failed: the same failure 3 times"
    assert seen._replace(over=2.0, problem="in progress by another").outcome == "in progress by another"
    assert START._replace(over=1.0).outcome == "it ended without saying how"
