"""A guarded app of few keys for the tests of signals and of the terminal.

x raises, w fails in a worker, h hangs, t sets the title, c copies; every other key and every paste is counted.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.widgets import Static

from loopview.tui import driver
from loopview.tui.guard import GuardedApp

if TYPE_CHECKING:
    from textual import events


class Program(GuardedApp):
    """Says what it was given."""

    keys = 0

    def compose(self) -> Any:
        """Show one line."""
        yield Static("ready", id="said", markup=False)
        yield Static("0 keys", id="counted", markup=False)

    def say(self, text: str) -> None:
        """Show what happened."""
        self.query_one("#said", Static).update(f"ready: {text}")
        self.query_one("#counted", Static).update(f"{self.keys} keys")

    def on_key(self, event: events.Key) -> None:
        """Do what a key is for."""
        password = "hunter2"  # a value that no log may hold
        self.keys += 1
        self.say(f"key {event.character if event.is_printable else event.key[:10]}")
        if event.key == "x":
            raise ValueError("boom \x1b]0;stolen\x07" + password[:0])
        if event.key == "w":
            self.run_worker(self.fail(), name="failing")
        if event.key == "h":
            self.say("hanging")
            self.call_after_refresh(time.sleep, 30)
        if event.key == "t":
            self.set_terminal_title("STALLED \x07\x1b]52;c;eA==\x07 #(x) #[bold]")
            self.say("titled")
        if event.key == "c":
            self.copy_to_clipboard("a\x07b\x1b]c\n\r1")

    async def fail(self) -> None:
        """Fail."""
        raise OSError("worker")

    def on_paste(self, event: events.Paste) -> None:
        """Count it."""
        self.say(f"pasted {len(event.text)} characters")


if __name__ == "__main__":
    if "--grace" in sys.argv:
        driver.GRACE_SECONDS = float(sys.argv[-1])
    app = Program(state_dir=Path(os.environ["HOME"]) / "state")
    app.run()
    if app.last_words:
        sys.stderr.write(app.last_words + "\n")
    sys.exit(app.return_code or 0)
