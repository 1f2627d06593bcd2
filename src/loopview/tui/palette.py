"""The command palette: the registry's actions and the command line's verbs, nothing else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from loopview.tui.actions import CONSOLE, key_label
from loopview.tui.commands import commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loopview.tui.console import LoopviewApp


class ActionProvider(Provider):
    """Offers what can be done on the screen in front."""

    async def discover(self) -> Hits:
        """Offer everything before a word is typed."""
        for title, run in self._offers():
            yield DiscoveryHit(title, run)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for title, run in self._offers():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run)

    def _offers(self) -> Iterator[tuple[str, Callable[[], object]]]:
        from loopview.tui.console import OPENERS

        app = cast("LoopviewApp", self.app)
        front = app.front
        for action in (*(front.actions if front is not None else ()), *OPENERS, *CONSOLE):
            if action.palette:
                run = partial(app.run_action, action.does, front)
                yield f"{action.help}  ({key_label(action.keys)})", run
        for command in commands(read_only=app.read_only).values():
            yield f"{command.help}  {command.usage}", partial(app.action_command_line, f"{command.name} ")
