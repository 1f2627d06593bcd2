"""Calm: mutes that end, hours that pass midnight, words that are no mute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from loopview.domain.calm import Mutes, how_long, is_quiet, mutes_of, read_mute

NOW = datetime(2026, 6, 26, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "time", "quiet"),
    [
        ("22:00-07:00", "23:30", True),
        ("22:00-07:00", "00:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("22:00-07:00", "21:59", False),
        ("12:00-13:30", "13:29", True),
        ("12:00-13:30", "13:30", False),
        ("12:00-12:00", "12:00", False),
        ("", "03:00", False),
    ],
)
def test_hours_of_the_operators_clock(hours, time, quiet):
    assert is_quiet(hours, datetime.fromisoformat(f"2026-06-26T{time}")) is quiet


@pytest.mark.parametrize(
    ("words", "topic", "length"),
    [
        ([], "all", None),
        (["30m"], "all", timedelta(minutes=30)),
        (["probes"], "probes", None),
        (["2h", "probes"], "probes", timedelta(hours=2)),
        (["all", "1d"], "all", timedelta(days=1)),
        (["999999d"], "all", timedelta(days=366)),
    ],
)
def test_a_mute_in_words(words, topic, length):
    assert read_mute(words, NOW) == (topic, NOW + length if length else None)


@pytest.mark.parametrize(
    "words", [["soon"], ["30"], ["m"], ["-5m"], ["0m"], ["30m", "2h"], ["probes", "verdict"], ["٣m"], ["1e3m"]]
)
def test_words_that_are_no_mute(words):
    assert all(how_long(word) is None for word in words) or len(words) > 1
    with pytest.raises(ValueError, match="mute for a time"):
        read_mute(words, NOW)


def test_a_mute_holds_its_topic_until_it_ends():
    mutes = Mutes().muted("probes", NOW + timedelta(minutes=30)).muted("checks", None)
    assert mutes.why("probes", NOW) == "probes is muted until 2026-06-26 14:30 UTC"
    assert mutes.why("verdict", NOW) == ""
    assert mutes.why("probes", NOW + timedelta(minutes=31)) == ""
    assert mutes.at(NOW + timedelta(minutes=31)) == Mutes((("checks", ""),))
    assert mutes.unmuted("checks").unmuted("probes") == Mutes()
    assert Mutes().muted("all", None).why("silence", NOW) == "everything is muted"
    assert mutes.unmuted("all") == Mutes()
    assert mutes_of(dict(mutes.until)) == mutes
    assert mutes_of({"probes": 3, "nonsense": ""}) == mutes_of("x") == Mutes()
