"""The delegation tree: attempts by their place ``R.0.3``, sorted part by part as numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ADDRESS = re.compile(r"R(\.[0-9]{1,9}){0,64}")

SHOWN = ("execution_state", "decision", "validator", "retry_count", "blocked_reason", "next_action")


class Node(NamedTuple):
    """One place of the tree and the newest attempt there."""

    address: str
    depth: int  #: 0 for the root
    attempts: int  #: rows at this very place; 0 for a place that only its children name
    newest: Mapping[str, object]  #: raw fields of the newest row there

    def as_dict(self) -> dict[str, object]:
        """The node as JSON values."""
        fields = ("iteration", "action", "gate", *SHOWN)
        known = {name: self.newest[name] for name in fields if self.newest.get(name) not in (None, "")}
        return {"bh_address": self.address, "attempts": self.attempts, **known}


def place_key(address: str) -> tuple[int, ...]:
    """What addresses are sorted by: ``R.2`` stands before ``R.10``."""
    return tuple(int(part) for part in address.split(".")[1:])


def delegation(attempts: Iterable[Mapping[str, object]]) -> tuple[Node, ...]:
    """The tree in reading order, missing parents filled in; rows whose address is not one are left out."""
    rows: dict[str, list[Mapping[str, object]]] = {}
    for row in attempts:
        address = row.get("bh_address")
        if isinstance(address, str) and _ADDRESS.fullmatch(address.strip()):
            rows.setdefault(address.strip(), []).append(row)
    every = {parent for address in rows for parent in _line_of(address)}
    return tuple(
        Node(address, address.count("."), len(found := rows.get(address, [])), found[-1] if found else {})
        for address in sorted(every, key=place_key)
    )


def _line_of(address: str) -> list[str]:
    """The address and every place above it."""
    parts = address.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
