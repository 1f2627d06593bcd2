"""``loopview record``: add one attempt to the journal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json, add_root, moment
from loopview.cli.exits import Exit, Stop, complain
from loopview.cli.output import say, say_json
from loopview.engine.record import GATES, LINEAGE, STATES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from loopview.engine.record import Attempt

_WORDS = {
    "stage_id": "stage of the delegation",
    "source_artifact": "artifact the stage worked from",
    "chunk_id": "chunk of the artifact",
    "validator": "who validated",
    "decision": "what was decided",
    "blocked_reason": "why it is blocked",
    "next_action": "what comes next",
}


def record_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--gate", required=True, choices=GATES, help="what the gate said")
    parser.add_argument("--action", default="", metavar="TEXT", help="what was tried")
    parser.add_argument("--hypothesis", default="", metavar="TEXT", help="why it should have worked")
    parser.add_argument("--note", default="", metavar="TEXT", help="anything else")
    parser.add_argument("--gate-output", metavar="FILE", help="what the gate printed; - is standard input")
    parser.add_argument(
        "--keep-output", action="store_true", help="keep the signal lines of the gate's output, too"
    )
    parser.add_argument(
        "--fingerprint", type=_fingerprint, metavar="HEX", help="12 hex digits, instead of --gate-output"
    )
    parser.add_argument("--iteration", type=_natural, metavar="N", help="number (default: the last one and 1)")
    parser.add_argument("--commit", metavar="HASH", help="commit (default: HEAD)")
    parser.add_argument("--ts", type=moment, metavar="TIME", help="when (default: now)")
    parser.add_argument("--execution-state", choices=STATES, help="where the attempt stands")
    parser.add_argument("--retry-count", type=_natural, metavar="N", help="retries so far")
    parser.add_argument(
        "--bh-address", type=_address, metavar="R.N.N", help="place in the delegation tree: R, R.0, R.0.3"
    )
    for name, meaning in _WORDS.items():
        parser.add_argument("--" + name.replace("_", "-"), metavar="TEXT", help=meaning)
    add_root(parser)
    add_json(parser)


def record(options: Namespace) -> int:
    """Write the attempt and print its number, gate and fingerprint."""
    from loopview.cli.place import refuse_sample
    from loopview.engine.record import journal_of
    from loopview.engine.record import record as write
    from loopview.guarded.append import AppendFailed, AppendRefused

    root = _root(options)
    refuse_sample(root)
    try:
        done = write(root, journal_of(root), _attempt(root, options))
    except AppendRefused as refusal:
        raise Stop(
            Exit.REFUSED, f"not recorded: {refusal}", "nothing was written; try again, or see `loopview doctor`"
        ) from None
    except AppendFailed as failure:
        raise Stop(Exit.FAILED, f"not recorded: {failure}", "the next record starts a fresh line") from None
    if options.json:
        say_json({"journal": done.label, "offset": done.offset, "record": done.record})
    else:
        row = done.record
        say([f"recorded {row['iteration']} {row['gate']} {row['fingerprint'] or '-'} in {done.label}"])
    return Exit.OK


def _root(options: Namespace) -> str:
    """The loop at or above; where there is none yet, the repository around here, else here."""
    from loopview.cli.place import asked_path
    from loopview.sources.discover import find_loop

    path = asked_path(options)
    found = find_loop(path)
    if found is not None:
        return found
    here = path
    while not os.path.lexists(os.path.join(here, ".git")):
        here, below = os.path.dirname(here), here
        if here == below:
            return path
    return here


def _attempt(root: str, options: Namespace) -> Attempt:
    from loopview.engine.record import Attempt

    output = None
    if options.gate_output:
        from loopview.cli.fingerprint import read_text

        output = read_text(options.gate_output)
    return Attempt(
        gate=options.gate,
        action=options.action,
        hypothesis=options.hypothesis,
        note=options.note,
        output=output,
        keep_output=options.keep_output,
        fingerprint=options.fingerprint,
        iteration=options.iteration,
        commit=_head(root) if options.commit is None else options.commit,
        when=options.ts,
        lineage={name: getattr(options, name) for name in LINEAGE},
    )


def _head(root: str) -> str:
    """HEAD, or nothing outside a repository; one that git cannot read is said, and no reason not to record."""
    from loopview.guarded import git

    try:
        return git.head(root).commit
    except git.GitFailed as failure:
        if not str(failure).startswith("no git repository"):
            complain(f"recorded without a commit: {failure}")
        return ""


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - far beyond any count
        import argparse

        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _fingerprint(text: str) -> str:
    if text and not (len(text) == 12 and all(digit in "0123456789abcdef" for digit in text)):  # noqa: PLR2004
        import argparse

        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a fingerprint of 12 hex digits")
    return text


def _address(text: str) -> str:
    if text and not (
        text.split(".", maxsplit=1)[0] == "R"
        and all(part.isascii() and part.isdigit() for part in text.split(".")[1:])
    ):
        import argparse

        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a place like R, R.0 or R.0.3")
    return text
