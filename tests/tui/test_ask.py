"""The Ask screen as an operator meets it: real files, the real store, a real server that speaks for a model."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import time

from console_cases import append, console, cycle
from pace import SOON

from loopview.engine.ask_history import load_history
from loopview.engine.pins import load_pins
from loopview.tui.screens.export import ExportScreen
from loopview.tui.screens.pick import PickScreen
from tests.engine import ollama_server as server

BY_TYPE = "select type, count(*) as n, avg(duration) as mean from cycles group by type order by n desc"
EVIL = "\x1b]0;owned\x07 \u202e [red]x[/red] [@click=app.quit]"


async def run(it, sql: str) -> None:
    """Run a statement from the editor."""
    screen = it.app.screen
    before = screen._number
    screen.editor.focus()
    screen.editor.show_sql(sql)
    await it.pilot.press("f5")
    await it.until(lambda: screen._number > before and not screen.running, f"an end of {sql[:60]}")
    await it.settle()


def stands_over(it, below) -> None:
    """A dialog is in the middle, and what it is about shows around it."""
    assert it.app.screen is not below
    box = it.app.screen.query_one("#export").region
    assert min(box.x, box.y) > 0
    assert it.lines[0] == below._compositor.render_strips()[0].text.rstrip()


async def opened(it):
    await it.press("7")
    assert it.app.current_mode == "ask"
    return it.app.screen


async def test_a_statement_is_typed_completed_run_sorted_drawn_and_copied(sample_loop, sample_now, monkeypatch):
    copied: list[str] = []
    monkeypatch.setattr("loopview.tui.clipboard.copy", lambda _, text, __: copied.append(text) or "copied")
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        screen.editor.focus()
        await it.type("select ty")
        await it.until(lambda: screen.completion.display, "completion")
        await it.pilot.press("down", "up", "tab")
        assert screen.editor.text == "select type"
        assert not screen.completion.display
        await run(it, BY_TYPE)
        assert [screen.view.table.row.cells[0].text, screen.view.result.total] == ["bug", 5]
        assert "5 rows" in it.text
        screen.view.table.focus()
        await it.press("l", "s", "s")
        assert screen.view.table.row.cells[0].text == "docs"
        await it.press("l", "y")
        whole = copied[-1]
        assert whole.startswith("113.15")
        assert len(whole) > len(screen.view.table.row.cells[2].text)
        await it.press("Y")
        assert json.loads(copied[-1])["n"] == 27
        await it.press("C")
        await it.until(lambda: copied[-1].startswith("type\tn\tmean\n"), "all rows")
        assert copied[-1].count("\n") == 5
        await it.press("c")
        assert "█" in it.text
        assert "bar chart" in it.text
        await it.press("escape")
        assert screen.view.mode == "table"
        await it.press("enter")
        await it.until(lambda: screen.view.mode == "row", "the row whole")
        assert "113.15384" in it.text


async def test_a_run_puts_the_list_of_completions_away(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        screen.editor.focus()
        sql = "from cycles select max(line) as mos"
        screen.editor.show_sql(sql)
        await it.pilot.press("ctrl+n")
        await it.until(lambda: screen.completion.display, "completion")
        await it.pilot.press("f5")
        await it.until(lambda: screen.view.result is not None, "rows")
        assert not screen.completion.display
        await it.press("tab")
        assert screen.editor.text == sql


async def test_the_command_line_asks(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        await it.pilot.press("colon")
        await it.type("ask select 42")
        await it.pilot.press("enter")
        await it.until(lambda: it.app.current_mode == "ask" and it.app.screen.view.result is not None, "the rows")
        assert it.app.screen.view.table.row.cells[0].text == "42"


async def test_letters_typed_are_text_and_never_keys(sample_loop, sample_now):
    typed = "qtfrcsSXPCwieyYTbzgG1234"
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        for field in (screen.line, screen.editor):
            field.focus()
            await it.type(typed + " ;:?/[")
            await it.settle()
            assert it.app.screen is screen
            assert (screen.line.value if field is screen.line else screen.editor.text) == typed + " ;:?/["
        assert it.app.window == "7d"
        assert not it.app.frozen


REFUSED = (
    ("select type,\n  durationn from cycles", "durationn", "durationn"),
    ("select * from read_text('/etc/passwd')", "files", "read_text"),
    ("drop table cycles", "only SELECT", None),
    ("select 1; select 2", "one statement", None),
    ("select $nothing", "$nothing", None),
    ("-- parameters: n bigint = many\nselect $n", "whole number", None),
    ("selec 1", "", None),
    ("select * from cycle", "cycles", "cycle"),
)


async def test_what_is_not_run_says_why_and_where(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        for sql, why, marked in REFUSED:
            await run(it, sql)
            shown = "\n".join(row.content.plain for row in screen.view.pane.rows)
            assert screen.view.result is None, sql
            assert why in shown, sql
            assert shown.strip(), sql
            if marked:
                assert screen.editor.selection.end == screen.editor._place(sql.rindex(marked)), sql
                assert any(kind == "error" for line in screen.editor._highlights.values() for *_, kind in line)
        await run(it, BY_TYPE)
        assert screen.view.result.total == 5
        assert not any(kind == "error" for line in screen.editor._highlights.values() for *_, kind in line)


async def test_a_long_statement_is_cancelled_and_the_console_lives(sample_loop, sample_now):
    slow = "select count(*) from range(100000000000) a where a.range % 7 = 1"
    async with console(sample_loop, now=sample_now, sql_seconds=60) as it:
        screen = await opened(it)
        screen.editor.show_sql(slow)
        screen.editor.focus()
        await it.pilot.press("f5")
        await it.until(lambda: screen.running, "running")
        started = time.monotonic()
        await it.pilot.press("ctrl+x")
        await it.until(lambda: not screen.running, "the end")
        assert time.monotonic() - started < SOON
        assert "stopped" in it.text
        await run(it, BY_TYPE)
        assert screen.view.result.total == 5


async def test_a_capped_answer_says_so_and_any_page_of_it_shows(sample_loop, sample_now):
    async with console(sample_loop, (120, 40), now=sample_now) as it:
        screen = await opened(it)
        await run(it, "select range as n, 'row ' || range as name from range(250000)")
        assert screen.view.result.truncated
        assert "capped at 100,000 rows" in it.text
        screen.view.table.focus()
        await it.press("G")
        await it.until(lambda: "row 99999" in it.text, "the last row")
        await it.press("s")
        await it.until(
            lambda: screen.view.table.row is not None and screen.view.table.row.cells[0].text == "99999", "sorted"
        )


async def test_foreign_text_in_cells_and_names_is_only_text(sample_loop, sample_now):
    append(sample_loop / ".loop/retro/cycles.jsonl", cycle(9001, type=EVIL, reason=EVIL, success=False))
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        name = EVIL.replace('"', "")
        await run(it, f'select type, reason as "{name}" from cycles where cycle = 9001')
        assert screen.view.result.total == 1
        for key in ("enter", "escape", "c"):
            assert "\x1b" not in it.text
            assert "\u202e" not in it.text
            await it.press(key)
        assert "[red]x[/red]" in it.text
        assert it.app.is_running


async def test_rows_are_written_to_a_new_file_only(sample_loop, sample_now, tmp_path):
    there = tmp_path / "there.csv"
    there.write_text("mine")
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        await run(it, BY_TYPE)
        screen.view.table.focus()
        for name, complaint in (
            ("there.csv", "ever overwritten"),
            ("x.txt", ".csv or .json"),
            ("no/x.csv", "no such"),
        ):
            await it.press("X")
            assert isinstance(it.app.screen, ExportScreen)
            it.app.screen.query_one("Input").value = str(tmp_path / name)
            await it.press("enter")
            assert isinstance(it.app.screen, ExportScreen), name
            assert complaint in it.text.replace("\n", " ")
            await it.press("escape")
        for name in ("new.csv", "new.json"):
            await it.press("X")
            it.app.screen.query_one("Input").value = str(tmp_path / name)
            await it.press("enter")
            await it.until(lambda name=name: any(f"{name}" in notice for notice in it.notices), name)
        rows = list(csv.DictReader((tmp_path / "new.csv").open()))
        assert [row["type"] for row in rows] == ["bug", "feature", "refactor", "test", "docs"]
        written = json.loads((tmp_path / "new.json").read_text())
        assert written["truncated"] is False
        assert [column["name"] for column in written["columns"]] == ["type", "n", "mean"]
        assert len(written["rows"]) == 5
    assert there.read_text() == "mine"


async def test_history_survives_a_restart_and_is_searched(sample_loop, sample_now, private_machine):
    state = str(private_machine / "elsewhere")
    async with console(sample_loop, now=sample_now, state_dir=state) as it:
        await opened(it)
        await run(it, BY_TYPE)
        await run(it, "select count(*) as n from probes")
    assert [it.sql for it in load_history(state)] == [BY_TYPE, "select count(*) as n from probes"]
    async with console(sample_loop, now=sample_now, state_dir=state) as it:
        screen = await opened(it)
        await it.press("ctrl+r")
        await it.until(lambda: isinstance(it.app.screen, PickScreen), "the dialog")
        await it.type("mean")
        await it.pilot.press("enter")
        await it.until(lambda: it.app.screen is screen, "back")
        assert screen.editor.text == BY_TYPE


async def test_the_column_browser_puts_a_name_into_the_statement(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        screen.editor.show_sql("select ")
        screen.editor.focus()
        await it.pilot.press("end", "f2")
        await it.until(lambda: isinstance(it.app.screen, PickScreen), "the dialog")
        assert "seconds" in it.text or "cycles" in it.text
        await it.type("cycles seconds")
        await it.pilot.press("down", "enter")
        await it.until(lambda: it.app.screen is screen, "back")
        assert screen.editor.text == "select duration"


async def test_ready_questions_run_and_show_their_sql(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        await it.until(lambda: len(screen._entries) >= 20, "the list")
        for entry in screen._entries[::9]:
            screen.ready_list.focus()
            screen.ready_list.stand(entry.key)
            number = screen._number
            await it.pilot.press("enter")
            await it.until(lambda number=number: screen._number > number and not screen.running, entry.name)
            assert screen.view.result is not None, (
                entry.name,
                [row.content.plain for row in screen.view.pane.rows],
            )
            assert "select" in screen.editor.text
        screen.ask_ready("trends")
        await it.until(lambda: not screen.running and "since timestamp = 7d" in screen.editor.text, "the window")
        await it.settle()
        assert [record["n"] for record in screen.view.result.records()] == [97, 89]
        assert "since timestamp = 7d" in it.pane("ask-about").rows[-2].content.plain


async def test_the_repositorys_questions_are_text_until_copied_over(sample_loop, sample_now, private_machine):
    folder = sample_loop / ".loop/questions"
    folder.mkdir()
    (folder / "theirs.sql").write_text(f"-- title: Theirs {EVIL}\n-- answers: x\nselect 42 as answer\n")
    own = private_machine / "config/loopview/questions"
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        await it.until(lambda: any(entry.name == "theirs" for entry in screen._entries), "the list")
        screen.ready_list.focus()
        screen.ready_list.stand(("repository", "theirs"))
        await it.press("enter")
        assert "it is not run" in it.text
        assert "\x1b" not in it.text
        assert screen.view.result is None
        assert not own.exists()
        await it.press("C")
        await it.until(lambda: any(entry.origin == "own" for entry in screen._entries), "the copy")
        screen.ready_list.stand(("own", "theirs"))
        await it.press("enter")
        await it.until(lambda: screen.view.result is not None, "its rows")
        assert screen.view.table.row.cells[0].text == "42"
    assert (own / "theirs.sql").exists()


async def test_the_line_recalls_what_was_asked_as_a_shell_does(sample_loop, sample_now, tmp_path):
    first, second = "select 1 as one", "select 2 as two"
    async with console(sample_loop, now=sample_now, state_dir=str(tmp_path)) as it:
        screen = await opened(it)
        for number, sql in enumerate((first, second), screen._number + 1):
            screen.line.focus()
            screen.line.value = sql
            await it.pilot.press("enter")
            await it.until(lambda number=number: screen._number == number and not screen.running, sql)
        await it.settle()
        screen.line.value = "half a thou"
        await it.press("up", "up", "up")
        assert screen.line.value == first
        await it.press("down")
        assert screen.line.value == second
        await it.press("down")
        assert screen.line.value == "half a thou"
        await it.press("down")
        assert screen.editor.has_focus
    async with console(sample_loop, now=sample_now, state_dir=str(tmp_path)) as it:
        screen = await opened(it)
        await it.until(lambda: screen.line._asked, "the past")
        await it.press("up")
        assert screen.line.value == second


async def test_read_only_writes_nothing(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now, read_only=True) as it:
        screen = await opened(it)
        await run(it, BY_TYPE)
        screen.view.table.focus()
        await it.press("X")
        await it.press("P")
        assert it.app.screen is screen


async def test_newer_lines_are_said_and_never_move_the_rows(sample_loop, sample_now):
    async with console(sample_loop, now=sample_now) as it:
        screen = await opened(it)
        await run(it, "select count(*) as n from cycles")
        before = screen.view.table.row.cells[0].text
        append(sample_loop / ".loop/retro/cycles.jsonl", cycle(9001))
        await it.until(lambda: "newer lines since" in it.text, "the note")
        assert screen.view.table.row.cells[0].text == before
        await it.press("f5")
        await it.until(lambda: screen.view.table.row.cells[0].text == str(int(before) + 1), "the new count")
        assert "newer lines since" not in it.text


async def test_every_size_is_survived(sample_loop, sample_now):
    async with console(sample_loop, (160, 45), now=sample_now) as it:
        screen = await opened(it)
        await run(it, "select * from cycles")
        boxes = (screen.line, screen.editor, screen.view.table, screen.ready_list)
        for size in ((100, 30), (80, 24), (45, 30), (40, 10), (3, 2), (1, 1)):
            await it.pilot.resize_terminal(*size)
            for box in boxes:
                box.focus()
                await it.settle()
                assert box.has_focus, (size, box)
                if size[1] >= 10:
                    assert box.size.height > 0, (size, box)
        assert it.app.is_running


# -- plain words


async def asked(it, question: str) -> None:
    screen = it.app.screen
    screen.line.focus()
    screen.line.value = question
    await it.pilot.press("enter")


async def test_plain_words_become_sql_that_the_operator_runs(sample_loop, sample_now):
    told = server.says(json.dumps({"paragraph": "There are 167 bug cycles, and 9999 of something."}))
    with server.ollama(server.answers(BY_TYPE, "counts by type"), told) as model:
        async with console(sample_loop, now=sample_now, model="scripted:1b", model_host=model.url) as it:
            screen = await opened(it)
            await asked(it, "how many of each type?")
            await it.until(lambda: screen._draft is not None, "the draft")
            await it.settle()
            assert screen.editor.text == BY_TYPE
            assert "Nothing has run yet" in it.text
            assert "counts by type" in it.text
            assert screen.view.result is None
            await it.press("f5")
            await it.until(lambda: screen.view.result is not None, "the rows")
            screen.view.table.focus()
            await it.press("w")
            await it.until(lambda: screen._inquiry is None and "9999" in it.text, "the paragraph")
            assert "What scripted:1b says of the rows" in it.text
            assert "writes…" not in it.text
            assert "look at it" not in it.text
            assert "9999?" in it.text
            assert "167?" not in it.text
            assert "not in the rows" in it.text
            await it.press("escape")
            assert screen.view.mode == "table"
            state = it.app.settings.state_dir
    assert load_history(state)[-1].question == "how many of each type?"


async def test_a_model_that_fails_is_one_sentence_and_sql_works(sample_loop, sample_now):
    scripts = (server.error(500, "no"), server.no_done, server.reset_midway, server.redirect("http://127.0.0.1:1/"))
    with server.ollama(*scripts) as model:
        async with console(sample_loop, now=sample_now, model="scripted:1b", model_host=model.url) as it:
            screen = await opened(it)
            for number, _ in enumerate(scripts, 1):
                await asked(it, "how many?")
                await it.until(lambda: "SQL works without a model" in it.text, "the sentence")
                await it.until(lambda: screen._inquiry is None, "the end")
                assert len(model.paths) >= number
                assert not screen.editor.read_only
                await run(it, BY_TYPE)
                assert screen.view.result.total == 5


async def test_a_models_answer_is_cancelled(sample_loop, sample_now):
    with server.ollama(server.hang_midway) as model:
        async with console(sample_loop, now=sample_now, model="scripted:1b", model_host=model.url) as it:
            screen = await opened(it)
            await asked(it, "how many?")
            await it.until(lambda: screen.editor.text.startswith("select"), "the first words")
            started = asyncio.get_running_loop().time()
            await it.pilot.press("ctrl+x")
            await it.until(lambda: screen._inquiry is None, "the end")
            assert asyncio.get_running_loop().time() - started < 3
            assert not screen.editor.read_only
            await run(it, BY_TYPE)
            assert screen.view.result.total == 5


async def test_a_draft_cannot_deceive(sample_loop, sample_now):
    with server.ollama(server.answers(f"select '{EVIL}' as x", EVIL)) as model:
        async with console(sample_loop, now=sample_now, model="scripted:1b", model_host=model.url) as it:
            screen = await opened(it)
            await asked(it, "what?")
            await it.until(lambda: screen._inquiry is None and screen.editor.text, "the draft")
            await it.settle()
            assert "\x1b" not in screen.editor.text + it.text
            assert "\u202e" not in screen.editor.text + it.text


# -- pins


async def test_a_pin_is_a_live_tile_with_an_alert_and_is_unpinned(sample_loop, sample_now):
    count = "select count(*) as n, count_if(success is false) as failed from cycles"
    async with console(sample_loop, now=sample_now) as it:
        dash = it.app.screen
        assert not dash.has_class("-pins")
        screen = await opened(it)
        await run(it, count)
        screen.view.table.focus()
        await it.press("P")
        stands_over(it, screen)
        it.app.screen.query_one("#pin-name").value = "how-many"
        it.app.screen.query_one("#pin-threshold").value = "wrong >= 1"
        await it.press("enter")
        assert it.app.screen is not screen
        it.app.screen.query_one("#pin-threshold").value = "n <= 427"
        await it.press("enter")
        await it.until(lambda: load_pins(os.environ), "the pin")
        await it.press("1")
        await it.until(lambda: dash.has_class("-pins") and "how-many" in it.text, "the tile")
        assert "✓ holds" in it.text
        append(sample_loop / ".loop/retro/cycles.jsonl", cycle(9001))
        await it.until(lambda: "✗ alert" in it.text, "the alert")
        assert "n 428*" in it.text
        assert "1 alert" in it.text
        dash.pins.focus()
        await it.press("enter")
        await it.until(lambda: it.app.current_mode == "ask", "its SQL")
        assert screen.editor.text == count
        await it.press("escape")
        dash.pins.focus()
        await it.press("P")
        stands_over(it, dash)
        assert load_pins(os.environ)
        await it.press("enter")
        await it.until(lambda: not load_pins(os.environ) and not dash.has_class("-pins"), "no pin")
