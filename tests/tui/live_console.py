"""The console on real files, driven without a terminal: wait for a condition, read what a table or a pane shows."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from console_cases import type_text

from loopview.config import Settings
from loopview.tui.app import LoopviewApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from loopview.tui.widgets.pane import Pane
    from loopview.tui.widgets.record_table import RecordTable

SIZES = [(160, 45), (100, 30), (80, 24), (45, 30), (40, 10), (12, 5), (1, 1)]
"""Terminals to stand in."""

START = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


class Live:
    """One running console."""

    def __init__(self, app: LoopviewApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> Any:
        return self.app.front

    async def until(self, condition: Callable[[], object], what: str = "", seconds: float = 60.0) -> None:
        """Wait for a condition, letting the console work; fail when it does not come true."""
        deadline = monotonic() + seconds
        while not condition():
            assert monotonic() < deadline, f"in vain: {what or condition}"
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await type_text(self.pilot, text)


@asynccontextmanager
async def live(
    root: Path,
    screen: str,
    *,
    size: tuple[int, int] = (120, 40),
    now: datetime | None = None,
    seconds: float = 60.0,
) -> AsyncIterator[Live]:
    """Run the console on the files below ``root`` until they are read."""
    app = LoopviewApp(root, Settings(), screen=screen, now=now)
    async with app.run_test(size=size) as pilot:
        console = Live(app, pilot)
        await console.until(lambda: app.monitor is not None and not app.loading, "the files to be read", seconds)
        await console.until(lambda: app.front is not None and screen == app.front.NAME, screen)
        yield console


def lines(table: RecordTable) -> list[str]:
    """Return what a table shows, line by line."""
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


def text(pane: Pane) -> str:
    """Return what a pane holds."""
    return "\n".join(row.content.plain for row in pane.rows)


def said(pane: Pane) -> str:
    """Return what a pane holds as one line, however it is wrapped."""
    return " ".join(text(pane).split())


def cycle(number: int, **fields: Any) -> dict[str, Any]:
    """Return one well-formed cycle; every fourth one failed."""
    failed = number % 4 == 0
    return {
        "timestamp": (START + timedelta(minutes=number)).isoformat(),
        "cycle": number,
        "issue": number % 7,
        "type": ("bug", "feature", "docs")[number % 3],
        "success": not failed,
        "duration": 60 + number % 50,
        "lines_added": number % 9,
        "lines_removed": number % 5,
        "reason": f"E  assert {number} == 0" if failed else "",
        **fields,
    }


def attempt(iteration: int, **fields: Any) -> dict[str, Any]:
    """Return one well-formed attempt; it passed unless told otherwise."""
    return {"iteration": iteration, "action": f"try {iteration}", "gate": "pass", "fingerprint": "", **fields}


def append(path: Path, *records: dict[str, Any] | bytes) -> None:
    """Append lines to a file of the loop, which is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        for record in records:
            file.write((record if isinstance(record, bytes) else json.dumps(record).encode()) + b"\n")
