"""The console as an operator meets it, on real files through the real engine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from console_cases import append, console, cycle

from loopview.tui.app import save_screenshot
from loopview.tui.targets import CyclesTarget


async def test_the_lines_around_the_screen_say_what_the_loop_does(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        verdict, tabs, status = it.lines[0], it.lines[1], it.lines[-1]
        assert "■ STALLED ×4" in verdict
        assert "→ escalate" in verdict
        assert "LIVE ●" in verdict
        assert "2 Cycles 427" in tabs
        assert "3 Failures!" in tabs
        assert "1 bad line (b)" in status
        assert "journal 104" in status


async def test_the_first_paint_needs_no_store(sample_loop, sample_now):
    from loopview.config import load
    from loopview.tui.app import open_app

    app = open_app(sample_loop, load(str(sample_loop), {"HOME": str(sample_loop)}).settings, now=sample_now)
    assert app.headline.verdict == "STALLED"
    assert app.first_view.newest[0].cycle == 421
    assert app.first_view.recent.cycles == 97


async def test_an_appended_line_reaches_the_screen(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        append(sample_loop / ".loop/retro/cycles.jsonl", cycle(422, reason="", notes="a new beginning"))
        await it.until(lambda: "a new beginning" in it.text, "the new cycle")
        await it.until(lambda: "2 Cycles 428" in it.lines[1], "the new count")


async def test_frozen_holds_still_and_counts_what_waits(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        await it.pilot.press("space")
        append(sample_loop / ".loop/retro/cycles.jsonl", cycle(422, notes="unseen"), cycle(423))
        await it.until(lambda: "+2 waiting" in it.lines[-1], "two rows waiting")
        assert "FROZEN" in it.lines[0]
        assert "unseen" not in it.text
        await it.pilot.press("space")
        await it.until(lambda: "unseen" in it.text, "the rows that waited")
        assert "waiting" not in it.lines[-1]


async def test_the_window_key_asks_through_another_window(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        assert "7d vs previous 7d" in it.text
        assert "aside        3" in it.text
        await it.press("t")
        assert "all (t)" in it.lines[1]
        assert "7d vs previous" not in it.text


async def test_a_loop_of_long_ago_opens_with_all_time_and_says_so(sample_loop, sample_now):
    later = sample_now + timedelta(days=147, hours=1)
    async with console(sample_loop, now=later) as it:
        assert "nothing in 7d: all (t)" in it.lines[1]
        assert "IDLE ◌ 147d" in it.lines[0]
        assert "100%" in it.text
        await it.press("t")
        assert "nothing in" not in it.lines[1]
        assert "1h (t)" in it.lines[1]
        assert "no cycles in this window (t widens it)" in it.text
        await it.press("3")
        assert "nothing failed in this window (t widens it)" in it.text


async def test_a_loop_of_today_is_live_until_it_is_silent_for_an_hour(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now + timedelta(minutes=50)) as it:
        assert "LIVE ●" in it.lines[0]
        assert "7d (t)" in it.lines[1]
    async with console(sample_loop, now=sample_now + timedelta(hours=3)) as it:
        assert "IDLE ◌ 2h59m" in it.lines[0]


async def test_the_cursor_stays_on_its_cycle_unless_it_leads(sample_loop, sample_now):
    cycles = sample_loop / ".loop/retro/cycles.jsonl"
    async with console(sample_loop, now=sample_now) as it:
        pane = it.pane("dash-cycles")
        append(cycles, cycle(422))
        await it.until(lambda: "422" in pane.row.content.plain, "the cursor follows the newest")
        await it.press("j", "j")
        key = pane.row.key
        append(cycles, cycle(423))
        await it.until(lambda: any("423" in row.content.plain for row in pane.rows), "the newer cycle")
        assert pane.row.key == key


async def test_keys_open_screens_and_esc_goes_back_where_the_drill_came_from(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        it.app.drill(CyclesTarget("type:docs"))
        await it.settle()
        assert it.app.current_mode == "cycles"
        await it.until(lambda: "type:docs" in it.text, "the filter")
        while it.app.current_mode == "cycles":
            await it.press("escape")
        assert it.app.current_mode == "dash"
        for key, name in (("3", "failures"), ("4", "journal"), ("b", "data"), ("2", "cycles"), ("1", "dash")):
            await it.press(key)
            assert it.app.current_mode == name
        await it.press("right_square_bracket")
        assert it.app.current_mode == "cycles"


async def test_enter_goes_from_a_figure_to_its_rows(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        it.pane("dash-types").focus()
        await it.press("enter")
        assert it.app.current_mode == "cycles"
        await it.until(lambda: "type:bug" in it.text, "the filter of the type")


async def test_every_figure_opens_its_sql_with_its_rows(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        for name in ("tiles", "types", "charts", "probes", "cycles", "verdict"):
            it.pane(f"dash-{name}").focus()
            await it.press("semicolon")
            assert it.app.current_mode == "ask", name
            await it.until(lambda: it.app.screen.view.result is not None, name)
            assert "select" in it.app.screen.editor.text, name
            assert it.app.screen.editor.has_focus, name
            if name == "tiles":
                assert it.app.screen.editor.text.startswith("-- parameters: since timestamp = 7d\n")
            await it.press("escape")
            assert it.app.current_mode == "dash", name


async def test_the_command_line_opens_what_it_names(sample_loop, sample_now):
    keys = {" ": "space", "#": "number_sign", ":": "colon"}
    async with console(sample_loop, now=sample_now) as it:
        for line, mode, shown in (
            ("fail #231", "failures", "231"),
            ("cycles type:docs", "cycles", "type:docs"),
            ("bad", "data", "unterminated string"),
            ("das", "dash", "By type"),
        ):
            await it.pilot.press("colon", *[keys.get(letter, letter) for letter in line])
            await it.press("enter")
            assert it.app.current_mode == mode, line
            await it.until(lambda shown=shown: shown in it.text, line)


async def test_the_command_line_says_what_it_does_not_know(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        await it.pilot.press("colon", *"nonsense", "enter")
        await it.until(lambda: any("no command" in notice for notice in it.notices), "the complaint")
        await it.pilot.press("colon", *"since", "space", "9", "y", "enter")
        await it.until(lambda: any("since what" in notice for notice in it.notices), "the complaint")
        assert it.app.window == "7d"


async def test_another_threshold_is_judged_at_once(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        await it.pilot.press("colon", "k", "space", "9", "enter")
        await it.until(lambda: "✓ PROGRESS" in it.lines[0], "no stall at K = 9")
        assert "streak 4" in it.lines[0]


async def test_a_theme_is_previewed_and_restored(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        before = it.app.theme
        await it.pilot.press("T", "j")
        await it.until(lambda: it.app.theme != before, "the preview")
        await it.pilot.press("escape")
        await it.until(lambda: it.app.theme == before, "the old theme")


async def test_help_lists_every_key_of_the_screen(sample_loop, sample_now):
    async with console(sample_loop, (120, 120), now=sample_now) as it:
        await it.pilot.press("question_mark")
        await it.until(lambda: "Command line" in it.text, "the help")
        for words in ("Hold the screen still", "Step the window", ":fail", "Go to the rows behind the line"):
            assert words in it.text
        await it.pilot.press("q")
        await it.until(lambda: "Command line" not in it.text, "the help is closed")


async def test_the_stall_rings_once(tmp_path, sample_now, monkeypatch):
    journal = tmp_path / ".loop/journal.jsonl"
    failure = {"iteration": 1, "gate": "fail", "fingerprint": "abcdefabcdef", "action": "retry"}
    append(journal, {"iteration": 0, "gate": "pass", "fingerprint": ""})
    rung: list[str] = []
    async with console(tmp_path, now=sample_now) as it:
        monkeypatch.setattr(it.app, "bell", lambda: rung.append(it.app.headline.verdict))
        append(journal, failure, failure, failure)
        await it.until(lambda: "STALLED ×3" in it.lines[0], "the stall")
        append(journal, failure)
        await it.until(lambda: "STALLED ×4" in it.lines[0], "the longer stall")
    assert rung == ["STALLED"]


async def test_every_size_is_survived(sample_loop, sample_now):
    async with console(sample_loop, (160, 45), now=sample_now) as it:
        for width, height in (
            (100, 30),
            (80, 24),
            (45, 30),
            (40, 10),
            (12, 4),
            (1, 1),
            (160, 10),
            (30, 60),
            (160, 45),
        ):
            await it.pilot.resize_terminal(width, height)
            await it.settle()
            assert len(it.lines) == height
            if width >= 40:
                assert "STALLED" in it.lines[0], (width, height)
            if width >= 30 and height >= 10:
                assert "421" in it.text, (width, height)


async def test_a_narrow_terminal_is_where_a_console_may_begin(sample_loop, sample_now):
    async with console(sample_loop, (45, 30), now=sample_now) as it:
        assert "waiting: 2 proposals" in it.text
        assert "#231 bug" in it.text
        await it.press("j")
        assert "420" in it.pane("dash-cycles").row.content.plain


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no rows yet"),
        ({".loop/journal.jsonl": '{"iteration": 1, "gate": "pass", "action": "begin well"}\n'}, "begin well"),
        ({".loop/retro/cycles.jsonl": '{"cycle": 7, "success": false, "reason": "it broke"}\n'}, "it broke"),
        ({".loop/retro/cycles.jsonl": "not json\n[1]\n\x00\n"}, "3 bad lines (b)"),
    ],
    ids=["nothing", "only a journal", "only cycles", "only bad lines"],
)
async def test_loops_that_keep_little_are_shown_too(tmp_path, sample_now, files, said):
    (tmp_path / ".loop/retro").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    async with console(tmp_path, now=sample_now) as it:
        await it.until(lambda: said in it.text, said)
        assert not it.notices


async def test_ages_grow_without_new_rows(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        it.app.fixed_now = sample_now + timedelta(minutes=76)
        it.app._minute()
        await it.until(lambda: "1h15m" in it.lines[0], "the age")


async def test_plain_ascii_has_no_other_glyphs_on_the_lines(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now, ascii=True) as it:
        assert "# STALLED x4" in it.lines[0]
        assert it.lines[2].startswith("+-")
        for screen in ("1", "2", "3", "4", "b", "question_mark"):
            await it.press(screen)
            assert it.text.isascii(), [line for line in it.lines if not line.isascii()]


async def test_a_question_that_keeps_failing_is_told_of_once(sample_loop, sample_now, monkeypatch):
    async with console(sample_loop, now=sample_now) as it:

        def broken(*_: object, **_kept: object) -> None:
            raise LookupError("no such figure")

        monkeypatch.setattr("loopview.engine.dash.load_dash", broken)
        for number in range(422, 425):
            append(sample_loop / ".loop/retro/cycles.jsonl", cycle(number))
            await it.until(lambda seen=number: f"Cycles {seen + 6}" in it.lines[1], "the count")
            await it.settle()
        assert it.notices == ["LookupError: no such figure"]


async def test_without_colours_the_terminal_keeps_its_own(sample_loop, sample_now, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(sample_loop, now=sample_now) as it:
        for screen in ("1", "2", "3", "4", "b"):
            await it.press(screen)
            strips = it.app.screen._compositor.render_strips()
            styles = {segment.style for strip in strips for segment in strip if segment.style is not None}
            colours = [colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None]
            assert all(colour.is_default for colour in colours), colours
            assert "■ STALLED ×4" in it.lines[0]


async def test_read_only_says_so(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now, read_only=True) as it:
        assert "read-only" in it.lines[0]


def test_a_picture_is_drawn_without_a_terminal(sample_loop, sample_now, tmp_path):
    from loopview.config import load

    out = tmp_path / "console.svg"
    settings = load(str(sample_loop), {"HOME": str(tmp_path)}).settings
    save_screenshot(sample_loop, settings, out, (100, 30), "cycles", now=sample_now)
    picture = out.read_text()
    assert picture.startswith("<svg")
    assert "STALLED" in picture


def test_a_picture_of_an_answer(sample_loop, sample_now, tmp_path):
    from loopview.config import load

    out = tmp_path / "answer.svg"
    settings = load(str(sample_loop), {"HOME": str(tmp_path)}).settings
    asked = {"question": "fingerprint_cost", "now": sample_now}
    save_screenshot(sample_loop, settings, out, (120, 36), "ask", **asked)
    assert "d43d3a325bc6" in out.read_text()
    save_screenshot(sample_loop, settings, out, (120, 36), "ask", **asked, chart=True)
    assert "bar&#160;chart" in out.read_text()


async def test_a_key_is_moved_by_settings(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now, keys=(("console.window", "w"),)) as it:
        await it.press("t")
        assert it.app.window == "7d"
        await it.press("w")
        assert it.app.window == "all"
