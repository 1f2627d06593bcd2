"""Numbers of a paragraph against the rows it speaks of: what counts as the same number, and what does not."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import at_most

from loopview.domain.citation import Facts, parts, question_facts, unfounded

ENDED = datetime(2026, 6, 24, 14, 5, 7)  # noqa: DTZ001 - rows hold naive UTC
COLUMNS = ("type", "n", "p90_7d", "minutes", "ok_rate", "ended", "issue", "duration")
ROWS = [
    ("bug", 1234, 570.04, 3.25, 0.7391, ENDED, "#231 in c408, P-17", 190.4),
    ("feature", -11, Decimal("410.00"), 12.0, 0.5, date(2026, 5, 1), "net 3f2c1ab", 7260.0),
]
QUESTION = "which types got slower in the last 7 days, and by 5%?"


def standing(text: str) -> str:
    """The standing of the only number in a text."""
    found = parts(text, Facts(COLUMNS, ROWS, counted=True), question_facts(QUESTION))
    assert "".join(part.text for part in found) == text
    (only,) = {part.standing for part in found if part.standing != "words"}
    return only


@pytest.mark.parametrize(
    "text",
    [
        *("1234", "1,234", "1 234", "1\u202f234", "1.2k rows", "1.23 thousand", "**1,234**", "n=1234."),
        *("570.04", "570.0", "570", "410", "410.0", "3.25", "3.2", "3", "12", "12.0"),
        *("fell by 11", "-11", "−11", "two types", "2 rows", "twelve"),
        *("74%", "73.9 %", "73.91 percent", "0.74", "50%"),
        *("3m10s", "3 min 10 s", "3 minutes and 10 seconds", "190 seconds", "190.4s", "2 h 1 min", "2.02 hours"),
        *("3.25 minutes", "195 seconds", "12 minutes", "0.2 hours"),
        *(
            "2026-06-24",
            "2026-06-24 14:05",
            "2026-06-24T14:05:07",
            "14:05",
            "14:05:07",
            "24 June",
            "June 24th, 2026",
        ),
        *("1 May 2026", "2026-05-01", "issue #231", "231", "cycle c408", "408", "commit 3f2c1ab", "P-17"),
    ],
)
def test_the_same_number_written_otherwise_is_found(text: str) -> None:
    assert standing(text) == "found"


@pytest.mark.parametrize("text", ["7 days", "the last 7 days", "5%"])
def test_a_number_of_the_question_is_the_questions(text: str) -> None:
    assert standing(text) == "asked"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1235",
            "1,233",
            "1.3k",
            "12,34",
            "123",
            "571",
            "570.1",
            "411",
            "3.4",
            "4",
            "+11",
            "-570",
            "9e99",
            "9e999",
        ),
        *("26%", "75%", "73.92%", "1233%", "three types", "twice as slow", "half of them", "a third", "tenfold"),
        *("3m11s", "4 minutes", "3.25 hours", "190 minutes", "12 seconds", "14 days", "2 weeks"),
        *("2026-06-25", "2026-06-24 15", "14:06", "25 June", "June 24, 2025", "2 May", "31 February", "2026-13-45"),
        *("#232", "c409", "3f2c1ac", "P-18", "v2.0.1", "½", "x²", "٤", "９９", "Ⅷ", "九", "1" * 5000),
    ],
)
def test_what_the_rows_do_not_hold_is_missing(text: str) -> None:
    assert "missing" in {
        part.standing for part in parts(text, Facts(COLUMNS, ROWS, counted=True), question_facts(QUESTION))
    }


def test_a_columns_name_is_a_word_and_the_count_only_of_all_rows() -> None:
    assert {part.standing for part in parts("see p90_7d", Facts(COLUMNS, ROWS), question_facts(""))} == {"words"}
    found = parts("2 rows", Facts(COLUMNS, ROWS), question_facts(""))
    assert unfounded(found) == ("2",)


def test_no_text_costs_much() -> None:
    cells = ["1 111 " * 400, "1m1m" * 600, "a1-" * 700, "12:12:" * 400, "9" * 2_000, "e1" * 1_000]
    with at_most(150):
        facts = Facts(("a",), [(cell,) for cell in cells for _ in range(7)], counted=True)
        for cell in cells:
            parts(cell * 10, facts, question_facts(cell))


@given(
    st.text(alphabet=st.sampled_from("0123456789 ,.:-%kmhsdJunMay#ce½²\u202f'x"), max_size=60),
    st.lists(st.one_of(st.integers(), st.floats(), st.text(max_size=20), st.none(), st.booleans()), max_size=4),
)
def test_any_text_over_any_rows_is_kept_whole(text: str, row: list[object]) -> None:
    facts = Facts([str(index) for index in range(len(row))], [row], counted=True)
    found = parts(text, facts, question_facts(text))
    assert "".join(part.text for part in found) == text


@given(st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9).map(lambda value: round(value, 3))))
def test_a_number_written_out_in_full_is_found(value: float) -> None:
    facts = Facts(("n",), [(value,)])
    for text in (f"{value}", f"{value:,}", f"{value:.3f}"):
        assert unfounded(parts(text, facts, Facts((), ()))) == ()
