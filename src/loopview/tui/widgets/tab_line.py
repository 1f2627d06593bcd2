"""The line of screens, with live counts; a click opens a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from loopview.tui.content import content
from loopview.tui.shell import Shell, Tab

if TYPE_CHECKING:
    from textual import events
    from textual.app import RenderResult


def _count(number: int) -> str:
    """Return a count in at most four characters."""
    for size, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")):
        if number >= size:
            return f"{number // (1000 if letter == 'k' else size)}{letter}"
    return str(number)


class TabLine(Widget):
    """Each screen's key, name and count; the one in front stands out; the window at the right end."""

    shell: reactive[Shell] = reactive(Shell())

    @dataclass
    class Chosen(Message):
        """A tab was clicked."""

        name: str

    def render(self) -> RenderResult:
        """Use the longest form that fits: titles, short ones, those without counts, keys; a note before titles."""
        noted = [(form, True) for form in ("title", "short", "brief", "key")] if self.shell.window_note else []
        for form, note in (*noted, ("title", False), ("short", False), ("brief", False), ("key", False)):
            right = self._window(note=note)
            tabs = [self._tab(tab, form) for tab in self.shell.tabs]
            line = Content(" ").join(tabs)
            room = self.size.width - line.cell_length - right.cell_length
            if room >= 0:
                return Content.assemble(line, " " * room, right)
        return line

    def _tab(self, tab: Tab, form: str) -> Content:
        chosen = tab.name == self.shell.current
        style = "$text bold" if chosen else "$text-muted"
        name = "" if form == "key" and not chosen else " " + (tab.title if form == "title" else tab.short)
        parts = [Content.styled(f" {tab.key}", "$accent bold"), Content.styled(name, style)]
        if tab.alarm:
            parts.append(Content.styled("!", "$error bold"))
        if tab.rows and form in {"title", "short"}:
            parts.append(Content.styled(f" {_count(tab.rows)}", "$accent" if chosen else "$text-disabled"))
        line = Content.assemble(*parts, " ")
        return line.stylize_before("on $boost") if chosen else line

    def _window(self, *, note: bool) -> Content:
        crumbs = " › ".join(self.shell.trail)
        parts = [content(crumbs, "$text-muted")] if crumbs and self.size.width >= 80 else []  # noqa: PLR2004
        why = content(f"{self.shell.window_note}: ", "$warning") if note else Content("")
        parts.append(Content.assemble(why, Content.styled(f"{self.shell.window} (t) ", "$text-muted")))
        return Content("   ").join(parts)

    def on_click(self, event: events.Click) -> None:
        """Open the screen whose tab was clicked."""
        plain = str(self.render())
        for tab in self.shell.tabs:
            start = plain.find(f" {tab.key} ")
            following = [plain.find(f" {other.key} ", start + 1) for other in self.shell.tabs]
            end = min((place for place in following if place > start), default=len(plain))
            if start <= event.x < end:
                self.post_message(self.Chosen(tab.name))
                return
