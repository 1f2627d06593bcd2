"""``loopview doctor`` and ``loopview selftest``: is everything in order, and what to do where it is not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json, add_place
from loopview.cli.exits import Exit
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

    from loopview.engine.doctor import Check

MARKS = {"ok": "✓ ok  ", "note": "! note", "bad": "✗ bad "}


def doctor_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    add_json(parser)


def doctor(options: Namespace) -> int:
    """Print every check; 1 when one is bad."""
    from loopview.cli.place import asked_path, settings_of
    from loopview.engine.doctor import examine
    from loopview.sources.discover import find_loop

    root = find_loop(asked_path(options))
    return _report(options, examine(root, settings_of(root or ".", options), os.environ))


def selftest_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_json(parser)


def selftest(options: Namespace) -> int:
    """Run every check in a temporary directory; 1 when one fails."""
    from loopview.engine.selftest import examine

    return _report(options, examine())


def _report(options: Namespace, checks: Iterable[Check]) -> int:
    checks = tuple(checks)
    bad = sum(check.state == "bad" for check in checks)
    if options.json:
        say_json({"bad": bad, "checks": [check._asdict() for check in checks]})
    else:
        for check in checks:
            say(
                [
                    f"{MARKS[check.state]}  {check.name}: {check.found}",
                    *([f"          {check.advice}"] if check.advice else []),
                ]
            )
        say([f"{len(checks)} checks, {bad} bad"])
    return Exit.FAILED if bad else Exit.OK
