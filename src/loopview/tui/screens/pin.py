"""The dialogs that keep a question as a pin, and that forget one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from loopview.tui.content import content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class PinScreen(ModalScreen[tuple[str, str] | None]):
    """Asks for a name and a threshold; returns both, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "close", show=False)]

    def __init__(self, title: str, columns: Sequence[str]) -> None:
        super().__init__()
        self._suggested = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:64] or "pin"
        self._columns = columns

    def compose(self) -> ComposeResult:
        """Name, threshold, and what will happen."""
        with Vertical(id="export", classes="box pin-dialog") as box:
            box.border_title = Content("Pin this question on the Dash")
            box.border_subtitle = Content("enter pins   tab next line   esc pins nothing")
            yield Input(self._suggested, id="pin-name", compact=True, select_on_focus=False)
            yield Input(
                id="pin-threshold",
                compact=True,
                placeholder="to hold, if any: ok_rate >= 0.8, rows = 0",
            )
            yield Static(Content(""), id="export-will", markup=False)

    def on_mount(self) -> None:
        """Say what Enter would do."""
        self._explain()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say it of what is being typed."""
        event.stop()
        self._explain()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand both back, if they will do."""
        event.stop()
        if not self._problem():
            self.dismiss(self._typed())

    def _typed(self) -> tuple[str, str]:
        return self.query_one("#pin-name", Input).value.strip(), self.query_one(
            "#pin-threshold", Input
        ).value.strip()

    def _problem(self) -> str:
        """Return what is wrong with what is typed; nothing if it will do."""
        from loopview.engine.pins import ROWS, PinError, parse_threshold
        from loopview.engine.questions import NAME

        name, threshold = self._typed()
        if not NAME.fullmatch(name):
            return "a name has letters, digits, - and _, 64 at most"
        if not threshold:
            return ""
        try:
            column = parse_threshold(threshold).column
        except PinError as problem:
            return str(problem)
        known = {it.lower() for it in self._columns} | {"", ROWS}
        return "" if column.lower() in known else f"no column {column}; there are: {', '.join(self._columns)}"

    def _explain(self) -> None:
        name, threshold = self._typed()
        problem = self._problem()
        will = f"a tile on the Dash, and `loopview check {name}`" if threshold else "a tile on the Dash"
        self.query_one("#export-will", Static).update(
            content(problem, "$fail") if problem else content(will, "$text-muted")
        )


class UnpinScreen(ModalScreen[bool]):
    """Asks whether a pin is to go."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,n,backspace", "dismiss(False)", "keep", show=False),
        Binding("enter", "dismiss(True)", "unpin", show=False),
    ]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def compose(self) -> ComposeResult:
        """What will happen."""
        with Vertical(id="export", classes="box") as box:
            box.border_title = Content("Unpin")
            box.border_subtitle = Content("enter unpins   esc keeps it")
            yield Static(
                content(f"{self._name} leaves the Dash, and `loopview check` no longer knows it"), markup=False
            )
