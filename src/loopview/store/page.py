"""Pages of a table of any size: rows by range of a permutation that is computed once a view, never by OFFSET."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loopview.domain.columns import FAMILIES
from loopview.store.filters import Predicate, parse_filter
from loopview.store.questions import seen_before
from loopview.store.schema import quoted, table_columns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from loopview.domain.columns import Family

PAGE_ROWS = 128  #: most rows of one page


@dataclass(frozen=True, slots=True)
class View:
    """What a table shows: which rows of which family, in which order."""

    table: str  #: a key of ``columns.FAMILIES``
    columns: tuple[str, ...]
    sort: tuple[str, bool] | None = None  #: (column, descending); None = newest first
    where: str = ""  #: filter line, see ``store.filters``
    window: datetime | None = None  #: rows stamped at or after it; None = all
    as_of: datetime | None = None  #: rows read up to that moment

    @property
    def family(self) -> Family:
        """The family; raises KeyError for a table that is none."""
        return FAMILIES[self.table]

    @property
    def plain(self) -> bool:
        """Whether the rows are simply all, newest first: then a page is a range of row numbers."""
        return self.sort is None and not self.where.strip() and self.window is None and self.as_of is None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the line of a row stands."""

    source: str  #: label
    generation: int
    line: int  #: 1-based


@dataclass(frozen=True, slots=True)
class Page:
    """Up to ``PAGE_ROWS`` rows of a view, and where each comes from."""

    start: int  #: index of the first row in the view
    rows: list[tuple[object, ...]]  #: values in the order of ``View.columns``
    places: list[Place]  #: one a row
    total: int  #: rows of the whole view
    revision: int
    sql: str  #: the view's rows as one statement, see ``view_statement``
    parameters: dict[str, object]  #: of that statement
    elapsed_ms: float


def view_statement(view: View, limit: int = 1_000) -> tuple[str, dict[str, object]]:
    """Return a view's rows as one statement that an operator can run and change, and its parameters."""
    predicate = conditions(view)
    where = "" if predicate.sql == "true" else f"\nwhere {predicate.sql}"
    order = "ts desc nulls last, line desc"
    if view.sort is not None:
        order = f"{view.sort[0]} {'desc' if view.sort[1] else 'asc'} nulls last"
    columns = ", ".join(view.columns)
    sql = f"select {columns}\nfrom {view.table}{where}\norder by {order}\nlimit {limit}"
    return sql, dict(predicate.parameters)


def check_columns(view: View) -> None:
    """Raise KeyError when the view names a column its table does not have."""
    known = {name for name, _ in table_columns(view.family)}
    for name in (*view.columns, *((view.sort[0],) if view.sort else ())):
        if name not in known:
            raise KeyError(name)


def permutation_query(view: View, cuts: Mapping[str, int | None] | None = None) -> tuple[str, dict[str, object]]:
    """Return the select of the view's row numbers in order, and its parameters; ``cuts`` as of its moment."""
    predicate = conditions(view)
    order = "rowid desc"
    if view.sort is not None:
        column, descending = view.sort
        order = f"{quoted(column)} {'desc' if descending else 'asc'} nulls last, rowid desc"
    seen = f" and {seen_before(cuts)}" if cuts else ""
    return (
        f"select rowid as r from {view.table} where {predicate.sql}{seen} order by {order}",
        dict(predicate.parameters),
    )


def conditions(view: View) -> Predicate:
    """Return filter and window of a view as one predicate."""
    predicate = parse_filter(view.family, view.where)
    if view.window is None:
        return predicate
    return Predicate(f"ts >= $since and {predicate.sql}", (*predicate.parameters, ("since", view.window)))


def page_query(view: View, permutation: str | None) -> str:
    """Return the select of a page's rows with their places; it takes ``$first`` and ``$last``."""
    columns = ", ".join(f"t.{quoted(name)}" for name in ("source", "generation", "line", *view.columns))
    if permutation is None:
        return f"select {columns} from {view.table} t where t.rowid between $first and $last order by t.rowid desc"
    return (
        f"select {columns} from {permutation} p join {view.table} t on t.rowid = p.r"
        f" where p.rowid between $first and $last order by p.rowid"
    )
