"""``loopview probe``: the loop's abilities, tried one at a time; their list, a run beside the loop, and trust."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json, add_root
from loopview.cli.exits import Exit, Stop, complain, mention
from loopview.cli.leaving import signals_leave
from loopview.cli.output import say, say_json
from loopview.cli.place import asked_path, settings_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

    from loopview.cli.place import Place
    from loopview.domain.probe import ProbeResult
    from loopview.engine.probes.refusals import RunRefused


def probe_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action",
        choices=("run", "list", "watch", "trust"),
        help="run: one, by default whose turn it is; watch: beside the loop; trust: a suggestion, as it is shown",
    )
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="the probe")
    parser.add_argument("--next", action="store_true", help="with run: whose turn it is")
    parser.add_argument("--all", action="store_true", help="with run: every one that can run, within the budget")
    parser.add_argument("--take-back", action="store_true", help="with trust: trust it no longer")
    parser.add_argument("--exit-code", action="store_true", help="with run and list: exit 11 when red")
    parser.add_argument("--read-only", action="store_true", default=None, help="refuse to write anything")
    add_root(parser)
    add_json(parser)


def probe(options: Namespace) -> int:
    """Do what is asked."""
    acts: dict[str, Callable[[Place, Namespace], int]] = {
        "run": _run,
        "list": _list,
        "watch": _watch,
        "trust": _trust,
    }
    _check(options)
    return acts[options.action](_here(options), options)


def _check(options: Namespace) -> None:
    """Refuse words that do not belong together."""
    chosen = [bool(options.name), options.next, options.all]
    if options.action == "run" and sum(chosen) > 1:
        raise Stop(Exit.USAGE, "probe run: name a probe, or --next, or --all", "see `loopview probe --help`")
    if options.action == "trust" and not options.name:
        raise Stop(Exit.USAGE, "probe trust: name a suggested probe", "`loopview probe list` names them")
    if options.action in {"list", "watch"} and any(chosen):
        raise Stop(Exit.USAGE, f"probe {options.action}: takes no probe", "see `loopview probe --help`")


def _here(options: Namespace) -> Place:
    """The loop at or above; a ``.loop`` that waits for its first file counts."""
    from loopview.cli.place import Place, place
    from loopview.sources.discover import find_empty_loop, find_loop

    path = asked_path(options)
    if find_loop(path) is None and (ready := find_empty_loop(path)) is not None:
        return Place(ready, settings_of(ready, options))
    return place(options)


def _list(here: Place, options: Namespace) -> int:
    from loopview.cli.probe_text import board_json, board_lines
    from loopview.engine.probes.board import board

    now = datetime.now(UTC)
    found = board(here.root, here.settings, now)
    if options.json:
        say_json(board_json(found))
    else:
        say(board_lines(found, now))
        mention(f"! {problem}" for problem in found.problems)
    return Exit.RED if options.exit_code and found.overall == "red" else Exit.OK


def _run(here: Place, options: Namespace) -> int:
    from loopview.cli.probe_text import result_json, result_line
    from loopview.engine.probes.refusals import OF_ONE, RunRefused
    from loopview.engine.probes.runner import Runner

    runner = Runner(here.root, here.settings)
    names = (options.name,) if options.name else runner.turns()[: None if options.all else 1]
    if not names:
        raise Stop(Exit.REFUSED, "no probe can be run", "`loopview probe list` says why")
    results: list[ProbeResult] = []
    refused: RunRefused | None = None
    with signals_leave():
        for name in names:
            try:
                results.append(runner.run(name))
            except RunRefused as found:
                refused = refused or found
                complain(found.message, found.advice)
                if found.kind in OF_ONE:
                    continue
                break
            if not options.json:
                say([result_line(results[-1])])
                mention(f"  {word}" for word in results[-1].said)
    if options.all and not options.json:
        mention(_left_out(here))
    if options.json:
        why = {"kind": refused.kind, "message": refused.message} if refused else None
        say_json({"results": [result_json(result) for result in results], "refused": why})
    return _code(here, options, results, refused)


def _left_out(here: Place) -> Iterator[str]:
    """What did not run because it cannot, and why; what only the loop itself runs is none of ours."""
    from loopview.domain.probe import Origin
    from loopview.engine.probes.board import board

    for row in board(here.root, here.settings).rows:
        if not row.runnable and row.origin is not Origin.SEEN:
            yield f"not run: {row.name}: {row.why_not}"


def _code(here: Place, options: Namespace, results: list[ProbeResult], refused: RunRefused | None) -> int:
    if options.exit_code and _is_red(here):
        return Exit.RED
    if any(not result.success for result in results):
        return Exit.FAILED
    if refused is not None:
        return Exit.USAGE if refused.kind == "unknown" and options.name else Exit.REFUSED
    return Exit.OK


def _is_red(here: Place) -> bool:
    from loopview.engine.probes.board import board

    return board(here.root, here.settings).overall == "red"


def _watch(here: Place, options: Namespace) -> int:
    """Run what is due until a signal ends it; a probe that runs then is ended too, and not recorded."""
    from loopview.cli.probe_watch import Watching
    from loopview.engine.probes.runner import Runner

    if here.settings.read_only or not here.settings.probes_per_hour:
        why = "loopview is read-only here" if here.settings.read_only else "probes_per_hour is 0"
        raise Stop(Exit.REFUSED, f"no probe may run: {why}", "set it in your config.toml")
    return Watching(here, Runner(here.root, here.settings), as_json=options.json).until_ended()


def _trust(here: Place, options: Namespace) -> int:
    """Show a suggestion's whole text, and let the operator type the beginning of its digest."""
    from loopview.cli.gate import anybody, framed, person, show, typed
    from loopview.domain.approval import DIGEST_PREFIX
    from loopview.domain.probe_board import text_lines
    from loopview.engine.probes.refusals import RunRefused
    from loopview.engine.probes.trusting import Trusting, suggestion, take_back, trust
    from loopview.guarded.append import AppendFailed, AppendRefused

    try:
        shown = suggestion(here.root, here.settings, options.name)
        if options.take_back:
            take_back(here.root, here.settings, shown, Trusting("", *anybody()))
            say([f"{shown.name} is trusted no longer"])
            return Exit.OK
        who = person()
        show(
            lambda: [
                f"the repository suggests the probe {shown.name}; to trust it means: exactly this text may be run,",
                "in the jail, without network, within its time:",
                *framed(text_lines(shown)),
                f"digest    {shown.digest[:8]} {shown.digest[8:16]}…",
            ]
        )
        answer = typed(f"type the first {DIGEST_PREFIX} digits of the digest to trust it:", DIGEST_PREFIX)
        if not answer:
            say(["not trusted"])
            return Exit.OK
        trust(here.root, here.settings, shown, Trusting(answer, *who))
    except RunRefused as refused:
        code = Exit.USAGE if refused.kind == "unknown" else Exit.REFUSED
        raise Stop(code, refused.message, refused.advice) from None
    except (AppendRefused, AppendFailed) as refused:
        raise Stop(Exit.REFUSED, str(refused)) from None
    say([f"trusted: `loopview probe run {shown.name}` runs it"])
    return Exit.OK
