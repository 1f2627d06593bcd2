"""Happenings are filtered by their words and by their streams."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loopview.domain.activity import STREAMS, Happening, matching

NOW = datetime(2026, 6, 26, 14, 5, 44, tzinfo=UTC)
HAPPENINGS = (
    Happening("cycle", NOW, "cycle 412", "fail", "bug  AssertionError in fetch"),
    Happening("git", NOW, "3 ms", "exit 0", "git … log -1"),
    Happening("decision", NOW, "E-1", "rejected", "by olga on here  touches Auth"),
)


@pytest.mark.parametrize(
    ("wanted", "streams"),
    [
        ("", ["cycle", "git", "decision"]),
        ("fetch", ["cycle"]),
        ("ASSERTION bug", ["cycle"]),
        ("bug auth", []),
        ("!fetch", ["git", "decision"]),
        ("!", ["cycle", "git", "decision"]),
        ("2026-06-26 rejected", ["decision"]),
    ],
)
def test_every_word_has_to_stand_in_it(wanted, streams):
    assert [it.stream for it in matching(HAPPENINGS, wanted, frozenset())] == streams


def test_a_stream_that_is_off_is_left_out_whatever_is_sought():
    assert [it.stream for it in matching(HAPPENINGS, "!nothing", frozenset({"git", "cycle"}))] == ["decision"]


def test_streams_have_names_of_their_own():
    assert len({key for key, _ in STREAMS}) == len({name for _, name in STREAMS}) == len(STREAMS)
