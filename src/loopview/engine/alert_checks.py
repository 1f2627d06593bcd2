"""Which pins do not hold: the operator's own thresholds, asked of the store again at a pace of their own."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from loopview.engine.pins import PinError, attempt, load_pins

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from loopview.store.database import Store

EVERY = 30.0  #: seconds between two rounds: pins are questions of any weight


class Checks:
    """Asks the pins with a threshold, at most every `EVERY` seconds. For one thread at a time."""

    def __init__(self, root: str, seconds: int, failed: tuple[str, ...] = ()) -> None:
        """Begin with the pins that did not hold when last asked; one question may take ``seconds``."""
        self._root, self._seconds = root, seconds
        self._asked = float("-inf")
        self.failed = failed

    def look(self, store: Store, environ: Mapping[str, str], now: datetime) -> tuple[str, ...]:
        """Return the names of the pins that do not hold, as found last. A file of pins that is broken has none."""
        if monotonic() - self._asked >= EVERY:
            self._asked = monotonic()
            self.failed = self._ask(store, environ, now)
        return self.failed

    def _ask(self, store: Store, environ: Mapping[str, str], now: datetime) -> tuple[str, ...]:
        try:
            pins = [pin for pin in load_pins(environ) if pin.threshold]
        except PinError:
            return self.failed
        if not pins:
            return ()
        from loopview.engine.asking import MEMORY, Asking
        from loopview.engine.questions import known

        with store.asker(seconds=self._seconds, memory=MEMORY) as asker:
            loop = Asking(asker, known(self._root, environ), now)
            return tuple(pin.name for pin in pins if not attempt(pin, loop).holds)
