"""The front door of the command line: find the verb, run it, turn whatever happens into an exit code."""

from __future__ import annotations

import os
import sys

from loopview.cli.exits import Exit, Stop, complain

TYPE_CHECKING = False  # typing is not needed to run
if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.cli.catalog import Verb

ABOUT = frozenset({"-h", "--help", "help", "-V", "--version"})

BROKEN_PIPE = 141  #: 128 + SIGPIPE: whoever read our output went away


def run(words: Sequence[str]) -> int:
    """Run one command line and return its exit code. No traceback reaches the user."""
    try:
        return _finish(_answer(list(words)))
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return _abandon_output()
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        complain(f"the system refused: {error.strerror or error}{place}")
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _unexpected(error)


def _answer(words: list[str]) -> int:
    try:
        return _dispatch(words)
    except Stop as stop:
        complain(stop.message, stop.advice)
        return stop.code
    except SystemExit as leaving:  # argparse, after printing help
        return leaving.code if isinstance(leaving.code, int) else Exit.OK


def _dispatch(words: list[str]) -> int:
    if words[:1] == ["status"] and "--tmux" in words:  # before anything that a status line does not need
        from loopview.cli import tmux

        return tmux.run(words[1:])
    from loopview.cli.catalog import VERBS, verb_first

    words = verb_first(words)
    first = words[0] if words else ""
    if first in VERBS:
        return _run_verb(VERBS[first], words[1:])
    return _about(first, words[1:]) if first in ABOUT else _run_console(words)


def _about(word: str, rest: list[str]) -> int:
    if word in {"-V", "--version"}:
        from loopview import __version__
        from loopview.cli.output import say

        say([f"loopview {__version__}"])
        return Exit.OK
    from loopview.cli import help as overview

    return overview.show(rest)


def _run_verb(verb: Verb, words: list[str]) -> int:
    from importlib import import_module

    from loopview.cli.arguments import Parser

    module = import_module(f"loopview.cli.{verb.module}")
    parser = Parser(verb.name, verb.summary)
    getattr(module, f"{verb.function}_options")(parser)
    return int(getattr(module, verb.function)(parser.parse(words)))


def _run_console(words: list[str]) -> int:
    from loopview.cli import console
    from loopview.cli.arguments import Parser

    parser = Parser("", "the operator console for autonomous coding-agent loops")
    console.console_options(parser)
    return console.console(parser.parse(words))


def _finish(code: int) -> int:
    """Push the output out; a full disk or a closed pipe shows here."""
    from loopview.cli.output import flush

    try:
        flush()
    except BrokenPipeError:
        return _abandon_output()
    except OSError as error:
        complain(f"standard output could not be written: {error.strerror}")
        return _abandon_output(Exit.FAILED)
    return code


def _abandon_output(code: int = BROKEN_PIPE) -> int:
    """Point standard output at nothing, so that the interpreter's own flush at exit stays quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _unexpected(error: Exception) -> int:
    """An error of our own: one line for the user, the whole story only on request."""
    if os.environ.get("LOOPVIEW_TRACEBACK"):
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            complain(line)
    else:
        complain(
            f"an error inside loopview: {type(error).__name__}: {str(error)[:300]}",
            "LOOPVIEW_TRACEBACK=1 shows where; please report it",
        )
    return Exit.FAILED
