"""Numbers and times in the few cells there are."""

from __future__ import annotations

from datetime import UTC, datetime

MINUTE = 60
HOUR = 3600
DAY = 86400


def span(seconds: float | None) -> str:
    """Return a duration: ``45s``, ``6m40s``, ``1h12m``, ``3d04h``; ``-`` for none."""
    if seconds is None:
        return "-"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole}s"
    if whole < HOUR:
        return f"{whole // MINUTE}m{whole % MINUTE:02}s"
    if whole < DAY:
        return f"{whole // HOUR}h{whole % HOUR // MINUTE:02}m"
    return f"{whole // DAY}d{whole % DAY // HOUR:02}h"


def plain_span(seconds: float) -> str:
    """Return a duration without parts that are zero: ``4h``, ``1d``, ``30m``."""
    text = span(seconds)
    for tail in ("00s", "00m", "00h"):
        text = text.removesuffix(tail)
    return text


def ago(stamp: datetime | None, now: datetime) -> str:
    """Return an age to the minute: ``now``, ``12m ago``, ``1h12m ago``."""
    if stamp is None:
        return "-"
    whole = int((now - aware(stamp)).total_seconds()) // MINUTE * MINUTE
    if whole < MINUTE:
        return "now"
    return f"{whole // MINUTE}m ago" if whole < HOUR else f"{span(whole)} ago"


def clock(stamp: datetime | None, now: datetime) -> str:
    """Return the time of day of a stamp of today, else its day: ``14:05`` or ``Nov 20``; ``-`` for none."""
    if stamp is None:
        return "-"
    moment = aware(stamp)
    return f"{moment:%H:%M}" if moment.date() == now.date() else f"{moment:%b %d}"


def percent(share: float | None) -> str:
    """Return a share as whole percent; ``-`` for none."""
    return "-" if share is None else f"{share * 100:.0f}%"


def signed(number: float) -> str:
    """Return a whole number with its sign."""
    return f"{number:+,.0f}"


def short(number: int) -> str:
    """Return a count in at most five cells."""
    for size, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")):
        if number >= size:
            return f"{number // 1000}k" if letter == "k" else f"{number / size:.1f}{letter}"
    return str(number)


def aware(stamp: datetime) -> datetime:
    """Return a stamp with its zone; stamps without one are UTC."""
    return stamp if stamp.tzinfo is not None else stamp.replace(tzinfo=UTC)
