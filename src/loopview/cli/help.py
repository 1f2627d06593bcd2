"""``loopview --help``: the verbs by family, the exit codes, where to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.cli.catalog import VERBS
from loopview.cli.exits import Exit
from loopview.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Iterator


def show(words: list[str]) -> int:
    """Print the overview, or the help of one verb."""
    if words and words[0] in VERBS:
        from loopview.cli.main import run

        return run([words[0], "--help"])
    say(_overview())
    return Exit.OK


def _overview() -> Iterator[str]:
    yield "loopview [PATH]            the console on the loop at PATH, here, or above"
    yield "loopview --sample          the console on the sample loop that ships with it"
    yield "loopview VERB [ARGUMENTS]  one answer, then back to the shell"
    for group in dict.fromkeys(verb.group for verb in VERBS.values()):
        yield ""
        yield f"{group}:"
        yield from (f"  {verb.name:<13}{verb.summary}" for verb in VERBS.values() if verb.group == group)
    yield ""
    yield "`loopview VERB --help` names the arguments. Most verbs take [PATH] or --root PATH, and --json."
    yield "Exit codes: " + ", ".join(f"{code.value} {code.name.lower().replace('_', ' ')}" for code in Exit)
