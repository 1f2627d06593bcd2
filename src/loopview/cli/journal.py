"""``loopview journal`` and ``loopview delegation``: the attempts, by time and by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.cli import wording
from loopview.cli.arguments import add_json, add_place, whole_number
from loopview.cli.exits import Exit, Stop
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from loopview.domain.line import Row
    from loopview.engine.delegation import Node
    from loopview.engine.recent import Recent

LONGEST = 256 * 1024 * 1024  #: bytes of a journal that are read


def journal_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    parser.add_argument("-n", type=whole_number, default=20, metavar="N", help="rows to show (default 20)")
    add_json(parser)


def journal(options: Namespace) -> int:
    """Print the newest attempts, oldest of them first."""
    root, found = _read(options, options.n)
    if options.json:
        rows = [{"line_offset": row.place.offset, **_values(row)} for row in found.rows]
        say_json({"root": root, "source": found.source.label, "whole": found.whole, "attempts": rows})
    else:
        say(_row(row) for row in found.rows)
    return Exit.OK


def delegation_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    add_json(parser)


def delegation(options: Namespace) -> int:
    """Print the tree; places are sorted part by part, as numbers."""
    from loopview.engine.delegation import delegation as tree

    root, found = _read(options, 1_000_000)
    nodes = tree(row.raw for row in found.rows)
    if options.json:
        say_json({"root": root, "source": found.source.label, "nodes": [node.as_dict() for node in nodes]})
    elif nodes:
        say(_node(node) for node in nodes)
    else:
        say(["no attempt names a place in a delegation tree (bh_address)"])
    return Exit.OK


def _read(options: Namespace, count: int) -> tuple[str, Recent]:
    from loopview.cli.place import place
    from loopview.engine.recent import first_with_rows, further
    from loopview.sources.discover import discover

    root = place(options).root
    found = first_with_rows(discover(root), "attempts", count, LONGEST)
    if found is None:
        raise Stop(Exit.NO_LOOP, f"no journal with rows in {root}", "`loopview record --gate pass` starts one")
    return root, further(found, count, LONGEST)


def _values(row: Row) -> dict[str, object]:
    return {name: value for name, value in row.values.items() if value is not None}


def _row(row: Row) -> str:
    stamp = row.values["ts"]
    return f"{'-' if stamp is None else str(stamp)[:19]:<19}  {wording.attempt(row.values)}"


def _node(node: Node) -> str:
    fields = node.as_dict()
    gate = str(fields.get("gate", ""))
    shown = ("execution_state", "decision", "blocked_reason", "next_action", "action")
    words = (wording.GATES.get(gate, gate), *(str(fields[name]) for name in shown if name in fields))
    times = f" ×{node.attempts}" if node.attempts > 1 else ""
    return f"{'  ' * node.depth}{node.address}{times}  {'  '.join(word for word in words if word)}".rstrip()
