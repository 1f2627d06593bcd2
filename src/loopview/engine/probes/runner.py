"""Run one probe: alone, within the hour's budget, bounded in time; its result is added to the loop's own file."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.domain.probe import Origin, ProbeResult, details_of
from loopview.domain.probe_board import can_run, why_not
from loopview.domain.probe_rules import HOUR, budget_left, turns, within_hour
from loopview.engine.probes import built_in
from loopview.engine.probes.board import LABEL
from loopview.engine.probes.catalog import catalog
from loopview.engine.probes.home import ProbeHome
from loopview.engine.probes.refusals import ProbeFailed, RunRefused
from loopview.engine.probes.stopper import CANCELLED, LATE, Stopper
from loopview.guarded.append import AppendFailed, AppendRefused, append
from loopview.guarded.file_lock import Busy
from loopview.guarded.scratch import scratch, sweep
from loopview.guarded.secrets import masked
from loopview.sources.discover import discover, is_sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.config import Settings
    from loopview.domain.probe import Probe
    from loopview.engine.probes.bench import Bench

GRACE = 5.0  #: seconds that a probe may be late before it is ended from outside

_UNCONFINED = "it ran outside the jail: your own configuration says so"


class Runner:
    """Runs probes of the loop at ``root``, one after another; `cancel` may be called from any thread, for good."""

    def __init__(self, root: str, settings: Settings) -> None:
        self._root = root
        self._settings = settings
        self._home = ProbeHome(settings.state_dir, root)
        self._stopper = Stopper()

    def cancel(self) -> None:
        """End the probe that runs, and let none begin any more; returns at once."""
        self._stopper.stop(CANCELLED)

    def turns(self) -> tuple[str, ...]:
        """The probes that can be run, in the order in which they come."""
        trusted = self._home.trusted()
        known = catalog(self._root, self._settings).probes
        names = [probe.name for probe in known if can_run(probe, trusted)]
        return turns(names, self._home.remembered().starts)

    def run(self, name: str) -> ProbeResult:
        """Run the probe ``name`` to its end and record what it gave. Raises `RunRefused`: nothing is recorded."""
        probe = self._admitted(name)
        if self._stopper.why:
            raise RunRefused("cancelled", f"{name} was not run: it was ended before it began")
        try:
            with self._home.alone():
                return self._alone(probe)
        except Busy:
            running = self._home.running() or "a probe"
            raise RunRefused("busy", f"one probe runs at a time, and {running} does", "try again later") from None
        except (AppendRefused, AppendFailed, OSError) as refused:
            raise RunRefused("state", f"{name} was not run: {refused}", "`loopview paths` says where") from None

    def _admitted(self, name: str) -> Probe:
        """The probe, when it may run at all."""
        if self._settings.read_only:
            raise RunRefused("read-only", "loopview is read-only here", "leave out --read-only")
        if is_sample(self._root):
            raise RunRefused("sample", f"{self._root} is the sample loop, which is never written to")
        if any(not source.label.startswith(".") for source in discover(self._root)):
            why = f"{self._root} holds files of a loop and is not its root: results would hide them"
            raise RunRefused("root", why, "name the directory that holds .loop")
        known = catalog(self._root, self._settings)
        probe = known.find(name)
        if probe is None:
            names = ", ".join(each.name for each in known.probes)
            raise RunRefused("unknown", f"no probe is called {name}", f"there are: {names}")
        why = why_not(probe, self._home.trusted())
        if why:
            untrusted = probe.origin is Origin.SUGGESTED
            advice = f"look at it and trust it: `loopview probe trust {name}`" if untrusted else ""
            raise RunRefused("untrusted" if untrusted else "unconfigured", f"{name}: {why}", advice)
        return probe

    def _alone(self, probe: Probe) -> ProbeResult:
        """Run it; the caller holds the lock."""
        now = datetime.now(UTC)
        self._require_budget(now)
        self._home.begin(probe.name, now)
        try:
            result = self._result(probe)
            said = (*((_UNCONFINED,) if probe.unconfined else ()), *self._written(result))
            return result._replace(said=tuple(filter(None, said)))
        finally:
            self._home.end()

    def _require_budget(self, now: datetime) -> None:
        starts, per_hour = self._home.remembered().starts, self._settings.probes_per_hour
        if budget_left(starts, per_hour, now):
            return
        if not per_hour:
            raise RunRefused("budget", "no probe may run: probes_per_hour is 0", "set it in your config.toml")
        free = within_hour(starts, now)[-per_hour] + HOUR
        raise RunRefused(
            "budget",
            f"{per_hour} probes ran within the last hour: the budget is used up",
            f"the next may run at {free:%H:%M} UTC; probes_per_hour in your config.toml sets it",
        )

    def _result(self, probe: Probe) -> ProbeResult:
        runs = self._home.folder("runs")
        sweep(runs)
        began = time.monotonic()
        error: str | None = None
        with scratch(runs) as place:
            late = threading.Timer(probe.timeout + GRACE, self._stopper.stop, (LATE,))
            late.daemon = True
            late.start()
            try:
                details = self._tried(probe, place)
            except ProbeFailed as failed:
                error, details = failed.error_type, failed.details
            except (RunRefused, AppendRefused, AppendFailed):
                raise
            except Exception as crash:  # noqa: BLE001 - a crash of a probe is a failure, with its type
                error, details = type(crash).__name__, str(crash)
            finally:
                late.cancel()
        if self._stopper.why == CANCELLED:
            raise RunRefused("cancelled", f"{probe.name} was ended: nothing is known of it")
        if self._stopper.why == LATE:
            self._stopper = Stopper()
            error, details = "TimeoutError", f"not done within {probe.timeout} s"
        return ProbeResult(
            timestamp=datetime.now(UTC),
            capability=probe.name,
            success=error is None,
            details=details_of(f"{'[no jail] ' if probe.unconfined else ''}{masked(details)}"),
            error_type=error,
            duration=time.monotonic() - began,
            placeholder=probe.placeholder,
        )

    def _tried(self, probe: Probe, place: str) -> str:
        from loopview.engine.probes.bench import Bench

        bench = Bench(self._root, self._settings, self._home, probe, place, self._stopper)
        return _trial_of(probe)(bench)

    def _written(self, result: ProbeResult) -> tuple[str, ...]:
        """Record a result, and file what is due; returns what there is to say of both."""
        try:
            append(self._root, LABEL, lambda _: result.as_record())
        except (AppendRefused, AppendFailed) as refused:
            return (f"the result was not recorded: {refused}",)
        if result.success:
            return ()
        from loopview.engine.probes.breaker import file_if_due

        return (file_if_due(self._root, self._settings, result.capability),)


def _trial_of(probe: Probe) -> Callable[[Bench], str]:
    """What a probe does."""
    from loopview.engine.probes import abilities, commands

    if probe.origin is Origin.BUILT_IN:
        known: dict[str, Callable[[Bench], str]] = {
            built_in.TOOL_USE: abilities.tool_use,
            built_in.PLANNING: abilities.multistep_planning,
            built_in.MEMORY_WRITE: abilities.memory_write,
            built_in.MEMORY_READ: abilities.memory_read,
            built_in.SELF_CODING: abilities.self_coding,
            built_in.MODEL: abilities.model,
            built_in.LIGHTNING: abilities.lightning_econ,
        }
        return known[probe.name]
    return commands.command if probe.command else commands.entry_point
