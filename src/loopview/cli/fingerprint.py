"""``loopview fingerprint``: the fingerprint of a failure text, and how it comes about."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json
from loopview.cli.exits import Exit, Stop
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.domain.fingerprint import Explanation

LONGEST_TEXT = 64 * 1024 * 1024  #: bytes of a failure text


def fingerprint_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="the failure text; - is standard input"
    )
    parser.add_argument("--explain", action="store_true", help="show the signal lines and every step of the rule")
    add_json(parser)


def fingerprint(options: Namespace) -> int:
    """Print 12 hex digits, or an empty line for an empty text."""
    from loopview.domain import fingerprint as rule

    text = read_text(options.file)
    if options.explain:
        explanation = rule.explain(text)
        say_json(_as_dict(explanation)) if options.json else say(_in_words(explanation))
    elif options.json:
        say_json({"fingerprint": rule.fingerprint(text)})
    else:
        say([rule.fingerprint(text)])
    return Exit.OK


def read_text(name: str) -> str:
    """The text of a file or of standard input, undecodable bytes replaced; raises `Stop` when it cannot be read."""
    try:
        if name == "-":
            if sys.stdin is None:
                raise Stop(Exit.USAGE, "standard input is closed", "name a file, or pipe the text in")
            content = sys.stdin.buffer.read(LONGEST_TEXT + 1)
        else:
            with open(name, "rb") as source:
                content = source.read(LONGEST_TEXT + 1)
    except OSError as error:
        raise Stop(
            Exit.USAGE, f"{name}: {error.strerror}", "name a readable file, or - for standard input"
        ) from None
    if len(content) > LONGEST_TEXT:
        raise Stop(Exit.USAGE, f"{name}: longer than {LONGEST_TEXT} bytes", "pass on only what the gate said last")
    return content.decode("utf-8", "replace")


def _as_dict(explanation: Explanation) -> dict[str, object]:
    steps = [
        {**step._asdict(), "replacements": [swap._asdict() for swap in step.replacements]}
        for step in explanation.steps
    ]
    return {**explanation._asdict(), "steps": steps}


def _in_words(explanation: Explanation) -> Iterator[str]:
    """The lines chosen, what each step replaced, what was hashed."""
    if not explanation.lines:
        yield "the text is empty: it has no fingerprint"
        return
    kind = "signal lines" if explanation.signal else "last lines, for want of signal lines"
    yield f"{len(explanation.lines)} of {explanation.lines_found} {kind}:"
    yield from (f"  {line}" for line in explanation.lines)
    for step in explanation.steps:
        counted = Counter(step.replacements)
        if step.name != "white space" and counted:
            yield f"{step.name}:"
            yield from (f"  {swap.found} → {swap.became}  ×{times}" for swap, times in counted.items())
    yield "hashed:"
    yield f"  {explanation.normalised}"
    yield f"fingerprint: {explanation.fingerprint}"
