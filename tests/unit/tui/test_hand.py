"""Whether a hand types: quiet first, then key after key; batches, pastes and keys typed ahead take all back."""

from __future__ import annotations

import pytest

from loopview.tui.proposals.hand import EARLY, PASTED, TOO_FAST, Hand

SHOWN = 100.0


@pytest.fixture
def hand() -> Hand:
    made = Hand()
    made.ready(SHOWN)
    return made


def typed(hand: Hand, *moments: float) -> list[bool]:
    return [hand.pressed(SHOWN + moment) for moment in moments]


def test_a_hand_that_waits_and_types_counts(hand):
    assert typed(hand, 1.0, 1.1, 1.15, 1.4) == [True] * 4


def test_nothing_counts_before_everything_was_on_the_screen():
    hand = Hand()
    assert typed(hand, 0.0, 5.0) == [False, False]
    assert hand.waits_for_reading
    hand.ready(SHOWN + 6)
    assert not hand.armed(SHOWN + 6.9)
    assert hand.armed(SHOWN + 7.0)


def test_a_key_within_the_quiet_second_begins_it_again(hand):
    assert typed(hand, 0.9, 1.8, 2.7) == [False] * 3
    assert hand.said == EARLY
    assert typed(hand, 3.7) == [True]
    assert hand.said == ""


def test_keys_that_waited_in_a_queue_are_as_old_as_they_are(hand):
    assert typed(hand, -3.0, -2.0, -0.5) == [False] * 3
    assert not hand.armed(SHOWN + 0.9)


def test_a_batch_takes_back_the_key_before_it(hand):
    batch = [1.5 + number * 0.0001 for number in range(9)]
    assert typed(hand, *batch) == [True, *[False] * 8]
    assert hand.said == TOO_FAST
    assert typed(hand, 1.7) == [False]
    assert typed(hand, 2.8) == [True]


def test_a_paste_takes_everything_back(hand):
    assert typed(hand, 1.5) == [True]
    hand.pasted(SHOWN + 1.6)
    assert hand.said == PASTED
    assert typed(hand, 2.0, 3.1) == [False, True]


def test_a_clock_that_stands_still_lets_nothing_through(hand):
    assert typed(hand, 2.0, 2.0, 2.0) == [True, False, False]
