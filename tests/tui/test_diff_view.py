"""The diff view by itself: every line whole, both forms, going about in it, searching, and what was seen."""

from __future__ import annotations

import re

import pytest
from diff_cases import DiffApp, changed_file, new_file, painted, until
from hostile import MODERATE
from rich.cells import cell_len
from textual.color import Color

from loopview.domain.review import ReviewLine
from loopview.tui.actions import CONSOLE
from loopview.tui.console import OPENERS
from loopview.tui.messages import DiffContextSought, DiffPlaceChanged
from loopview.tui.themes import GROUNDS, LEAST_CONTRAST, TEXTS, contrasts, read_palette
from loopview.tui.widgets.diff_actions import DIFF

SIZES = [(160, 45), (100, 30), (80, 24), (45, 30), (40, 10), (12, 5), (1, 1)]
TWO_FILES = changed_file("src/net/fetch.py", 3) + changed_file("tests/test_fetch.py", 2)
LONG = new_file("long.txt", [b"start " + b"x" * 300 + b" end", b"short"])


# -- what it draws -----------------------------------------------------------------------------------------------------


async def test_unified_rows_have_both_numbers_signs_and_headings():
    app = DiffApp(changed_file("src/net/fetch.py", 1))
    async with app.run_test(size=(80, 12)):
        assert app.rows[0].split()[:3] == ["src/net/fetch.py", "hunk", "1/1"]
        assert app.rows[1:8] == [
            "■ src/net/fetch.py  changed  +1 -1",
            "▶ @@ -1,3 +1,3 @@ def part_0():",
            "▌  1   1   same 1",
            "▌  2     -     wait = 0",
            "▌      2 +     wait = retry(0)",
            "▌  3   3   same 1",
            "",
        ]


async def test_old_and_new_stand_side_by_side_where_there_is_room_and_on_request():
    app = DiffApp(changed_file("src/net/fetch.py", 1))
    async with app.run_test(size=(140, 12)) as pilot:
        assert "side by side" in app.rows[0]
        left, _, right = app.rows[4].partition("│")
        assert (left.split(), right.split()) == (
            ["▌", "2", "-", "wait", "=", "0"],
            ["2", "+", "wait", "=", "retry(0)"],
        )
        await pilot.press("d")
        assert "unified" in app.rows[0]
        assert app.rows[5] == "▌      2 +     wait = retry(0)"
    app = DiffApp(changed_file("src/net/fetch.py", 1))
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("d")
        assert app.rows[4].index("│") == 40


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_row_is_as_wide_as_the_view_at_every_size(size):
    texts = [text.encode("utf-8", "surrogatepass").replace(b"\n", b" ") for text in MODERATE.values()]
    app = DiffApp(new_file("a.py", texts) + changed_file("src/日本語.py", 2))
    async with app.run_test(size=size) as pilot:
        reader = app.view.reader
        for key in ("n", "G", "d", "w", "l", "d", "w", "g"):
            await pilot.press(key)
            strips = [reader.render_line(y) for y in range(reader.size.height)]
            assert {strip.cell_length for strip in strips} == {size[0]}
            assert {cell_len(strip.text) for strip in strips} == {size[0]}


async def test_a_long_line_is_wrapped_whole_and_each_of_its_rows_begins_with_our_gutter():
    app = DiffApp(LONG)
    async with app.run_test(size=(60, 20)):
        rows = [row for row in app.rows if row.lstrip("▌").strip()[:1] in {"1", "↪"}]
        assert len(rows) == 7
        assert all(row.startswith(("▌      1 + ", "▌       ↪+ ")) for row in rows)
        assert "".join(row[11:] for row in rows) == "start " + "x" * 300 + " end"


async def test_a_clipped_line_shows_that_it_is_clipped_and_goes_sideways():
    app = DiffApp(LONG, wrap=False)
    async with app.run_test(size=(60, 20)) as pilot:
        assert app.rows[3].endswith("x›")
        await pilot.press("l")
        assert app.rows[3].startswith("▌      1 + ‹xxx")
        await pilot.press("h", "w")
        assert "›" not in app.shown
        assert app.rows[9].endswith(" end")


async def test_lines_of_a_file_cannot_pass_for_headings_or_other_lines():
    forged = [
        b"@@ -1 +1 @@",
        b"\xe2\x96\xa0 other.py  changed  +0 -0",
        b"  12   12   harmless",
        b"diff --git a/x b/x",
    ]
    app = DiffApp(new_file("x" * 150 + " 1 + forged", forged))
    async with app.run_test(size=(60, 20)):
        heading, *rest = app.rows[1:5]
        assert heading.startswith("■ ")
        assert rest[0].startswith("↪ ")
        numbered = [row for row in app.rows if row.startswith("▌")]
        assert [row[:10] for row in numbered] == ["▌      1 +", "▌      2!+", "▌      3 +", "▌      4 +"]


