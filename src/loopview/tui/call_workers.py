"""The workers of what calls and is called for: each posts one message when it is over, whatever happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.tui.in_thread import in_thread
from loopview.tui.messages import AlertsDelivered, AlertsJudged, Noticed, ProbeEnded

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

    from loopview.engine.alerts import Look


def start_judging(app: App[None], look: Callable[[], Look]) -> None:
    """Judge alerts in a thread; ``AlertsJudged`` follows, whatever happens."""

    def work() -> None:
        try:
            found = look()
        except Exception as problem:  # noqa: BLE001  # whatever it is belongs on the screen
            from loopview.engine.alerts import Look

            found = Look(problem=f"alerts are not judged: {type(problem).__name__}: {problem}")
        app.post_message(AlertsJudged(found))

    in_thread(app, work, group="alerts", description="judge what has changed")


def start_deliveries(app: App[None], call: Callable[[], tuple[str, ...]]) -> None:
    """Deliver alerts in a thread; ``AlertsDelivered`` follows, whatever happens."""

    def work() -> None:
        try:
            problems = call()
        except Exception as problem:  # noqa: BLE001  # whatever it is belongs on the screen
            problems = (f"an alert was not delivered: {type(problem).__name__}: {problem}",)
        app.post_message(AlertsDelivered(problems))

    in_thread(app, work, group="deliveries", description="deliver alerts")


def start_probe(app: App[None], run: Callable[[], tuple[str, str]]) -> None:
    """Run a probe in a thread; ``ProbeEnded`` follows, whatever happens."""

    def work() -> None:
        try:
            sentence, severity = run()
        except Exception as problem:  # noqa: BLE001  # whatever it is belongs on the screen
            sentence, severity = f"the probe ended with {type(problem).__name__}: {problem}", "error"
        app.post_message(ProbeEnded(sentence, severity))

    in_thread(app, work, group="probe", description="run a probe")


def start_errand(app: App[None], run: Callable[[], str]) -> None:
    """Do a small thing that touches the disk in a thread; the sentence that it returns, if any, is said."""

    def work() -> None:
        try:
            sentence, severity = run(), "information"
        except Exception as problem:  # noqa: BLE001  # whatever it is belongs on the screen
            sentence, severity = f"{type(problem).__name__}: {problem}", "error"
        if sentence:
            app.post_message(Noticed(sentence, severity))

    in_thread(app, work, group="errand", description="a small thing on the disk", exclusive=False)
