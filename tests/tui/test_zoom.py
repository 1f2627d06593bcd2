"""A pane fills the room between the lines: the verdict stays in sight, and nothing opens out of it."""

from __future__ import annotations

from live_console import append, cycle, live

LINES = ("#verdict-line", "#tab-line", "#hint-line", "#status-line")


async def test_a_pane_fills_the_room_between_the_lines(tmp_path):
    append(tmp_path / ".loop/retro/cycles.jsonl", *(cycle(number, success=False) for number in range(5)))
    async with live(tmp_path, "failures") as console:
        await console.pilot.resize_terminal(100, 30)
        await console.press("z")
        screen = console.screen
        box = screen.query_one("#failure-groups-box")
        await console.until(lambda: box.region.size == (100, 26))
        assert [screen.query_one(line).region.y for line in LINES] == [0, 1, 28, 29]
        await console.press("escape")
        await console.until(lambda: box.region.height < 20)


async def test_what_opens_elsewhere_gives_the_room_back(tmp_path):
    append(tmp_path / ".loop/retro/cycles.jsonl", *(cycle(number) for number in range(5)))
    async with live(tmp_path, "cycles") as console:
        screen = console.screen
        await console.until(lambda: screen.browser.table.standing.count)
        await console.press("z")
        await console.until(lambda: screen.maximized is not None)
        await console.press("enter")
        await console.until(lambda: screen.maximized is None and screen.query_one("#cycles-detail").region.area)
