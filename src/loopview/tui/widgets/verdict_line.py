"""The line that is always there: what the loop is doing, and whether to worry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from loopview.tui.content import content
from loopview.tui.glyphs import mark
from loopview.tui.shell import Shell

if TYPE_CHECKING:
    from textual.app import RenderResult

WIDE = 130
NORMAL = 80


def minutes(age: int | None) -> str:
    """Return an age in words that never tick: ``now``, ``5m``, ``3h07m``, ``2d03h``, ``147d``."""
    if age is None:
        return "-"
    if age < 1:
        return "now"
    if age < 60:  # noqa: PLR2004  # minutes in an hour
        return f"{age}m"
    hours = age // 60
    if hours < 24:  # noqa: PLR2004
        return f"{hours}h{age % 60:02}m"
    days = hours // 24
    return f"{days}d{hours % 24:02}h" if days < 10 else f"{days}d"  # noqa: PLR2004  # so old, hours say nothing


class VerdictLine(Widget):
    """Project, commit, verdict, recommendation; at the right end LIVE or FROZEN and the badges."""

    shell: reactive[Shell] = reactive(Shell(), always_update=False)

    def render(self) -> RenderResult:
        """Lay the left and the right part into the width there is, the verdict never cut."""
        width = self.size.width
        verdict, right = self._with_health(width)
        place = self._place(width - verdict.cell_length - right.cell_length - 4)
        gap = 2 if place else 0
        left = Content.assemble(" " if place else "", place, " " * gap, verdict)
        room = width - left.cell_length - 1
        if right.cell_length > room:
            right = self._mode()
        space = max(1, width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * space, right)

    def _verdict(self, width: int, *, whole: bool = True) -> Content:
        shell = self.shell
        if not shell.verdict:
            return Content.styled("reading…" if shell.mode == "LOADING" else "no verdict yet", "$text-muted")
        look = mark(shell.verdict)
        glyph = look.plain if shell.ascii else look.glyph
        stalled = shell.verdict == "STALLED"
        times = (" x" if shell.ascii else " ×") + str(shell.stall_count) if stalled else ""
        parts = [Content.styled(f"{glyph} {look.word}{times}", look.style)]
        if shell.stall_count and not stalled:
            parts.append(Content.styled(f"streak {shell.stall_count}", "$warn"))
        if shell.fingerprint and width >= 60:  # noqa: PLR2004  # below it the verdict needs the room
            shown = shell.fingerprint if width >= WIDE else shell.fingerprint[:8]
            parts.append(content(f"fp {shown}", "$text-muted"))
        if whole and shell.recommend and shell.recommend != "continue":
            parts.append(content(f"{'->' if shell.ascii else '→'} {shell.recommend}", "$accent bold"))
        if shell.origin and width >= WIDE:
            parts.append(content(f"({shell.origin})", "$text-muted"))
        return Content("  ").join(parts)

    def _with_health(self, width: int) -> tuple[Content, Content]:
        """Return the verdict with the probes beside it, and the right end; a red is worth more than an age."""
        verdict, right, health = self._verdict(width), self._right(width), self._health(width)
        if not health:
            return verdict, right
        short = (self._verdict(width, whole=not self.shell.red), self._mode())
        for left, end in ((verdict, right), short):
            if left.cell_length + health.cell_length + end.cell_length + 4 <= width:
                return Content.assemble(left, "  ", health), end
        return verdict, right

    def _health(self, width: int) -> Content:
        """Return what the probes say, in full where there is room; nothing where none proved anything."""
        shell = self.shell
        if shell.health not in {"green", "yellow", "red"}:
            return Content("")
        look = mark(shell.health)
        word = look.word.upper() if shell.health == "red" else look.word
        count = f" {shell.red}" if shell.red else ""
        label = "probes " if width >= NORMAL else ""
        return Content.styled(f"{look.plain if shell.ascii else look.glyph} {label}{word}{count}", look.style)

    def _place(self, room: int) -> Content:
        shell = self.shell
        head = f"{shell.branch}@{shell.commit}" if shell.commit else shell.branch
        brand = ("loopview", "$primary bold")
        project = (shell.project, "bold")
        epoch = (f"epoch {shell.epoch}" if shell.epoch else "", "$text-muted")
        for parts in (
            (brand, project, (head, ""), epoch),
            (brand, project, (head, "")),
            (project, (head, "")),
            (project,),
        ):
            line = Content("  ").join(content(text, style) for text, style in parts if text)
            if line.cell_length <= room:
                return line
        return Content("")

    def _mode(self) -> Content:
        shell = self.shell
        style = {
            "LIVE": "$success bold",
            "IDLE": "$warning bold",
            "FROZEN": "$warning bold",
            "SAMPLE": "$accent bold",
        }.get(shell.mode, "$text-muted")
        quiet = shell.mode == "IDLE"
        dot = ("o" if quiet else "*") if shell.ascii else ("◌" if quiet else "●")
        return Content.styled(f"{shell.mode} {dot}", style)

    def _right(self, width: int) -> Content:
        shell = self.shell
        parts = [content(badge, "$warning") for badge in shell.badges] if width >= NORMAL else []
        parts.append(self._mode())
        parts.append(content(minutes(shell.age_minutes), "$text-muted"))
        return Content(" ").join(parts) + " "
