"""A diff in one Static that scrolls: what one would write first."""

from __future__ import annotations

import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.highlight import highlight
from textual.widgets import Static


class StaticApp(App[None]):
    def compose(self) -> ComposeResult:
        diff = Path(sys.argv[1]).read_text(encoding="utf-8")
        with VerticalScroll():
            yield Static(highlight(diff, language="diff"))


if __name__ == "__main__":
    StaticApp().run()
