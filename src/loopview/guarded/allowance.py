"""What one exchange with a model may take, in time and in bytes, and the switch that ends it from outside."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import NamedTuple

from loopview.guarded.model_failure import Cancelled, TooMuch, TooSlow


class Budget(NamedTuple):
    """The bounds of one exchange."""

    seconds: float = 120.0  #: from the request to the last byte
    silence: float = 30.0  #: seconds without a byte
    connect: float = 3.0  #: seconds to a connection
    wire_bytes: int = 4 * 1024 * 1024  #: bytes received, heads and framing included
    characters: int = 64_000  #: characters of the answer


class Switch:
    """Ends whatever exchange holds it, now or later, from any thread; for good."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = False
        self._socket: socket.socket | None = None

    @property
    def stopped(self) -> bool:
        """Whether it was used."""
        return self._stopped

    def stop(self) -> None:
        """End the exchange: a read that waits for the other side returns at once."""
        with self._lock:
            self._stopped = True
            if self._socket is not None:
                _shut(self._socket)

    def hold(self, connection: socket.socket | None) -> None:
        """Take the connection that `stop` shuts; None when there is none any more."""
        with self._lock:
            self._socket = connection
            if self._stopped and connection is not None:
                _shut(connection)


class Allowance:
    """What is left of a budget; every read and write of the connection asks it first."""

    def __init__(self, budget: Budget, switch: Switch) -> None:
        self.budget = budget
        self.switch = switch
        self._end = time.monotonic() + budget.seconds
        self._bytes = budget.wire_bytes
        self._characters = budget.characters

    def left(self, most: float) -> float:
        """Seconds that the next step may take, at most ``most``. Raises `Cancelled` and `TooSlow`."""
        if self.switch.stopped:
            raise Cancelled
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise self.late()
        return min(most, seconds)

    def late(self) -> TooSlow:
        """The failure after a step that ran out of time."""
        if time.monotonic() >= self._end:
            return TooSlow(
                f"the model did not finish within {self.budget.seconds:g} s",
                "ask for less, choose a smaller model, or raise model_seconds in your config.toml",
            )
        return TooSlow(
            f"the model said nothing for {self.budget.silence:g} s",
            "it may still be loading: ask again, or raise model_silence in your config.toml",
        )

    def received(self, count: int) -> None:
        """Count bytes from the other side. Raises `TooMuch`."""
        self._bytes -= count
        if self._bytes < 0:
            raise TooMuch(
                f"the host sent more than {self.budget.wire_bytes:,} bytes",
                "ask again; if it goes on, the model is not fit for this",
            )

    def read(self, count: int) -> None:
        """Count characters of the answer. Raises `TooMuch`."""
        self._characters -= count
        if self._characters < 0:
            raise TooMuch(
                f"the model answered with more than {self.budget.characters:,} characters",
                "ask again; if it goes on, the model is not fit for this",
            )


def _shut(connection: socket.socket) -> None:
    """Shut both ways below any TLS, which is what wakes a thread that waits in a read."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
