"""How the console ends, sleeps and wakes: the terminal comes back as it was, and the exit code says why."""

from __future__ import annotations

import re
import signal
import stat
import sys
from pathlib import Path

import pytest
from pty_console import PtyConsole, assert_only_known_sequences

PROGRAM = Path(__file__).with_name("guarded_program.py")
RESTORED = ("?1049l", "?25h", "?1000l", "?1003l", "?1006l", "?2004l", "?7h", "<u")


def start(tmp_path: Path, *arguments: str, size: tuple[int, int] = (60, 12)) -> PtyConsole:
    console = PtyConsole(command=[sys.executable, PROGRAM, *arguments], size=size, home=tmp_path)
    console.wait_text("ready")
    console.settle()
    return console


def assert_given_back(console: PtyConsole) -> None:
    """The last word on every mode is the one that was before."""
    for off in RESTORED:
        on = {"?25h": "?25l", "?7h": "?7l", "<u": ">25u"}.get(off, off.replace("l", "h"))
        assert console.output.rfind(f"\x1b[{off}".encode()) > console.output.rfind(f"\x1b[{on}".encode()), off
    assert console.settings_restored


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_signal_ends_it_with_its_own_code_and_gives_the_terminal_back(number, tmp_path):
    with start(tmp_path) as console:
        console.signal(number)
        assert console.wait() == 128 + number
        assert_given_back(console)
        assert_only_known_sequences(console.output)


def test_a_console_that_hangs_is_ended_all_the_same(tmp_path):
    with start(tmp_path, "--grace", "0.5") as console:
        console.send(b"h")
        console.wait_text("hanging")
        console.signal(signal.SIGTERM)
        assert console.wait() == 128 + signal.SIGTERM
        assert_given_back(console)


def test_a_closed_terminal_is_a_hangup_and_no_busy_loop(tmp_path):
    with start(tmp_path) as console:
        console.hang_up()
        assert console.process.wait(60) == 128 + signal.SIGHUP


@pytest.mark.parametrize(
    "junk",
    [
        b"\xff\xfe\x80\xc3(\xf0\x9f",
        b"\x1b[99999999999999u\x1b[1114112u\x1b[55296u",
        b"\x1b[<0;99999999999999999999;1M\x1b[<64;-5;-5M\x1b[M   ",
        b"\x1b[48;0;0;0;0t\x1b[48;99999;99999;1;1t",
        b"\x1b[?2048;1$y\x1b[?2026;2$y\x1b[9999999;9999999R",
        b"\x1b]11;rgb:ffff/0000/0000\x1b\\\x1bP>|term\x1b\\\x1b[?62;c",
        b"\x1b" * 500,
        b"\x00\x01\x02\x1f\x7f" * 200,
        bytes(range(128, 256)) * 40,
    ],
    ids=["bad UTF-8", "key codes", "mouse", "sizes", "reports", "strings", "escapes", "controls", "bytes"],
)
def test_junk_on_standard_input_is_survived(junk, tmp_path):
    with start(tmp_path) as console:
        console.send(junk + b"k")
        console.wait_text("key k")
        console.send(b"\x11")
        assert console.wait() == 0, console.shown
        assert_given_back(console)


def test_a_paste_without_an_end_does_not_swallow_the_keys(tmp_path):
    with start(tmp_path) as console:
        console.send(b"\x1b[200~pasted, and never ended")
        console.wait_text("pasted 23 characters")
        console.send(b"k")
        console.wait_text("key k")


def test_a_paste_that_comes_in_pieces_stays_one(tmp_path):
    with start(tmp_path) as console:
        console.send(b"\x1b[200~one ")
        console.wait_quiet(0.1)
        console.send(b"two\x1b[201~")
        console.wait_text("pasted 7 characters")


def test_it_sleeps_and_wakes_with_the_screen_drawn_again(tmp_path):
    with start(tmp_path) as console:
        console.signal(signal.SIGTSTP)
        console.wait_until(lambda: stopped(console), "the stop")
        console.wait_until(lambda: b"\x1b[?1004l" in console.output, "the way back to the shell")
        assert console.settings_restored
        before = len(console.output)
        console.signal(signal.SIGCONT)
        console.wait_until(lambda: b"ready" in console.output[before:], "the redraw")
        console.send(b"k")
        console.wait_text("key k")
        console.send(b"\x11")
        assert console.wait() == 0
        assert_given_back(console)
        assert_only_known_sequences(console.output, starts=2)


