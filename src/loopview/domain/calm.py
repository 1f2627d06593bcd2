"""When nothing calls: hours of the day, a mute for a time, mutes by topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from loopview.domain.alert import TOPICS
from loopview.domain.clock import parse_time

EVERYTHING = "all"  #: in place of a topic
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=366)


class Mutes(NamedTuple):
    """What is muted, and until when."""

    until: tuple[tuple[str, str], ...] = ()  #: topic or `EVERYTHING`, and an ISO 8601 stamp; '' = for good

    def why(self, topic: str, now: datetime) -> str:
        """Return why a topic does not call at ``now`` (aware); '' when it does."""
        for name, stamp in self.until:
            if name not in (topic, EVERYTHING):
                continue
            end = parse_time(stamp) if stamp else None
            if end is None or end > now:
                what = "everything" if name == EVERYTHING else name
                return f"{what} is muted" + (f" until {end:%Y-%m-%d %H:%M} UTC" if end else "")
        return ""

    def muted(self, topic: str, until: datetime | None) -> Mutes:
        """Return these with one more; None: until it is taken back."""
        stamp = until.isoformat() if until is not None else ""
        return Mutes((*self.unmuted(topic).until, (topic, stamp)))

    def unmuted(self, topic: str) -> Mutes:
        """Return these without that of a topic; `EVERYTHING` takes all of them back."""
        return Mutes(() if topic == EVERYTHING else tuple(each for each in self.until if each[0] != topic))

    def sentences(self) -> tuple[str, ...]:
        """Return each in words: ``probes, until 2026-06-26 14:30 UTC``."""
        return tuple(
            f"{'everything' if name == EVERYTHING else name}, until "
            + (f"{stamp[:16].replace('T', ' ')} UTC" if stamp else "unmuted")
            for name, stamp in self.until
        )

    def at(self, now: datetime) -> Mutes:
        """Return those that are not over."""
        return Mutes(tuple(each for each in self.until if not each[1] or (parse_time(each[1]) or now) > now))


def mutes_of(kept: object) -> Mutes:
    """Return the mutes that a file holds, as an object of topics and stamps. Never raises."""
    if not isinstance(kept, Mapping):
        return Mutes()
    return Mutes(
        tuple(
            (name, stamp)
            for name, stamp in kept.items()
            if name in (*TOPICS, EVERYTHING) and isinstance(stamp, str)
        )
    )


def is_quiet(hours: str, local: datetime) -> bool:
    """Whether a time of the operator's own clock lies in hours like ``22:00-07:00``; no hours: never.

    Raises ValueError when ``hours`` is no such text.
    """
    if not hours:
        return False
    start, end = (_minute(word) for word in hours.split("-"))
    here = local.hour * 60 + local.minute
    return start <= here < end if start <= end else here >= start or here < end


def how_long(text: str) -> timedelta | None:
    """Return the time that ``30m``, ``2h`` or ``1d`` stands for, a year at most; None for anything else."""
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS or not (number.isascii() and number.isdigit() and 0 < len(number) <= 6):  # noqa: PLR2004 - digits
        return None
    return min(timedelta(**{_UNITS[unit]: int(number)}), LONGEST) or None


def read_mute(words: Sequence[str], now: datetime) -> tuple[str, datetime | None]:
    """Return the topic and the end of a mute in words: ``30m``, ``probes``, ``probes 2h``, or none for everything.

    Raises ValueError with a sentence when they say anything else. A stamp of None is for good.
    """
    topics = [word for word in words if word in (*TOPICS, EVERYTHING)]
    spans = [span for word in words if (span := how_long(word)) is not None]
    if len(topics) > 1 or len(spans) > 1 or len(topics) + len(spans) != len(words):
        raise ValueError(f"mute for a time (30m, 2h, 1d), a topic ({', '.join(TOPICS)}), or both")
    return (topics[0] if topics else EVERYTHING), (now + spans[0] if spans else None)


def _minute(word: str) -> int:
    hour, minute = word.split(":")
    return int(hour) * 60 + int(minute)
