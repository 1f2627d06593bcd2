"""The native files of a loop: each kind is told by the keys that no other kind has."""

from __future__ import annotations

from loopview.sources.adapters.head import objects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.domain.records import Line

NAME = "retro"

_MARKS: tuple[tuple[str, tuple[frozenset[str], ...]], ...] = (
    ("cycles", (frozenset({"cycle", "success"}), frozenset({"cycle", "timestamp", "duration"}))),
    ("deep_triage", (frozenset({"issues_reviewed", "issues_refined"}), frozenset({"timmy_available"}))),
    ("triage", (frozenset({"issues_reviewed", "ready"}), frozenset({"total_open", "scored"}))),
    ("probes", (frozenset({"capability", "success"}),)),
    ("modifications", (frozenset({"task_description", "outcome"}), frozenset({"id", "reflection"}))),
    ("proposals", (frozenset({"title", "proposer"}), frozenset({"title", "target_files"}))),
)
"""By family, the sets of keys of which one has to be there in full."""


def detect(head: bytes) -> bool:
    """Whether the file that begins with ``head`` is one of the native kinds."""
    return bool(family(head))


def family(head: bytes) -> str:
    """Return the table of the lines; nothing when it is none of ours."""
    for found in objects(head):
        for name, marks in _MARKS:
            if any(mark <= found.keys() for mark in marks):
                return name
    return ""


def lines(native: Sequence[Line]) -> Sequence[Line]:
    """Return the lines as they are: they are canonical already."""
    return native
