"""The guard: whatever a widget is filled with, only known sequences reach the terminal, and no text acts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hostile import MODERATE, TEXTS
from hypothesis import given
from hypothesis import strategies as st
from pty_console import PtyConsole, assert_only_known_sequences, unknown_in
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color

from loopview.text import Safe, safe
from loopview.tui.content import content, content_block
from loopview.tui.driver import guarded
from loopview.tui.guard import GuardedApp, GuardFilter

GALLERY = Path(__file__).with_name("guard_gallery.py")
KINDS = [
    "static",
    "markup",
    "table",
    "tree",
    "titles",
    "options",
    "tabs",
    "input",
    "log",
    "rich-log",
    "markdown",
    "toasts",
]


@pytest.mark.parametrize("kind", KINDS)
def test_only_known_sequences_come_out_of_any_widget(kind, tmp_path):
    command = [sys.executable, GALLERY, kind, "raw"]
    with PtyConsole(command=command, size=(100, 70), home=tmp_path) as console:
        console.wait_text("nothing acted")
        console.settle()
        click_every_third_cell(console)
        console.settle()
        assert "nothing acted" in console.shown, "a text acted"
        assert console.process.poll() is None, console.shown
        console.send(b"\x11")
        assert console.wait() == 0, console.output[-2000:]
        assert_only_known_sequences(console.output)
        assert console.settings_restored


def click_every_third_cell(console: PtyConsole) -> None:
    """Press and release the first button all over the screen."""
    clicks = "".join(
        f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"
        for row in range(2, console.rows + 1)
        for column in range(1, 60, 12)
    )
    console.send(clicks.encode())


def test_text_through_content_is_shown_with_stand_ins_in_place(tmp_path):
    with PtyConsole(
        command=[sys.executable, GALLERY, "static", "content"], size=(100, 70), home=tmp_path
    ) as console:
        console.wait_text("␛[2J␛[Hcleared")
        console.settle()
        shown = console.shown
        console.send(b"\x11")
        assert console.wait() == 0
        assert_only_known_sequences(console.output)
    for expected in ("␛]0;stolen title␛\\", "‹U+009B›31mC1 colour", "shown first␍overprinted", "nul␀del␡"):
        assert expected in shown
    assert "[@click=app.quit]a long label that is easy to hit[/]" in shown, "markup is shown, not read"
    assert "access‹U+202E›" in shown


def test_the_oracle_sees_what_it_should():
    for number, text in MODERATE.items():
        if not text.replace("\n", "").isprintable() and number not in {13, 15, 21}:  # 13, 15: by number, below
            assert unknown_in(text.encode("utf-8", "replace")), number
    assert not unknown_in(b"\x1b[38;2;1;2;3mtext\x1b[0m\x1b[1;1H")
    for forged in (
        b"\x1b[31mred",
        b"\x1b[2J",
        b"\x1b]0;x\x07",
        b"\x1b[6n",
        "e\u0301\u0301\u0301".encode(),
        b"\xc2\x9b",
    ):
        assert unknown_in(forged), forged
    clean = b"\x1b[?1049h\x1b[?1000h\x1b[?1000htext\x1b[?1000l\x1b[?1049l\x1b[?1000l"
    assert_only_known_sequences(clean)
    for forged in (b"\x1b[?1049l", b"\x1b[?1000h\x1b[?1003h"):
        with pytest.raises(AssertionError):
            assert_only_known_sequences(clean.replace(b"text", forged))


@given(st.text(st.characters(codec=None), max_size=40), st.booleans())
def test_the_filter_keeps_widths_and_lets_nothing_through(text, linked):
    style = Style(link="https://evil.example/") if linked else Style(bold=True)
    (shown,) = GuardFilter().apply([Segment(text, style)], Color(0, 0, 0))
    assert cell_len(shown.text) == cell_len(text)
    assert shown.text.isprintable()
    assert shown.style is not None
    assert not shown.style.link


def test_the_filter_returns_harmless_lines_untouched():
    segments = [Segment("plain", Style(bold=True)), Segment("日本 │ ⠀⣿ é", None)]
    assert GuardFilter().apply(segments, Color(0, 0, 0)) is segments


@pytest.mark.parametrize("number", sorted(TEXTS))
def test_the_driver_pictures_what_is_no_sequence_of_textual(number):
    written = guarded("\x1b[1;1H" + TEXTS[number].encode("utf-8", "replace").decode())
    rest = written.replace("\x1b[1;1H", "").replace("\x1b[H", "").replace("\x1b[0m", "").replace("\x1b[31;1m", "")
    rest = rest.replace("\x1b[31m", "")
    assert not any((c < " " and c != "\n") or "\x7f" <= c <= "\x9f" for c in rest), ascii(rest[:80])


@pytest.mark.parametrize(
    "own", ["\x07", "\x1b[?1049h", "\x1b[?25l", "\x1b[?2026$p", "\x1b[>25u", "\x1b[<u", "\x1b]22;pointer\x07"]
)
def test_the_drivers_own_sequences_pass_alone_and_never_inside_a_frame(own):
    assert guarded(own) == own
    assert guarded("frame" + own) != "frame" + own


@pytest.mark.parametrize("number", sorted(MODERATE))
def test_content_is_never_markup(number):
    made = content(MODERATE[number], "bold")
    assert made.plain == safe(MODERATE[number])
    assert [(span.start, span.end) for span in made.spans[1:]] == [
        span[:2] for span in safe(MODERATE[number]).spans
    ]


def test_content_takes_safe_text_as_it_is_and_blocks_line_by_line():
    ready = safe("a\x1b")
    assert content(ready).plain == ready
    assert isinstance(ready, Safe)
    assert content_block("a\x1b\nb").plain == "a␛\nb"
    assert content("abcdef", limit=3).plain == "ab…"
    assert content("").spans == []


class Probe(GuardedApp):
    """An app that would notice being driven."""

    acted = False

    def action_mark(self) -> None:
        """Notice it."""
        self.acted = True


async def test_actions_in_a_style_are_ignored_and_notices_are_never_markup():
    app = Probe()
    async with app.run_test() as pilot:
        app.notify("x [/y] [@click=app.mark]click\x1b[2J", title="[b]t\x1b")
        await pilot.pause()
        for notification in app._notifications:
            assert not notification.markup
            assert notification.message == "x [/y] [@click=app.mark]click␛[2J"
            assert notification.title == "[b]t␛"
        assert await app._broker_event("click", object(), app) is False
        await app.run_action("simulate_key('y')")
        await app.run_action("screenshot('x','/tmp')")
        await app.run_action("notify('from data')")
        app.open_url("https://evil.example/")
        assert app.deliver_text() is None
        await pilot.pause()
        assert len(app._notifications) == 1
        assert not app.acted


async def test_only_vetted_commands_are_offered():
    app = GuardedApp()
    async with app.run_test():
        assert {command.title for command in app.get_system_commands(app.screen)} == {"Theme", "Quit"}
        assert not GuardedApp.COMMANDS
        assert issubclass(GuardedApp, App)


async def test_a_picture_is_a_new_file_where_the_operator_said(tmp_path):
    app = GuardedApp()
    async with app.run_test():
        app.save_picture(tmp_path / "picture.svg")
        assert (tmp_path / "picture.svg").read_text().startswith("<svg")
        with pytest.raises(FileExistsError):
            app.save_picture(tmp_path / "picture.svg")
