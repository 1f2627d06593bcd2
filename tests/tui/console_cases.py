"""The real console without a terminal, on real files: started, waited for, read back as text."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from textual.events import Key
from textual.keys import _character_to_key

from loopview.config import load
from loopview.tui.app import open_app
from loopview.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime
    from pathlib import Path

    from textual.pilot import Pilot

    from loopview.tui.console import LoopviewApp

PATIENCE = 60.0


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Send characters as keys, one behind the other: Textual's own way of pressing them rests after each."""
    for character in text:
        name = character if character.isalnum() else _character_to_key(character)
        pilot.app.post_message(Key(name, character))
    await pilot.pause()


class Console:
    """One running console and what it shows."""

    def __init__(self, app: LoopviewApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def lines(self) -> list[str]:
        """What is on the screen, line by line."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def notices(self) -> list[str]:
        return [notice.message for notice in self.app._notifications]

    def pane(self, name: str) -> Pane:
        return self.app.screen.query_one(f"#{name}", Pane)

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until something holds, or fail with the screen."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not holds():
            assert loop.time() < end, f"never: {what}\n{self.text}\n{self.notices}"
            await self.pilot.pause(0.01)

    async def settle(self) -> None:
        await self.until(lambda: self.app.settled, "settled")
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type text where the focus is, as fast as it comes."""
        await type_text(self.pilot, text)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()


@asynccontextmanager
async def console(
    root: Path, size: tuple[int, int] = (160, 45), *, now: datetime | None = None, **flags: object
) -> AsyncIterator[Console]:
    """Run the console on a loop until its first figures are there."""
    settings = load(str(root), {"HOME": str(root)}, {"cache_dir": "", **flags}).settings
    app = open_app(root, settings, now=now)
    async with app.run_test(size=size) as pilot:
        running = Console(app, pilot)
        await running.settle()
        yield running


def append(path: Path, *rows: dict[str, object]) -> None:
    """Write rows as a loop does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def cycle(number: int, *, success: bool = True, **more: object) -> dict[str, object]:
    """One cycle as a loop writes it."""
    stamp = f"2026-06-26T14:{number % 60:02}:00Z"
    row: dict[str, object] = {
        "cycle": number,
        "timestamp": stamp,
        "success": success,
        "duration": 60,
        "type": "bug",
    }
    return {**row, **more}
