"""What the loop is told: a line in its own file. It informs the loop and decides nothing."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.engine.desk.listing import LABEL
from loopview.guarded.append import AppendFailed, AppendRefused, append
from loopview.guarded.replace import replace
from loopview.sources.discover import LOOP_DIRECTORY

if TYPE_CHECKING:
    from loopview.domain.approval import Proposal
    from loopview.engine.desk.office import Office


def tell_loop(office: Office, proposal: Proposal, status: str, **more: object) -> str:
    """Add a line about a proposal to the loop's file, with what of ``more`` is no empty text.

    Returns why there is none, or nothing.
    """
    record = {
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "id": proposal.id,
        "title": proposal.title,
        "proposer": proposal.proposer,
        **{name: value for name, value in more.items() if value != ""},
        "status": status,
    }
    try:
        _make_quietly(office.root)
        append(office.root, LABEL, lambda _: record)
    except (AppendRefused, AppendFailed) as refused:
        return f"the loop was not told: {refused}"
    return ""


def _make_quietly(root: str) -> None:
    """Where there is no loop, make its directory as one that git passes over: `git status` stays as it is."""
    if not os.path.lexists(os.path.join(root, LOOP_DIRECTORY)):
        replace(root, f"{LOOP_DIRECTORY}/.gitignore", b"*\n")