def test_a_wake_up_without_a_sleep_leaves_one_reader_and_the_settings(tmp_path):
    with start(tmp_path) as console:
        for _ in range(3):
            before = len(console.output)
            console.signal(signal.SIGSTOP)
            console.wait_until(lambda: stopped(console), "the stop")
            console.signal(signal.SIGCONT)
            console.wait_until(lambda start=before: b"ready" in console.output[start:], "the redraw")
            console.settle()
        console.send(b"abc")
        console.wait_text("key c")
        assert "3 keys" in console.shown, "every key is read once"
        console.send(b"\x11")
        assert console.wait() == 0
        assert_given_back(console)


def stopped(console: PtyConsole) -> bool:
    """Whether the process is stopped."""
    state = Path(f"/proc/{console.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "T"


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (500, 3), (60, 12)])
def test_any_size_is_survived(size, tmp_path):
    with start(tmp_path) as console:
        console.resize(*size)
        console.settle()
        console.resize(60, 12)
        console.wait_text("ready")
        console.send(b"\x11")
        assert console.wait() == 0


def test_a_fault_ends_it_with_one_short_message_and_a_log_without_values(tmp_path):
    with start(tmp_path) as console:
        console.send(b"x")
        assert console.wait() == 1
        assert_given_back(console)
        assert_only_known_sequences(console.output)
        said = console.output.rpartition(b"\x1b[?1006l")[2].decode()
    assert "ValueError: boom ␛]0;stolen␇" in said
    assert len(said.splitlines()) == 2
    (log,) = (tmp_path / "state").iterdir()
    assert log.name in re.sub(r"\s", "", said)
    written = log.read_text()
    assert "guarded_program.py" in written
    assert "ValueError: boom ␛]0;stolen␇" in written
    assert "hunter2" not in said + written
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_fault_in_a_worker_ends_it_too(tmp_path):
    with start(tmp_path) as console:
        console.send(b"w")
        assert console.wait() == 1
        assert b"OSError: worker" in console.output
        assert_given_back(console)


def test_a_state_directory_that_cannot_be_written_is_no_second_fault(tmp_path):
    (tmp_path / "state").write_text("in the way")
    with start(tmp_path) as console:
        console.send(b"x")
        assert console.wait() == 1
        assert b"could not be written" in console.output


def test_the_title_is_set_safely_and_given_back(tmp_path):
    with start(tmp_path) as console:
        console.send(b"t")
        console.wait_text("titled")
        console.settle()
        console.send(b"\x11")
        assert console.wait() == 0
        assert "\x1b[22;2t\x1b]2;STALLED ␇␛]52;c;eA==␇ (x) [bold]\x07".encode() in console.output
        assert b"\x1b[23;2t" in console.output
        assert_only_known_sequences(console.output)


def test_a_copy_reaches_the_terminal_as_one_inert_sequence(tmp_path):
    with start(tmp_path) as console:
        console.send(b"c")
        console.wait_text("Sent 9 characters")
        console.send(b"\x11")
        assert console.wait() == 0
        assert console.output.count(b"\x1b]52;") == 1
        assert b"\x1b]52;c;YQdiG11jCg0x\x07" in console.output


@pytest.mark.parametrize("elsewhere", ["2>/dev/null", ">/dev/null"])
def test_the_screen_is_drawn_on_whichever_stream_is_the_terminal(elsewhere, tmp_path):
    command = ["sh", "-c", f'exec "$0" "$1" {elsewhere}', sys.executable, PROGRAM]
    with PtyConsole(command=command, size=(60, 12), home=tmp_path) as console:
        console.wait_text("ready")
        console.resize(50, 9)
        console.send(b"k")
        console.wait_text("key k")
        console.send(b"\x11")
        assert console.wait() == 0
        assert b"\x1b[13;1H" not in console.output, "it draws as many lines as the terminal has"
        assert_given_back(console)
