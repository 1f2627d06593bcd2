"""The lines of a gate, drawn: nothing of them is cut, also not where a scrollbar takes cells from them."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from loopview.tui.content import content
from loopview.tui.proposals.gate_body import GateBody
from loopview.tui.proposals.gate_lines import GateLine

LINES = [f"{number:02}" + " to be read" * 20 + "!" for number in range(12)]


class _Gate(App[None]):
    CSS = "GateBody { scrollbar-size: 1 1; overflow-x: hidden; }"

    def compose(self) -> ComposeResult:
        self.body = GateBody([GateLine(content(line), "asks for") for line in LINES])
        yield self.body


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (61, 40)])
async def test_no_cell_is_lost_to_a_scrollbar(size):
    app = _Gate()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        body = app.body
        read = ""
        for _ in range(200):
            seen = body.scroll_offset.y
            read += body.render_line(0).text.partition("│ ")[2].rstrip() + "\n"
            body.step(1)
            await pilot.pause()
            if body.scroll_offset.y == seen:
                break
        read += "\n".join(body.render_line(y).text.partition("│ ")[2].rstrip() for y in range(1, body.size.height))
        assert body.show_vertical_scrollbar
        assert body.whole
        assert "".join(read.split()) == "".join("".join(LINES).split())
