"""What the verbs that ask have in common: open the loop, put failures into words, print the rows."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loopview.cli.exits import Exit, Stop, complain, mention
from loopview.cli.rows import add_forms, mention_size, say_csv, say_json_of, say_table

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from datetime import datetime

    from loopview.cli.place import Place
    from loopview.engine.asking import Asking
    from loopview.store.result import Result


def add_answer(parser: ArgumentParser) -> None:
    """How the rows are wanted."""
    from loopview.cli.arguments import whole_number

    add_forms(parser, parquet=True)
    parser.add_argument("--limit", type=whole_number, metavar="N", help="print N rows at most")


@contextmanager
def open_loop(options: Namespace, now: datetime | None = None, here: Place | None = None) -> Iterator[Asking]:
    """The loop that the command line names, ready to be asked; raises `Stop` for whatever goes wrong with it.

    ``here`` is that loop when it has been looked for already.
    """
    from loopview.cli.place import place
    from loopview.engine.asking import asking
    from loopview.engine.questions import QuestionError, problems
    from loopview.engine.settled import ReadingFailed
    from loopview.store.asker import QueryFailed, QueryStopped
    from loopview.store.gate import SqlRefused

    here = here or place(options)
    try:
        with asking(here.root, here.settings, os.environ, now) as loop:
            for problem in problems(loop.questions):
                complain(problem)
            yield loop
    except SqlRefused as refused:
        raise Stop(
            Exit.USAGE,
            f"not run: {refused}",
            "`loopview questions tables` says what can be asked; only SELECT is run",
        ) from None
    except QuestionError as error:
        raise Stop(Exit.USAGE, str(error)) from None
    except QueryFailed as failed:
        raise Stop(Exit.FAILED, str(failed)) from None
    except QueryStopped as stopped:
        advice = f"limits: {here.settings.sql_seconds} s (sql_seconds in your config.toml); narrow the question"
        raise Stop(Exit.FAILED, str(stopped), advice) from None
    except ReadingFailed as failed:
        raise Stop(Exit.FAILED, f"the loop could not be read: {failed}", "see `loopview doctor`") from None


def say_answer(options: Namespace, result: Result, **more: object) -> None:
    """Print the rows in the form that was asked for; what is left out is said, in JSON too."""
    count = min(options.limit or result.total, result.total)
    if options.parquet:
        _write_parquet(options.parquet, result, count)
    elif options.json:
        say_json_of(result, count, more)
    elif options.csv:
        say_csv(result, count)
    else:
        say_table(result, count)
    mention_size(result)
    if count < result.total:
        mention([f"-- TRUNCATED: {count:,} of {result.total:,} rows are here, as --limit says"])


def _write_parquet(path: str, result: Result, count: int) -> None:
    from loopview.store.parquet import write_parquet

    try:
        write_parquet(result, path, count)
    except FileExistsError:
        raise Stop(Exit.REFUSED, f"{path} is there already", "name a new file, or move it away first") from None
    except OSError as error:
        raise Stop(Exit.FAILED, f"{path}: {error.strerror or error}", "name a place you may write to") from None
    mention([f"-- wrote {path}"])
