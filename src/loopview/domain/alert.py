"""What calls for the operator: the facts of a loop before and now, and the changes between them that are told.

Each change is told once, when it happens: two looks at the same facts tell nothing, however far apart they are, and
a restart between them makes no difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

TOPICS = {
    "verdict": "into STALLED, and out of it",
    "probes": "a probe turns red, and recovers",
    "checks": "a pin's threshold does not hold, and holds again",
    "proposals": "a new proposal waits for you",
    "silence": "no row for `silence_after` minutes, and the first row after that",
    "budget": "the probes of an hour are used up",
}
"""What an alert can be about, and when there is one."""

KEPT = 500  #: names of one kind that are remembered
NAMED = 3  #: of several, those that a sentence names
LONGEST_NAME = 120  #: characters


class Facts(NamedTuple):
    """A loop as far as alerts go. The names in it are the loop's own words."""

    stalled: bool = False
    streak: int = 0  #: failures in a row with one fingerprint
    fingerprint: str = ""
    red: tuple[str, ...] = ()  #: capabilities whose probe is red
    failed: tuple[str, ...] = ()  #: pins whose threshold does not hold
    waiting: tuple[str, ...] = ()  #: proposals that wait, newest first
    silent_since: str = ""  #: stamp of the newest row while silence lasts, ISO 8601; empty = rows come
    over_budget: bool = False  #: no probe may run before the hour is over

    def as_dict(self) -> dict[str, object]:
        """Return the facts as JSON holds them."""
        return {**self._asdict(), **{name: list(getattr(self, name)[:KEPT]) for name in _LISTS}}


class Alert(NamedTuple):
    """One change that is told."""

    topic: str  #: a key of `TOPICS`
    kind: str  #: stalled, recovered, red, green, failed, holds, waiting, silent, heard or over
    sentence: str  #: what happened, in plain words; may hold words of the loop
    subjects: tuple[str, ...] = ()  #: what it is about: capabilities, pins, proposals, a fingerprint
    urgent: bool = True  #: whether it calls; what only ends a trouble does not ring


_LISTS = ("red", "failed", "waiting")


def facts_of(kept: object) -> Facts | None:
    """Return the facts that `Facts.as_dict` made; None for anything else. Never raises."""
    if not isinstance(kept, Mapping):
        return None
    known: dict[str, object] = {}
    for name, default in Facts._field_defaults.items():
        value = kept.get(name, default)
        if name in _LISTS:
            known[name] = _names(value)
        elif type(value) is type(default):
            known[name] = value
        else:
            return None
    return Facts(**known)  # type: ignore[arg-type]  # each has just been held against its default


def alerts_between(before: Facts | None, now: Facts) -> tuple[Alert, ...]:
    """Return what is to be told of the step from one look to the next; a first look only takes note."""
    if before is None:
        return ()
    return (
        *_verdict(before, now),
        *_come_and_gone("probes", before.red, now.red, ("red", "a probe is red", "green", "no longer red")),
        *_come_and_gone(
            "checks", before.failed, now.failed, ("failed", "a check does not hold", "holds", "a check holds again")
        ),
        *_waiting(before, now),
        *_silence(before, now),
        *_budget(before, now),
    )


def silent_since(newest: datetime | None, now: datetime, minutes: int) -> str:
    """Return the stamp of the newest row when none came for longer than so many minutes (0 = never), else ''."""
    if not minutes or newest is None or (now - newest).total_seconds() <= minutes * 60:
        return ""
    return newest.isoformat()


def _verdict(before: Facts, now: Facts) -> Iterator[Alert]:
    if now.stalled and not (before.stalled and before.fingerprint == now.fingerprint):
        about = (now.fingerprint,) if now.fingerprint else ()
        named = f", fingerprint {now.fingerprint}" if now.fingerprint else ""
        yield Alert("verdict", "stalled", f"STALLED: {now.streak} failures in a row{named}", about)
    elif before.stalled and not now.stalled:
        about = (before.fingerprint,) if before.fingerprint else ()
        yield Alert("verdict", "recovered", "no longer stalled", about, urgent=False)


def _come_and_gone(
    topic: str, before: Sequence[str], now: Sequence[str], words: tuple[str, str, str, str]
) -> Iterator[Alert]:
    came_kind, came_words, gone_kind, gone_words = words
    came, gone = _missing(now, before), _missing(before, now)
    if came:
        yield Alert(topic, came_kind, f"{came_words}: {_listed(came)}", came)
    if gone:
        yield Alert(topic, gone_kind, f"{gone_words}: {_listed(gone)}", gone, urgent=False)


def _waiting(before: Facts, now: Facts) -> Iterator[Alert]:
    came = _missing(now.waiting, before.waiting)
    if came:
        what = "a new proposal waits" if len(came) == 1 else f"{len(came)} new proposals wait"
        yield Alert("proposals", "waiting", f"{what}: {_listed(came)}", came)


def _silence(before: Facts, now: Facts) -> Iterator[Alert]:
    if now.silent_since and not before.silent_since:  # rows that come with old stamps are no further silence
        yield Alert("silence", "silent", f"silence: no row since {now.silent_since[:16].replace('T', ' ')} UTC")
    elif before.silent_since and not now.silent_since:
        yield Alert("silence", "heard", "rows come again", urgent=False)


def _budget(before: Facts, now: Facts) -> Iterator[Alert]:
    if now.over_budget and not before.over_budget:
        yield Alert("budget", "over", "the probes of this hour are used up: none runs for a while")


def _missing(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the names that are not among those known; of a list too long to be known whole, those that lead it."""
    if len(known) >= KEPT:
        return tuple(takewhile(lambda name: name not in known, names))
    return tuple(name for name in names if name not in known)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(name[:LONGEST_NAME] for name in names[:NAMED]) + more


def _names(value: object) -> tuple[str, ...]:
    given: Iterable[object] = value if isinstance(value, list | tuple) else ()
    return tuple(name for name in given if isinstance(name, str))[:KEPT]
