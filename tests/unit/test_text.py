"""What comes out of `loopview.text` can be shown: nothing acts, nothing hides, every width is the measured one."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata

import pytest
from hostile import ESC, MARKUP, TERMINAL, TEXTS, UNICODE
from hypothesis import given
from hypothesis import strategies as st
from pace import at_most
from rich.cells import cell_len

from loopview.text import Safe, cell_width, plain, plain_block, revealed, safe, safe_block

HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def assert_fit_to_be_shown(text: str) -> None:
    assert text.isprintable(), ascii(text[:80])
    assert not HIDDEN.search(text), ascii(text[:80])
    assert cell_width(text) == cell_len(text), ascii(text[:80])
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        assert marks <= 2, ascii(text[:80])


@pytest.mark.parametrize("number", sorted(TEXTS))
def test_every_text_of_the_corpus_can_be_shown(number):
    assert_fit_to_be_shown(safe(TEXTS[number]))
    for line in safe_block(TEXTS[number]):
        assert_fit_to_be_shown(line)


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_can_be_shown(text):
    shown = safe(text)
    assert_fit_to_be_shown(shown)
    assert safe(shown) == shown, "what is safe stays as it is"
    assert all(0 <= start < end <= len(shown) for start, end, _why in shown.spans)


def test_every_character_there_is_can_be_shown_alone_and_on_a_base():
    points = (
        *range(0x20000),
        *range(0x20000, 0xE0000, 97),
        *range(0xE0000, 0xE0200),
        *range(0xF0000, 0x110000, 97),
    )
    for point in points:
        shown = safe(chr(point) + "a" + chr(point) + "한" + chr(point))
        if not shown.isprintable() or cell_width(shown) != cell_len(shown):
            pytest.fail(f"U+{point:04X} comes out as {shown!r}")


@given(st.text(st.characters(codec=None), max_size=60), st.integers(0, 30))
def test_a_limit_is_kept_and_says_that_it_cut(text, limit):
    whole, cut = safe(text), safe(text, limit=limit)
    assert cell_width(cut) <= limit
    assert_fit_to_be_shown(cut)
    if cell_width(whole) <= limit:
        assert (cut, cut.spans) == (whole, whole.spans)
    elif limit:
        assert cut.endswith("…")
        assert cut.spans[-1] == (len(cut) - 1, len(cut), "cut here")


def test_controls_become_their_pictures_and_the_rest_marks_with_the_code_point():
    assert safe(f"{ESC}[2J\x00\x7f\x9b\u202e") == "␛[2J␀␡‹U+009B›‹U+202E›"
    assert safe("\ud800") == "‹U+D800›"
    assert safe("one\ntwo\r\nthree\tfour") == "one⏎two␍⏎three    four"


def test_spans_tell_a_real_stand_in_from_a_written_one():
    assert safe("written ␛ and ‹U+202E›").spans == ()
    assert safe(f"a{ESC}{ESC}b").spans == ((1, 3, "control character"),)
    assert safe("x\u202ey").spans == ((1, 9, "direction override"),)


def test_ordinary_writing_is_left_alone():
    for text in (
        "résumé",
        "日本語のログ",
        "한국어",
        "हिन्दी की",
        "שלום",
        "العربية",
        "naïve café",
        "─┤✓✗★",
        "→ ≤ ½",
        "👍 🚀",
    ):
        assert safe(text) == text
        assert safe(text).spans == ()
    assert safe("⚠️ 1️⃣") == "⚠ 1⃣", "which presentation a symbol has is no information"


def test_marks_are_kept_up_to_two_a_base_and_never_without_one():
    assert safe("e\u0301") == "e\u0301"
    assert safe("e" + "\u0301" * 5) == "e\u0301\u0301◌◌◌"
    assert safe("\u0301x \u0301") == "◌x ◌"


def test_a_blank_that_is_not_a_space_does_not_pass_for_one():
    assert safe("rm -rf /\u00a0home") == "rm -rf /⍽home"
    assert safe("\u2003\u202f") == "⍽⍽"
    assert safe("全角\u3000空白") == "全角  空白"


@pytest.mark.parametrize(
    "value",
    [None, True, 12, 1.5, float("nan"), 10**5000, b"\xff\x1b[2J", ["\x1b"], {"a": "\x1b[31m"}, object()],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_any_value_can_be_shown(value):
    assert_fit_to_be_shown(safe(value))


def test_values_that_break_when_written_are_shown_too():
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no")

    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert safe(Broken()) == "(Broken that cannot be written)"
    assert safe(nested) == "(list that cannot be written)"
    assert safe(None) == ""


def test_blocks_end_lines_at_line_feeds_only():
    assert safe_block("a\nb\r\nc\rd\u2028e\x85f\x0bg\n") == ["a", "b", "c␍d‹U+2028›e‹U+0085›f␋g"]
    assert safe_block("") == []
    assert safe_block("a\n\n") == ["a", ""]
    assert plain_block("a\nb") == "a\nb"
    assert type(plain(ESC)) is str


def test_a_safe_text_is_a_text():
    assert isinstance(safe("x"), Safe)
    assert safe("x") + "y" == "xy"


def test_a_limit_bounds_the_work():
    huge = ESC * 30_000_000
    with at_most(4):
        assert safe(huge, limit=80) == "␛" * 79 + "…"


def test_importing_it_loads_nothing():
    program = "import sys; before = set(sys.modules); import loopview.text as t; t.safe('x' * 80); print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"loopview", "loopview.text", "__future__"}


def test_the_corpus_is_whole():
    assert sorted(TERMINAL) == list(range(1, 25))
    assert sorted(MARKUP) == list(range(25, 35))
    assert sorted(UNICODE) == list(range(35, 52))


def test_blanks_that_are_easily_missed_are_made_visible():
    line = revealed("\tif x:  \t# why" + " " * 50 + "evil() \t ")
    assert line == "⇥   if x:  ⇥   # why" + "·" * 50 + "evil()·⇥   ·"
    assert [why for _, _, why in line.spans] == [
        "tab", "tab", "wide gap", "blank at the end", "tab", "blank at the end",
    ]  # fmt: skip
    assert revealed("    deep = 1") == "    deep = 1"
    assert revealed(" " * 60 + "deeper") == " " * 60 + "deeper"
    assert revealed("") == ""
    assert revealed("   ") == "···"
    assert line[slice(*line.spans[0][:2])] == "⇥   "


def test_a_written_mark_is_told_from_a_blank_that_was_made_visible():
    assert revealed("a·").spans == ()
    assert revealed("a\u0301\t\u0301") == "a\u0301⇥   ◌"


@given(st.text())
def test_any_line_of_a_file_can_be_shown(text):
    line = revealed(text)
    assert_fit_to_be_shown(line)
    assert all(0 <= start < end <= len(line) for start, end, _ in line.spans)
