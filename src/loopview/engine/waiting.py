"""Which proposals wait for the operator."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SETTLED = frozenset(
    {"merged", "approved", "rejected", "done", "closed", "withdrawn", "superseded", "undone", "failed"}
)
"""States of a proposal in which nothing waits for the operator."""


def waiting(proposals: Iterable[Mapping[str, object]]) -> tuple[Mapping[str, object], ...]:
    """Of proposals in file order those that wait, newest first; the newest line of an id speaks for it."""
    newest: dict[str, Mapping[str, object]] = {}
    for proposal in proposals:
        name = str(proposal.get("id") or proposal.get("title") or "")
        newest.pop(name, None)
        newest[name] = proposal
    return tuple(
        proposal
        for proposal in reversed(newest.values())
        if str(proposal.get("status") or "").lower() not in SETTLED
    )
