"""``loopview probe watch``: probes in a thread of their own, as long as no signal ends it."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

from loopview.cli.exits import Exit, mention
from loopview.cli.leaving import heeded
from loopview.cli.output import flush, say, say_json
from loopview.cli.probe_text import result_json, result_line
from loopview.engine.probes.refusals import RunRefused
from loopview.engine.probes.watch import watch

if TYPE_CHECKING:
    from types import FrameType

    from loopview.cli.place import Place
    from loopview.domain.probe import ProbeResult
    from loopview.engine.probes.runner import Runner

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Watching:
    """One watch. What a signal does is to write its number into a pipe: the rest is done where nothing is held."""

    def __init__(self, here: Place, runner: Runner, *, as_json: bool) -> None:
        self._here = here
        self._runner = runner
        self._as_json = as_json
        self._over = threading.Event()
        self._told, self._tell = os.pipe()
        self._broken: BaseException | None = None

    def until_ended(self) -> int:
        """Run what is due until a signal comes; returns the code that goes with it."""
        per_hour = self._here.settings.probes_per_hour
        mention([f"probes run here one at a time, {per_hour} within an hour at most; Ctrl-C or a signal ends it"])
        before = {number: signal.signal(number, self._came) for number in heeded(_SIGNALS)}
        thread = threading.Thread(target=self._work, name="probes", daemon=True)
        thread.start()
        try:
            number = os.read(self._told, 1)[0]
        finally:
            self._over.set()
            self._runner.cancel()
            thread.join()
            for each, handler in before.items():
                signal.signal(each, handler)
        if self._broken is not None:
            raise self._broken
        return 128 + number if number else Exit.REFUSED

    def _came(self, number: int, _: FrameType | None) -> None:
        os.write(self._tell, bytes((number,)))

    def _work(self) -> None:
        try:
            for found in watch(self._here.root, self._here.settings, self._runner, self._over.wait):
                self._say(found)
        except BaseException as broken:  # noqa: BLE001 - it is raised again where the command answers for it
            self._broken = broken
        finally:
            os.write(self._tell, b"\0")

    def _say(self, found: ProbeResult | RunRefused) -> None:
        if isinstance(found, RunRefused):
            if found.kind != "cancelled":
                mention([f"{found.message}{f' ({found.advice})' if found.advice else ''}"])
            return
        if self._as_json:
            say_json(result_json(found), compact=True)
        else:
            say([f"{found.timestamp:%H:%M:%S}  {result_line(found)}"])
            mention(f"  {word}" for word in found.said)
        flush()
