"""``loopview proposals`` and ``trust``: what waits for the operator, and the two gates it goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loopview.cli.desk import decision, opened
from loopview.cli.edit import add_run, carry_out, require_author
from loopview.cli.exits import Exit, Stop, mention
from loopview.cli.gate import anybody, person, typed
from loopview.cli.gates import ask_to_merge, ask_to_start, top_of
from loopview.cli.offer_json import offer_json
from loopview.cli.offer_text import listing_lines, offer_lines, plan_lines, wanted_lines
from loopview.cli.output import columns, say, say_json
from loopview.text import plain

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

    from loopview.engine.desk.desk import Desk
    from loopview.engine.desk.listing import Listed

    Act = Callable[[Desk, Listed, Namespace], int]

TRUST_WORD = "trust"


def proposals_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action",
        choices=("list", "show", "start", "merge", "reject", "drop"),
        help="start: gate 1; merge: gate 2; drop: leave hunks out of what is ready, and test the rest again",
    )
    parser.add_argument(
        "id", nargs="?", default="", metavar="ID", help="the proposal, or the beginning of its name"
    )
    parser.add_argument(
        "--hunk", action="append", default=[], metavar="PATH#N", help="with drop: the Nth hunk of a file"
    )
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="with reject and drop: why; the loop can read it"
    )
    parser.add_argument("--all", action="store_true", help="with list: settled ones too")
    add_run(parser)


def proposals(options: Namespace) -> int:
    """Do what is asked."""
    acts: dict[str, Act] = {"show": _show, "start": _start, "merge": _merge, "reject": _reject, "drop": _drop}
    if options.action != "list" and not options.id:
        raise Stop(
            Exit.USAGE, f"proposals {options.action}: name a proposal", "`loopview proposals list` names them"
        )
    with opened(options, repairs=options.action not in {"list", "show"}) as desk:
        if options.action == "list":
            return _list(desk, options)
        return acts[options.action](desk, desk.find(options.id), options)


def _list(desk: Desk, options: Namespace) -> int:
    every = desk.listed()
    found = every if options.all else tuple(each for each in every if each.open)
    if options.json:
        say_json({"proposals": [_listed_json(each) for each in found]})
    else:
        say(listing_lines(found), limit=columns(200))
    return Exit.OK


def _show(desk: Desk, found: Listed, options: Namespace) -> int:
    ready = found.standing is not None and bool(found.standing.digest)
    if options.json:
        answer: dict[str, Any] = {"proposal": _listed_json(found), "offer": None}
        if ready:
            answer["offer"] = offer_json(desk.offer(found.key))
        say_json(answer)
    else:
        top = top_of(desk)
        say(_standing_lines(found))
        say(offer_lines(desk.offer(found.key), found.proposal.title, top) if ready else _planned(desk, found))
    return Exit.OK


def _planned(desk: Desk, found: Listed) -> Iterator[str]:
    """What a start would do, or what is wanted and why it cannot be started here."""
    from loopview.engine.desk.refusals import Refused
    from loopview.guarded.model_failure import ModelFailure

    try:
        plan = desk.plan(found.key)
    except (Refused, ModelFailure) as refused:
        return iter([*wanted_lines(found.proposal), f"it cannot be started: {refused.message}"])
    return plan_lines(plan, top_of(desk))


def _standing_lines(found: Listed) -> Iterator[str]:
    """Where a proposal stands, and why."""
    standing = found.standing
    reason = standing.reason if standing else ""
    yield f"{plain(found.key)} is {found.state}{': ' if reason else ''}{reason}"
    if standing and standing.commit:
        yield f"commit    {standing.commit}"
    if standing and standing.undoes:
        yield f"undoes    {plain(standing.undoes)}"
    if standing and standing.undone:
        yield f"undone    by {plain(standing.undone)}"


def _start(desk: Desk, found: Listed, options: Namespace) -> int:
    """Gate 1: the plan is shown, and its digest typed."""
    who = person()
    desk.office.require_trust()
    require_author(desk, options)
    plan = desk.plan(found.key)
    answer = ask_to_start(desk, plan)
    if not answer:
        return Exit.OK
    start = decision(who, "start", (found.key, plan.digest), typed=answer)
    return carry_out(desk, desk.start(found.key, start, dry_run=options.dry_run), options)


def _merge(desk: Desk, found: Listed, _: Namespace) -> int:
    """Gate 2; there is no way to answer it but to type."""
    person()
    desk.office.require_trust()
    return ask_to_merge(desk, desk.offer(found.key), found.proposal.title)


def _reject(desk: Desk, found: Listed, options: Namespace) -> int:
    digest = found.standing.digest if found.standing else ""
    no = decision(anybody(), "reject", (found.key, digest), typed="", reason=options.reason)
    mention(desk.reject(found.key, no))
    if options.json:
        say_json({"proposal": _listed_json(desk.find(found.key))})
    else:
        say([f"{plain(found.key)} rejected"])
    return Exit.OK


def _drop(desk: Desk, found: Listed, options: Namespace) -> int:
    """Leave hunks out; the rest is tested again and gets a digest of its own."""
    who = person()
    offer = desk.offer(found.key)
    hunks = {_hunk(word) for word in options.hunk}
    answer = ask_to_start(desk, plan) if (plan := desk.plan(found.key)).bare else ""
    choice = decision(who, "drop", (found.key, offer.digest), typed=answer, reason=options.reason)
    return carry_out(desk, desk.choose(found.key, hunks, choice), options)


def _hunk(word: str) -> tuple[str, int]:
    path, sign, number = word.rpartition("#")
    if not (sign and path and number.isascii() and number.isdigit() and int(number[:6]) > 0):
        raise Stop(
            Exit.USAGE, f"--hunk {plain(word)}: write PATH#N, with N from 1", "`loopview proposals show` has them"
        )
    return path, int(number[:6]) - 1


def _listed_json(found: Listed) -> dict[str, Any]:
    proposal, standing = found.proposal, found.standing
    return {
        "id": found.key,
        "state": found.state.value,
        "title": proposal.title,
        "instruction": proposal.instruction,
        "files": list(proposal.files),
        "patch": bool(proposal.patch),
        "proposer": proposal.proposer,
        "time": proposal.time,
        "said": found.said,
        "waits": found.waits,
        "digest": standing.digest if standing else "",
        "expires": standing.expires if standing else "",
        "commit": standing.commit if standing else "",
        "reason": standing.reason if standing else "",
        "attempts": standing.attempts if standing else 0,
        "undoes": standing.undoes if standing else "",
        "undone": standing.undone if standing else "",
    }


def trust_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    from loopview.cli.arguments import add_json
    from loopview.cli.desk import add_desk

    parser.add_argument("--take-back", action="store_true", help="trust it no longer")
    parser.add_argument("--show", action="store_true", help="say whether it is trusted, and what in it could run")
    add_desk(parser)
    add_json(parser)


def trust(options: Namespace) -> int:
    """Show what in the repository could run a program, and let the operator trust it. Nothing of it runs."""
    with opened(options) as desk:
        names, now = desk.executable(), desk.office.trusted()
        top = top_of(desk)
        if options.json:
            say_json({"repository": top, "trusted": now._asdict() if now else None, "executable": list(names)})
            return Exit.OK
        say(
            [
                f"repository  {top}",
                f"trusted     {f'by {now.operator} on {now.host} since {now.time}' if now else 'no'}",
                f"executable  {len(names)} names in its git configuration could run a program; none ever does",
                *(f"            {name}" for name in names),
            ]
        )
        if options.show:
            return Exit.OK
        if options.take_back:
            desk.trust(decision(anybody(), "trust", ("", ""), typed=""), taken_back=True)
            say(["it is trusted no longer"])
            return Exit.OK
        return _ask_for_trust(desk)


def _ask_for_trust(desk: Desk) -> int:
    who = person()
    say(["to trust it means: edits may be started and merged here, each behind its own gates"])
    if typed(f"type {TRUST_WORD} to trust it:", len(TRUST_WORD)) != TRUST_WORD:
        say(["not trusted"])
        return Exit.OK
    desk.trust(decision(who, "trust", ("", ""), typed=TRUST_WORD))
    say(["trusted"])
    return Exit.OK
