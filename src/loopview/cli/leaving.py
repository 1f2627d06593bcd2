"""An end from outside as an ordinary way out: what a command made or started goes with it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

ENDS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_leave() -> Iterator[None]:
    """Turn each of `ENDS` into a ``SystemExit`` of its code as long as this lasts; one that is ignored stays so."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in heeded(ENDS)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def heeded(numbers: tuple[signal.Signals, ...]) -> tuple[signal.Signals, ...]:
    """Leave out a hangup that is ignored: ``nohup`` means that the command outlives its terminal."""
    deaf = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return tuple(number for number in numbers if not (deaf and number is signal.SIGHUP))
