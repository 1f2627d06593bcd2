"""Files open in the operator's own programs: by argument list, at the line, and no name or byte of a file acts."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from hostile import HOSTILE_NAME, TERMINAL
from pty_console import PtyConsole, assert_only_known_sequences
from textual.app import SuspendNotSupported

from loopview.tui.opener import editor_command, open_in_editor, open_in_pager

STRANGE = ["-c!id", "+q", "a b", "quo'te\"", "$(id)", "new\nline", HOSTILE_NAME, "--help", "x:12"]


class Stage:
    """An app that steps aside, and knows when it did."""

    aside = 0

    @contextmanager
    def suspend(self):
        self.aside += 1
        yield


class NoStage:
    """An app without a terminal."""

    @contextmanager
    def suspend(self):
        raise SuspendNotSupported("headless")
        yield


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A program that writes down its arguments and its standard input."""
    program = tmp_path / "programs" / "vim"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "given = '' if os.environ.get('PAGER') is None else sys.stdin.buffer.read().decode()\n"
        f"json.dump([sys.argv[1:], given], open({str(tmp_path / 'record')!r}, 'w'))\n"
    )
    program.chmod(0o755)
    return program


def recorded(tmp_path: Path) -> list[object]:
    return json.loads((tmp_path / "record").read_text())


@pytest.mark.parametrize(
    ("editor", "expected"),
    [
        ("vi", ["vi", "+7", "/d/f"]),
        ("/usr/bin/vim -p", ["/usr/bin/vim", "-p", "--cmd", "set nomodeline", "+7", "/d/f"]),
        ("nvim", ["nvim", "--cmd", "set nomodeline", "+7", "/d/f"]),
        ("nano", ["nano", "+7", "/d/f"]),
        ("emacsclient -t", ["emacsclient", "-t", "+7", "/d/f"]),
        ("code --wait", ["code", "--wait", "-g", "/d/f:7"]),
        ("hx", ["hx", "/d/f:7"]),
        ("ed", ["ed", "/d/f"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(editor, expected):
    assert editor_command(editor, Path("/d/f"), 7) == expected
    assert editor_command(editor, Path("/d/f"), None)[-1] == "/d/f"


@pytest.mark.parametrize("name", STRANGE)
def test_strangely_named_files_are_arguments_and_nothing_else(name, tmp_path, recorder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("x")
    stage = Stage()
    assert open_in_editor(stage, Path(name), 3, editor=str(recorder), environment={}) == ""
    assert recorded(tmp_path) == [["--cmd", "set nomodeline", "+3", str(tmp_path / name)], ""]
    assert stage.aside == 1


def test_the_operators_choice_comes_first_then_visual_then_editor(tmp_path, recorder):
    (tmp_path / "f").write_text("x")
    where = tmp_path / "f"
    missing = str(tmp_path / "missing")
    assert open_in_editor(Stage(), where, editor=str(recorder), environment={"VISUAL": missing}) == ""
    assert open_in_editor(Stage(), where, environment={"VISUAL": str(recorder), "EDITOR": missing}) == ""
    assert open_in_editor(Stage(), where, environment={"EDITOR": str(recorder)}) == ""
    assert "No such file" in open_in_editor(Stage(), where, environment={"EDITOR": missing})


def test_only_regular_files_are_opened_and_never_waited_for(tmp_path, recorder):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("/etc/passwd")
    stage = Stage()
    for path in (tmp_path / "fifo", tmp_path / "link", tmp_path, tmp_path / "gone", Path("/dev/zero")):
        assert open_in_editor(stage, path, editor=str(recorder)).startswith("Not opened: ")
        assert open_in_pager(stage, path, environment={"PAGER": str(recorder)}).startswith("Not opened: ")
    assert stage.aside == 0


@pytest.mark.parametrize("program", ["", "   ", "unbalanced '", "/nowhere/at/all"])
def test_a_program_that_cannot_be_started_is_said_in_safe_words(program, tmp_path):
    (tmp_path / "f").write_text("x")
    for said in (
        open_in_editor(Stage(), tmp_path / "f", editor=program or " "),
        open_in_pager(Stage(), tmp_path / "f", environment={"PAGER": program or " "}),
    ):
        assert said.startswith("Not opened: ")
        assert said.isprintable()


def test_a_pager_is_given_safe_text(tmp_path, recorder):
    (tmp_path / "f").write_text("\n".join(TERMINAL[n] for n in (1, 2, 9, 17)) + "\n", encoding="utf-8")
    assert open_in_pager(Stage(), tmp_path / "f", environment={"PAGER": str(recorder)}) == ""
    arguments, given = recorded(tmp_path)
    assert arguments == []
    assert given.splitlines() == [
        "␛[2J␛[Hcleared", "␛]0;stolen title␛\\", "‹U+009B›31mC1 colour", "shown first␍overprinted",
    ]  # fmt: skip


def test_a_pager_left_early_is_no_fault_and_a_failing_program_is_named(tmp_path):
    (tmp_path / "f").write_text("line\n" * 200_000)
    assert (
        open_in_pager(Stage(), tmp_path / "f", environment={"PAGER": "head -n 1", "PATH": os.environ["PATH"]}) == ""
    )
    assert open_in_editor(Stage(), tmp_path / "f", editor="false") == "false ended with 1"


def test_without_a_terminal_nothing_is_opened(tmp_path):
    (tmp_path / "f").write_text("x")
    assert open_in_editor(NoStage(), tmp_path / "f", editor="true") == "Not opened: there is no terminal to lend"


def test_handlers_of_signals_are_as_before(tmp_path):
    (tmp_path / "f").write_text("x")
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGQUIT)
    open_in_editor(Stage(), tmp_path / "f", editor="true")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGQUIT)) == before


LENDER = """
import sys
from pathlib import Path
from textual.widgets import Static
from loopview.tui.guard import GuardedApp
from loopview.tui.opener import open_in_editor

class Lender(GuardedApp):
    def compose(self):
        yield Static("console in front", markup=False)
    def on_key(self, event):
        if event.key == "o":
            self.notify(open_in_editor(self, Path(sys.argv[1]), 2, editor=sys.argv[2]) or "and back")

app = Lender()
app.run()
sys.exit(app.return_code or 0)
"""


def test_the_console_steps_aside_in_a_real_terminal_and_comes_back(tmp_path):
    (tmp_path / "f").write_text("x")
    (tmp_path / "lender.py").write_text(LENDER)
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nstty -a | grep -q " icanon" && echo "cooked for $1"\nread answer\nexit 0\n')
    editor.chmod(0o755)
    command = [sys.executable, tmp_path / "lender.py", tmp_path / "f", editor]
    with PtyConsole(command=command, size=(70, 12), home=tmp_path) as console:
        console.wait_text("console in front")
        console.settle()
        console.send(b"o")
        console.wait_text("cooked for /")
        assert console.settings_restored
        console.send(b"\n")
        console.wait_text("and back")
        assert "console in front" in console.shown
        console.send(b"\x11")
        assert console.wait() == 0
        assert_only_known_sequences(console.output, starts=2)
        assert console.settings_restored
