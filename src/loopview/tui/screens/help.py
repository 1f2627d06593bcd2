"""The keys of the screen in front, from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from loopview.tui.actions import CONSOLE, PANE, Action, key_label
from loopview.tui.commands import commands
from loopview.tui.screens.catalog import entry
from loopview.tui.widgets.diff_actions import DIFF
from loopview.tui.widgets.pane import Pane
from loopview.tui.widgets.record_table import RecordTable
from loopview.tui.widgets.table_actions import TABLE

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.tui.screens.base import LoopScreen

KEY_CELLS = 14


class HelpScreen(ModalScreen[None]):
    """What every key does here, and what can be typed after a colon."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss(None)", "close", show=False),
        Binding("j", "scroll_lines(1)", show=False),
        Binding("k", "scroll_lines(-1)", show=False),
    ]

    def __init__(self, front: LoopScreen) -> None:
        super().__init__()
        self._front = front

    def compose(self) -> ComposeResult:
        """One paragraph a group: the screen's own first."""
        from loopview.tui.console import OPENERS

        with VerticalScroll(id="help") as box:
            box.border_title = Content(f"Keys: {entry(self._front.NAME).title}")
            box.border_subtitle = Content("esc closes")
            for title, actions in _groups(self._front.actions, "Here"):
                yield Static(_paragraph(title, actions), markup=False)
            pane = PANE if self._front.query(Pane) else ()
            table = TABLE if self._front.query(RecordTable) else ()
            diff = DIFF if any(it.is_on_screen for it in self._front.query("DiffReader")) else ()
            for title, actions in _groups((*diff, *table, *pane, *OPENERS, *CONSOLE), ""):
                yield Static(_paragraph(title, actions), markup=False)
            yield Static(_commands(read_only=self._front.console.read_only), markup=False)

    def action_scroll_lines(self, step: int) -> None:
        """Scroll by lines, as everywhere."""
        self.query_one("#help").scroll_relative(y=step, animate=False)


def _groups(actions: tuple[Action, ...], prefix: str) -> list[tuple[str, list[Action]]]:
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(f"{prefix}: {action.group}" if prefix else action.group, []).append(action)
    return list(groups.items())


def _paragraph(title: str, actions: list[Action]) -> Content:
    lines = [Content.styled(title, "$primary bold")]
    for action in actions:
        keys = " ".join(key_label(key) for key in action.keys.split(","))
        lines.append(Content.assemble(Content.styled(f"{keys:>{KEY_CELLS}}  ", "$accent"), action.help))
    return Content("\n").join([*lines, Content("")])


def _commands(*, read_only: bool) -> Content:
    lines = [Content.styled("Command line", "$primary bold")]
    lines += [
        Content.assemble(Content.styled(f"  {command.usage:<28}  ", "$accent"), command.help)
        for command in commands(read_only=read_only).values()
    ]
    return Content("\n").join(lines)
