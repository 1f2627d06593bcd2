"""Words of identifiers, and texts ranked by what they share."""

from __future__ import annotations

import pytest

from loopview.modify.similar import MOST_TERMS, match_of, ranked, searchable, words
from tests.data.hostile import MODERATE

SQL = ('") OR 1=1 --', "NEAR(a b)", 'words:"x"', "a AND", "* ^ {", "a\x00b", '"', "\ud800", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GitSafety", ["git", "safety", "gitsafety"]),
        ("get_by_id", ["get", "by", "id", "getbyid"]),
        ("HTTPServer2.close", ["http", "server", "2", "httpserver2", "close"]),
        ("привет_мир naïve", ["привет", "мир", "приветмир", "naïve"]),
        ("__init__ _", ["init"]),
    ],
)
def test_identifiers_come_apart(text, found):
    assert list(words(text)) == found


def test_the_seed_case_is_found():
    texts = ["Fix the login page", "Add division method to calculator", "Write documentation for the API"]
    assert ranked("Add modulo operation to calculator", texts, 5) == [1]


def test_a_shared_small_word_is_no_likeness_but_alone_it_is_looked_for():
    assert ranked("the division of calculators", ["go to the moon", "a calculator"], 5) == [1]
    assert ranked("the", ["go to the moon", "a calculator"], 5) == [0]


def test_what_shares_more_comes_first_and_of_equals_the_later_one():
    texts = ["retry upload", "retry upload of images", "retry upload", "unrelated"]
    assert ranked("retry upload", texts, 5) == [2, 0, 1]
    assert ranked("retry upload", texts, 1) == [2]
    assert ranked("retry upload", texts, 0) == ranked("retry upload", texts, -1) == []


@pytest.mark.parametrize("query", [*SQL, *MODERATE.values()])
def test_no_text_is_a_query(query):
    texts = ["a plain task", query]
    assert set(ranked(query, texts, 5)) <= {0, 1}
    assert match_of(query).count('"') % 2 == 0
    searchable(query).encode()


def test_a_long_query_has_a_bound():
    assert match_of(" ".join(f"word{n}" for n in range(10_000))).count(" OR ") == MOST_TERMS - 1
