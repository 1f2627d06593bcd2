"""Whether a statement could be run: past the gate, bound to the tables and planned, with nothing of it computed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loopview.store.asker import QueryFailed, QueryStopped
from loopview.store.database import StoreBroken
from loopview.store.gate import SqlRefused, admit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loopview.store.asker import Asker
    from loopview.store.database import Store
    from loopview.store.gate import Spot, Statement

EMPTY = "select * from (\n{}\n) limit 0"  #: what is planned in place of a statement
ABOVE = 1  #: lines that stand above the statement there


def trial(store: Store, values: Mapping[str, object]) -> Callable[[str], str]:
    """Return `why_not` as a function of the statement, each time with an asker of its own."""

    def check(sql: str) -> str:
        try:
            with store.asker() as asker:
                return why_not(asker, sql, values)
        except StoreBroken as broken:
            return str(broken)

    return check


def why_not(asker: Asker, sql: str, values: Mapping[str, object]) -> str:
    """Return why a statement cannot be run with these parameters, with the place; '' when it can."""
    try:
        _plan(asker, admit(sql), values)
    except SqlRefused as refused:
        return _sentence(refused.why, refused.spot)
    except QueryFailed as failed:
        return _sentence(failed.why, failed.spot and failed.spot._replace(line=failed.spot.line - ABOVE))
    except QueryStopped as stopped:
        return str(stopped)
    return ""


def _plan(asker: Asker, statement: Statement, values: Mapping[str, object]) -> None:
    """Run it for no row at all: DuckDB binds and plans it, then finds that there is nothing to do."""
    given = {name: value for name, value in values.items() if name in statement.parameters}
    asker.run(replace(statement, sql=EMPTY.format(statement.sql)), given)


def _sentence(why: str, spot: Spot | None) -> str:
    return why if spot is None else f"{why} (line {spot.line}, column {spot.column})"
