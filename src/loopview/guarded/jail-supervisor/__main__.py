# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""Runs one command in a jail and ends with the console that ordered it.

Executed as ``python -I -S <this directory> CONTROL REPORT``: one thread, the standard library only. The order comes
through the pipe CONTROL; that it closes, or that anything more comes through it, ends the run. What happened goes
through the pipe REPORT as lines of JSON; the command has neither of them.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import NamedTuple

import family
from confine import LINUX, become, die_with_parent, hide, keep_as_family
from gauge import Gauge
from order import ISOLATED, Order, read_order
from spaces import keep, leave

_TICK = 50  #: milliseconds between two looks at what a run uses
_LONGEST = 4096  #: bytes of a message
_SIGNALS = {int(signal.SIGXCPU): "cpu", int(signal.SIGXFSZ): "file size"}


class _Started(NamedTuple):
    leader: int  #: our child: the command, or the first process of its namespaces
    status: int  #: where the first process of the namespaces says how the command ended; -1 without namespaces


class Refused(Exception):  # noqa: N818 - reads as the event it is
    """The jail could not be made; nothing was run."""


def main() -> None:
    """Run what is ordered and report."""
    control, report = int(sys.argv[1]), int(sys.argv[2])
    keep_as_family()
    order = read_order(control)
    try:
        started = _start(order, (control, report))
    except (Refused, OSError) as error:
        _say(report, event="refused", why=str(error))
        family.end(os.getpid(), 0)
        return
    _say(report, event="started", leader=started.leader)
    gauge = Gauge(order, os.getpid())
    try:
        limit, status = _watch(started, gauge, control)
    except BaseException:
        family.end(os.getpid(), started.leader)
        raise
    _say(report, event="ended", **_finish(order, started, limit, status), seconds=time.monotonic() - gauge.started)


def _start(order: Order, private: tuple[int, int]) -> _Started:
    """Start the command; returns when it runs. Raises `Refused`."""
    isolated = order.tier >= ISOLATED
    if isolated:
        try:
            leave(order)
        except OSError as error:
            raise Refused(f"this system gives no user namespaces ({error})") from None
    hide()
    errors, status = os.pipe(), os.pipe() if isolated else (-1, -1)
    leader = os.fork()
    if not leader:
        _be_child(order, (*private, errors[0], status[0]), errors[1], status[1])
    os.close(errors[1])
    if isolated:
        os.close(status[1])
    why = b""
    while chunk := os.read(errors[0], _LONGEST):
        why += chunk
    os.close(errors[0])
    if why:
        raise Refused(why.decode("utf-8", "replace"))
    return _Started(leader, status[0])


def _be_child(order: Order, others: tuple[int, ...], errors: int, status: int) -> None:
    try:
        for descriptor in others:
            if descriptor >= 0:
                os.close(descriptor)
        if status >= 0:
            keep(order, errors, status, become)
        die_with_parent()
        become(order, errors)
    finally:
        os._exit(127)


def _watch(started: _Started, gauge: Gauge, control: int) -> tuple[str, int | None]:
    """Wait until the command has ended, a limit is passed, or the console wants an end or is gone."""
    ready = select.poll()
    ready.register(control, select.POLLIN | select.POLLHUP)
    wake = started.status
    if wake < 0 and LINUX and hasattr(os, "pidfd_open"):
        wake = os.pidfd_open(started.leader)
    if wake >= 0:
        ready.register(wake, select.POLLIN | select.POLLHUP)
    while True:
        events = dict(ready.poll(_TICK))
        status, _ = family.reap(started.leader)
        if status is not None or (started.status in events):
            return "", status
        if control in events:
            return os.read(control, 64).decode("utf-8", "replace").strip() or "cancelled", None
        if limit := gauge.passed():
            return limit, None


def _finish(order: Order, started: _Started, limit: str, status: int | None) -> dict[str, object]:
    """End everything that is left; returns what there is to report."""
    code, survivors = -signal.SIGKILL, 0
    if started.status >= 0:
        told = b"" if limit else os.read(started.status, _LONGEST)
        if told:
            said = json.loads(told)
            code, survivors = said["code"], said["survivors"]
        elif not limit:
            limit = "kill"
    else:
        survivors = len(family.living(os.getpid())) if status is not None else 0
        code = os.waitstatus_to_exitcode(status) if status is not None else code
    left = family.end(os.getpid(), started.leader)
    limit = limit or _SIGNALS.get(-code, "")
    if survivors > order.processes:  # between two looks; what failed of it is a consequence, as a refused fork is
        limit = limit or "processes"
    return {"code": code, "limit": limit, "survivors": survivors, "left": left}


def _say(report: int, **fields: object) -> None:
    try:
        os.write(report, json.dumps(fields).encode() + b"\n")
    except OSError:
        return


if __name__ == "__main__":
    main()
