"""The real console on the hostile loop, in a real terminal: every screen, several sizes, and nothing gets out."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest
from hostile import FILES, HOSTILE_NAME, make_hostile_repository, write_hostile_loop, write_hostile_questions
from pty_console import PtyConsole, assert_only_known_sequences

from loopview.config import Settings
from loopview.tui.app import open_app
from loopview.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from pathlib import Path

SIZES = [(160, 45), (80, 24), (45, 30), (40, 10)]
BETWEEN = pytest.mark.slow
WALKED = [SIZES[0], pytest.param(SIZES[1], marks=BETWEEN), SIZES[2], pytest.param(SIZES[3], marks=BETWEEN)]
"""The wide and the narrow layout each time; each walk takes many seconds, so those between are left to `make slow`."""
SCREENS = "12346b7"
CTRL_P, CTRL_Q, CTRL_R, ESCAPE, ENTER, TAB = "\x10", "\x11", "\x12", "\x1b", "\r", "\t"
F2, F5 = "\x1b[12~", "\x1b[15~"
BY_REASON = (
    "select reason as r, count(*) as n from cycles group by reason order by r like 'half%' desc nulls last, r"
)


@pytest.fixture(scope="module")
def hostile_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loop with the corpus in every field, in a hostile repository, below a hostile name."""
    root = tmp_path_factory.mktemp("hostile") / HOSTILE_NAME
    root.mkdir()
    write_hostile_loop(root)
    write_hostile_questions(root)
    make_hostile_repository(root)
    return root


def opened(console: PtyConsole) -> PtyConsole:
    """Wait until the console stands and its figures are there."""
    console.wait_until(lambda: b"\x1b[?1049h" in console.output and "LOADING" not in console.shown, "the console")
    console.wait_until(lambda: any(console.lines), "the first paint")
    console.settle()
    return console


def alive(console: PtyConsole, after: str) -> None:
    assert console.process.poll() is None, f"ended after {after!r}:\n{console.shown}"


def press(console: PtyConsole, *keys: str) -> None:
    """Press groups of keys one by one; the console lives on after each."""
    for key in keys:
        console.press(key)
        alive(console, key)


def leave(console: PtyConsole) -> None:
    """Quit and look at everything that was written."""
    console.send(CTRL_Q.encode())
    assert console.wait() == 0, console.shown
    assert_only_known_sequences(console.output)
    assert b"\x1b]52;" not in console.output, "nobody asked for a copy"
    assert console.settings_restored


