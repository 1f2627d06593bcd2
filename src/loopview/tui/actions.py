"""The action registry: one description that bindings, palette, help and the README's table are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

if TYPE_CHECKING:
    from collections.abc import Iterable


WRITE = "write"
"""Marks an action that writes something the operator keeps."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing an operator can do."""

    id: str  #: ``scope.name``, for example ``cycles.next-failure``: the name used in ``[keys]``
    keys: str  #: Textual key names, separated by commas; the first one is shown
    label: str  #: two words at most, for the hint line
    help: str  #: one sentence for the help screen and the palette
    does: str  #: the Textual action that runs, for example ``next_failure`` or ``app.freeze``
    group: str = "View"  #: heading on the help screen
    shown: bool = False  #: whether the hint line names it
    palette: bool = True  #: whether the palette offers it
    guard: str = ""  #: `WRITE` = does not exist under ``--read-only``

    @property
    def scope(self) -> str:
        """The screen it belongs to; ``console`` for all of them."""
        return self.id.partition(".")[0]


def existing(actions: Iterable[Action], *, read_only: bool) -> tuple[Action, ...]:
    """Return those of the actions that there are: under ``--read-only`` there are none that write."""
    return tuple(action for action in actions if not (read_only and action.guard == WRITE))


def bindings(actions: Iterable[Action]) -> list[Binding]:
    """Return the Textual bindings of these actions, each with its id so that ``[keys]`` can move it."""
    return [
        Binding(
            action.keys,
            action.does,
            action.label,
            show=False,
            id=action.id,
            tooltip=action.help,
            priority=action.id == "console.quit",  # it works in every dialog and input too
        )
        for action in actions
    ]


PANE: tuple[Action, ...] = (
    Action(
        "pane.open",
        "enter,l,right",
        "open",
        "Go to the rows behind the line",
        "open",
        "In a pane",
        shown=True,
        palette=False,
    ),
    Action("pane.down", "j,down", "down", "Next line", "move(1)", "In a pane", palette=False),
    Action("pane.up", "k,up", "up", "Previous line", "move(-1)", "In a pane", palette=False),
    Action("pane.first", "g,home", "first", "First line", "move(-1000000)", "In a pane", palette=False),
    Action("pane.last", "G,end", "last", "Last line", "move(1000000)", "In a pane", palette=False),
    Action("pane.page-down", "ctrl+d,pagedown", "page down", "A page down", "page(1)", "In a pane", palette=False),
    Action("pane.page-up", "ctrl+u,pageup", "page up", "A page up", "page(-1)", "In a pane", palette=False),
)
"""What works in every pane of lines."""

CONSOLE: tuple[Action, ...] = (
    Action("console.back", "escape,backspace", "back", "Go back one step", "app.step_back(False)", "Move"),
    Action(
        "console.quit-or-back",
        "q",
        "back",
        "Go back one step; at the top, quit",
        "app.step_back(True)",
        "Move",
        shown=True,
    ),
    Action("console.quit", "ctrl+q", "quit", "Quit the console", "app.quit", "Move"),
    Action("console.next-screen", "right_square_bracket", "next screen", "Next screen", "app.turn(1)", "Move"),
    Action("console.previous-screen", "left_square_bracket", "previous", "Previous screen", "app.turn(-1)", "Move"),
    Action(
        "console.next-pane", "tab", "next pane", "Move to the next pane", "app.focus_next", "Move", palette=False
    ),
    Action(
        "console.previous-pane",
        "shift+tab",
        "previous pane",
        "Move to the previous pane",
        "app.focus_previous",
        "Move",
        palette=False,
    ),
    Action("console.zoom", "z", "zoom", "Let the pane fill the screen, and back", "app.zoom"),
    Action("console.window", "t", "window", "Step the window: 1h, 24h, 7d, all", "app.step_window", shown=True),
    Action("console.follow", "f", "follow", "Keep the newest row in sight", "app.follow"),
    Action(
        "console.freeze",
        "space",
        "freeze",
        "Hold the screen still; reading goes on and the badge counts rows waiting",
        "app.freeze",
        shown=True,
    ),
    Action("console.reread", "r", "re-read", "Look at the files again now", "app.reread"),
    Action(
        "console.evidence",
        "semicolon",
        "sql",
        "Open the SQL behind the figure in focus, and its rows, ready to be changed",
        "app.evidence",
        "Ask",
        shown=True,
    ),
    Action("console.command", "colon", "command", "Type a command", "app.command_line", "Ask", shown=True),
    Action(
        "console.palette",
        "ctrl+p",
        "palette",
        "Find a command by its words",
        "app.command_palette",
        "Ask",
        shown=True,
        palette=False,
    ),
    Action("console.help", "question_mark,f1", "help", "The keys of this screen", "app.help", "Ask", shown=True),
    Action("console.copy", "y", "copy", "Copy what the cursor stands on, as text", "app.copy_text", "Copy"),
    Action(
        "console.copy-json", "Y", "copy JSON", "Copy what the cursor stands on, as JSON", "app.copy_json", "Copy"
    ),
    Action("console.theme", "T", "theme", "Choose a theme, with a live preview", "app.pick_theme"),
    Action(
        "console.faster",
        "plus",
        "faster",
        "Ask for a shorter repaint interval on the command line",
        "app.offer_rate(1)",
        palette=False,
    ),
    Action(
        "console.slower",
        "minus",
        "slower",
        "Ask for a longer repaint interval on the command line",
        "app.offer_rate(-1)",
        palette=False,
    ),
)
"""What works on every screen. A screen never overrides one of these keys."""


WRITES: tuple[Action, ...] = (
    Action(
        "console.run-probe",
        "exclamation_mark",
        "run probe",
        "Run a probe now, the one under the cursor or the next in turn: a dialog says what runs",
        "app.run_probe",
        "Probes",
        guard=WRITE,
    ),
)
"""What works on every screen and writes: it is left out under ``--read-only``."""


def key_label(keys: str) -> str:
    """Return how the first of these keys is printed on a keyboard."""
    key = keys.split(",", 1)[0]
    if key in _KEYCAPS:
        return _KEYCAPS[key]
    if key[:1] == "f" and key[1:].isdigit():
        return key.upper()
    return key.replace("ctrl+", "^") if key.startswith("ctrl+") else key


_KEYCAPS = {
    "escape": "esc",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "semicolon": ";",
    "colon": ":",
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "exclamation_mark": "!",
    "shift+tab": "S-tab",
    "pagedown": "PgDn",
    "pageup": "PgUp",
}
