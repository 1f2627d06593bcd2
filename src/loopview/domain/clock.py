"""Stamps as loops write them, read as moments in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

MILLISECONDS_FROM = 1e11
"""Epoch numbers at or beyond this (the year 5138 in seconds, March 1973 in milliseconds) are milliseconds."""

LONGEST_STAMP = 64
"""Characters; the longest ISO 8601 form has 35."""


def parse_time(value: object) -> datetime | None:
    """Return the moment a stamp names, aware and in UTC; None when it names none. Never raises.

    Accepted: ISO 8601 text in any form that ``datetime.fromisoformat`` takes, with ``Z`` or an offset (no zone
    means UTC); epoch seconds or milliseconds, as a number or as its text; a ``datetime``.
    """
    try:
        if isinstance(value, datetime):
            return in_utc(value)
        if isinstance(value, str):
            return _from_text(value.strip())
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _from_epoch(value)
    except (ValueError, OverflowError):
        return None
    return None


def in_utc(moment: datetime) -> datetime:
    """Return a moment as aware UTC; one without a zone is UTC already. Raises OverflowError at the ends of time."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def moment_before(moment: datetime, span: timedelta) -> datetime:
    """Return the moment ``span`` earlier, aware and in UTC; the first or last one of the calendar where it ends."""
    try:
        return in_utc(moment) - span
    except OverflowError:
        return LAST if moment.year > EPOCH.year else FIRST


def _from_text(text: str) -> datetime | None:
    if not text or len(text) > LONGEST_STAMP:
        return None
    if _is_number(text) and len(text) != len("YYYYMMDD"):  # fromisoformat would read 1712051230000 as the year 1712
        return _from_epoch(float(text))
    return in_utc(datetime.fromisoformat(text))


def _is_number(text: str) -> bool:
    """Whether text is a plain decimal number; float() alone would also take ``1_0``, ``nan`` and other digits."""
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit()


def _from_epoch(number: float) -> datetime | None:
    seconds = number / 1000 if abs(number) >= MILLISECONDS_FROM else number
    return EPOCH + timedelta(seconds=seconds)  # raises ValueError on NaN, OverflowError beyond the calendar
