"""The least that Textual can paint: one word."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class MinimalApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("first-paint")


if __name__ == "__main__":
    MinimalApp().run()
