"""Copying: the road that was chosen is taken, and the sentence says what happened."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from hostile import TERMINAL
from pace import SOON

from loopview.tui.clipboard import LONGEST, copy

if TYPE_CHECKING:
    from pathlib import Path


class Terminal:
    """What was handed to the terminal's clipboard."""

    def __init__(self, *, there: bool = True) -> None:
        self.there = there
        self.received: list[str] = []

    def write_clipboard(self, encoded: str) -> bool:
        self.received.append(encoded)
        return self.there


def test_the_terminals_clipboard_gets_the_text_as_it_is():
    terminal = Terminal()
    for text in (*TERMINAL.values(), "日本"):
        assert "terminal's clipboard" in copy(terminal, text, environment={})
        assert base64.b64decode(terminal.received[-1]) == text.encode("utf-8", "replace")
        assert terminal.received[-1].isascii()


def test_the_sentence_counts():
    assert copy(Terminal(), "x", environment={}) == "Sent 1 character to the terminal's clipboard"
    assert copy(Terminal(), "x" * 1234, environment={}) == "Sent 1,234 characters to the terminal's clipboard"


def test_without_a_terminal_nothing_is_claimed():
    assert copy(Terminal(there=False), "x", environment={}) == "Nothing copied: there is no terminal"


@pytest.mark.parametrize(
    ("road", "environment", "said"),
    [
        ("none", {}, "switched off"),
        ("auto", {"LOOPVIEW_CLIPBOARD": "none", "TMUX": "/tmp/x,1,0"}, "switched off"),
        ("pigeon", {}, "the clipboard is one of auto, tmux, osc52, none"),
    ],
)
def test_the_setting_and_the_environment_decide(road, environment, said):
    terminal = Terminal()
    assert said in copy(terminal, "x", road, environment=environment)
    assert not terminal.received


def test_osc52_can_be_wanted_inside_tmux():
    terminal = Terminal()
    copy(terminal, "x", "osc52", environment={"TMUX": "/tmp/x,1,0"})
    assert terminal.received == ["eA=="]


def test_more_than_terminals_take_is_refused_in_words():
    terminal = Terminal()
    assert "100,001 characters are more" in copy(terminal, "x" * (LONGEST + 1), environment={})
    assert not terminal.received


def fake_tmux(place: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = place / "tmux"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")


def test_inside_tmux_its_own_client_gets_the_text_on_standard_input(tmp_path, monkeypatch):
    fake_tmux(tmp_path, f'printf "%s\\n" "$@" > {tmp_path}/arguments; cat > {tmp_path}/text', monkeypatch)
    hostile = "-x; $(touch owned) `id`\x1b]52;c;x\x07"
    assert (
        copy(Terminal(), hostile, environment={"TMUX": "x"}) == f"Copied {len(hostile)} characters to tmux's buffer"
    )
    assert (tmp_path / "arguments").read_text().split() == ["load-buffer", "-w", "-"]
    assert (tmp_path / "text").read_text() == hostile
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arguments", "text", "tmux"]


def test_tmux_that_refuses_hangs_or_is_not_there_is_said(tmp_path, monkeypatch):
    fake_tmux(tmp_path, "exit 1", monkeypatch)
    assert copy(Terminal(), "x", "tmux", environment={}) == "Nothing copied: tmux refused the text"
    fake_tmux(tmp_path, "exec sleep 60", monkeypatch)
    monkeypatch.setattr("loopview.tui.clipboard.TMUX_SECONDS", 0.2)
    started = time.monotonic()
    assert copy(Terminal(), "x", "tmux", environment={}) == "Nothing copied: tmux did not answer"
    assert time.monotonic() - started < SOON
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert copy(Terminal(), "x", "tmux", environment={}) == "Nothing copied: tmux is not installed"


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_real_tmux_fills_its_buffer(tmp_path, monkeypatch):
    monkeypatch.setenv("TMUX_TMPDIR", str(tmp_path))
    server = ["tmux", "-L", "loopview-test", "-f", "/dev/null"]
    subprocess.run([*server, "new-session", "-d", "-s", "test", "cat"], check=True)
    try:
        socket = next(tmp_path.glob("tmux-*/loopview-test"))
        monkeypatch.setenv("TMUX", f"{socket},1,0")
        assert (
            copy(Terminal(), "from the console\n", environment=os.environ)
            == "Copied 17 characters to tmux's buffer"
        )
        shown = subprocess.run([*server, "show-buffer"], check=True, capture_output=True, text=True).stdout
        assert shown == "from the console\n"
    finally:
        subprocess.run([*server, "kill-server"], check=False)
