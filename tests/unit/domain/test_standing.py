"""Where a proposal stands follows from the records alone, and what cannot follow opens nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_life import COMMIT, SUBJECT, chained, decision, life, subject_fields

from loopview.domain.approval import STEPS, State, digest
from loopview.domain.chain import Record
from loopview.domain.ledger_events import LedgerEvent
from loopview.domain.recorded import decision_of, proposal_of, subject_of
from loopview.domain.standing import Replay, fold, replay

LIFE = life()
NAMES = [event for event, _ in LIFE]
STATES = [
    "proposed", "proposed", "started", "generated", "checked", "tested", "ready", "ready", "confirmed", "publishing",
    "published", "reflected",
]  # fmt: skip
OTHER = SUBJECT._replace(nonce="another")


def standing(events, **chain):
    return fold(chained(events, **chain))["p1"]


def until(event):
    return LIFE[: NAMES.index(event) + 1]


def test_a_life_goes_through_its_states():
    for count, state in enumerate(STATES, 1):
        here = standing(LIFE[:count])
        assert (here.state, here.irregular) == (state, ())
    assert (here.commit, here.ledger_head, here.reason) == (COMMIT, "a" * 64, "went well")
    assert (here.subject, here.digest, here.intent) == (SUBJECT, digest(SUBJECT), None)
    assert (here.attempts, here.nonces) == (1, {"start-nonce", "merge-nonce"})
    assert here.proposal.title == "Title"
    assert (here.plan, here.tested["verdict"], here.ready["boot"]) == ({"command": ["pytest"]}, "passed", "x")
    assert here.times["ready"] == "2026-06-24T10:00:06+00:00"
    assert standing(until("ready")).expires == SUBJECT.expires


def test_an_intent_without_an_outcome_is_told():
    assert standing(until("publishing")).intent == {"commit": COMMIT, "tree": SUBJECT.candidate_tree}
    for outcome, state in (("published", "published"), ("untouched", "interrupted"), ("needs", "publishing")):
        events = [*until("publishing"), ("recovered", {"outcome": outcome, "commit": COMMIT, "said": "so"})]
        here = standing(events)
        assert (here.state, here.reason, here.intent is None) == (state, "so", outcome != "needs")
        assert here.commit == (COMMIT if outcome == "published" else "")


@pytest.mark.parametrize(
    ("events", "why"),
    [
        (LIFE[1:], "nothing was proposed"),
        ([*LIFE[:1], *LIFE[2:]], "no decision to start"),
        ([*LIFE[:1], ("start-decided", {"decision": decision("merge")})], "about something else"),
        ([*LIFE[:1], ("start-decided", {"decision": decision("start", "p2")})], "about something else"),
        ([*LIFE[:1], ("start-decided", {"decision": decision("start", nonce="")})], "used before"),
        ([*LIFE[:1], ("start-decided", {})], "no decision"),
        ([*LIFE[:2], LIFE[1], LIFE[2]], "used before"),
        ([*LIFE[:3], LIFE[2]], "no decision to start"),
        ([*LIFE[:7], *LIFE[8:]], "no decision about it"),
        ([*LIFE[:6], *LIFE[7:]], "waits for no decision"),
        ([*LIFE[:8], *LIFE[9:]], "cannot become publishing"),
        ([*LIFE[:9], *LIFE[10:]], "cannot become published"),
        ([*LIFE, LIFE[7]], "waits for no decision"),
        ([*LIFE, LIFE[9]], "cannot become publishing"),
        ([*LIFE, LIFE[10]], "cannot become published"),
        ([*LIFE, LIFE[2]], "no decision to start"),
        ([*LIFE, LIFE[0]], "proposed before"),
        ([*LIFE[:6], ("ready", {**LIFE[6][1], "digest": "0" * 64})], "not that of its subject"),
        ([*LIFE[:6], ("ready", {**LIFE[6][1], "subject": subject_fields(OTHER)})], "not that of its subject"),
        ([*LIFE[:6], ("ready", {"digest": digest(SUBJECT)})], "no subject"),
        ([*LIFE[:7], ("merge-decided", {"decision": decision(subject=OTHER)})], "another digest"),
        ([*LIFE[:7], ("merge-decided", {"decision": decision(typed="deadbeef")})], "not the beginning"),
        ([*LIFE[:7], ("merge-decided", {"decision": decision(typed=digest(SUBJECT)[:7])})], "not the beginning"),
        ([*LIFE[:7], ("merge-decided", {"decision": decision(nonce="start-nonce")})], "used before"),
        ([*LIFE[:7], ("merge-decided", {"decision": decision("start")})], "about something else"),
        ([*LIFE[:7], ("merge-decided", {"decision": {**decision(), "more": 1}})], "no decision"),
        ([*LIFE[:8], ("confirmed", {"digest": "0" * 64})], "another digest"),
        ([*LIFE[:9], ("publishing", {"intent": {"tree": "0" * 40}})], "something else than was confirmed"),
        ([*LIFE[:9], ("publishing", {"intent": {"target_ref": "refs/heads/other"}})], "something else"),
        ([*LIFE[:9], ("publishing", {})], "no intent"),
        ([*LIFE[:10], ("published", {"commit": "8" * 40})], "not the one that was intended"),
        ([*LIFE[:10], ("published", {})], "not the one that was intended"),
        ([*LIFE[:10], ("recovered", {"outcome": "published", "commit": "8" * 40})], "not the one that was intended"),
        ([*LIFE[:10], ("recovered", {"outcome": "well"})], "not known"),
        ([*LIFE[:9], ("recovered", {"outcome": "published", "commit": COMMIT})], "nothing to be recovered"),
        ([*LIFE[:9], ("undone", {"by": "p2"})], "cannot be undone"),
        ([*LIFE[:3], ("ready to go", {})], "no such event"),
        ([*LIFE[:3], ("expired", {"reason": "late"})], "cannot become expired"),
        ([("proposed", {"proposal": {"id": "p1"}})], "no proposal"),
    ],
)  # fmt: skip
def test_what_cannot_follow_is_told_and_not_obeyed(events, why):
    records = chained(events)
    told = replay(records)
    odd = next(each for each in told.irregular if why in each.why)
    at = odd.seq
    assert fold(records[:at]).get("p1", None) == (
        before._replace(irregular=(*before.irregular, odd))
        if (before := fold(records[: at - 1]).get("p1"))
        else None
    )
    assert odd.event == records[at - 1].event


def test_a_decision_played_again_publishes_nothing_again():
    again = [
        *until("publishing"),
        ("failed", {"reason": "disk"}),
        ("start-decided", {"decision": decision("start", nonce="2")}),
    ]
    again += [*LIFE[2:6], *LIFE[6:11]]
    here = standing(again)
    assert (here.state, here.commit) == (State.TESTED, "")
    assert here.irregular[0].why == "a publish of this digest was begun before"
    fresh = life(subject=OTHER)[6:]
    fresh[1] = ("merge-decided", {"decision": decision(subject=OTHER)})
    here = standing([*again[:-5], *fresh])
    assert (here.state, here.commit, here.irregular[0].why) == (State.READY, "", "the decision was used before")
    fresh[1] = ("merge-decided", {"decision": decision(subject=OTHER, nonce="new")})
    assert standing([*again[:-5], *fresh]).commit == COMMIT


def test_what_waits_again_wants_a_new_decision():
    back = [*until("confirmed"), ("ready", {**LIFE[6][1], "reason": "a file is dirty"})]
    here = standing(back)
    assert (here.state, here.reason, here.decision) == (State.READY, "a file is dirty", None)
    assert standing([*back, LIFE[8]]).state is State.READY
    assert standing([*back, LIFE[7], LIFE[8]]).state is State.READY
    assert standing([*back, ("merge-decided", {"decision": decision(nonce="2")}), LIFE[8]]).state is State.CONFIRMED


def test_a_new_candidate_voids_what_was_ready():
    checked = standing([*until("merge-decided"), ("checked", {})])
    assert (checked.state, checked.digest, checked.subject, checked.decision) == (State.CHECKED, "", None, None)
    assert standing([*until("merge-decided"), ("checked", {}), LIFE[8]]).state is State.CHECKED


def at(*clock):
    """The life up to the decision, whose last two records are made at these times."""
    return standing(until("merge-decided"), times=["2026-06-24T10:00:00Z"] * 6 + list(clock))


def test_a_decision_has_its_time():
    assert at("2026-06-24T10:00:00Z", "2026-06-24T10:30:00Z").decided
    assert at("2026-06-24T10:00:00Z", "2026-06-24T09:59:30Z").decided
    for ready, decided, why in (
        ("2026-06-24T10:00:00Z", "2026-06-24T10:30:01Z", "was over"),
        ("2026-06-24T10:00:00Z", "2026-06-24T09:50:00Z", "set back"),
        ("2026-06-24T10:00:00Z", "soon", "cannot be read"),
    ):
        assert why in at(ready, decided).irregular[0].why


@pytest.mark.parametrize("end", ["rejected", "expired", "stale", "failed", "cancelled", "interrupted"])
def test_ends_carry_their_reason_and_most_can_be_started_again(end):
    events = [*until("ready"), (end, {"reason": "because"})]
    here = standing(events)
    assert (here.state, here.reason, here.digest) == (end, "because", digest(SUBJECT))
    again = standing([*events, ("start-decided", {"decision": decision("start", nonce="2")}), ("started", {})])
    assert again.state == ("rejected" if end == "rejected" else "started")
    assert end == "rejected" or (again.attempts, again.digest, again.reason) == (2, "", "")


def test_trust_is_about_no_edit_and_an_undo_is_told():
    assert replay([Record(1, "2026-06-24T09:00:00Z", "trusted", "", {}, "", "")]) == Replay()
    assert standing([*LIFE, ("undone", {"by": "p2"})]).undone == "p2"
    assert standing([*LIFE, ("undone", {"by": "p2"})]).state is State.REFLECTED


def test_values_are_read_back_exactly_or_not_at_all():
    assert subject_of(subject_fields()) == SUBJECT
    assert decision_of({**decision(), "protected": ["a"]}).protected == ("a",)
    for spoil in ({"files": [{}]}, {"files": None}, {"tier": 2}, {"test_plan": [1]}, {"more": "x"}):
        assert subject_of({**subject_fields(), **spoil}) is None
    deltas = [{**SUBJECT.files[0]._asdict(), "added": value} for value in (True, 1.0, "1", 1 << 60)]
    assert all(subject_of({**subject_fields(), "files": [delta]}) is None for delta in deltas)
    for nothing in (None, [], "x", {}, 1):
        assert (subject_of(nothing), decision_of(nothing), proposal_of(nothing)) == (None, None, None)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=4,
)
spoiled = st.tuples(
    st.sampled_from(LIFE),
    st.sampled_from(["proposal", "decision", "subject", "digest", "intent", "commit"]),
    json_values,
).map(lambda made: (made[0][0], {**made[0][1], made[1]: made[2]}))
anything = st.tuples(
    st.sampled_from([*LedgerEvent, "x"]).map(str), st.dictionaries(st.text(max_size=4), json_values, max_size=2)
)
ends = st.sampled_from(["failed", "expired", "stale", "cancelled"]).map(lambda end: (end, {"reason": "r"}))
events = st.one_of(st.sampled_from(LIFE), st.sampled_from(life(subject=OTHER)), ends, spoiled, anything)
texts = st.sampled_from(["p1", "p1", "p1", "p2", ""])
records = st.lists(st.tuples(events, texts), max_size=30).map(
    lambda made: [
        Record(n, "2026-06-24T10:00:00Z", e, key, fields, "", "") for n, ((e, fields), key) in enumerate(made)
    ]
)


@settings(max_examples=150)
@given(records, st.integers(0, 30))
def test_any_records_are_told_and_more_of_them_change_nothing_that_was(given_records, cut):
    whole = replay(given_records)
    first = replay(given_records[:cut])
    assert repr(replay(given_records[cut:], first)) == repr(whole)
    assert repr(whole.irregular[: len(first.irregular)]) == repr(first.irregular)
    assert list(whole.standings)[: len(first.standings)] == list(first.standings)


@settings(max_examples=150)
@given(records)
def test_every_step_is_one_that_there_is(given_records):
    before = Replay()
    for record in given_records:
        after = replay([record], before)
        for key, now in after.standings.items():
            then = before.standings.get(key)
            if then is None:
                assert now.state is State.PROPOSED
            elif then.state is not now.state:
                assert now.state in STEPS[then.state]
            if now.state is State.CONFIRMED and then.state is State.READY:
                assert then.decided
                assert then.decision.nonce in then.nonces
        before = after


@given(st.permutations(LIFE), st.permutations(life(subject=OTHER)))
def test_nothing_is_published_without_every_step(first, second):
    here = fold(chained([*LIFE[:1], *first, *second])).get("p1")
    if here.commit:
        assert "merge-nonce" in here.nonces
        assert here.spent == {here.digest}