async def test_what_a_quick_look_misses_is_visible_and_marked():
    lines = [b"end \t", b"\tx = 1", b"caf\xc3\xa9", b"a\xe2\x80\xaeb", b"a\rb", b"bad \xff"]
    app = DiffApp(new_file("x.py", lines)[:-1] + b"\n\\ No newline at end of file\n")
    async with app.run_test(size=(70, 20)):
        rows = [row[8:] for row in app.rows[3:10]]
        assert rows == [
            "!+ end·⇥", " + ⇥   x = 1", "!+ café", "!+ a‹U+202E›b", "!+ a␍b", "!+ bad ‹U+DCFF›",
            " \\ no newline at the end of the file",
        ]  # fmt: skip
        styles = {
            segment.text: segment.style
            for y in range(3, 9)
            for segment in app.view.reader.render_line(y)
            if segment.style
        }
        assert styles["é"].underline
        assert styles["‹U+202E›"].color != styles["b"].color


async def test_colours_follow_the_language_and_changed_words_stand_out():
    diff = changed_file("a.py", 1).replace(b" same 1\n", b' return "x"\n')
    app = DiffApp(diff)
    async with app.run_test(size=(80, 12)):
        segments = {
            segment.text.strip(): segment.style for y in (3, 4, 5) for segment in app.view.reader.render_line(y)
        }
        assert segments["return"].color != segments['"x"'].color
        assert segments["retry("].bold
        assert segments["retry("].underline
        assert not segments["wait ="].underline
        grounds = {app.view.reader.render_line(y)._segments[-1].style.bgcolor for y in (3, 4, 5)}
        assert len(grounds) == 3


async def test_several_files_are_listed_first_with_figures_and_digests():
    lines = tuple(
        line._replace(facts=line.facts._replace(sha256="ab" * 32)) if line.facts else line
        for line in DiffApp(TWO_FILES).lines
    )
    app = DiffApp(lines)
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.rows[1] == f"≡        +3 -3  src/net/fetch.py  sha256 {'ab' * 32}"
        assert app.rows[2] == f"≡        +2 -2  tests/test_fetch.py  sha256 {'ab' * 32}"
        await pilot.click("DiffReader", offset=(20, 2))
        assert app.view.place == ("tests/test_fetch.py", 0)


async def test_without_a_diff_it_says_so():
    app = DiffApp()
    async with app.run_test(size=(60, 10)):
        assert "no diff to show" in app.shown
        app.view.show((), said="git took too long \x1b[2J")
        assert "git took too long ␛[2J" in app.shown
        assert not app.view.seen_all
        assert app.view.hunk_text() is None


def test_every_tone_can_be_read_on_changed_lines_in_every_theme_of_ours(repository):
    css = (repository / "src/loopview/tui/loopview.tcss").read_text(encoding="utf-8")
    roles = dict(re.findall(r"\.diff--(\w+) \{ background: \$(ok|fail) 12%", css))
    assert roles == {"added": "ok", "removed": "fail"}
    for path in sorted((repository / "themes").glob("*.toml")):
        colours = {role: Color.parse(colour) for role, colour in read_palette(path)[0]["colours"].items()}
        for role in roles.values():
            ground = colours["background"].blend(colours[role], 0.12)
            for text in TEXTS:
                shown = {
                    "colours": {
                        **dict.fromkeys((*GROUNDS, "selection"), ground.hex),
                        **dict.fromkeys((*TEXTS, "selection-text"), colours[text].hex),
                    }
                }
                assert min(contrasts(shown).values()) >= LEAST_CONTRAST, (path.stem, role, text)


def test_no_key_of_a_diff_is_one_that_works_everywhere():
    keys = [key for action in DIFF for key in action.keys.split(",")]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & {key for action in (*CONSOLE, *OPENERS) for key in action.keys.split(",")}


# -- going about -------------------------------------------------------------------------------------------------------


async def test_keys_go_from_hunk_to_hunk_and_from_file_to_file():
    app = DiffApp(TWO_FILES)
    async with app.run_test(size=(80, 9)) as pilot:
        places = [app.view.place]
        for key in ("n", "n", "n", "N", "right_curly_bracket", "n", "n", "left_curly_bracket"):
            await pilot.press(key)
            places.append(app.view.place)
        one, other = "src/net/fetch.py", "tests/test_fetch.py"
        assert places == [
            (one, 0), (one, 1), (one, 2), (other, 0), (one, 2), (other, 0), (other, 1), (other, 1), (one, 0),
        ]  # fmt: skip
        assert app.rows[1].startswith("■ src/net/fetch.py")
        assert any(isinstance(message, DiffPlaceChanged) for message in app.told)


