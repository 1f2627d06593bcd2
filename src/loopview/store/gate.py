"""The gate before the operator's own SQL: exactly one statement that only reads, made of admitted parts.

What passes is still run with limits of time, memory and rows (``store.asker``); the gate refuses what those could
not end: what leads out of the data, and what is large before it runs. DuckDB's own parser reads the text, on a
connection that holds no data, and the tree it gives is looked at part by part::

    statement = admit("select type, count(*) from cycles group by type")
    admit("select * from read_text('/etc/passwd')")   # SqlRefused: … line 1, column 15
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from loopview.store import admitted
from loopview.store.functions import check_function
from loopview.store.weight import check_weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 20_000  #: characters of a statement
DEEPEST = 100  #: brackets inside brackets
MOST_TABLES = 24  #: tables joined in one statement; the order of a hundred takes seconds to choose
MOST_CONDITIONS = 500  #: parts joined by and / or; more are an IN list
MOST_SETS = 64  #: selects joined by union, intersect, except; grouping sets; common table expressions
MOST_COLUMNS = 1_000  #: expressions in one select list
LONGEST_MESSAGE = 300  #: characters of DuckDB's words that are passed on
LONGEST_PATH = 16  #: parts of a name joined by dots

_QUOTED = re.compile(
    r"\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$",
    re.DOTALL,
)
_SERIALIZE = "select json_serialize_sql(?, skip_null := true, skip_default := true, skip_empty := true)"
_PARSING = threading.Lock()


class Spot(NamedTuple):
    """A place in the text of a statement."""

    line: int  #: from 1
    column: int  #: in characters, from 1
    offset: int  #: in characters, from 0

    def __str__(self) -> str:
        """As an operator says it."""
        return f"line {self.line}, column {self.column}"


class SqlRefused(Exception):  # noqa: N818 - reads as the event it is
    """The text is not run: why, in a plain sentence, and where."""

    def __init__(self, why: str, spot: Spot | None = None) -> None:
        super().__init__(f"{why} ({spot})" if spot else why)
        self.why = why
        self.spot = spot


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that may be run."""

    sql: str  #: as written, without a final semicolon
    parameters: frozenset[str]  #: names of the parameters it wants
    tables: frozenset[str]  #: tables and views it reads


def admit(sql: str) -> Statement:
    """Return the statement of ``sql``; raise `SqlRefused` when it may not be run or cannot be read."""
    _check_text(sql)
    parsed = _parse(sql)
    if not parsed:
        raise SqlRefused("there is no statement in it")
    if len(parsed) > 1:
        raise SqlRefused("one statement at a time: there are several in it")
    check = _Check(sql, parsed[0])
    check.run()
    return Statement(_without_end(sql), check.parameters, check.tables)


def spot_of(sql: str, byte_offset: int) -> Spot:
    """Return the place of a byte of the text: DuckDB counts in UTF-8."""
    before = sql.encode("utf-8", "replace")[:byte_offset].decode("utf-8", "ignore")
    return Spot(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1, len(before))


def _check_text(sql: str) -> None:
    if len(sql) > LONGEST:
        raise SqlRefused(f"the text has {len(sql):,} characters; {LONGEST:,} is the most")
    nul = sql.find("\0")
    if nul >= 0:
        raise SqlRefused("there is a NUL character in it", spot_of(sql, len(sql[:nul].encode("utf-8", "replace"))))
    try:
        sql.encode("utf-8")
    except UnicodeEncodeError as error:
        at = len(sql[: error.start].encode("utf-8", "replace"))
        raise SqlRefused("there is half of a character in it (a lone surrogate)", spot_of(sql, at)) from None
    depth = 0
    for match in re.finditer(r"[(\[{]|[)\]}]", _QUOTED.sub(lambda found: " " * len(found[0]), sql)):
        depth += 1 if match[0] in "([{" else -1
        if depth > DEEPEST:
            at = len(sql[: match.start()].encode("utf-8"))
            raise SqlRefused(f"brackets stand more than {DEEPEST} deep", spot_of(sql, at))


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """Return a connection that parses and holds nothing."""
    connection = duckdb.connect(":memory:")
    for setting in (
        "temp_directory=''", "memory_limit='256MB'", "threads=1", "max_expression_depth=250",
        "autoinstall_known_extensions=false", "autoload_known_extensions=false", "python_enable_replacements=false",
        "enable_external_access=false", "lock_configuration=true",
    ):  # fmt: skip
        connection.execute(f"SET {setting}")
    return connection


def _parse(sql: str) -> list[dict[str, Any]]:
    with _PARSING:
        try:
            found = _parser().execute(_SERIALIZE, [sql]).fetchone()
        except duckdb.Error as error:
            raise SqlRefused(_first_line(str(error))) from None
    try:
        tree = json.loads(found[0]) if found else {}
    except RecursionError:
        raise SqlRefused("it is nested too deeply") from None
    if not tree.get("error"):
        return list(tree.get("statements") or ())
    message = _first_line(str(tree.get("error_message") or "it cannot be read"))
    if message.startswith("Only SELECT statements"):
        raise SqlRefused("only SELECT is run: this statement does something else" + _pivot_hint(sql))
    if "depth limit" in message:
        message = "it is nested too deeply"
    position = str(tree.get("position") or "")
    raise SqlRefused(message, spot_of(sql, int(position)) if position.isdigit() else None)


def _pivot_hint(sql: str) -> str:
    if re.search(r"(^|\()\s*(un)?pivot\b", sql, re.IGNORECASE):
        return "; write a pivot as: from (pivot … on … in (…) using …)"
    return ""


