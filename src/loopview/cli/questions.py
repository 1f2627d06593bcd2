"""``loopview questions``: list, show, run and copy questions; and the tables they are asked of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_moment, add_root
from loopview.cli.asked import add_answer, open_loop, say_answer
from loopview.cli.exits import Exit, Stop, complain, mention
from loopview.cli.output import say, say_json
from loopview.cli.rows import say_csv_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.engine.questions import Known

ORIGINS = {"ready": "Ready", "own": "Your own", "repository": "In the repository (text only, never run)"}

COLUMNS = ("name", "origin", "title", "answers", "parameters", "chart", "path", "problem")
"""Of the list as CSV."""


def questions_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action", choices=("list", "show", "run", "copy", "tables"), help="what to do; tables: what can be asked of"
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="the question, or the table")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the question; may be repeated",
    )
    add_root(parser)
    add_moment(parser)
    add_answer(parser)


def questions(options: Namespace) -> int:
    """Do what is asked."""
    if options.parquet and options.action != "run":
        raise Stop(Exit.USAGE, f"questions {options.action}: only run writes a Parquet file", "say --csv or --json")
    if options.action == "tables":
        return _tables(options)
    if options.action == "list":
        return _list(options)
    if not options.name:
        raise Stop(
            Exit.USAGE, f"questions {options.action}: name a question", "`loopview questions list` names them"
        )
    return {"show": _show, "run": _run, "copy": _copy}[options.action](options)


def parameters(words: list[str]) -> dict[str, str]:
    """The values of ``--set NAME=VALUE``."""
    pairs = [word.partition("=") for word in words]
    for name, sign, _ in pairs:
        if not (name and sign):
            raise Stop(Exit.USAGE, f"--set {name}: write NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _run(options: Namespace) -> int:
    with open_loop(options, options.now) as loop:
        result = loop.question(options.name, parameters(options.set))
        say_answer(options, result, question=options.name)
    return Exit.OK


def _known(options: Namespace) -> tuple[Known, ...]:
    """Every question; without a loop, those that do not lie in it."""
    from loopview.cli.place import asked_path
    from loopview.engine.questions import known, problems
    from loopview.sources.discover import find_loop

    path = asked_path(options)
    found = known(find_loop(path) or path, os.environ)
    for problem in problems(found):
        complain(problem)
    return found


def _list(options: Namespace) -> int:
    found = _known(options)
    if options.json:
        say_json({"questions": [_as_json(each) for each in found]})
    elif options.csv:
        say_csv_of(COLUMNS, map(_as_row, found))
    else:
        say(_lines(found))
    return Exit.OK


def _lines(found: tuple[Known, ...]) -> Iterator[str]:
    for origin, heading in ORIGINS.items():
        named = [each for each in found if each.origin == origin]
        if named:
            yield f"{heading}:"
        for each in named:
            about = each.question.answers if each.question else each.problem or "`questions show` shows it"
            yield f"  {each.name:<24} {about}"


def _as_json(each: Known) -> dict[str, object]:
    question = each.question
    about: dict[str, object] = {"name": each.name, "origin": each.origin}
    if each.path:
        about["path"] = each.path
    if question is None:
        return {**about, **({"problem": each.problem} if each.problem else {})}
    takes = [{"name": p.name, "type": p.type, "default": p.default} for p in question.parameters]
    return {
        **about,
        "title": question.title,
        "answers": question.answers,
        "parameters": takes,
        "chart": question.chart,
    }


def _as_row(each: Known) -> tuple[str, ...]:
    about = _as_json(each)
    takes = each.question.parameters if each.question else ()
    about["parameters"] = ", ".join(f"{it.name} {it.type} = {it.default}" for it in takes)
    return tuple(str(about.get(name) or "") for name in COLUMNS)


def _show(options: Namespace) -> int:
    found = [each for each in _known(options) if each.name == options.name]
    if not found:
        raise Stop(Exit.USAGE, f"there is no question {options.name!r}", "`loopview questions list` names them")
    each = found[0]
    if options.json:
        say_json({**_as_json(each), "sql": each.text})
    elif options.csv:
        say_csv_of((*COLUMNS, "sql"), [(*_as_row(each), each.text)])
    else:
        say(each.text.splitlines())
    return Exit.OK


def _copy(options: Namespace) -> int:
    """Show a question of the repository, then make it the operator's own."""
    from loopview.engine.questions import QuestionError, copy_over

    found = _known(options)
    say(
        line
        for each in found
        if (each.origin, each.name) == ("repository", options.name)
        for line in each.text.splitlines()
    )
    try:
        path = copy_over(options.name, found, os.environ)
    except QuestionError as error:
        raise Stop(Exit.REFUSED, str(error)) from None
    mention([f"-- copied to {path}; it is yours now"])
    return Exit.OK


def _tables(options: Namespace) -> int:
    from loopview.domain.tables import TABLES, TableColumn

    if options.name and options.name not in TABLES:
        raise Stop(Exit.USAGE, f"there is no table {options.name!r}", "`loopview questions tables` names them")
    tables = [TABLES[options.name]] if options.name else list(TABLES.values())
    if options.json:
        say_json(
            {
                "tables": [
                    {
                        "name": table.name,
                        "meaning": table.meaning,
                        "columns": [column._asdict() for column in table.columns],
                    }
                    for table in tables
                ]
            }
        )
    elif options.csv:
        say_csv_of(("table", *TableColumn._fields), [(it.name, *column) for it in tables for column in it.columns])
    elif options.name:
        say(
            (
                tables[0].meaning,
                *(f"  {each.name:<20} {each.type:<10} {each.meaning}" for each in tables[0].columns),
            )
        )
    else:
        say(f"{table.name:<22} {table.meaning}" for table in tables)
    return Exit.OK
