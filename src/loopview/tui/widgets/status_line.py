"""The last line: what is being read, how much of it was bad, how it is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from loopview.domain.counted import counted
from loopview.tui.content import content
from loopview.tui.shell import Shell

if TYPE_CHECKING:
    from textual.app import RenderResult


class StatusLine(Widget):
    """Rows of each source, bad lines, rows waiting; notes at the right end, if there is room."""

    shell: reactive[Shell] = reactive(Shell())

    def render(self) -> RenderResult:
        """Draw what fits, the alarming parts first."""
        shell = self.shell
        parts = [Content.styled(f"+{shell.waiting} waiting", "$warning bold")] if shell.waiting else []
        if shell.running:
            parts.insert(0, content(f"{'*' if shell.ascii else '●'} {shell.running}", "$accent bold", limit=60))
        if shell.unread:
            parts.append(Content.styled(f"{counted(shell.unread, 'file')} not read (b)", "$error bold"))
        if shell.bad_lines:
            parts.append(Content.styled(f"{counted(shell.bad_lines, 'bad line')} (b)", "$error"))
        if shell.drifted:
            parts.append(Content.styled(f"{shell.drifted:,} drifted (b)", "$warning"))
        parts += [content(f"{name} {rows:,}", "$text-muted") for name, rows in shell.sources]
        line = Content.assemble(" ", Content("  ").join(self._fitting(parts)))
        notes = content("  ".join(shell.notes), "$text-disabled")
        room = self.size.width - line.cell_length - notes.cell_length - 1
        return Content.assemble(line, " " * room, notes) if room > 1 else line

    def _fitting(self, parts: list[Content]) -> list[Content]:
        room = self.size.width - 2
        chosen = []
        for part in parts:
            room -= part.cell_length + 2
            if room < -2:  # noqa: PLR2004  # the last one needs no gap
                break
            chosen.append(part)
        return chosen