def _first_line(message: str) -> str:
    line = message.strip().split("\n", 1)[0]
    return line if len(line) <= LONGEST_MESSAGE else f"{line[: LONGEST_MESSAGE - 1]}…"


def _without_end(sql: str) -> str:
    """Return the text with its semicolons blanked out, so that every place in it stays where it is."""
    return _ends(sql, lambda bare: bare.replace(";", " "))


def _ends(sql: str, change: Callable[[str], str]) -> str:
    """Change what stands outside of quotes and comments."""
    parts, last = [], 0
    for quoted in _QUOTED.finditer(sql):
        parts += [change(sql[last : quoted.start()]), quoted[0]]
        last = quoted.end()
    return "".join((*parts, change(sql[last:])))


class _Check:
    """One parsed statement on its way through the gate."""

    def __init__(self, sql: str, tree: dict[str, Any]) -> None:
        self._sql = sql
        self._tree = tree
        self._counts: dict[str, int] = {}
        self._views = {name for name, _ in _named_queries(tree)}
        self._streamed: set[int] = set()  #: functions that stand in FROM
        self.parameters: frozenset[str] = frozenset()
        self.tables: frozenset[str] = frozenset()

    def run(self) -> None:
        for node in _dicts(self._tree):
            kind, form = node.get("class"), node.get("type")
            if isinstance(kind, str):
                self._expression(node, kind)
            elif isinstance(form, str):
                self._part(node, form)
        for refused in check_weight(self._tree):
            raise self._refusal(*refused)

    def _refusal(self, why: str, node: dict[str, Any]) -> SqlRefused:
        at = node.get("query_location")
        return SqlRefused(why, spot_of(self._sql, at) if isinstance(at, int) else None)

    def _count(self, what: str, node: dict[str, Any], most: int, by: int = 1) -> None:
        self._counts[what] = self._counts.get(what, 0) + by
        if self._counts[what] > most:
            raise self._refusal(f"more than {most} {what} in one statement", node)

    def _part(self, node: dict[str, Any], form: str) -> None:
        """A query, a source of rows, or a modifier."""
        if form in admitted.NODES:
            self._query(node, form)
        elif form in admitted.SOURCES:
            self._source(node, form)
        elif form not in admitted.MODIFIERS:
            words = form.lower().replace("_query_node", "").replace("_", " ")
            raise self._refusal(f"only reading is run: {words} is not", node)

    def _query(self, node: dict[str, Any], form: str) -> None:
        self._count("selects", node, MOST_SETS * 4)
        if form == "SET_OPERATION_NODE":
            self._count(
                "sets joined by union, intersect or except", node, MOST_SETS, len(node.get("children", (1, 1)))
            )
        self._count("columns", node, MOST_COLUMNS, len(node.get("select_list", ())))
        self._count("grouping sets", node, MOST_SETS, max(0, len(node.get("group_sets", ())) - 1))
        self._count("common table expressions", node, MOST_SETS, len(node.get("cte_map", {}).get("map", ())))

    def _source(self, node: dict[str, Any], form: str) -> None:
        if form == "BASE_TABLE":
            self._count("tables", node, MOST_TABLES)
            self._table(node)
        elif form == "SHOW_REF" and "query" not in node:
            raise self._refusal("the tables are listed by `loopview questions tables` and in docs/tables.md", node)
        elif form == "TABLE_FUNCTION":
            function = node["function"]
            self._streamed.add(id(function))
            name = str(function.get("function_name", "")).lower()
            if name not in admitted.TABLE_FUNCTIONS:
                raise self._refusal(_closed(name, "stand in FROM"), node)

    def _table(self, node: dict[str, Any]) -> None:
        path = [str(part) for part in node.get("qualified_name", {}).get("path", [node.get("table_name", "")])]
        name = path[-1].lower()
        if len(path) == 1 and name in self._views:
            return
        if path[:-1] in ([], ["main"]) and name in admitted.TABLES:
            self.tables |= {name}
            return
        shown = ".".join(path)
        hint = "only ingested data can be asked, no files" if re.search(r"[./*:\\]", shown) else _nearest(name)
        raise self._refusal(f"there is no table {shown!r}: {hint}", node)

    def _expression(self, node: dict[str, Any], kind: str) -> None:
        if kind not in admitted.CLASSES:
            raise self._refusal(f"{kind.lower()} expressions are not admitted", node)
        if len(node.get("column_names", ())) > LONGEST_PATH:
            raise self._refusal(f"a name of more than {LONGEST_PATH} parts", node)
        if kind == "PARAMETER":
            self.parameters |= {str(node.get("identifier", ""))}
        elif kind == "CONJUNCTION":
            self._count("conditions joined by and / or", node, MOST_CONDITIONS, len(node.get("children", ())))
        elif kind in {"FUNCTION", "WINDOW"}:
            for why in check_function(node, in_from=id(node) in self._streamed):
                raise self._refusal(why, node)


def _closed(name: str, verb: str) -> str:
    where = admitted.DOORS.get(name)
    return (
        f"{name}() leads to {where}, and only ingested data can be asked" if where else f"{name}() may not {verb}"
    )


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, admitted.TABLES, 1)
    return f"did you mean {near[0]}?" if near else "see docs/tables.md for those there are"


def _dicts(tree: object) -> Iterator[dict[str, Any]]:
    """Every object of a parsed tree, the outer ones first."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _named_queries(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every common table expression by its name."""
    for node in _dicts(tree):
        for entry in (node.get("cte_map") or {}).get("map", ()) if isinstance(node.get("cte_map"), dict) else ():
            yield str(entry.get("key", "")).lower(), entry.get("value", {})