async def test_scrolling_takes_the_current_hunk_along():
    app = DiffApp(TWO_FILES)
    async with app.run_test(size=(80, 9)) as pilot:
        await pilot.press("G")
        assert app.view.place == ("tests/test_fetch.py", 1)
        await pilot.press("g", "pagedown")
        assert app.view.place == ("src/net/fetch.py", 0)
        assert "same 1" in app.rows[1]
        await pilot.press("j")
        assert app.view.place == ("src/net/fetch.py", 1)
        await pilot.press("k", "k")
        assert app.view.place == ("src/net/fetch.py", 1)


async def test_the_wheel_scrolls():
    from textual.events import MouseScrollDown

    app = DiffApp(TWO_FILES)
    async with app.run_test(size=(80, 9)) as pilot:
        await pilot._post_mouse_events([MouseScrollDown], "DiffReader", offset=(5, 5))
        await pilot.pause()
        assert app.view.reader.scroll_offset.y > 0


async def test_the_line_on_top_stays_when_the_form_or_the_size_changes():
    app = DiffApp(new_file("x.txt", [b"%d " % n + b"word " * 30 for n in range(200)]))
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("pagedown", "pagedown", "pagedown")
        first = app.view.reader.layout_now.first_line(app.view.reader.scroll_offset.y)
        await pilot.press("w")
        assert app.view.reader.layout_now.first_line(app.view.reader.scroll_offset.y) == first
        await pilot.press("w", "d")
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert app.view.reader.layout_now.first_line(app.view.reader.scroll_offset.y) == first


async def test_a_search_marks_lines_and_its_keys_go_round():
    app = DiffApp(TWO_FILES)
    async with app.run_test(size=(80, 9)) as pilot:
        await pilot.press("slash", *"RETRY(1", "enter")
        assert "2 lines found" in app.rows[0]
        reader = app.view.reader
        assert [reader.lines.lines[index].new for index in reader.hits] == [102, 102]
        await pilot.press("n")
        assert app.view.place == ("tests/test_fetch.py", 1)
        await pilot.press("n")
        assert app.view.place == ("src/net/fetch.py", 1)
        reverse = [segment.text for y in range(9) for segment in reader.render_line(y) if segment.style.reverse]
        assert "".join(reverse) == "retry(1"
        assert app.view.leave()
        assert not app.view.leave()
        await pilot.press("n")
        assert app.view.place == ("src/net/fetch.py", 2)


async def test_escape_while_typing_ends_the_search_and_gives_the_keys_back():
    app = DiffApp(TWO_FILES)
    async with app.run_test(size=(80, 9)) as pilot:
        await pilot.press("slash", *"same", "escape")
        assert app.view.reader.has_focus
        assert not app.view.bar.display
        assert app.view.reader.hits == ()


async def test_more_context_is_asked_of_who_can_give_it():
    app = DiffApp(TWO_FILES)
    async with app.run_test(size=(80, 9)) as pilot:
        await pilot.press("c", "C")
        assert [message.step for message in app.told if isinstance(message, DiffContextSought)] == [1, -1]


async def test_the_same_hunk_stays_current_when_more_lines_are_shown():
    app = DiffApp(changed_file("a.py", 5))
    async with app.run_test(size=(80, 9)) as pilot:
        await pilot.press("n", "n")
        app.view.show(DiffApp(changed_file("a.py", 5, around=4)).lines)
        assert app.view.place == ("a.py", 2)
        assert any("part_2" in row for row in app.rows)


async def test_the_hunk_and_the_whole_can_be_copied_as_patches():
    app = DiffApp(TWO_FILES)
    async with app.run_test(size=(80, 9)) as pilot:
        await pilot.press("n")
        hunk = app.view.hunk_text()
        assert hunk.splitlines()[:3] == [
            "--- a/src/net/fetch.py", "+++ b/src/net/fetch.py", "@@ -101,3 +101,3 @@ def part_1():",
        ]  # fmt: skip
        assert len(hunk.splitlines()) == 7
        assert app.view.patch_text().count("@@ -") == 5


