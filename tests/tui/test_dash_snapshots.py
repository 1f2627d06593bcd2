"""How the Dash looks at the sizes people use, on a copy of the sample loop at its last stamp."""

from __future__ import annotations

import asyncio

import pytest

from loopview.config import load
from loopview.tui.app import open_app

PATIENCE = 60.0


@pytest.mark.parametrize(
    "size", [(160, 45), (100, 30), (80, 24), (45, 30)], ids=lambda size: f"{size[0]}x{size[1]}"
)
def test_the_dash_looks_as_it_did(sample_loop, sample_now, tmp_path, size, snap_compare):
    settings = load(str(sample_loop), {"HOME": str(tmp_path)}).settings
    app = open_app(sample_loop, settings, now=sample_now)

    async def figures_are_there(pilot) -> None:
        async with asyncio.timeout(PATIENCE):
            while not app.settled:
                await pilot.pause(0.01)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=figures_are_there)
