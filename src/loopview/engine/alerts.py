"""Alerts: what has just changed in a loop, told once, on record, and held back while the operator wants calm.

What was told last is kept in the state directory, so that a restart repeats nothing and misses nothing. Consoles
and watchers on one loop share it: whoever looks first keeps the record and calls outside; each console rings for
itself.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.alert import KEPT, LONGEST_NAME, TOPICS, Alert, Facts, alerts_between, facts_of, silent_since
from loopview.domain.calm import EVERYTHING, Mutes, is_quiet, mutes_of
from loopview.domain.clock import parse_time
from loopview.engine.loop_memory import AppendFailed, AppendRefused, LoopMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loopview.config import Settings
    from loopview.engine.headline_view import Headline

RECORD = "alerts.jsonl"
STATE = "alerts.json"
MUTED = "mutes.json"
LOCK = "alerts.lock"
MOST = 20  #: calls about one topic within an hour; more are on record only
HOUR = timedelta(hours=1)
SHOWN = 200  #: alerts of the record that are shown


class Told(NamedTuple):
    """One alert as it stands on record."""

    alert: Alert
    time: datetime  #: aware UTC
    held: str = ""  #: why it called nobody: a mute, quiet hours; empty when it called


class Look(NamedTuple):
    """What one look at the facts brought."""

    calls: tuple[str, ...] = ()  #: what is new to this process and calls: sentences; none that is held back
    told: tuple[Told, ...] = ()  #: new to every process: on record now, and to be delivered by whoever looked
    problem: str = ""  #: why the record could not be kept; what is told does not depend on it


class AlertDesk:
    """Judges the facts of one loop. For one thread at a time."""

    def __init__(self, root: str, settings: Settings) -> None:
        self.memory = LoopMemory(settings.state_dir, root)
        self._quiet_hours = settings.quiet_hours
        self._called: dict[str, deque[datetime]] = {}
        self._seen: Facts | None = facts_of(self.memory.read(STATE).get("facts"))
        self.failed = self._seen.failed if self._seen is not None else ()  #: pins that do not hold, as known last

    def look(self, facts: Facts, now: datetime, local: datetime | None = None) -> Look:
        """Hold the facts against those of the last look. ``local`` is the operator's own clock."""
        if facts == self._seen:
            return Look()
        local = local or now.astimezone()
        own = alerts_between(self._seen, facts)
        self._seen = facts
        mutes = self.mutes()
        held = {alert.topic: self._why_held(alert.topic, now, local, mutes) for alert in own}
        calls = tuple(alert.sentence for alert in own if alert.urgent and not held[alert.topic])
        try:
            with self.memory.alone(LOCK):
                before = facts_of(self.memory.read(STATE).get("facts")) if self.memory.path else None
                news = _both(alerts_between(before, facts), own) if self.memory.path else own
                told = tuple(Told(alert, now, held[alert.topic]) for alert in news)
                self._keep(facts, now, told)
        except (AppendRefused, AppendFailed, OSError) as problem:
            told = tuple(Told(alert, now, held[alert.topic]) for alert in own)
            return Look(calls, told, f"alerts are not kept on record: {problem}")
        return Look(calls, told)

    def _why_held(self, topic: str, now: datetime, local: datetime, mutes: Mutes) -> str:
        """Why alerts about a topic call nobody now; '' when they do, which is counted."""
        why = mutes.why(topic, now)
        if not why and is_quiet(self._quiet_hours, local):
            why = f"quiet hours, {self._quiet_hours}"
        times = self._called.setdefault(topic, deque(maxlen=MOST))
        if not why and len(times) == MOST and now - times[0] < HOUR:
            why = f"{MOST} times about {topic} within the hour"  # a loop must not be able to ring without end
        if not why:
            times.append(now)
        return why

    def mutes(self) -> Mutes:
        """Return what is muted."""
        return mutes_of(self.memory.read(MUTED).get("until"))

    def mute(self, topic: str, until: datetime | None, now: datetime) -> Mutes:
        """Mute a topic, or `EVERYTHING`, until then; None: until it is taken back. Raises as `unmute` does."""
        return self._change(topic, now, lambda known: known.muted(topic, until))

    def unmute(self, topic: str, now: datetime) -> Mutes:
        """Take a mute back; `EVERYTHING` takes all of them back. Raises ValueError and `AppendRefused`."""
        return self._change(topic, now, lambda known: known.unmuted(topic))

    def _change(self, topic: str, now: datetime, change: Callable[[Mutes], Mutes]) -> Mutes:
        if topic not in (*TOPICS, EVERYTHING):
            raise ValueError(f"no topic {topic!r}; there are: {' '.join((*TOPICS, EVERYTHING))}")
        with self.memory.alone(LOCK):
            changed = change(self.mutes().at(now))
            self.memory.write(MUTED, {"schema": 1, "until": dict(changed.until)})
        return changed

    def _keep(self, facts: Facts, now: datetime, told: tuple[Told, ...]) -> None:
        for each in told:
            self.memory.add(RECORD, _record(each))
        self.memory.write(STATE, {"schema": 1, "at": now.isoformat(), "facts": facts.as_dict()})


