"""Keys that come faster than dialogs go: a held Enter, a doubled Esc, a page down in a dialog without a line."""

from __future__ import annotations

import pytest
from pty_console import PtyConsole, assert_only_known_sequences


@pytest.mark.parametrize(
    ("burst", "size"),
    [
        (b":k 4\r\r\r", (100, 30)),
        (b"\x10he\r\r\r\r", (100, 30)),
        (b"\x10\r\x1b\r\x1b", (10, 4)),
        (b"T\r\r\r", (100, 30)),
        (b"T\x1b[6~\x1b[6~\x1b[5~", (1, 1)),
    ],
)
def test_a_dialog_may_be_closed_twice_and_be_too_small_to_draw(burst, size, sample_loop, tmp_path):
    with PtyConsole(sample_loop, size=(100, 30), home=tmp_path) as console:
        console.wait_text("Dash")
        console.settle()
        console.resize(*size)
        console.settle()
        console.send(burst)
        console.settle()
        console.resize(100, 30)
        console.press("\x1b", "\x1b", "1")
        console.wait_text("Verdict")
        console.send(b"\x11")
        assert console.wait() == 0
        assert_only_known_sequences(console.output)


@pytest.mark.parametrize(
    ("burst", "shown"),
    [
        (b"2/type:bug\r", "type:bug"),
        (b":journal\r/quit\r", "quit"),
        (b":qqqq 1\r", "qqqq"),
        (b"2/qqqq\r:fail\rv", "By issue"),
    ],
)
def test_keys_sent_at_once_go_where_the_one_before_them_led(burst, shown, sample_loop, tmp_path):
    with PtyConsole(sample_loop, size=(100, 30), home=tmp_path) as console:
        console.wait_text("Verdict")
        console.settle()
        console.send(burst)
        console.settle()
        assert shown in console.shown
        assert console.process.poll() is None
