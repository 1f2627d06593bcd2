"""A program for the tests of the guard: one kind of widget, filled with the corpus, in a guarded app.

Arguments: the kind; `raw` (text as it is: only the guard stands between it and the terminal) or `content` (through
the road that the console uses). What an action of a text does is written on the first line; ctrl+q quits.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.text import Text

sys.path.insert(0, str(Path(__file__).parents[1] / "data"))
from hostile import MODERATE
from textual.containers import VerticalScroll
from textual.content import Content
from textual.markup import MarkupError
from textual.widgets import DataTable, Input, Label, Log, Markdown, OptionList, RichLog, Static, Tabs, Tree

from loopview.tui.content import content
from loopview.tui.guard import GuardedApp

KIND, ROAD = sys.argv[1:3]
TEXTS = [text.replace("\n", " ")[:400] for text in MODERATE.values()]


def foreign(text: str) -> Any:
    """Return a text as the road under test gives it to a widget."""
    return content(text) if ROAD == "content" else Content(text, strip_control_codes=False)


def parsed(text: str) -> Any:
    """Return a text as a careless program gives it to a widget: read as markup, if Textual's parser can bear it."""
    try:
        return Content.from_markup(text)
    except MarkupError:
        return foreign(text)


def table() -> DataTable[Any]:
    """Every text as a header and as a cell."""
    made: DataTable[Any] = DataTable()
    made.add_columns(*(foreign(text) for text in TEXTS[:6]))
    for text in TEXTS:
        made.add_row(*(foreign(text) for _ in range(6)))
    return made


def tree() -> Tree[Any]:
    """Every text as a label."""
    made: Tree[Any] = Tree("root")
    made.root.expand()
    for text in TEXTS:
        made.root.add_leaf(Text(text))
    return made


def titled() -> VerticalScroll:
    """Every text as a border title and subtitle."""
    boxes = []
    for text in TEXTS:
        box = Static("box", classes="titled")
        box.border_title, box.border_subtitle = foreign(text), foreign(text)
        boxes.append(box)
    return VerticalScroll(*boxes)


class Gallery(GuardedApp):
    """One kind of widget."""

    CSS = ".titled { border: solid white; height: 3; } #acted { height: 1; }"

    def compose(self) -> Any:
        """Show the widget under the line that says what was done."""
        yield Static("nothing acted", id="acted")
        makers = {
            "static": lambda: VerticalScroll(*(Static(foreign(text)) for text in TEXTS)),
            "markup": lambda: VerticalScroll(*(Label(parsed(text)) for text in TEXTS)),
            "table": table,
            "tree": tree,
            "titles": titled,
            "options": lambda: OptionList(*(foreign(text) for text in TEXTS)),
            "tabs": lambda: Tabs(*(foreign(text) for text in TEXTS)),
            "input": lambda: VerticalScroll(*(Input(text, placeholder=text) for text in TEXTS)),
            "log": Log,
            "rich-log": lambda: RichLog(markup=False, highlight=False),
            "markdown": lambda: VerticalScroll(Markdown("\n\n".join(TEXTS), open_links=True)),
            "toasts": lambda: Static("toasts"),
        }
        yield makers[KIND]()

    def on_mount(self) -> None:
        """Fill what is filled while running."""
        if KIND == "log":
            self.query_one(Log).write_lines(TEXTS)
        for text in TEXTS if KIND == "rich-log" else ():
            self.query_one(RichLog).write(foreign(text) if ROAD == "content" else text)
        for text in TEXTS if KIND == "toasts" else ():
            self.notify(text, title=text)

    def action_approve(self, *_: object) -> None:
        """What no text may reach."""
        self.query_one("#acted", Static).update("ACTED")


if __name__ == "__main__":
    app = Gallery()
    app.run()
    if app.last_words:
        sys.stderr.write(app.last_words)
    sys.exit(app.return_code or 0)
