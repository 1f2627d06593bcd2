"""A diff in the console's own view, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import loopview.tui
from loopview.domain.review import review
from loopview.tui.guard import GuardedApp
from loopview.tui.widgets.diff_view import DiffView

if TYPE_CHECKING:
    from textual.app import ComposeResult


class DiffApp(GuardedApp):
    CSS_PATH = Path(loopview.tui.__file__).with_name("loopview.tcss")

    def compose(self) -> ComposeResult:
        yield DiffView()

    def on_mount(self) -> None:
        view = self.query_one(DiffView)
        view.show(review(Path(sys.argv[1]).read_bytes()))
        view.focus()


if __name__ == "__main__":
    DiffApp().run()
