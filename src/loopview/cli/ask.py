"""``loopview ask``: a question in plain words, the SQL a model wrote for it, and the rows.

The statement is shown on standard error before it is run; it has passed the gate, which lets only reading through.
"""

from __future__ import annotations

import sys
import textwrap
from functools import partial
from typing import TYPE_CHECKING, Any

from loopview.cli.arguments import add_moment, add_root
from loopview.cli.asked import add_answer, open_loop, say_answer
from loopview.cli.exits import Exit, Stop, complain, mention
from loopview.cli.output import say, say_json
from loopview.text import safe_block

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from loopview.engine.ask import Draft, Event, Failed
    from loopview.engine.asking import Asking
    from loopview.engine.summary import Told
    from loopview.guarded.model import Model
    from loopview.store.result import Result

LONGEST_INPUT = 64 * 1024  #: bytes of standard input that are read as a question
LONGEST_LINE = 4_000  #: cells of a line of SQL on standard error
PARAGRAPH = 100  #: cells of a line of the paragraph


def ask_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("question", nargs="+", metavar="WORD", help="the question; - reads it from standard input")
    add_root(parser)
    add_moment(parser)
    parser.add_argument("--sql", action="store_true", help="print the SQL, run nothing")
    parser.add_argument(
        "--explain",
        action="store_true",
        help="add a paragraph by the model, which is sent the first rows for it; numbers not in them are marked",
    )
    parser.add_argument("--model", metavar="NAME", help="another model than the configured one")
    add_answer(parser)


def ask(options: Namespace) -> int:
    """Ask, show the SQL, run it, print the rows."""
    from loopview.cli.place import place
    from loopview.engine.ask import Inquiry, Ready
    from loopview.engine.trial import why_not
    from loopview.guarded.model import model_of
    from loopview.guarded.model_failure import ModelFailure

    question = _question(options.question)
    here = place(options)
    try:
        model = model_of(here.settings)
    except ModelFailure as refused:
        raise Stop(Exit.FAILED, refused.message, refused.advice) from None
    with open_loop(options, options.now, here) as loop:
        check = partial(why_not, loop.asker, values={"now": loop.now})
        *_, last = Inquiry(question, model, check, loop.now).events()
        if not isinstance(last, Ready):
            return _failed(options, question, last)
        if options.sql:
            return _only_sql(options, last.draft)
        return _run(options, last.draft, model, loop)


def _question(words: list[str]) -> str:
    """The words as they were typed, or standard input for a dash."""
    if words != ["-"]:
        return " ".join(words)
    content = sys.stdin.buffer.read(LONGEST_INPUT) if sys.stdin is not None else b""
    return content.decode("utf-8", "replace")


def _failed(options: Namespace, question: str, last: Event) -> int:
    """No statement: say why, and show what there is of one."""
    from loopview.engine.ask import Failed

    if not isinstance(last, Failed):
        raise TypeError(last)
    sql = last.draft.sql if last.draft else ""
    if options.json:
        say_json({"question": question, "sql": sql or None, "failure": _failure(last)})
    if sql:
        mention(["-- what the model wrote, which is not run:", *safe_block(sql, limit=LONGEST_LINE)])
    raise Stop(Exit.FAILED, last.message, last.advice)


def _only_sql(options: Namespace, draft: Draft) -> int:
    if options.json:
        say_json({**_authorship(draft), "sql": draft.sql})
    else:
        mention([_headline(draft)])
        say(safe_block(draft.sql))
    return Exit.OK


def _run(options: Namespace, draft: Draft, model: Model, loop: Asking) -> int:
    mention([_headline(draft), *safe_block(draft.sql, limit=LONGEST_LINE)])
    result = loop.sql(draft.sql)
    if options.json:
        say_answer(options, result, **_authorship(draft), **_told_json(options, draft, model, result))
        return Exit.OK
    say_answer(options, result)
    if options.explain:
        _say_told(draft, model, result, beside=bool(options.csv))
    return Exit.OK


def _headline(draft: Draft) -> str:
    """Whose statement it is, and what its author says of it."""
    repaired = ", at the second try" if draft.repaired else ""
    return f"-- SQL by {draft.model} in {draft.seconds:.1f} s{repaired}: {draft.why}"


def _authorship(draft: Draft) -> dict[str, Any]:
    return {
        "question": draft.question,
        "why": draft.why,
        "model": draft.model,
        "seconds": round(draft.seconds, 3),
        "problems": list(draft.problems),
    }


def _tell(draft: Draft, model: Model, result: Result) -> Told | Failed:
    """Let the model speak about the first rows."""
    from loopview.engine.ask import Failed
    from loopview.engine.summary import MOST_ROWS, Telling, Told

    rows = [tuple(record.values()) for record in result.records(0, MOST_ROWS + 1)]
    *_, last = Telling(draft.question, result.sql, result.names, rows, model).events()
    if not isinstance(last, Told | Failed):
        raise TypeError(last)
    return last


def _say_told(draft: Draft, model: Model, result: Result, *, beside: bool) -> None:
    """The paragraph below the rows; on standard error when those are for a program."""
    from loopview.engine.ask import Failed

    told = _tell(draft, model, result)
    if isinstance(told, Failed):
        complain(told.message, told.advice)
        return
    marked = "".join(f"[{part.text}?]" if part.standing == "missing" else part.text for part in told.parts)
    lines = ["", *textwrap.wrap(marked, PARAGRAPH)]
    if told.unfounded:
        lines.append(f"[…?] marks what does not stand in the rows: {', '.join(told.unfounded)}")
    (mention if beside else say)(lines)


def _told_json(options: Namespace, draft: Draft, model: Model, result: Result) -> dict[str, Any]:
    from loopview.engine.ask import Failed

    if not options.explain:
        return {}
    told = _tell(draft, model, result)
    if isinstance(told, Failed):
        return {"paragraph": None, "failure": _failure(told)}
    parts = [{"text": part.text, "standing": part.standing} for part in told.parts]
    return {"paragraph": {"text": told.text, "parts": parts, "unfounded": list(told.unfounded)}}


def _failure(failed: Failed) -> dict[str, str]:
    return {"kind": failed.kind, "message": failed.message, "advice": failed.advice}
