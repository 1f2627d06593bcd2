"""Pairs of lines, differing words, parts of lines and what was seen: the pure half of the diff view."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import at_most

from loopview.domain.review import ReviewLine
from loopview.text import cell_width, revealed
from loopview.tui.widgets.diff_layout import DiffLayout, Sides
from loopview.tui.widgets.diff_lines import DiffLines
from loopview.tui.widgets.diff_pairs import NOTHING, Pair, side_by_side
from loopview.tui.widgets.diff_seen import SeenLines
from loopview.tui.widgets.diff_syntax import Syntax, language_of
from loopview.tui.widgets.diff_words import LONGEST, differing

KINDS = {"-": "removed", "+": "added", " ": "context", "@": "hunk", "\\": "note"}


def lines_of(*written: str) -> tuple[ReviewLine, ...]:
    return tuple(ReviewLine(KINDS[line[0]], line[1:], "x.py", 0) for line in written)


def beside(*written: str) -> list[tuple[str, str]]:
    lines = lines_of(*written)
    texts = {NOTHING: ""} | {index: line.text for index, line in enumerate(lines)}
    return [(texts[left], texts[right]) for left, right in side_by_side(lines)]


# -- pairs -------------------------------------------------------------------------------------------------------------


def test_lines_of_both_sides_stand_once_and_changed_ones_beside_each_other():
    assert beside("@h", " a", "-b", "+c", " d") == [("h", "h"), ("a", "a"), ("b", "c"), ("d", "d")]


def test_a_changed_line_stands_beside_the_one_it_became_however_many_come_before():
    rows = beside("-wait = backoff(tries)", "+log.info(url)", "+started = clock()", "+wait = backoff(tries, most)")
    assert rows == [
        ("", "log.info(url)"),
        ("", "started = clock()"),
        ("wait = backoff(tries)", "wait = backoff(tries, most)"),
    ]


def test_what_has_no_other_form_has_nothing_beside_it():
    assert beside("-a", "-b", " c") == [("a", ""), ("b", ""), ("c", "c")]
    assert beside("+a", " c") == [("", "a"), ("c", "c")]


def test_a_missing_line_feed_is_noted_on_its_own_side():
    assert beside("-a b", "\\old", "+a c", "\\new") == [("a b", "a c"), ("old", "new")]
    assert beside(" a", "\\end") == [("a", "a"), ("end", "end")]


@given(st.lists(st.sampled_from(["-a b c", "-x", "+a b d", "+y", " z", "\\n", "@h"]), max_size=40))
def test_every_line_stands_somewhere_once_and_in_its_order(written):
    rows = side_by_side(lines_of(*written))
    for side in ("left", "right"):
        order = [getattr(row, side) for row in rows if getattr(row, side) != NOTHING]
        assert order == sorted(set(order))
    assert {index for row in rows for index in row} - {NOTHING} == set(range(len(written)))


def test_a_large_block_is_paired_in_order_and_at_once():
    lines = lines_of(*(f"-old {n} alpha" for n in range(5000)), *(f"+new {n} alpha" for n in range(5000)))
    with at_most(60):
        assert side_by_side(lines)[:2] == [Pair(0, 5000), Pair(1, 5001)]


# -- words -------------------------------------------------------------------------------------------------------------


def changed(old: str, new: str) -> tuple[list[str], list[str]]:
    left, right = revealed(old), revealed(new)
    gone, come = differing(left, right)
    return [left[start:end] for start, end in gone], [right[start:end] for start, end in come]


def test_only_the_words_that_differ_are_marked():
    assert changed("resp = get(url)", "resp = get(url, tries)") == ([], [", tries"])
    assert changed("for x in rows:", "for y in rows:") == (["x"], ["y"])
    assert changed("same", "same") == ([], [])


def test_lines_with_little_in_common_are_not_marked_word_by_word():
    assert changed("import os", "return 17 + len(found)") == ([], [])


def test_a_stand_in_differs_from_the_same_signs_written_out():
    assert changed("a = b\u200bc", "a = b‹U+200B›c") != ([], [])


def test_long_lines_are_compared_in_bounded_time():
    old = " ".join(f"word{n}" for n in range(400))
    with at_most(20):
        gone, come = changed(old, old.replace("word7 ", "other ").replace("word200", "last"))
    assert [old_run[:5] for old_run in gone] == ["word7"]
    assert [new_run[:5] for new_run in come] == ["other"]
    assert changed("x" * (LONGEST + 1), "x" * LONGEST) == ([], [])


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_is_not_marked_is_the_same_on_both_sides(old, new):
    left, right = revealed(old), revealed(new)
    gone, come = differing(left, right)

    def kept(line, runs):
        marked = {at for start, end in runs for at in range(start, end)}
        return "".join(letter for at, letter in enumerate(line) if at not in marked)

    if gone or come:
        assert kept(left, gone) == kept(right, come)


# -- where lines stand -------------------------------------------------------------------------------------------------


@given(st.text(max_size=80), st.integers(4, 30))
def test_the_parts_of_a_line_are_all_of_it_and_fit(text, room):
    lines = DiffLines(lines_of(f" {text}"))
    parts = [lines.part(0, room, part) for part in range(lines.height(0, room))]
    assert lines.part(0, room, len(parts)) is None
    shown = lines.shown(0)
    assert "".join(shown[cut.start : cut.end] for cut in parts) == shown
    assert all(cell_width(shown[cut.start : cut.end]) <= room for cut in parts)


@given(st.text(max_size=80), st.integers(0, 40), st.integers(4, 30))
def test_a_clipped_line_says_that_it_is_clipped(text, offset, room):
    lines = DiffLines(lines_of(f" {text}"))
    cut, shown = lines.clip(0, offset, room), lines.shown(0)
    assert cut.before + cell_width(shown[cut.start : cut.end]) + cut.after <= room
    assert cut.before or cut.start == 0
    assert cut.after or cut.end == len(shown)


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("width", [20, 45, 100, 160])
def test_rows_are_found_for_lines_and_lines_for_rows(width, split):
    written = [f"{'-+ '[n % 3]}{'word ' * (n * 7 % 40)}" for n in range(60)]
    layout = DiffLayout(DiffLines(lines_of("@h", *written)), Sides(width, split, True, 3))
    rows = [layout.at(y) for y in range(layout.height)]
    assert [part for place, part in rows if place == 5] == list(range(layout.parts(5)))
    assert layout.at(layout.height)[0] == len(layout.pairs)
    for index in range(61):
        place, part = layout.at(layout.top_of(index))
        assert part == 0
        assert index in layout.pairs[place]


def test_several_files_are_listed_before_the_first():
    one, other = (ReviewLine("file", name, name) for name in ("a", "b"))
    assert [line.kind for line in DiffLines((one, other)).lines] == ["listed", "listed", "file", "file"]
    assert [line.kind for line in DiffLines((one,)).lines] == ["file"]


def test_a_line_counts_as_seen_when_all_of_it_was():
    seen = SeenLines(3)
    seen.display(0, 0, 1)
    seen.display(1, 0, 3)
    seen.display(1, 2, 3)
    assert (seen.unseen, seen.next_unseen(0), seen.next_unseen(2)) == (2, 1, 2)
    seen.lay_out_anew()  # the parts seen so far were others
    seen.display(1, 1, 2)
    assert seen.unseen == 2
    seen.display(1, 0, 2)
    seen.display(2, 0, 1)
    seen.display(2, 0, 1)
    assert (seen.unseen, seen.next_unseen(0)) == (0, NOTHING)


# -- colours -----------------------------------------------------------------------------------------------------------


def toned(*written: str) -> list[list[tuple[str, str]]]:
    lines = DiffLines(lines_of(*written))
    syntax = Syntax(lines.lines, lines.shown)
    return [
        [(lines.shown(index)[start:end], tone) for start, end, tone in syntax.of(index)]
        for index in range(len(lines))
    ]


def test_both_sides_are_coloured_each_as_it_reads():
    tones = toned('-x = """', "+x = 1", " def f():", "-rest", '-"""')
    assert ("def", "keyword") in tones[2]  # as on the new side: on the old one it is inside a string
    assert ("rest", "string") in tones[3]
    assert ("1", "number") in tones[1]


def test_what_stands_for_something_keeps_its_place_between_the_colours():
    assert ("return", "keyword") in toned("+\treturn\u200b 1")[0]


def test_only_names_choose_a_language():
    assert [language_of(name) for name in ("a/b.py", "Makefile", "x.PY", "noext", "a.unknown", "x/.py/y")] == [
        "python", "make", "python", "", "", "",
    ]  # fmt: skip


def test_a_long_hunk_is_coloured_a_part_at_a_time():
    lines = DiffLines(lines_of(*(f"+x{n} = {n}" for n in range(2000))))
    syntax = Syntax(lines.lines, lines.shown)
    assert syntax.of(1500)
    assert min(syntax._spans) >= 1200
    assert max(syntax._spans) < 1700
