"""How large a statement is before it runs: what its named queries, stars and growing functions multiply to.

A common table expression that names the one before it twice doubles what DuckDB plans, binds or builds; thirty
of them, in a text of a page, hold a processor for hours where no interrupt is heard. The estimate follows the text
only: it is an upper bound of the plan's size, of a star's columns, and of how often one value stands in another.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.domain.tables import TABLES
from loopview.store.admitted import GROWING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PARTS = 2_000  #: selects and tables of the plan, named queries counted where they are used
MOST_COLUMNS = 2_000  #: columns of any select, stars counted out
MOST_COPIES = 1_000  #: how often one value may stand in another
SUMMARY_COLUMNS = 12  #: of DESCRIBE and SUMMARIZE
LENGTHENING = frozenset({"replace", "regexp_replace"})  #: every character may become a whole text

Named = dict[str, "Weight"]


class Weight(NamedTuple):
    """The size of one query."""

    parts: int  #: selects and tables
    columns: int
    copies: int  #: how often one value of a table may stand in one of its values


class TooHeavy(Exception):  # noqa: N818 - caught here only
    """A bound is passed; the arguments are the sentence and the node."""


def check_weight(statement: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give why a parsed statement is too heavy, and at which node: nothing, or one pair."""
    try:
        _query(statement.get("node", {}), {})
    except TooHeavy as heavy:
        yield str(heavy.args[0]), heavy.args[1]
    except RecursionError:
        yield "it is nested too deeply", {}


def _bounded(weight: Weight, node: dict[str, Any]) -> Weight:
    if weight.parts > MOST_PARTS:
        raise TooHeavy("its named queries, put in where they are used, make it too large", node)
    if weight.columns > MOST_COLUMNS:
        raise TooHeavy(f"its stars make more than {MOST_COLUMNS:,} columns", node)
    if weight.copies > MOST_COPIES:
        raise TooHeavy(
            f"one value stands in another more than {MOST_COPIES:,} times: it doubles from step to step", node
        )
    return weight


def _query(node: dict[str, Any], named: Named) -> Weight:
    named = dict(named)
    for entry in (node.get("cte_map") or {}).get("map", ()):
        named[str(entry.get("key", "")).lower()] = _named(entry.get("value", {}), named)
    form = node.get("type")
    if form == "SELECT_NODE":
        return _bounded(_select(node, named), node)
    if form == "RECURSIVE_CTE_NODE":
        first = _query(node.get("left", {}), named)
        named[str(node.get("cte_name", "")).lower()] = first
        return _bounded(_beside(first, _query(node.get("right", {}), named)), node)
    parts = [_query(child, named) for child in node.get("children", ())]
    parts += [_query(node[side], named) for side in ("left", "right", "query", "child") if side in node]
    return _bounded(_together(parts), node)


def _named(value: dict[str, Any], named: Named) -> Weight:
    query = value.get("query_node") or value.get("query", {}).get("node", {})
    return _query(query, named)


def _together(parts: list[Weight]) -> Weight:
    total = Weight(1, 1, 1)
    for part in parts:
        total = _beside(total, part)
    return total


def _beside(one: Weight, other: Weight) -> Weight:
    return Weight(one.parts + other.parts, max(one.columns, other.columns), max(one.copies, other.copies))


def _select(node: dict[str, Any], named: Named) -> Weight:
    source = _source(node.get("from_table", {}), named)
    columns, copies, parts = 0, 1, source.parts + 1
    for key in ("select_list", "group_expressions", "where_clause", "having", "qualify", "modifiers"):
        for expression in _list(node.get(key)):
            inside = _inside(expression, named)
            parts += inside.parts
            if key == "select_list":
                columns += _width(expression, source)
                copies = max(copies, _copies(expression, max(source.copies, inside.copies)))
    return Weight(parts, columns, copies)


def _list(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return [value] if isinstance(value, dict) else []


def _inside(expression: dict[str, Any], named: Named) -> Weight:
    """The queries that stand inside an expression."""
    found = Weight(0, 1, 1)
    for node in _nodes(expression):
        if isinstance(node.get("subquery"), dict):
            found = _beside(found, _query(node["subquery"].get("node", {}), named))
    return found


def _source(node: dict[str, Any], named: Named) -> Weight:
    match node.get("type"):
        case "BASE_TABLE":
            name = str(node.get("table_name", "")).lower()
            return named.get(name) or Weight(1, len(TABLES[name].columns) if name in TABLES else 1, 1)
        case "JOIN":
            left, right = _source(node.get("left", {}), named), _source(node.get("right", {}), named)
            found = _beside(left, right)._replace(columns=left.columns + right.columns)
        case "SUBQUERY":
            found = _query(node.get("subquery", {}).get("node", {}), named)
        case "PIVOT":
            inner = _source(node.get("source", {}), named)
            entries = prod(max(1, len(pivot.get("entries", ()))) for pivot in node.get("pivots", ()))
            found = inner._replace(columns=inner.columns + entries * max(1, len(node.get("aggregates", ()))))
        case "SHOW_REF" if isinstance(node.get("query"), dict):
            found = _query(node["query"], named)._replace(columns=SUMMARY_COLUMNS)
        case _:
            found = _row(node, named)
    return _bounded(found, node)


def _row(node: dict[str, Any], named: Named) -> Weight:
    """Rows that are written out, or those of a function."""
    rows = node.get("values") or [[]]
    return _inside(node, named)._replace(columns=max(1, len(rows[0])))


def _width(expression: dict[str, Any], source: Weight) -> int:
    """How many columns an expression of the select list becomes."""
    found = [node for node in _nodes(expression) if node.get("class") == "STAR"]
    return max(1, source.columns) if found else 1


def _copies(expression: dict[str, Any], source: int) -> int:
    """How often a value of the source stands in the value of an expression."""
    if expression.get("class") in {"COLUMN_REF", "STAR", "POSITIONAL_REFERENCE", "SUBQUERY"}:
        return source
    each = [_copies(child, source) for child in _children(expression)]
    name = str((expression.get("qualified_name", {}).get("path") or [""])[-1]).lower()
    if expression.get("class") != "FUNCTION" or name not in GROWING:
        return max(each, default=1)
    if name in LENGTHENING:
        return each[0] * _times(expression) if each else 1
    return sum(each) or 1


def _times(call: dict[str, Any]) -> int:
    """How often the last argument may stand in the result for every character of the first."""
    arguments = [argument.get("expression", {}) for argument in call.get("arguments", ())]
    literal = arguments[min(len(arguments) - 1, 2)].get("literal", {})
    text = str(literal.get("text", ""))
    return max(1, len(text)) if literal else MOST_COPIES + 1


def _children(expression: dict[str, Any]) -> list[dict[str, Any]]:
    """The expressions right inside an expression, in order."""
    found: list[dict[str, Any]] = []
    waiting: list[object] = [value for key, value in reversed(expression.items()) if key != "qualified_name"]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict) and isinstance(part.get("class"), str):
            found.append(part)
        elif isinstance(part, dict):
            waiting.extend(reversed(part.values()))
        elif isinstance(part, list):
            waiting.extend(reversed(part))
    return found


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            if part.get("class") != "SUBQUERY":
                waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
