"""How fast this machine is at this moment: what bounds work in a test grows and shrinks with it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOON = 25.0
"""Seconds within which that has ended what must not wait for something that takes a minute or never comes."""


def ending(work: Callable[[], object], begun: threading.Event, end: Callable[[], object]) -> BaseException | None:
    """Do ``work`` in a thread, ``end`` it once it has begun, and return what it raised; it has to be over soon."""
    raised: list[BaseException] = []

    def caught() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001
            raised.append(error)

    thread = threading.Thread(target=caught)
    thread.start()
    assert begun.wait(SOON)
    ended = time.monotonic()
    end()
    thread.join(SOON)
    assert time.monotonic() - ended < SOON
    return raised[0] if raised else None


@contextmanager
def at_most(pieces: float) -> Iterator[None]:
    """Fail when the body takes more processor time than so many pieces of fixed work, timed just before and after it.

    A slow or busy machine slows both. A piece is some 25 ms of a quick machine; the bounds lie ten times above what is
    measured, for what they are to catch takes a hundred times as long or never ends.
    """
    before = _piece()
    began = time.process_time()
    yield
    took = time.process_time() - began
    piece = max(before, _piece())
    assert took <= pieces * piece, f"{took / piece:.1f} pieces of {piece * 1000:.0f} ms, not {pieces}"


def _piece() -> float:
    began = time.process_time()
    total = 0
    for number in range(400_000):
        total += number
    return time.process_time() - began
