"""``loopview check`` and ``pin``: questions with a threshold, and an exit code that says whether it holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from loopview.cli.arguments import add_json, add_moment, add_root
from loopview.cli.exits import Exit, Stop, mention
from loopview.cli.output import say, say_json
from loopview.cli.rows import add_forms, say_csv_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.engine.pins import Checked, Pin


def check_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="the pin to check")
    parser.add_argument("--all", action="store_true", help="check every pin that has a threshold")
    add_root(parser)
    add_moment(parser)
    add_forms(parser)


def check(options: Namespace) -> int:
    """Ask the pinned questions and hold the answers against their thresholds; 12 when one does not hold.

    Of several, one that cannot be asked does not hold, and the others are told all the same.
    """
    from loopview.cli.asked import open_loop
    from loopview.engine.pins import PinError, attempt, judge

    wanted = _wanted(options)
    try:
        with open_loop(options, options.now) as loop:
            found = [attempt(pin, loop) if options.all else judge(pin, pin.run(loop)) for pin in wanted]
    except PinError as error:
        raise Stop(Exit.USAGE, str(error)) from None
    if options.json:
        say_json({"ok": all(each.holds for each in found), "checks": [_as_json(each) for each in found]})
    elif options.csv:
        names = ("name", "ok", "value", "expect", "why")
        say_csv_of(names, ([_as_json(each)[name] for name in names] for each in found))
    else:
        say(f"{'✓ ok  ' if each.holds else '✗ FAIL'} {each.pin.name}: {each.why}" for each in found)
    return Exit.OK if all(each.holds for each in found) else Exit.CHECK_FAILED


def _wanted(options: Namespace) -> list[Pin]:
    if bool(options.name) == options.all:
        raise Stop(Exit.USAGE, "check: name a pin, or say --all", "`loopview pin list` names the pins")
    pins = _pins()
    if options.all:
        wanted = [pin for pin in pins if pin.threshold]
    else:
        wanted = [pin for pin in pins if pin.name == options.name]
    if not wanted:
        what = "no pin has a threshold" if options.all else f"there is no pin {options.name!r}"
        raise Stop(Exit.USAGE, what, "`loopview pin add NAME --question QUESTION --expect 'COLUMN >= 1'` adds one")
    return wanted


def _pins() -> tuple[Pin, ...]:
    from loopview.engine.pins import PinError, load_pins

    try:
        return load_pins(os.environ)
    except PinError as error:
        raise Stop(Exit.FAILED, str(error)) from None


def _as_json(each: Checked) -> dict[str, Any]:
    return {**_pin_json(each.pin), "ok": each.holds, "value": each.value, "why": each.why}


def _pin_json(pin: Pin) -> dict[str, Any]:
    what = {"question": pin.question} if pin.question else {"sql": pin.sql}
    expect = str(pin.threshold) if pin.threshold else None
    return {"name": pin.name, **what, "parameters": dict(pin.parameters), "expect": expect}


def pin_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=("list", "add", "remove"))
    parser.add_argument("name", nargs="?", metavar="NAME", help="name of the pin")
    parser.add_argument("--question", metavar="QUESTION", help="the question it asks")
    parser.add_argument("--sql", metavar="SQL", help="or the statement it runs")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the question"
    )
    parser.add_argument(
        "--expect",
        metavar="THRESHOLD",
        help="what has to hold: COLUMN OP NUMBER of the first row, or: rows OP NUMBER",
    )
    add_root(parser)
    add_json(parser)


def pin(options: Namespace) -> int:
    """List, add or remove pins."""
    from loopview.engine.pins import PinError, remove_pin

    if options.action == "list":
        pins = _pins()
        if options.json:
            say_json({"pins": [_pin_json(each) for each in pins]})
        else:
            say(_lines(pins))
        return Exit.OK
    if not options.name:
        raise Stop(Exit.USAGE, f"pin {options.action}: name the pin")
    try:
        if options.action == "remove":
            remove_pin(os.environ, options.name)
        else:
            _add(options)
            held = f"; `loopview check {options.name}` holds it against {options.expect}" if options.expect else ""
            mention([f"pinned to the Dash{held}"])
    except PinError as error:
        raise Stop(Exit.REFUSED, str(error)) from None
    return Exit.OK


def _lines(pins: tuple[Pin, ...]) -> Iterator[str]:
    for each in pins:
        given = "".join(f" {name}={value}" for name, value in each.parameters)
        expects = f"   expects {each.threshold}" if each.threshold else ""
        yield f"{each.name:<20} {each.question or each.sql}{given}{expects}"


def _add(options: Namespace) -> None:
    """Keep a pin that can be asked."""
    from loopview.cli.questions import parameters
    from loopview.engine.pins import Pin, PinError, add_pin, parse_threshold

    if bool(options.question) == bool(options.sql):
        raise Stop(Exit.USAGE, "pin add: give --question QUESTION or --sql SQL")
    given = parameters(options.set)
    try:
        threshold = parse_threshold(options.expect) if options.expect else None
    except PinError as error:
        raise Stop(Exit.USAGE, str(error)) from None
    _try(options, given)
    add_pin(
        os.environ, Pin(options.name, options.question or "", options.sql or "", tuple(given.items()), threshold)
    )


def _try(options: Namespace, given: dict[str, str]) -> None:
    """Raise `Stop` when the question cannot be asked."""
    from datetime import UTC, datetime

    from loopview.cli.place import asked_path
    from loopview.engine.questions import QuestionError, find, known, values_of
    from loopview.store.gate import SqlRefused, admit

    try:
        if options.sql:
            admit(options.sql)
        else:
            values_of(find(options.question, known(asked_path(options), os.environ)), given, datetime.now(UTC))
    except (SqlRefused, QuestionError) as error:
        raise Stop(Exit.USAGE, str(error)) from None
