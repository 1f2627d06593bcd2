"""The order of the queue, and where each state belongs."""

from __future__ import annotations

import pytest

from loopview.domain.approval import Proposal, State
from loopview.domain.proposal_queue import Base, Place, Queue, Queued, danger, place_of, worst_first


def entry(key: str, place: Place, **more: object) -> Queued:
    time = str(more.pop("time", "2026-06-26T14:00:00+00:00"))
    priority = str(more.pop("priority", ""))
    proposal = Proposal(key, key, "do it", time=time, priority=priority)
    return Queued(key, proposal, State.PROPOSED, place, **more)


def test_the_worst_comes_first_and_what_is_decided_last():
    entries = [
        entry("old", Place.DECIDED, time="2026-01-01T00:00:00+00:00"),
        entry("new", Place.DECIDED, time="2026-02-01T00:00:00+00:00"),
        entry("failed", Place.OVER),
        entry("low", Place.WAITING, priority="low"),
        entry("high", Place.WAITING, priority="High"),
        entry("calm", Place.READY, digest="d", expires="2026-06-26T15:00:00+00:00"),
        entry("soon", Place.READY, digest="d", expires="2026-06-26T14:10:00+00:00"),
        entry("risky", Place.READY, digest="d", risks=("new import",), expires="2026-06-26T16:00:00+00:00"),
        entry("protected", Place.READY, digest="d", protected=1),
        entry("stale", Place.READY, digest="d", base=Base.STALE),
    ]
    found = [each.key for each in worst_first(entries)]
    assert found == ["stale", "protected", "risky", "soon", "calm", "high", "low", "failed", "new", "old"]


def test_the_order_does_not_depend_on_the_order_that_came():
    entries = [entry(str(number), Place.WAITING, time=f"2026-06-26T14:0{number}:00+00:00") for number in range(5)]
    assert worst_first(entries) == worst_first(reversed(entries))


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_place(state):
    assert place_of(state, closed=False) in Place


def test_what_the_loop_closed_itself_is_decided_until_the_desk_knows_better():
    assert place_of(State.PROPOSED, closed=True) is Place.DECIDED
    assert place_of(State.READY, closed=True) is Place.READY


def test_danger_is_said_of_what_is_known_only():
    assert danger(entry("a", Place.WAITING)) == ""
    assert danger(entry("a", Place.DECIDED, digest="d")) == "", (
        "risks are told of what is ready, and of nothing else"
    )
    assert danger(entry("a", Place.READY, digest="d")) == "low"
    assert danger(entry("a", Place.READY, digest="d", risks=("new import",))) == "some"
    assert danger(entry("a", Place.READY, digest="d", protected=1)) == "high"


def test_a_queue_finds_and_counts():
    queue = Queue((entry("a", Place.WAITING), entry("b", Place.WAITING)))
    assert queue.find("b").key == "b"
    assert queue.find("c") is None
    assert queue.count(Place.WAITING) == 2
