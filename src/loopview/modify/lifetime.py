"""How long a ready candidate may be confirmed: counted by a clock that nobody sets and that runs while asleep.

A restart of the machine begins that clock anew, so what was ready before one is over: when unsure, expired.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOOT = "/proc/sys/kernel/random/boot_id"


class Lifetime(NamedTuple):
    """When it is over, by both clocks."""

    expires: str  #: ISO 8601, UTC: what is shown, and part of the digest
    boot: str  #: which start of the machine the second clock counts from
    deadline: float  #: seconds since then

    @classmethod
    def begin(cls, minutes: int, now: datetime) -> Lifetime:
        """From now on, for ``minutes``."""
        expires = (now + timedelta(minutes=minutes)).astimezone(UTC).isoformat(timespec="seconds")
        return cls(expires, _boot(), _awake() + minutes * 60)

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> Lifetime:
        """From a record; what is missing in it counts as over."""
        deadline = fields.get("deadline")
        return cls(
            str(fields.get("expires") or ""),
            str(fields.get("boot") or ""),
            float(deadline) if isinstance(deadline, int | float) else 0.0,
        )

    def over(self, now: datetime) -> str:
        """Why it is over, in a sentence; empty while it is not."""
        if not self.boot or self.boot != _boot():
            return "the machine was started anew since it was tested"
        if _awake() >= self.deadline:
            return "the time to confirm it is over"
        try:
            expires = datetime.fromisoformat(self.expires)
        except ValueError:
            return "it does not say until when it can be confirmed"
        return "the time to confirm it is over" if expires.tzinfo is None or now >= expires else ""


def _boot() -> str:
    try:
        with open(_BOOT, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "unknown"


def _awake() -> float:
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)
