"""Trust in a repository, given once by a human who was shown what in it could run, and taken back by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.ledger_events import LedgerEvent
from loopview.domain.recorded import decision_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loopview.domain.chain import Record

TAKEN_BACK = "taken_back"
"""The field of a record of trust that ends it."""


class Trust(NamedTuple):
    """Who trusts the repository, since when, and what they were shown."""

    operator: str
    host: str
    time: str
    executable: tuple[str, ...]  #: keys and hooks of the repository that could run a program


def trust_in(records: Iterable[Record]) -> Trust | None:
    """The trust that stands; None when there is none, or it was taken back."""
    found: Trust | None = None
    for record in records:
        if record.event == LedgerEvent.TRUSTED:
            found = None if record.fields.get(TAKEN_BACK) else _trust(record)
    return found


def _trust(record: Record) -> Trust:
    decision = decision_of(record.fields.get("decision"))
    shown = record.fields.get("executable")
    names = tuple(map(str, shown)) if isinstance(shown, list) else ()
    operator, host = (decision.operator, decision.host) if decision else ("", "")
    return Trust(operator, host, record.time, names)
