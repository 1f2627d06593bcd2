"""How the Ask screen looks with an answer, at three sizes."""

from __future__ import annotations

import asyncio

import pytest

from loopview.config import load
from loopview.tui.app import open_app

PATIENCE = 60.0
SQL = (
    "select type, count(*) as n, count_if(success is false) as failed\nfrom cycles\ngroup by type\norder by n desc"
)


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (45, 30)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_an_answer_looks_as_it_did(sample_loop, sample_now, tmp_path, size, snap_compare):
    settings = load(str(sample_loop), {"HOME": str(tmp_path)}).settings
    app = open_app(sample_loop, settings, now=sample_now, screen="ask")

    async def the_answer_is_there(pilot) -> None:
        async with asyncio.timeout(PATIENCE):
            while not (app.settled and app.screen._entries):
                await pilot.pause(0.02)
            screen = app.screen
            screen.editor.show_sql(SQL)
            screen.ready_list.focus()
            await pilot.press("f5")
            while screen.view.result is None or not app.settled:
                await pilot.pause(0.02)
            screen.view.result.elapsed_ms = 3.0
            screen.retitle()
            await pilot.press("c")
            while screen.view.mode != "chart" or not app.settled:
                await pilot.pause(0.02)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=the_answer_is_there)
