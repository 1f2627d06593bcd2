"""``loopview propose --from``: a proposal drafted from what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.cli.desk import opened, relative
from loopview.cli.exits import Exit, Stop
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from loopview.domain.trouble import Draft, Sought
    from loopview.engine.desk.desk import Desk

WAYS = "stall | failure FP | recommendation N | probe NAME | issue ID | outlier CYCLE"


def add_trouble(parser: ArgumentParser) -> None:
    """Declare what a proposal can be drafted from."""
    parser.add_argument(
        "--from", dest="trouble", nargs="+", metavar="WHAT", help=f"draft it from what is wrong: {WAYS}"
    )
    parser.add_argument("--dry-run", action="store_true", help="with --from: print the draft, propose nothing")


def propose_from(options: Namespace) -> int:
    """Draft a proposal, with the operator's own words before it, and put it before the desk, or print it."""
    from loopview.engine.desk.trouble import propose

    if options.patch:
        raise Stop(Exit.USAGE, "--from and --patch are two ways to propose", "choose one of them")
    sought = _sought(options.trouble)
    with opened(options) as desk:
        made = _with_own_words(_drafted(desk, sought), desk, options)
        if options.dry_run:
            return _shown(made, options)
        proposal = propose(desk, made)
    if options.json:
        say_json({"proposal": {"id": proposal.id, "title": proposal.title, "proposer": proposal.proposer,
                               "files": list(proposal.files), "state": "proposed"}})  # fmt: skip
    else:
        say([f"{proposal.id}: {proposal.title}", f"start it with `loopview proposals start {proposal.id}`"])
    return Exit.OK


def _sought(words: list[str]) -> Sought:
    from loopview.domain.trouble import Sought, Trouble

    kind, name = words[0], " ".join(words[1:])
    if kind not in {each.value for each in Trouble}:
        raise Stop(Exit.USAGE, f"nothing can be drafted from {kind!r}", f"--from takes: {WAYS}")
    if bool(name) is (kind == Trouble.STALL):
        wants = "no name" if kind == Trouble.STALL else "a name"
        raise Stop(Exit.USAGE, f"--from {kind} takes {wants}", f"--from takes: {WAYS}")
    return Sought(Trouble(kind), name.removeprefix("#") if kind == Trouble.ISSUE else name)


def _drafted(desk: Desk, sought: Sought) -> Draft:
    from loopview.domain.trouble import NoTrouble
    from loopview.engine.desk.trouble import draft
    from loopview.engine.settled import ReadingFailed, settled_reader
    from loopview.engine.trouble import gather

    settings = desk.office.settings
    try:
        with settled_reader(desk.office.root, settings) as reader:
            facts = gather(reader, sought, threshold=settings.stall_threshold, now=datetime.now(UTC))
    except NoTrouble as none:
        raise Stop(Exit.FAILED, str(none), f"--from takes: {WAYS}") from None
    except ReadingFailed as failed:
        raise Stop(Exit.FAILED, f"the loop cannot be read: {failed}") from None
    return draft(desk, facts)


def _with_own_words(made: Draft, desk: Desk, options: Namespace) -> Draft:
    own = options.instruction.strip()
    return made._replace(
        title=options.title or made.title,
        instruction=f"{own}\n\n{made.instruction}" if own else made.instruction,
        files=tuple(relative(desk, path) for path in options.file),
    )


def _shown(made: Draft, options: Namespace) -> int:
    if options.json:
        say_json({"draft": {"title": made.title, "instruction": made.instruction, "proposer": made.proposer,
                            "files": list(made.files)}})  # fmt: skip
    else:
        say([made.title, "", *made.instruction.split("\n")])
    return Exit.OK
