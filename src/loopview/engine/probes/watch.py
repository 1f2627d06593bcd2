"""Probes beside a running loop: one after the other in their turns, spread evenly over the hour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.domain.probe_rules import next_due
from loopview.engine.probes.home import ProbeHome
from loopview.engine.probes.refusals import RunRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loopview.config import Settings
    from loopview.domain.probe import ProbeResult
    from loopview.engine.probes.runner import Runner

LOOK = 30.0  #: seconds after which it is looked again whose turn it is: another console may have run one
AGAIN = 15.0  #: seconds after a probe that could not be run

_FOR_GOOD = frozenset({"read-only", "sample", "root", "cancelled", "state"})


def watch(
    root: str, settings: Settings, runner: Runner, pause: Callable[[float], bool]
) -> Iterator[ProbeResult | RunRefused]:
    """Run what is due, for ever; yields each result, and what refused to run.

    ``pause`` waits for so many seconds, and returns true when it is to end.
    """
    home = ProbeHome(settings.state_dir, root)
    wait = 0.0
    while not pause(wait):
        wait = LOOK
        starts, now = home.remembered().starts, datetime.now(UTC)
        due = next_due(starts, settings.probes_per_hour, now)
        order = runner.turns()
        if due is None or not order:
            continue
        if due > now:
            wait = min((due - now).total_seconds(), LOOK)
            continue
        try:
            yield runner.run(order[0])
            wait = 0.0
        except RunRefused as refused:
            yield refused
            if refused.kind in _FOR_GOOD:
                return
            wait = AGAIN
