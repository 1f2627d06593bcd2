"""The journal of a simplicio loop: attempts, told by an iteration and what the gate said."""

from __future__ import annotations

from loopview.sources.adapters.head import objects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.domain.records import Line

NAME = "simplicio"


def detect(head: bytes) -> bool:
    """Whether the file that begins with ``head`` is a journal."""
    return any("iteration" in found and ("gate" in found or "action" in found) for found in objects(head))


def family(_head: bytes) -> str:
    """Return the table of the lines."""
    return "attempts"


def lines(native: Sequence[Line]) -> Sequence[Line]:
    """Return the lines as they are: they are canonical already."""
    return native
