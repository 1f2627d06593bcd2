"""``loopview demo`` writes into a directory of its own and takes it away again, however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "loopview", "demo", "--no-console", "--speed", "50"]


def started(*more: str) -> tuple[subprocess.Popen[str], Path]:
    child = subprocess.Popen([*COMMAND, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return child, Path(child.stdout.readline().strip())


def test_it_says_where_it_writes_and_leaves_nothing_behind():
    child, root = started("--seconds", "1")
    assert (root / ".loop" / "journal.jsonl").is_file()
    _, complaints = child.communicate(timeout=60)
    assert (child.returncode, complaints) == (0, "")
    assert not root.parent.exists()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=str
)
def test_a_signal_ends_it_cleanly(number, code):
    child, root = started()
    cycles = root / ".loop" / "retro" / "cycles.jsonl"
    before, deadline = cycles.stat().st_size, time.monotonic() + 60
    while cycles.stat().st_size == before:
        assert time.monotonic() < deadline, "it wrote nothing"
        time.sleep(0.02)
    child.send_signal(number)
    child.communicate(timeout=60)
    assert child.returncode == code
    assert not root.parent.exists()


def test_without_a_terminal_it_says_what_to_do():
    done = subprocess.run(
        [sys.executable, "-m", "loopview", "demo"], capture_output=True, text=True, timeout=60, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--no-console" in done.stderr


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "inf", "fast"])
def test_a_speed_that_is_none_is_refused(speed):
    done = subprocess.run([*COMMAND[:-1], speed], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "not a number above 0" in done.stderr