def facts_now(
    headline: Headline,
    settings: Settings,
    now: datetime,
    *,
    failed: tuple[str, ...] = (),
    over_budget: bool = False,
) -> Facts:
    """Return the facts of a headline. The stall threshold is that of the settings, whatever the console tries."""
    streak = headline.stall_count
    return Facts(
        stalled=streak >= settings.stall_threshold,
        streak=streak,
        fingerprint=headline.fingerprint[:LONGEST_NAME] if streak else "",
        red=_names(headline.red),
        failed=_names(failed),
        waiting=_names(headline.waiting),
        silent_since=silent_since(headline.last_row, now, settings.silence_after),
        over_budget=over_budget,
    )


def budget_is_over(root: str, settings: Settings, now: datetime) -> bool:
    """Whether loopview has started as many probes as it may, faster than the hour goes."""
    from loopview.domain.probe_rules import used_up
    from loopview.engine.probes.home import ProbeHome

    if not settings.state_dir:
        return False
    return used_up(ProbeHome(settings.state_dir, root).remembered().starts, settings.probes_per_hour, now)


def recent_alerts(state_dir: str, root: str, limit: int = SHOWN) -> tuple[Told, ...]:
    """Return the newest alerts of a loop that are on record, newest first; an unreadable line is passed over."""
    found = (_told(line) for line in LoopMemory(state_dir, root).newest(RECORD, limit))
    return tuple(told for told in found if told is not None)


def _both(shared: tuple[Alert, ...], own: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """Of what nobody has told yet, what this process saw change: another one may judge by other settings."""
    seen = {(alert.topic, alert.kind) for alert in own}
    return tuple(alert for alert in shared if (alert.topic, alert.kind) in seen)


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name[:LONGEST_NAME] for name in names))[:KEPT]


def _record(told: Told) -> dict[str, object]:
    alert = told.alert
    return {
        "ts": told.time.astimezone(UTC).isoformat(),
        "topic": alert.topic,
        "kind": alert.kind,
        "sentence": alert.sentence,
        "subjects": list(alert.subjects),
        "urgent": alert.urgent,
        "held": told.held,
    }


def _told(record: Mapping[str, object]) -> Told | None:
    time, subjects = parse_time(record.get("ts")), record.get("subjects")
    words = [record.get(name) for name in ("topic", "kind", "sentence")]
    if time is None or not all(isinstance(word, str) for word in words) or not isinstance(subjects, list):
        return None
    topic, kind, sentence = map(str, words)
    alert = Alert(topic, kind, sentence, tuple(map(str, subjects)), urgent=record.get("urgent") is not False)
    return Told(alert, time, str(record.get("held") or ""))
