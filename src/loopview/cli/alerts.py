"""``loopview alerts``: what called lately, calm for a while, a trial, and alerts without a console."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json, add_root, whole_number
from loopview.cli.exits import Exit, Stop, complain, mention
from loopview.cli.leaving import signals_leave
from loopview.cli.output import columns, flush, say, say_json
from loopview.cli.place import place

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from loopview.cli.place import Place
    from loopview.domain.calm import Mutes
    from loopview.engine.alerts import Told

LONGEST = 200  #: cells of a line where there is no terminal


def alerts_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", nargs="?", default="list", choices=("list", "test", "mute", "unmute", "watch"))
    parser.add_argument("what", nargs="*", metavar="WHAT", help="mute: 30m, 2h, 1d and a topic, or one of them")
    parser.add_argument("--limit", type=whole_number, default=20, metavar="N", help="list: so many (default 20)")
    add_root(parser)
    add_json(parser)


def alerts(options: Namespace) -> int:
    """List alerts, try their deliveries, mute, or watch."""
    here = place(options)
    if options.what and options.action in {"list", "test", "watch"}:
        raise Stop(Exit.USAGE, f"alerts {options.action} takes no {options.what[0]!r}")
    if options.action == "watch":
        return _watch(here, options)
    if options.action == "test":
        return _test(here, options)
    if options.action != "list":
        return _calm(here, options)
    return _list(here, options)


def _list(here: Place, options: Namespace) -> int:
    from loopview.engine.alerts import AlertDesk, recent_alerts

    found = recent_alerts(here.settings.state_dir, here.root, options.limit)
    mutes = AlertDesk(here.root, here.settings).mutes().at(datetime.now(UTC))
    if options.json:
        say_json({"alerts": [document(told) for told in found], "mutes": dict(mutes.until)})
        return Exit.OK
    say(_muted_lines(mutes))
    say((line(told) for told in found) if found else ["no alerts yet"], limit=columns(LONGEST))
    return Exit.OK


def _calm(here: Place, options: Namespace) -> int:
    from loopview.domain.calm import EVERYTHING, read_mute
    from loopview.engine.alerts import AlertDesk
    from loopview.engine.loop_memory import AppendRefused

    now, desk = datetime.now(UTC), AlertDesk(here.root, here.settings)
    try:
        if options.action == "unmute":
            if len(options.what) > 1:
                raise Stop(Exit.USAGE, "alerts unmute takes one topic, or none for all")
            topic = options.what[0] if options.what else EVERYTHING
            mutes = desk.unmute(topic, now)
        else:
            topic, until = read_mute(options.what, now)
            mutes = desk.mute(topic, until, now)
    except ValueError as problem:
        raise Stop(Exit.USAGE, f"alerts {options.action}: {problem}") from None
    except AppendRefused as problem:
        raise Stop(Exit.REFUSED, str(problem)) from None
    if options.json:
        say_json({"mutes": dict(mutes.until)})
    else:
        say(_muted_lines(mutes) or ["nothing is muted"])
    return Exit.OK


def _test(here: Place, options: Namespace) -> int:
    """Send an alert that is none, whatever is muted; 1 when a road failed."""
    from loopview.domain.alert import Alert
    from loopview.engine.alert_calls import call
    from loopview.engine.alerts import Told

    settings = here.settings
    roads = [name for name in ("alert_command", "alert_urls") if getattr(settings, name)]
    told = Told(Alert("verdict", "test", "a test of loopview's alerts: all is well"), datetime.now(UTC))
    problems = call([told], here.root, settings)
    if options.json:
        say_json({"sent": not problems, "roads": roads, "problems": list(problems)})
    elif not problems:
        say([f"sent by {' and '.join(roads)}" if roads else "neither alert_command nor alert_urls is set"])
    for problem in problems:
        complain(problem)
    return Exit.FAILED if problems else Exit.OK


def _watch(here: Place, options: Namespace) -> int:
    """Print and deliver alerts as they come, until interrupted; with --json one document a line."""
    from loopview.engine.alert_watch import AlertWatch
    from loopview.engine.settled import ReadingFailed
    from loopview.sources.discover import is_sample

    if is_sample(here.root):
        raise Stop(Exit.REFUSED, "the sample loop stands still: there is nothing to watch")
    mention([f"watching {here.root}; ctrl-c ends it"])
    try:
        with signals_leave():
            for told in AlertWatch(here.root, here.settings, os.environ).told():
                _print(told, as_json=options.json)
    except ReadingFailed as problem:
        raise Stop(Exit.FAILED, str(problem)) from None
    return Exit.OK


def _print(told: Told | str, *, as_json: bool) -> None:
    """Print one alert, or complain of a road that failed."""
    if isinstance(told, str):
        complain(told)
        return
    if as_json:
        say_json(document(told), compact=True)
    else:
        say([line(told)], limit=columns(LONGEST))
    flush()


def line(told: Told) -> str:
    """One alert in one line."""
    mark = "!" if told.alert.urgent else " "
    held = f"  ({told.held})" if told.held else ""
    return f"{told.time:%Y-%m-%d %H:%M}Z {mark} {told.alert.topic:<9} {told.alert.sentence}{held}"


def document(told: Told) -> dict[str, object]:
    """One alert as JSON."""
    return {**told.alert._asdict(), "time": told.time, "held": told.held or None}


def _muted_lines(mutes: Mutes) -> list[str]:
    return [f"muted: {sentence}" for sentence in mutes.sentences()]
