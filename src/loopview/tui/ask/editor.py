"""The editor of a statement: coloured by kind of word, with the place of an error marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from loopview.text import safe_block
from loopview.tui.ask.sql_words import words_of

if TYPE_CHECKING:
    from textual import events
    from textual.widgets.text_area import Edit, EditResult

COLOURED = ("keyword", "function", "text", "number", "comment", "parameter", "error")
LONGEST = 20_000
"""Characters kept: the gate takes no more."""


class SqlEditor(TextArea):
    """A text area for one statement. Letters typed here are text, never keys of the console."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+x", "screen.cancel", show=False, id="ask.cancel"),  # else it would cut, and nothing more
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"sql-editor--{kind}" for kind in COLOURED}

    @dataclass
    class Pressed(Message):
        """A key that means something else while completion is open; ``taken`` says whether it was used."""

        key: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        self._fault: int | None = None
        super().__init__(
            id=id, theme="css", soft_wrap=True, show_line_numbers=False, tab_behavior="focus", compact=True,
            highlight_cursor_line=False, placeholder="select …",
        )  # fmt: skip
        self.choosing = False  #: whether a list of completions is open beside the cursor

    def on_mount(self) -> None:
        """Take the colours of the theme."""
        self._take_colours()

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        if self.is_mounted:
            self._take_colours()

    def show_sql(self, sql: str) -> None:
        """Show a statement, perhaps of somebody else's: what could deceive becomes visible, and is what is run."""
        self.mark_fault(None)
        with self.prevent(TextArea.Changed):
            self.load_text(cleaned(sql))
        self._build_highlight_map()

    def grow(self, text: str) -> None:
        """Add to the end, as a model writes."""
        with self.prevent(TextArea.Changed):
            self.insert(cleaned(text, one_piece=True), self.document.end, maintain_selection_offset=False)
        self.move_cursor(self.document.end)

    @property
    def offset_of_cursor(self) -> int:
        """Characters before the cursor."""
        row, column = self.cursor_location
        return sum(len(line) + 1 for line in self.document.lines[:row]) + column

    def complete_from(self, start: int, text: str) -> None:
        """Put ``text`` in place of what stands between ``start`` and the cursor."""
        row, column = self.cursor_location
        with self.prevent(TextArea.Changed):
            self.replace(text, (row, max(0, column - (self.offset_of_cursor - start))), (row, column))

    def mark_fault(self, offset: int | None) -> None:
        """Mark the word at a place as the one at fault and go there; None takes the mark away."""
        if offset is None and self._fault is None:
            return
        self._fault = offset
        self._build_highlight_map()
        self._line_cache.clear()
        self.refresh()
        if offset is not None:
            self.move_cursor(self._place(offset))

    def _place(self, offset: int) -> tuple[int, int]:
        before = self.text[: max(0, offset)]
        return before.count("\n"), len(before) - (before.rfind("\n") + 1)

    # -- what Textual calls ------------------------------------------------------------------------------------

    def edit(self, edit: Edit) -> EditResult:
        """Change the text; what was at fault may be right now."""
        self._fault = None
        return super().edit(edit)

    async def _on_key(self, event: events.Key) -> None:
        """Leave the keys of an open list of completions to it."""
        if self.choosing and event.key in {"up", "down", "tab", "enter", "escape"}:
            event.stop()
            event.prevent_default()
            self.post_message(self.Pressed(event.key))
            return
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        """Paste text that may be shown, as much as can be run."""
        event.text = cleaned(event.text, one_piece=True)[: max(0, LONGEST - len(self.text))]
        await super()._on_paste(event)

    def _build_highlight_map(self) -> None:
        """Colour by kind of word; Textual asks for this after every change."""
        self._highlights.clear()
        text = self.text
        starts = _line_starts(text)
        spans: list[tuple[int, int, str]] = [(word.start, word.end, word.kind) for word in words_of(text)]
        if self._fault is not None:
            spans.append((*_word_around(text, self._fault), "error"))
        for start, end, kind in spans:
            if kind in COLOURED:
                self._colour(text, starts, start, end, kind)

    def _colour(self, text: str, starts: list[int], start: int, end: int, kind: str) -> None:
        """Colour a stretch, line by line; Textual counts in bytes of UTF-8."""
        from bisect import bisect_right

        line = bisect_right(starts, start) - 1
        while line < len(starts) and starts[line] < end:
            first = starts[line]
            last = starts[line + 1] - 1 if line + 1 < len(starts) else len(text)
            begin, stop = max(start, first), min(end, last)
            if begin < stop:
                left = len(text[first:begin].encode("utf-8", "replace"))
                width = len(text[begin:stop].encode("utf-8", "replace"))
                self._highlights[line].append((left, left + width, kind))
            line += 1

    def _take_colours(self) -> None:
        styles = {kind: self.get_component_rich_style(f"sql-editor--{kind}", partial=True) for kind in COLOURED}
        name = f"sql-{hash(tuple(sorted((kind, str(style)) for kind, style in styles.items())))}"
        self.register_theme(TextAreaTheme(name, syntax_styles=styles))
        self.theme = name


def cleaned(text: str, *, one_piece: bool = False) -> str:
    """Return a text that may be edited and shown; with ``one_piece`` its last newline stays."""
    lines = "\n".join(safe_block(text.replace("\r\n", "\n").replace("\r", "\n")))
    return lines + "\n" if one_piece and text.endswith(("\n", "\r")) else lines


def _line_starts(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _word_around(text: str, offset: int) -> tuple[int, int]:
    """Return the word that begins at or holds a place; one character where there is none."""
    at = min(max(offset, 0), max(len(text) - 1, 0))
    start = end = at
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_") and text[at].isalnum():
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return start, max(end, at + 1)
