"""The keys most worth knowing here, as many as fit; a click does what the key does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

if TYPE_CHECKING:
    from textual import events
    from textual.app import RenderResult

Hint = tuple[str, str, str]
"""Key as printed, label, action to run."""


class HintLine(Widget):
    """Key and label pairs; pairs that do not fit are left out from the end, but the last one (``?``) stays."""

    hints: reactive[tuple[Hint, ...]] = reactive(())

    def render(self) -> RenderResult:
        """Draw the pairs that fit."""
        return Content.assemble(
            *(
                Content.assemble(" ", Content.styled(key, "$accent"), Content.styled(f" {label} ", "$text-muted"))
                for key, label, _ in self._fitting()
            )
        )

    def _fitting(self) -> list[Hint]:
        room = self.size.width
        chosen: list[Hint] = []
        for hint in sorted(self.hints, key=lambda hint: hint[0] != "?"):
            room -= _width(hint)
            if room < 0:
                break
            chosen.append(hint)
        return [hint for hint in self.hints if hint in chosen]

    async def on_click(self, event: events.Click) -> None:
        """Run the action under the pointer."""
        x = event.x
        for hint in self._fitting():
            if x < _width(hint):
                await self.screen.run_action(hint[2])
                return
            x -= _width(hint)


def _width(hint: Hint) -> int:
    return len(hint[0]) + len(hint[1]) + 3