@pytest.mark.parametrize("size", WALKED, ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_of_a_hostile_loop_reaches_the_terminal(size, hostile_root, tmp_path):
    with PtyConsole(hostile_root, size=size, home=tmp_path) as console:
        opened(console)
        for screen in SCREENS:
            press(
                console,
                screen + "jjkGg" + ENTER,
                "j" + ESCAPE,
                screen + "\tj" + ENTER,
                ESCAPE,
                screen + ";j",
                ESCAPE,
            )
        press(
            console,
            ESCAPE,
            ESCAPE,
            "1",
            "?",
            ESCAPE,
            "2/click" + ENTER,
            ESCAPE,
            CTRL_P + "t",
            ESCAPE,
            ":x",
            ESCAPE,
            "tf  ",
            "1",
        )
        leave(console)


@pytest.mark.parametrize("size", WALKED[:2], ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_of_a_hostile_loop_reaches_the_terminal_by_asking(size, hostile_root, tmp_path):
    with PtyConsole(hostile_root, size=size, home=tmp_path) as console:
        opened(console)
        ask(console, "select * from cycles", "generati")
        press(console, *[ENTER, "jj", ESCAPE, "llllj"] * 4)
        ask(console, BY_REASON, "half a code point")
        press(console, *"ccccc", F2, "rea" + ENTER, CTRL_R, "reason" + ENTER, F5)
        press(console, ESCAPE)
        console.wait_text("half a code point")
        press(console, TAB, "G")
        for _ in range(5):  # the repository's own questions
            press(console, ENTER)
            console.wait_text(".sql in the repo")
            press(console, "G", "g", ESCAPE, "k")
        leave(console)


def test_nothing_of_a_hostile_loop_reaches_the_terminal_by_its_history(hostile_root, tmp_path):
    with PtyConsole(hostile_root, size=SIZES[1], home=tmp_path) as console:
        opened(console)
        press(console, "8tGk", "v" + ENTER + ENTER + ESCAPE, "cj", "c", "V" + ESCAPE)
        press(console, "9jG" + ENTER, ESCAPE, "d", ESCAPE, "vjjv", "U" + ESCAPE)
        press(console, "4p", "A")
        console.wait_text("Propose")
        press(console, "jjj", ESCAPE)
        leave(console)


def ask(console: PtyConsole, sql: str, answer: str) -> None:
    """Run a statement from the command line, wait for its rows and go among them."""
    press(console, ":")
    console.wait_text("cycles  cycle  fail")  # what can be typed: the line is open
    press(console, "ask " + sql, ENTER)
    console.wait_text(answer)
    press(console, ESCAPE)


def test_markup_in_a_loop_cannot_be_clicked(hostile_root, tmp_path):
    with PtyConsole(hostile_root, size=(80, 24), home=tmp_path) as console:
        opened(console)
        for screen in (*SCREENS, "8", "9"):
            press(console, screen)
            for row in range(3, 22):  # below are the hints, and a click on "q back" may quit
                click = "".join(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m" for column in range(2, 80, 13))
                console.send(click.encode())
            console.settle()
            alive(console, f"clicks on screen {screen}")
            press(console, ESCAPE)
        leave(console)


def test_a_clean_loop_writes_only_what_the_oracle_knows(sample_loop, tmp_path):
    with PtyConsole(sample_loop, size=(120, 40), home=tmp_path) as console:
        opened(console)
        press(console, *SCREENS, ESCAPE, ESCAPE, "1", "?", ESCAPE, CTRL_P, ESCAPE)
        console.resize(70, 20)
        console.settle()
        leave(console)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_signal_ends_the_whole_console_with_its_code(number, sample_loop, tmp_path):
    with PtyConsole(sample_loop, size=(100, 30), home=tmp_path) as console:
        opened(console)
        console.signal(number)
        assert console.wait() == 128 + number
        assert console.settings_restored
        assert console.output.rfind(b"\x1b[?1049l") > console.output.rfind(b"\x1b[?1049h")
        assert console.output.rfind(b"\x1b[?25h") > console.output.rfind(b"\x1b[?25l")
        assert_only_known_sequences(console.output)


def test_a_closed_terminal_ends_the_whole_console(sample_loop, tmp_path):
    with PtyConsole(sample_loop, size=(100, 30), home=tmp_path) as console:
        opened(console)
        console.hang_up()
        assert console.process.wait(60) == 128 + signal.SIGHUP


def test_junk_and_pastes_do_nothing_to_the_console(sample_loop, tmp_path):
    with PtyConsole(sample_loop, size=(100, 30), home=tmp_path) as console:
        opened(console)
        console.send(b"\xff\xfe\x80" * 30 + b"\x1b[99999999999u" + b"\x1b[200~" + b"y\r" * 50 + b"\x1b[201~")
        console.settle()
        alive(console, "junk")
        press(console, "2", "1")
        leave(console)


@pytest.mark.parametrize("kind", sorted(FILES))
def test_anything_may_lie_where_a_source_should(kind, sample_loop, tmp_path):
    if kind == "73 unreadable" and os.geteuid() == 0:
        pytest.skip("the superuser reads everything")
    for source in ("retro/cycles.jsonl", "probes.jsonl"):
        path = sample_loop / ".loop" / source
        path.unlink()
        FILES[kind](path)
    before = sorted(os.listdir(sample_loop / ".loop"))
    with PtyConsole(sample_loop, size=(100, 30), home=tmp_path) as console:
        opened(console)
        press(console, "2", "b", "1")
        leave(console)
    assert sorted(os.listdir(sample_loop / ".loop")) == before


def test_a_loop_that_is_taken_away_leaves_the_console_standing(sample_loop, tmp_path):
    with PtyConsole(sample_loop, size=(100, 30), home=tmp_path) as console:
        opened(console)
        shutil.rmtree(sample_loop / ".loop")
        console.settle()
        press(console, "2", "b", "1")
        leave(console)


async def test_following_switched_off_and_on_at_once_comes_to_rest(sample_loop, monkeypatch):
    switched: list[bool] = []
    follow = RecordTable.follow

    def counted(table: RecordTable, *, following: bool) -> None:
        switched.append(following)
        follow(table, following=following)

    monkeypatch.setattr(RecordTable, "follow", counted)
    app = open_app(sample_loop, Settings(cache_dir="", state_dir=""), screen="cycles")
    async with app.run_test(size=(100, 30)) as pilot:
        while not app.settled:
            await pilot.pause(0.02)
        table = app.screen.query_one(RecordTable)
        table.follow(following=False)
        table.follow(following=True)  # before anybody heard of the first
        for _ in range(10):
            await pilot.pause()
        before = len(switched)
        for _ in range(10):
            await pilot.pause()
        assert len(switched) == before, "two messages that cross set each other off for ever"
        assert app.following
