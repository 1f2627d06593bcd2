"""The verbs there are, and where each one lives. Nothing is imported until a verb is called.

The function of a verb is named like it, and ``NAME_options`` declares its arguments.
"""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """One word of the command line."""

    name: str
    module: str  #: below ``loopview.cli``
    summary: str
    group: str

    @property
    def function(self) -> str:
        """Name of the function that runs it."""
        return self.name.replace("-", "_")


_WATCH, _TURN, _SET_UP = "Look at a loop", "Inside the loop, every turn", "Set up and check"
_EDIT = "Edit, behind two gates"

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("status", "status", "the verdict, the last cycle, the week, the probes, in a few lines", _WATCH),
        Verb("introspect", "introspect", "trends, repeat failures, outliers, recommendations", _WATCH),
        Verb("health", "health", "capabilities and their probes: green, yellow, red", _WATCH),
        Verb("journal", "journal", "the newest attempts", _WATCH),
        Verb("delegation", "journal", "the delegation tree of the journal", _WATCH),
        Verb("sql", "sql", "one statement of SQL over everything the loop wrote", _WATCH),
        Verb("questions", "questions", "ready questions, and your own: list, show, run", _WATCH),
        Verb("check", "check", "hold pinned questions against their thresholds; 12 when one does not hold", _WATCH),
        Verb("pin", "check", "questions to keep an eye on: list, add, remove", _WATCH),
        Verb("alerts", "alerts", "what called lately; mute it, try it, or be called without a console", _WATCH),
        Verb(
            "digest", "digest", "what happened since some time: cycles, new failures, verdicts, decisions", _WATCH
        ),
        Verb("ask", "ask", "a question in plain words: a model writes the SQL, which is shown and run", _WATCH),
        Verb("screenshot", "console", "a picture of the console, as SVG", _WATCH),
        Verb("demo", "demo", "a simulated loop, live, in a temporary directory", _WATCH),
        Verb("record", "record", "add one attempt to the journal", _TURN),
        Verb("fingerprint", "fingerprint", "the fingerprint of a failure text", _TURN),
        Verb("stall", "stall", "is the loop repeating one failure?", _TURN),
        Verb("probe", "probe", "try what the loop can do: run, list, watch beside it, trust a suggestion", _TURN),
        Verb("resume", "resume", "a short text for the next prompt: verdict, dead ends, last attempts", _TURN),
        Verb("since", "since", "what changed since the last recorded attempt", _TURN),
        Verb("trust", "proposals", "trust a repository, after a look at what in it could run", _EDIT),
        Verb("propose", "edit", "put an edit before the desk: an instruction, or a ready patch", _EDIT),
        Verb("proposals", "proposals", "list, show, start, merge, reject; drop hunks of what is ready", _EDIT),
        Verb(
            "modify",
            "edit",
            "propose and start in one; merged when the digest of its diff is typed",
            _EDIT,
        ),
        Verb("undo", "edit", "take a published edit back, through the same gates", _EDIT),
        Verb(
            "audit",
            "audit",
            "what was decided and done; verify that the record is whole; what the loop claims",
            _EDIT,
        ),
        Verb("index", "index", "the code as an edit sees it: modules, importers, tests, a summary", _EDIT),
        Verb("init", "setup", "write a commented loopview.toml and show how to hook a bash loop", _SET_UP),
        Verb(
            "doctor",
            "doctor",
            "terminal, git, models, jail, probes, alerts, files: what is and what to do",
            _SET_UP,
        ),
        Verb("selftest", "doctor", "check this installation from end to end", _SET_UP),
        Verb("paths", "setup", "where everything is read from and written to", _SET_UP),
        Verb("themes", "themes", "list the themes, or check one", _SET_UP),
        Verb("completion", "setup", "completion for bash, zsh or fish", _SET_UP),
    )
}


def verb_first(words: list[str]) -> list[str]:
    """Let ``loopview --root PATH VERB`` mean ``loopview VERB --root PATH``."""
    if len(words) > 2 and words[0] == "--root" and words[2] in VERBS:  # noqa: PLR2004 - the three words
        return [words[2], *words[:2], *words[3:]]
    return words
