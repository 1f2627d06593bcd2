"""``loopview propose``, ``modify`` and ``undo``: an edit from the operator's own words."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from loopview.cli.arguments import add_json
from loopview.cli.desk import add_desk, decision, opened, read_patch, relative
from loopview.cli.draft import add_trouble, propose_from
from loopview.cli.exits import Exit, Stop, complain, mention
from loopview.cli.gate import anybody, person
from loopview.cli.gates import ask_to_merge, ask_to_start, top_of
from loopview.cli.offer_json import ended_json
from loopview.cli.offer_text import offer_lines
from loopview.cli.output import say, say_json
from loopview.domain.approval import State
from loopview.text import plain

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.cli.gate import Person
    from loopview.domain.edit import Ended, Event
    from loopview.engine.desk.desk import Desk
    from loopview.engine.desk.run import Run


def propose_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "instruction", nargs="?", default="", metavar="TEXT", help="what shall change, in plain words"
    )
    parser.add_argument("--title", default="", help="a short name for it")
    parser.add_argument(
        "--file", action="append", default=[], metavar="PATH", help="a file that may change; repeat it"
    )
    parser.add_argument("--patch", metavar="FILE", help="a ready patch instead of a model's work; - reads it")
    add_trouble(parser)
    add_desk(parser)
    add_json(parser)


def propose(options: Namespace) -> int:
    """Put a proposal before the desk; nothing is asked and nothing runs."""
    if options.trouble:
        return propose_from(options)
    if options.dry_run:
        raise Stop(Exit.USAGE, "--dry-run belongs to --from", "`loopview modify --dry-run` tries an edit out")
    patch = read_patch(options.patch) if options.patch else ""
    with opened(options) as desk:
        files = tuple(relative(desk, path) for path in options.file)
        made = desk.propose(options.instruction, title=options.title, files=files, patch=patch)
        mention([desk.untold] if desk.untold else [])
    if options.json:
        say_json({"proposal": {"id": made.id, "title": made.title, "files": list(made.files), "state": "proposed"}})
    else:
        say([f"{made.id}: {made.title}", f"start it with `loopview proposals start {made.id}`"])
    return Exit.OK


def modify_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("instruction", metavar="TEXT", help="what shall change, in plain words")
    parser.add_argument(
        "--file", action="append", default=[], metavar="PATH", help="a file that may change; repeat it"
    )
    parser.add_argument("--patch", metavar="FILE", help="a ready patch instead of a model's work; - reads it")
    add_run(parser)


def add_run(parser: ArgumentParser) -> None:
    """What every start takes."""
    parser.add_argument(
        "--dry-run", action="store_true", help="stop at the candidate: run no test, publish nothing"
    )
    parser.add_argument("--verbose", action="store_true", help="show what the model and the tests say meanwhile")
    add_desk(parser)
    add_json(parser)


def modify(options: Namespace) -> int:
    """Propose and start in one; the diff is shown at the end, and merged when its digest is typed."""
    who = anybody() if options.dry_run else person()
    if options.patch == "-" and not options.dry_run:
        advice = "name a file, or: `loopview propose --patch -`, then start it"
        raise Stop(Exit.USAGE, "a patch and your decision cannot both come from standard input", advice)
    patch = read_patch(options.patch) if options.patch else ""
    with opened(options, repairs=not options.dry_run) as desk:
        desk.office.require_trust()
        require_author(desk, options)
        files = tuple(relative(desk, path) for path in options.file)
        made = desk.propose(options.instruction, files=files, patch=patch)
        mention([desk.untold] if desk.untold else [])
        return begin(desk, made.id, who, options)


def undo_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("id", metavar="ID", help="the published edit")
    add_run(parser)


def undo(options: Namespace) -> int:
    """Propose the inverse of a published edit and start it; it is merged like any other."""
    who = anybody() if options.dry_run else person()
    with opened(options, repairs=True) as desk:
        require_author(desk, options)
        made = desk.undo(desk.find(options.id).key)
        return begin(desk, made.id, who, options)


def require_author(desk: Desk, options: Namespace) -> None:
    """Raise `Refused` when this command could end in a merge that has no author: before any test is run for it."""
    if not (options.dry_run or options.json):
        desk.office.author()


def begin(desk: Desk, key: str, who: Person, options: Namespace) -> int:
    """Start what the operator's own command asked for, and carry it to its end.

    The command is the decision, unless tests would run without the jail that is wanted: then its digest is typed.
    """
    plan = desk.plan(key)
    mention([f"{plain(key)}: {plain(plan.model)}, base {plan.base_commit[:12]}, jail {plan.tier.label}"])
    answer = "modify"
    if plan.bare:
        who = person()
        answer = ask_to_start(desk, plan)
    if not answer:
        return Exit.OK
    start = decision(who, "start", (key, plan.digest), typed=answer)
    return carry_out(desk, desk.start(key, start, dry_run=options.dry_run), options)


def carry_out(desk: Desk, run: Run, options: Namespace) -> int:
    """Follow a run to its end, and ask for the digest when it is ready."""
    ended = follow(run, verbose=options.verbose)
    mention(run.said)
    if options.json:
        say_json({"proposal": run.key, **ended_json(ended)})
    if ended.state is State.READY and ended.offer is not None and not options.json:
        return ask_to_merge(desk, ended.offer, desk.find(run.key).proposal.title)
    if options.dry_run and ended.offer is not None:
        if not options.json:
            say([*offer_lines(ended.offer, desk.find(run.key).proposal.title, top_of(desk)), ended.reason])
        return Exit.OK
    if ended.state is State.READY:
        return Exit.OK
    raise Stop(Exit.FAILED, f"{plain(run.key)} {ended.state}: {ended.reason}", ended.advice)


def follow(run: Run, *, verbose: bool) -> Ended:
    """Say what happens until the end; an interrupt cancels it, and the end says so."""
    from loopview.domain.edit import Ended

    ended: Ended | None = None
    with _cancelled_by_signals(run):
        for event in run.events():
            mention(_words(event, verbose=verbose))
            if isinstance(event, Ended):
                ended = event
    if ended is None:
        raise RuntimeError("an edit ended without saying how")
    return ended


def _words(event: Event, *, verbose: bool) -> Iterator[str]:
    from loopview.domain.edit import Entered, ModelSaid, TestsSaid, Tried
    from loopview.text import safe_block

    if isinstance(event, Entered):
        number = f" (attempt {event.attempt})" if event.attempt else ""
        yield f"{event.phase}{number}{': ' if event.said else ''}{event.said}"
    elif isinstance(event, Tried) and event.problem:
        yield f"attempt {event.attempt} ended at {event.phase}, fingerprint {event.fingerprint}:"
        yield from (f"  {line}" for line in safe_block(event.problem)[:12])
    elif verbose and isinstance(event, ModelSaid):
        yield from (f"│ {line}" for line in safe_block(event.text))
    elif verbose and isinstance(event, TestsSaid):
        yield from (f"│ {line}" for line in safe_block(event.output))


@contextmanager
def _cancelled_by_signals(run: Run) -> Iterator[None]:
    """While it runs, Ctrl-C and an end from outside cancel it; the outer code is then that of the signal."""
    came: list[int] = []

    def cancel(number: int, _: Any) -> None:
        came.append(number)
        run.cancel()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, cancel) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
    if came:
        complain("cancelled; nothing was published")
        raise SystemExit(128 + came[0])
