"""Starts the console: on a terminal for an operator, or without one to draw a picture of it."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from loopview.tui.console import LoopviewApp

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from loopview.config import Settings
    from loopview.tui.screens.ask import AskScreen

__all__ = ["LoopviewApp", "open_app", "prepare_environment", "run_console", "save_screenshot"]

LOADING_SECONDS = 30.0
"""How long a picture waits for the figures."""


def run_console(root: Path, settings: Settings, *, read_only: bool = False, screen: str | None = None) -> int:
    """Run the console until the operator leaves. Returns the exit code; a fault is told on standard error."""
    prepare_environment(settings)
    app = open_app(root, settings, read_only=read_only, screen=screen)
    app.run(mouse=settings.mouse)
    if app.last_words:
        sys.stderr.write(app.last_words + "\n")
    return app.return_code or 0


def open_app(
    root: Path,
    settings: Settings,
    *,
    read_only: bool = False,
    screen: str | None = None,
    now: datetime | None = None,
) -> LoopviewApp:
    """Build the console with what a first look at the ends of the files brings."""
    from loopview.engine.snapshot import snapshot

    status = snapshot(str(root), settings, now or datetime.now(UTC))
    return LoopviewApp(root, settings, read_only=read_only, status=status, now=now, screen=screen)


def prepare_environment(settings: Settings) -> None:
    """Tell Textual, before it is started, how much may move."""
    if settings.reduced_motion or settings.slow:
        os.environ["TEXTUAL_ANIMATIONS"] = "none"


def save_screenshot(
    root: Path,
    settings: Settings,
    out: Path,
    size: tuple[int, int] = (160, 45),
    screen: str | None = None,
    *,
    question: str | None = None,
    chart: bool = False,
    now: datetime | None = None,
) -> None:
    """Draw the console of ``size`` (columns, lines) without a terminal and write it as SVG.

    Waits until the figures are there. A ready ``question`` is asked on the screen Ask, which ``screen`` has to name
    then; its rows are shown, or a ``chart`` of them. Raises OSError when the file cannot be written, TimeoutError
    after 30 s, LookupError when no question is called so.
    """
    prepare_environment(settings)
    picture = asyncio.run(_draw(open_app(root, settings, screen=screen, now=now), size, question, chart=chart))
    out.write_text(picture, encoding="utf-8")


async def _draw(app: LoopviewApp, size: tuple[int, int], question: str | None, *, chart: bool) -> str:
    async with app.run_test(size=size) as pilot:
        await _settle(app, pilot)
        if question is not None:
            asking = cast("AskScreen", app.screen)
            asking.ask_ready(question)
            await _settle(app, pilot)
            if chart:
                asking.action_chart()
                await _settle(app, pilot)
        return app.export_screenshot(title="loopview")


async def _settle(app: LoopviewApp, pilot: Pilot[None]) -> None:
    async with asyncio.timeout(LOADING_SECONDS):
        await pilot.pause()
        while not app.settled:
            await pilot.pause(0.02)
    await pilot.pause()
