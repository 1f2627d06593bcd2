"""``loopview introspect``: the report of the first generation: trends, failures, outliers, recommendations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loopview.cli import wording
from loopview.cli.arguments import add_json, add_moment, add_place
from loopview.cli.exits import Exit, Stop, complain
from loopview.cli.output import say, say_json
from loopview.domain.counted import counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Mapping


def introspect_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    add_moment(parser)
    parser.add_argument("--write", action="store_true", help="write .loop/retro/insights.json, too")
    parser.add_argument("--robust", action="store_true", help="with --json: put the robust answers beside it, too")
    add_json(parser)


def introspect(options: Namespace) -> int:
    """Print the report, and write it where that is asked for."""
    from loopview.cli.place import place, refuse_sample
    from loopview.engine.introspection import NoCycles, introspection

    here = place(options)
    if options.write:
        refuse_sample(here.root)
    try:
        report = introspection(here.root, here.settings, options.now)
    except NoCycles:
        raise Stop(
            Exit.NO_LOOP, f"no cycles in {here.root}", "a loop writes them to .loop/retro/cycles.jsonl"
        ) from None
    if options.write:
        _write(here.root, report.insights)
    if options.json:
        say_json({**report.insights, "robust": report.robust} if options.robust else report.insights)
    else:
        say((*_lines(report.insights), *_beside(report.robust)))
    return Exit.OK


def _write(root: str, report: dict[str, Any]) -> None:
    from loopview.engine.introspection import LABEL, write_insights
    from loopview.guarded.folder import AppendRefused

    try:
        write_insights(root, report)
    except AppendRefused as refusal:
        raise Stop(Exit.REFUSED, f"not written: {refusal}", "see `loopview doctor`") from None
    complain(f"wrote {LABEL}")


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    trends = report["trends"]
    yield f"{counted(report['total_cycles_analyzed'], 'cycle')}, as of {report['generated_at']}"
    for name, window in (("last 7 days", trends["recent_7d"]), ("7 days before", trends["previous_7d"])):
        yield f"  {name:<14}{_window(window)}"
    if report["by_type"]:
        yield "by type"
        yield from (f"  {name:<14}{_type(figures)}" for name, figures in report["by_type"].items())
    if report["repeat_failures"]:
        yield "repeat failures"
        yield from (f"  #{each['issue']}: {each['failure_count']} times" for each in report["repeat_failures"])
    if report["duration_outliers"]:
        yield "outliers"
        yield from (_outlier(each) for each in report["duration_outliers"])
    yield "recommendations"
    for each in report["recommendations"]:
        yield f"  {each['severity'].upper():<7}{each['finding']}"
        yield f"         {each['recommendation']}"


def _beside(robust: Mapping[str, Any]) -> Iterator[str]:
    yield "beside it, what a few wild values cannot bend"
    for name, figures in robust["by_type"].items():
        if figures is not None:
            middle, slow = wording.duration(figures["p50"]), wording.duration(figures["p90"])
            yield f"  {name:<14}p50 {middle:>7}  p90 {slow:>7}"
    for each in robust["type_outliers"]:
        name, took = wording.cycle_name(each["cycle"]), wording.duration(each["duration"])
        yield f"  {name} {each['type']}: {took}, {each['multiple']}x the median of its type"
    success, took = robust["changes"]["success"], robust["changes"]["duration"]
    if success:
        yield f"  success changed at c{success['cycle']}: {_from_to(success, wording.percent)}"
    if took:
        yield f"  durations changed at c{took['cycle']}: {_from_to(took, wording.duration)}"
    if not success and not took:
        yield "  no change of level in the newest cycles that is more than noise"


def _from_to(change: Mapping[str, Any], say_figure: Callable[[object], str]) -> str:
    return f"{say_figure(change['before'])} before, {say_figure(change['after'])} since"


def _outlier(each: Mapping[str, Any]) -> str:
    issue = f" #{each['issue']}" if each["issue"] else ""
    name, took = wording.cycle_name(each["cycle"]), wording.duration(each["duration"])
    return f"  {name}{issue} {each['type'] or 'unknown'}: {took}, {each['multiple']}x the mean"


def _window(window: Mapping[str, Any]) -> str:
    rate, took = wording.percent(window["success_rate"]), wording.duration(window["avg_duration"]) or "-"
    rest = f"net {window['lines_net']:+d}, merged {window['prs_merged']}"
    return f"{counted(window['count'], 'cycle')}, ok {rate}, avg {took}, {rest}"


def _type(figures: Mapping[str, Any]) -> str:
    took = wording.duration(figures["avg_duration"]) or "-"
    return f"{figures['count']:>6}  ok {wording.percent(figures['success_rate']):>4}  avg {took}"
