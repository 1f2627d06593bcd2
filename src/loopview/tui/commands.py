"""The command line of the console: words after ``:``, checked before anything happens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loopview.tui.actions import WRITE
from loopview.tui.state import WINDOWS
from loopview.tui.targets import AskTarget, CyclesTarget, CycleTarget, FailureGroupTarget, ScreenTarget

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.tui.console_calls import ConsoleCalls


@dataclass(frozen=True, slots=True)
class Command:
    """One verb of the command line."""

    name: str
    usage: str
    help: str
    run: Callable[[ConsoleCalls, str], None]
    guard: str = ""  #: as an action's: `WRITE` does not exist under ``--read-only``


class CommandError(ValueError):
    """The words cannot be carried out; the text says why."""


def run_command(app: ConsoleCalls, line: str) -> None:
    """Carry out one line; raises CommandError with a sentence for the operator."""
    name, _, rest = line.strip().removeprefix(":").partition(" ")
    if not name:
        return
    known = commands(read_only=app.read_only)
    command = known.get(name)
    if command is None:
        close = [each for each in known if each.startswith(name)]
        if len(close) != 1:
            raise CommandError(f"no command “{name}”; known: {' '.join(known)}")
        command = known[close[0]]
    command.run(app, rest.strip())


def commands(*, read_only: bool) -> dict[str, Command]:
    """Return the commands that there are: under ``--read-only`` there are none that write."""
    return {name: each for name, each in COMMANDS.items() if not (read_only and each.guard == WRITE)}


def _open(name: str) -> Callable[[ConsoleCalls, str], None]:
    def run(app: ConsoleCalls, words: str) -> None:
        app.drill(CyclesTarget(words) if words and name == "cycles" else ScreenTarget(name))

    return run


def _fail(app: ConsoleCalls, words: str) -> None:
    if not words:
        app.drill(ScreenTarget("failures"))
    elif re.fullmatch(r"[0-9a-f]{12}", words):
        app.drill(FailureGroupTarget("fingerprint", words))
    else:
        app.drill(FailureGroupTarget("issue", words.removeprefix("#")))


def _cycle(app: ConsoleCalls, words: str) -> None:
    number = words.removeprefix("#").removeprefix("c")
    if not number.isdecimal():
        raise CommandError("which cycle? for example  :cycle 412")
    app.drill(CycleTarget(cycle=int(number)))


def _ask(app: ConsoleCalls, words: str) -> None:
    app.drill(AskTarget("", question=words) if words else ScreenTarget("ask"))


def _since(app: ConsoleCalls, words: str) -> None:
    if words not in WINDOWS:
        raise CommandError(f"since what? one of {' '.join(WINDOWS)}")
    app.window = words


def _theme(app: ConsoleCalls, words: str) -> None:
    if not words:
        app.action_pick_theme()
    elif words not in app.available_themes:
        raise CommandError(f"no theme “{words}”; there are: {' '.join(sorted(app.available_themes))}")
    else:
        app.theme = words


def _number(words: str, low: int, high: int, example: str) -> int:
    if not words.isdecimal() or not low <= int(words) <= high:
        raise CommandError(f"a number from {low} to {high}, for example  {example}")
    return int(words)


def _k(app: ConsoleCalls, words: str) -> None:
    app.stall_threshold = _number(words, 1, 1000, ":k 3")


def _fps(app: ConsoleCalls, words: str) -> None:
    app.set_rate(_number(words, 1, 30, ":fps 4"))


def _mute(app: ConsoleCalls, words: str) -> None:
    app.mute(words)


def _digest(app: ConsoleCalls, words: str) -> None:
    from loopview.domain.calm import how_long

    length = how_long(words) if words else None
    if words and length is None:
        raise CommandError("how far back? for example  :digest 12h")
    app.action_digest(length)


def _probe(app: ConsoleCalls, words: str) -> None:
    app.action_run_probe(words)


def _quarantine(app: ConsoleCalls, words: str) -> None:
    from loopview.domain.trouble import Sought, Trouble
    from loopview.tui.drafting import open_draft

    issue = words.removeprefix("#").strip()
    if not issue:
        raise CommandError("which issue? for example  :quarantine #231")
    if app.front is not None:
        open_draft(app.front, Sought(Trouble.ISSUE, issue))


def _quit(app: ConsoleCalls, _words: str) -> None:
    app.exit()


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("dash", ":dash", "Open the Dash", _open("dash")),
        Command("cycles", ":cycles [FILTER]", "Open the cycles, filtered if you like", _open("cycles")),
        Command("cycle", ":cycle 412", "Go to a cycle by its number", _cycle),
        Command("fail", ":fail [#231 | FINGERPRINT]", "Open the failures, of one issue or fingerprint", _fail),
        Command("failures", ":failures", "Open the failures", _open("failures")),
        Command("journal", ":journal", "Open the journal and the verdict's proof", _open("journal")),
        Command("ask", ":ask [QUESTION | SQL]", "Ask in plain words or in SQL", _ask),
        Command("activity", ":activity", "Open everything that happened", _open("activity")),
        Command("modifications", ":modifications", "Open the history of modifications", _open("modifications")),
        Command("quarantine", ":quarantine #231", "Draft a proposal to set an issue aside", _quarantine, WRITE),
        Command("bad", ":bad", "Open data health: sources and bad lines", _open("data")),
        Command("since", f":since {'|'.join(WINDOWS)}", "Look through another window of time", _since),
        Command("k", ":k 4", "Judge stalls with another threshold, until the console closes", _k),
        Command("theme", ":theme [NAME]", "Change the theme", _theme),
        Command("fps", ":fps 4", "Repaint at most so often a second", _fps),
        Command(
            "mute", ":mute [30m] [TOPIC]", "Hold alerts back, for a time or of a topic; :mute off ends it", _mute
        ),
        Command("digest", ":digest [12h]", "What happened since you last looked, or in so long", _digest),
        Command("probes", ":probes", "Open the probes", _open("probes")),
        Command("probe", ":probe [NAME]", "Run a probe now: a dialog says what runs", _probe, WRITE),
        Command("freeze", ":freeze", "Hold the screen still, or let it go", lambda app, _: app.action_freeze()),
        Command("reread", ":reread", "Look at the files again now", lambda app, _: app.action_reread()),
        Command("help", ":help", "The keys of this screen", lambda app, _: app.action_help()),
        Command("q", ":q", "Quit", _quit),
    )
}
"""What can be typed after ``:``; an unambiguous beginning is enough."""
