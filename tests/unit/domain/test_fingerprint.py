from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pace import at_most

import loopview
from loopview.domain.fingerprint import explain, fingerprint

LOGIN = "FAILED test_login at app/auth.py:42  (0x7ffd, 2026-06-24T10:00:00Z) 1.3s"

PIECES = st.sampled_from(
    [
        "error", "FAIL", "Traceback", "not found", "\u2717", "\u00d7", "fa\u0130l", "\u017fail", "ok", " ", "\n", "\r", "\x85",
        "\u2028", "\x1c", "\t", ":42", ":4:2", "line 7", "LINE  9", "0x7ffd", "0XFF", "deadbeef", "DEADBEEF1", "a" * 41,
        "2026-06-24T10:00:00Z", "2026-06-24 10:00:00.5", "/usr/lib/x.py", "C:\\dir/y.py", "a/b.c/d.e", "0.5s", "12 ms",
        "3 Seconds", "7sec", "\u0663", "1234567", "1.5", "x1", "\u00e9", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=60).map("".join), st.lists(PIECES, max_size=60).map(" ".join), st.text()
)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        (LOGIN, "dced59bf9ed5"),
        ("FAILED test_login at app/auth.py:99  (0x1abc, 2026-06-25T11:22:33Z) 0.4s", "dced59bf9ed5"),
        ("\u2717 case a\nplain line\n", "b2a471b3bf3c"),
        ("\u2718 case a\nplain line\n", "52d5e80dee2d"),
        ("\u00d7 case a\nplain line\n", "54984e8635bf"),
        ("x case a\nplain line\n", "fd9d230829f7"),
        ("", ""),
        (" \n\t", ""),
    ],
)
def test_goldens(text, digits):
    assert loopview.fingerprint(text) == digits


@settings(max_examples=500, deadline=None)
@given(TEXTS)
@example("a b\n" * 30)
@example("error\n" * 30)
@example("error //x.y /a/x.y//b.c/d 10.5s 1.5.7s 0.5 sec 1.2ſ")
@example("error 1\n\n" + "plain\n" * 9)
def test_parity(oracle, text):
    assert fingerprint(text) == oracle.fingerprint(text)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_the_explanation_ends_in_the_same_digits(text):
    told = explain(text)
    assert told.fingerprint == fingerprint(text)
    assert len(told.lines) <= 20
    assert told.lines_found >= len(told.lines)


def test_the_explanation_names_every_token():
    told = explain(LOGIN)
    assert told.signal
    assert told.normalised == "failed test_login at app/auth.py:N (0xADDR, TS DUR"
    replaced = {step.name: [tuple(token) for token in step.replacements] for step in told.steps}
    assert replaced["address"] == [("0x7ffd", "0xADDR")]
    assert replaced["line number"] == [(":42", ":N")]
    assert replaced["duration"] == [("1.3s", "DUR")]
    assert replaced["number"] == []


def test_without_signals_the_last_five_lines_count():
    told = explain("\n".join(f"  step {letter}" for letter in "abcdefg") + "\n\n")
    assert not told.signal
    assert told.lines == tuple(f"step {letter}" for letter in "cdefg")


def test_only_twenty_signals_count():
    many = "\n".join(f"error {letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
    assert fingerprint(many) == fingerprint(many + "\nerror at the end")
    assert explain(many).lines_found == 26


@pytest.mark.parametrize("junk", [None, 5, b"error", ["error"], {}, 1.5, True])
def test_what_is_no_text_has_no_fingerprint(junk):
    assert fingerprint(junk) == ""
    assert explain(junk).fingerprint == ""


def test_lone_surrogates_do_not_raise():
    assert re.fullmatch("[0-9a-f]{12}", fingerprint("error \ud800"))


@pytest.mark.parametrize("piece", ["a/", "\\", "1", "1.", "line ", ": ", "0x", "/a.b", "0.", "1 "])
def test_a_hostile_megabyte_takes_no_time_to_speak_of(piece):
    with at_most(300):  # the formats' own patterns, searched as they stand, take hours
        assert re.fullmatch("[0-9a-f]{12}", fingerprint("error " + piece * (1_000_000 // len(piece))))
