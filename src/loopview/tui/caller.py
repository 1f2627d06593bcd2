"""Alerts in the console: the facts are judged in one worker, what leaves the console is delivered in another."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from loopview.tui.call_workers import start_deliveries, start_judging

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import App

    from loopview.config import Settings
    from loopview.engine.alert_checks import Checks
    from loopview.engine.alerts import AlertDesk, Look, Told
    from loopview.engine.headline_view import Headline
    from loopview.store.database import Store

MOST_WAITING = 100
"""Alerts that wait to be delivered; more are on record only."""


class Caller:
    """Judges the newest headline, one at a time: a later one takes the place of one that waits."""

    def __init__(self, app: App[None], root: str, settings: Settings) -> None:
        self._app = app
        self._root = root
        self._settings = settings
        self._desk: AlertDesk | None = None
        self._checks: Checks | None = None
        self._waiting: tuple[Store, Headline, datetime] | None = None
        self._judging = False
        self._undelivered: list[Told] = []
        self._delivering = False
        self._ending = threading.Event()

    @property
    def quiet(self) -> bool:
        """Whether everything was judged and delivered."""
        return not (self._judging or self._delivering or self._waiting)

    def look(self, store: Store, headline: Headline, now: datetime) -> None:
        """Judge a headline; ``AlertsJudged`` follows."""
        self._waiting = (store, headline, now)
        self._go_on()

    def judged(self, look: Look) -> None:
        """Take what a look brought, and deliver what is to leave the console."""
        self._judging = False
        if self._settings.alert_command or self._settings.alert_urls:
            self._undelivered = [*self._undelivered, *look.told][:MOST_WAITING]
        self._deliver()
        self._go_on()

    def delivered(self) -> None:
        """Take note that a delivery is over."""
        self._delivering = False
        self._deliver()

    def close(self) -> None:
        """Let no delivery hold up the end of the console for long."""
        self._waiting, self._undelivered = None, []
        self._ending.set()

    def mute(self, words: str, now: datetime) -> str:
        """Mute what the words say, or take mutes back (``off``); return a sentence. For a worker: it writes."""
        from loopview.domain.calm import EVERYTHING, read_mute
        from loopview.engine.loop_memory import AppendRefused

        desk = self._at_desk()
        try:
            if words.split()[:1] == ["off"]:
                mutes = desk.unmute(" ".join(words.split()[1:]) or EVERYTHING, now)
            else:
                mutes = desk.mute(*read_mute(words.split(), now), now)
        except (ValueError, AppendRefused) as problem:
            return str(problem)
        return "; ".join(f"muted: {sentence}" for sentence in mutes.sentences()) or "nothing is muted"

    def _go_on(self) -> None:
        if self._judging or self._waiting is None:
            return
        store, headline, now = self._waiting
        self._waiting, self._judging = None, True
        start_judging(self._app, lambda: self._judge(store, headline, now))

    def _deliver(self) -> None:
        if self._delivering or not self._undelivered:
            return
        told, self._undelivered, self._delivering = tuple(self._undelivered), [], True
        start_deliveries(self._app, lambda: self._call(told))

    # In workers.

    def _judge(self, store: Store, headline: Headline, now: datetime) -> Look:
        from loopview.engine.alert_checks import Checks
        from loopview.engine.alerts import budget_is_over, facts_now

        desk = self._at_desk()
        checks = self._checks = self._checks or Checks(self._root, self._settings.sql_seconds, desk.failed)
        failed = checks.look(store, os.environ, now)
        over = budget_is_over(self._root, self._settings, now)
        return desk.look(facts_now(headline, self._settings, now, failed=failed, over_budget=over), now)

    def _call(self, told: tuple[Told, ...]) -> tuple[str, ...]:
        from loopview.engine.alert_calls import call

        return call(told, self._root, self._settings, self._ending)

    def _at_desk(self) -> AlertDesk:
        from loopview.engine.alerts import AlertDesk

        self._desk = self._desk or AlertDesk(self._root, self._settings)
        return self._desk
