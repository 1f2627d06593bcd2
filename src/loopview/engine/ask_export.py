"""Writes the rows of an answer to a file that was not there before."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loopview.store.result import Result

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def export(result: Result, path: str) -> str:
    """Write all rows as CSV, or as JSON when the name ends so. Returns one sentence: what was written, or why not.

    Never overwrites; a file that could not be finished is taken away again.
    """
    capped = " (capped: there are more)" if result.truncated else ""
    return write_new(path, _pieces(result, path), f"{result.total:,} rows{capped} written to {path}")


def write_new(path: str, pieces: Iterable[str], said: str) -> str:
    """Write a text to a file that is not there yet, and return ``said``, or why nothing was written."""
    try:
        descriptor = os.open(path, _NEW, 0o666)
    except FileExistsError:
        return f"nothing was written: there is something at {path} already"
    except OSError as problem:
        return f"nothing was written to {path}: {problem.strerror}"
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as problem:
        os.unlink(path)
        if not isinstance(problem, OSError):
            raise
        return f"nothing was written to {path}: {problem.strerror}"
    return said


def _pieces(result: Result, path: str) -> Iterator[str]:
    if not path.lower().endswith(".json"):
        yield from result.csv()
        return
    columns = [{"name": column.name, "type": column.type} for column in result.columns]
    yield f'{{"columns": {json.dumps(columns)}, "truncated": {json.dumps(result.truncated)}, "rows":\n'
    yield from result.json()
    yield "}\n"
