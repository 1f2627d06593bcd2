"""Changes of the verdict are those that judging every beginning of the journal would show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.stall import stall_verdict
from loopview.domain.verdict_changes import verdict_changes

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "gate": st.sampled_from(["pass", "fail", "blocked", "in-flight", None]),
            "fingerprint": st.sampled_from(["a1", "b2", "-", "", None]),
            "action": st.just("try"),
        }
    ),
    max_size=24,
)


@given(ROWS, st.integers(0, 4))
def test_each_change_is_one_that_judging_every_beginning_shows(rows, k):
    words = ["", *(stall_verdict(rows[: end + 1], k).verdict for end in range(len(rows)))]
    wanted = [(at, words[at], words[at + 1]) for at in range(len(rows)) if words[at] != words[at + 1]]
    assert [(it.place, it.before, it.after) for it in verdict_changes(rows, k)] == wanted


@given(ROWS)
def test_a_stall_is_told_with_its_fingerprint_and_length(rows):
    for change in verdict_changes(rows, 2):
        if change.after == "STALLED":
            verdict = stall_verdict(rows[: change.place + 1], 2)
            assert (change.fingerprint, change.streak) == (verdict.fingerprint, verdict.stall_count)
