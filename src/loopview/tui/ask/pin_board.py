"""The pane of pins on the Dash: a tile a line, run again as the store moves on, in a worker of its own."""

from __future__ import annotations

import os
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING

from textual.content import Content

from loopview.domain.counted import counted
from loopview.tui.ask.desk import Desk
from loopview.tui.ask.pinned import REMEMBERED, Tile, drop_pin, load_tiles
from loopview.tui.bridge import Asker
from loopview.tui.content import content
from loopview.tui.panes.cells import MUTED, cells, pad
from loopview.tui.widgets.charts import sparkline
from loopview.tui.widgets.pane import Pane, Row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from textual.timer import Timer

    from loopview.store.database import Store
    from loopview.tui.messages import Answered, AskFailed

PAUSE = 2.0
"""Seconds between two refreshes at least: pins are questions of any weight."""


class PinBoard(Pane):
    """Shows itself only if there are pins."""

    def __init__(self, *, plain: bool) -> None:
        super().__init__("Pins", id="dash-pins", classes="box")
        self._plain = plain
        self.asker = Asker(self, "pins")
        self._store: Store | None = None
        self._desk = Desk(lambda: self._store, lambda: self._seconds)
        self._seconds = 5.0
        self.tiles: tuple[Tile, ...] = ()
        self._before: dict[str, tuple[tuple[str, str], ...]] = {}
        self._changed: dict[str, set[str]] = {}
        self._numbers: dict[str, deque[float | None]] = {}
        self._looked = 0.0
        self._later: Timer | None = None

    def look(self, store: Store, root: str, now: datetime, seconds: float) -> None:
        """Run the pins again, soon if they ran just now."""
        self._seconds = seconds
        if self._store is not store:
            self._store = store
            self.asker.connect(store)
        wait = PAUSE - (monotonic() - self._looked)
        if wait > 0 and self.tiles:
            if self._later is None:
                self._later = self.set_timer(wait, lambda: self._look(root, now), name="pins")
            return
        self._look(root, now)

    def _look(self, root: str, now: datetime) -> None:
        self._later, self._looked = None, monotonic()
        desk = self._desk
        self.asker.ask("pins", lambda _: load_tiles(desk, root, os.environ, now), self._take)

    def unpin(self, name: str, root: str, now: datetime) -> None:
        """Forget a pin."""

        def question(_reader: object) -> str:
            return drop_pin(os.environ, name)

        self.asker.ask("unpin", question, lambda said: self._dropped(said, root, now), name)

    def _dropped(self, said: str, root: str, now: datetime) -> None:
        self.notify(str(content(said)), markup=False)
        self._look(root, now)

    @property
    def tile(self) -> Tile | None:
        """The pin under the cursor."""
        return next((it for it in self.tiles if self.row is not None and it.name == self.row.key), None)

    def on_answered(self, message: Answered) -> None:
        """Take the answers of its own questions."""
        message.stop()
        self.asker.deliver(message)

    def on_ask_failed(self, message: AskFailed) -> None:
        """Say what went wrong in the place of the tiles."""
        message.stop()
        self.asker.settle()
        self._take((Tile("pins", "", says=message.problem, failed=True),))

    def on_unmount(self) -> None:
        """Let go of the store."""
        self.asker.close()
        self._desk.close()

    def _take(self, tiles: tuple[Tile, ...]) -> None:
        for tile in tiles:
            before = dict(self._before.get(tile.name, tile.cells))
            self._changed[tile.name] = {name for name, value in tile.cells if before.get(name) != value}
            self._before[tile.name] = tile.cells
            self._numbers.setdefault(tile.name, deque(maxlen=REMEMBERED)).append(tile.number)
        self.tiles = tiles
        alerts = sum(tile.holds is False for tile in tiles)
        self.border_title = Content.assemble(
            "Pins", Content.styled(f"  {counted(alerts, 'alert')}", "$fail") if alerts else ""
        )
        self.screen.set_class(bool(tiles), "-pins")
        self.show(self.tile_rows)

    def tile_rows(self, width: int) -> Sequence[Row]:
        """Return one line a pin: state, name, values (marked where they changed), sparkline, threshold."""
        wide = min(24, max((len(tile.name) for tile in self.tiles), default=4), max(6, width // 4))
        return [Row(self._line(tile, wide, width), tile.name) for tile in self.tiles]

    def _line(self, tile: Tile, wide: int, width: int) -> Content:
        state = self._state(tile)
        head = Content.assemble(state, " ", cells((tile.name, wide, "bold")), "  ")
        if tile.failed:
            return Content.assemble(head, content(tile.says, "$fail")).truncate(max(8, width), ellipsis=True)
        known = [number for number in self._numbers.get(tile.name, ()) if number is not None]
        low = min(known, default=0.0)
        marks = [None if number is None else number - low for number in self._numbers.get(tile.name, ())]
        top = max((mark for mark in marks if mark is not None), default=0.0) or 1.0
        drawn = sparkline(marks[-max(4, min(REMEMBERED, width // 5)) :], top, ascii_only=self._plain)
        tail = Content.assemble("  ", Content.styled(drawn, "$primary"))
        if tile.says:
            tail = Content.assemble(tail, "  ", content(tile.says, "$fail" if tile.holds is False else MUTED))
        room = max(8, width - head.cell_length - min(tail.cell_length, width // 2))
        values = self._values(tile).truncate(room, ellipsis=True)
        return Content.assemble(head, pad(values, room), tail).truncate(max(8, width), ellipsis=True)

    def _values(self, tile: Tile) -> Content:
        if not tile.cells:
            return Content.styled("no rows", MUTED)
        star = "*"  # beside the colour, for those who do not see it
        return Content("  ").join(
            Content.assemble(
                content(name, MUTED, limit=16), " ",
                content(_short(value), "$accent bold" if name in self._changed[tile.name] else "bold", limit=32),
                Content.styled(star, "$accent") if name in self._changed[tile.name] else "",
            )
            for name, value in tile.cells
        )  # fmt: skip

    def _state(self, tile: Tile) -> Content:
        if tile.failed or tile.holds is False:
            return Content.styled(("x" if self._plain else "✗") + " alert", "$fail bold")
        if tile.holds:
            return Content.styled(("+" if self._plain else "✓") + " holds", "$ok")
        return Content.styled(("." if self._plain else "·") + " value", MUTED)


def _short(value: str) -> str:
    """Return a number with at most four decimals."""
    whole, point, fraction = value.partition(".")
    return f"{whole}.{fraction[:4]}" if point and len(fraction) > 4 and fraction.isdigit() else value  # noqa: PLR2004
