"""``loopview demo`` in a real terminal: the story is seen to happen, and nothing of it stays."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pty_console import PtyConsole, assert_only_known_sequences

if TYPE_CHECKING:
    from pathlib import Path


HOSTILE = b"[@click=app.quit]"


def left_behind(directory: Path) -> list[Path]:
    return list(directory.glob("loopview-demo-*"))


def written(directory: Path) -> bytes:
    """The cycles of the demo, before and after the rotation; at its instant the file is not there."""
    found = b""
    for path in directory.glob("loopview-demo-*/harbour/.loop/retro/cycles.jsonl*"):
        with suppress(FileNotFoundError):
            found += path.read_bytes()
    return found


def test_the_demo_shows_a_stall_a_recovery_and_hostile_lines_and_goes(tmp_path):
    environment = {"TMPDIR": str(tmp_path)}
    with PtyConsole("demo", "--speed", "6", size=(120, 40), home=tmp_path, environment=environment) as console:
        console.wait_text("harbour")
        assert len(left_behind(tmp_path)) == 1
        console.wait_text("STALLED")
        console.wait_text("PROGRESS")
        console.wait_until(lambda: HOSTILE in written(tmp_path), "the hostile act")
        console.wait_quiet(0.5, 3)
        console.send(b"\x11")
        assert console.wait() == 0
        assert console.settings_restored
        assert_only_known_sequences(console.output)
    assert left_behind(tmp_path) == []
