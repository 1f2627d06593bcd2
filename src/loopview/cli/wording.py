"""How the commands say durations, ages, rates and rows: one wording for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

GATES = {"pass": "✓ pass", "fail": "✗ fail", "blocked": "■ blocked"}


def duration(seconds: object) -> str:
    """Seconds as ``6m40s`` or ``1h05m``; nothing for what is no positive number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        return ""
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes}m{rest:02}s" if minutes < 60 else f"{minutes // 60}h{minutes % 60:02}m"  # noqa: PLR2004


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, to the minute: ``3m ago``, ``2h05m ago``, ``4d ago``; a moment in the future is said."""
    if then is None:
        return "at no known time"
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 0:
        return "in the future"
    if minutes < 1:
        return "just now"
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes}m ago"
    hours = minutes // 60
    return f"{hours}h{minutes % 60:02}m ago" if hours < 48 else f"{hours // 24}d ago"  # noqa: PLR2004 - two days


def percent(rate: object) -> str:
    """A share as a whole percentage, or a dash."""
    return f"{rate * 100:.0f}%" if isinstance(rate, int | float) else "-"


def signed(number: object, unit: str = "") -> str:
    """A change with its sign in front, or nothing when it is unknown."""
    return f"{number:+g}{unit}" if isinstance(number, int | float) else ""


def cycle(values: Mapping[str, object]) -> str:
    """A cycle's typed values in one line, without its time."""
    gate = {True: "✓ ok", False: "✗ fail", None: "? unknown"}[_truth(values["success"])]
    issue = f"#{values['issue']}" if values["issue"] not in (None, "", "0") else ""
    words = (cycle_name(values["cycle"]), values["type"] or "unknown", issue, gate, duration(values["duration"]))
    return " ".join(str(word) for word in words if word)


def cycle_name(number: object) -> str:
    """A cycle by its number, where it has one."""
    return "c-" if number is None else f"c{number}"


def attempt(values: Mapping[str, object]) -> str:
    """An attempt's typed values in one line, without its time."""
    gate = str(values["gate"] or "no gate")
    words = (
        f"#{'-' if values['iteration'] is None else values['iteration']}",
        GATES.get(gate, f"? {gate}"),
        values["fingerprint"] or "-",
        values["action"],
    )
    return "  ".join(str(word) for word in words if word)


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
