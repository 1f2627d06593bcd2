"""When the operator last looked at a loop, as the console remembers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.domain.clock import parse_time
from loopview.engine.loop_memory import AppendRefused, LoopMemory

if TYPE_CHECKING:
    from datetime import datetime

FILE = "visit.json"


def last_visit(state_dir: str, root: str) -> datetime | None:
    """Return when a console was last open on the loop; None when none ever was."""
    return parse_time(LoopMemory(state_dir, root).read(FILE).get("at"))


def keep_visit(state_dir: str, root: str, now: datetime) -> None:
    """Remember that the operator looks at the loop. What cannot be remembered is forgotten in silence."""
    try:
        LoopMemory(state_dir, root).write(FILE, {"schema": 1, "at": now.isoformat()})
    except (AppendRefused, OSError):
        return