async def test_a_hunk_left_out_is_struck_and_signed_and_no_other():
    app = DiffApp(TWO_FILES)
    async with app.run_test(size=(80, 40)):
        assert not [row for row in app.rows if row.lstrip("▶ ").startswith("✗")]
        app.view.leave_out({("src/net/fetch.py", 1)})
        struck = [
            app.rows[y]
            for y in range(40)
            if any(segment.style and segment.style.strike for segment in app.view.reader.render_line(y))
        ]
        assert len(struck) == 5
        assert "part_1" in struck[0]
        assert struck == [row for row in app.rows if row.lstrip("▶ ").startswith("✗")]


# -- what was seen -----------------------------------------------------------------------------------------------------


async def test_seen_is_told_once_when_every_line_has_been_on_the_screen():
    app = DiffApp(TWO_FILES)
    async with app.run_test(size=(80, 9)) as pilot:
        await painted(app, pilot)
        assert not app.view.seen_all
        before = app.view.unseen
        await pilot.press("pagedown")
        assert 0 < app.view.unseen < before
        assert f"{app.view.unseen} not shown yet" in app.rows[0]
        for _ in range(8):
            await pilot.press("pagedown")
        await until(pilot, lambda: app.view.seen_all and app.seen_messages() == 1)
        await pilot.press("g", "w", "d")
        assert app.view.seen_all
        assert app.seen_messages() == 1
        assert "all shown" in app.rows[0]


async def test_what_was_jumped_over_is_not_seen_and_a_key_leads_there():
    app = DiffApp(new_file("x.txt", [b"line %d" % n for n in range(300)]))
    async with app.run_test(size=(80, 22)) as pilot:
        await painted(app, pilot)
        await pilot.press("G")
        assert not app.view.seen_all
        await pilot.press("g", "u")
        assert app.rows[1].endswith("line 19")
        for _ in range(20):
            await pilot.press("u")
        await until(pilot, lambda: app.view.seen_all)


async def test_a_clipped_line_is_not_seen_until_it_is_whole():
    app = DiffApp(LONG, wrap=False)
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: app.view.unseen == 1)
        await pilot.press(*["l"] * 30)
        await pilot.pause()
        assert app.view.unseen == 1
        await pilot.press("w")
        await until(pilot, lambda: app.view.seen_all)


async def test_a_line_longer_than_the_screen_is_seen_by_scrolling_through_it():
    app = DiffApp(new_file("x.txt", [b"y" * 2000, b"z"]))
    async with app.run_test(size=(40, 10)) as pilot:
        await painted(app, pilot)
        await pilot.press("G")
        await until(pilot, lambda: app.view.unseen == 1)
        await pilot.press("g", *["pagedown"] * 10)
        await until(pilot, lambda: app.view.seen_all)


async def test_other_lines_have_to_be_seen_anew_and_the_same_ones_not():
    app = DiffApp(changed_file("a.py", 1))
    async with app.run_test(size=(80, 20)) as pilot:
        await until(pilot, lambda: app.view.seen_all)
        app.view.show(DiffApp(changed_file("a.py", 1)).lines)
        assert app.view.seen_all
        app.view.show(DiffApp(changed_file("b.py", 9)).lines)
        assert not app.view.seen_all


async def test_what_lies_under_another_screen_is_not_seen():
    from textual.screen import ModalScreen

    app = DiffApp(changed_file("a.py", 1))
    async with app.run_test(size=(80, 20)) as pilot:
        await app.push_screen(ModalScreen())
        app.view.show(DiffApp(changed_file("b.py", 2)).lines)
        await pilot.pause()
        assert not app.view.seen_all
        app.pop_screen()
        await until(pilot, lambda: app.view.seen_all)


# -- size --------------------------------------------------------------------------------------------------------------


async def test_of_many_lines_only_those_in_sight_are_drawn():
    app = DiffApp(new_file("big.py", [b"value_%d = compute(%d)" % (n, n) for n in range(100_000)]))
    async with app.run_test(size=(100, 30)) as pilot:
        reader = app.view.reader
        drawn: list[int] = []
        row = reader._row
        reader._row = lambda at: (drawn.append(at), row(at))[1]
        await pilot.press("G", "pageup", "g", "pagedown")
        assert len(drawn) < 250
        await pilot.press("slash", *"compute(99999)", "enter")
        assert any("value_99999" in line for line in app.rows)


async def test_one_line_of_a_million_letters_is_drawn_in_parts():
    app = DiffApp((ReviewLine("file", "x", "x"), ReviewLine("added", "é" + "x" * 1_000_000, "x", 0, 0, 1)))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("G", "w", "l", "w", "g")
        assert app.view.reader.layout_now.height > 10_000
        assert app.rows[2].startswith("       1 + é")
