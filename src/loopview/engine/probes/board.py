"""The board of a loop's probes: all that is known of each capability at one moment. Looking runs nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.domain.probe_board import Board, Known, board_of
from loopview.engine.probes.catalog import catalog
from loopview.engine.probes.home import ProbeHome
from loopview.engine.recent import first_with_rows, recent
from loopview.sources.discover import discover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loopview.config import Settings

LABEL = ".loop/probes.jsonl"
READ = 100_000  #: newest results that are read
LONGEST = 64 * 1024 * 1024  #: bytes of them
PROPOSALS = 1_000  #: newest lines of proposals that are looked at


def board(root: str, settings: Settings, now: datetime | None = None) -> Board:
    """The board of the loop at ``root`` at ``now`` (the present when None). Raises nothing, writes nothing."""
    home = ProbeHome(settings.state_dir, root)
    found = catalog(root, settings)
    known = Known(
        probes=found.probes,
        results=results(root),
        proposals=proposals(root),
        starts=home.remembered().starts,
        trusted=home.trusted(),
        running=home.running(),
        problems=found.problems,
    )
    return board_of(known, settings.probe_threshold, settings.probes_per_hour, now or datetime.now(UTC))


def results(root: str) -> tuple[Mapping[str, object], ...]:
    """The results that stand in the loop's file, oldest first, as they are written."""
    found = first_with_rows(discover(root), "probes", READ, LONGEST)
    return tuple(row.raw for row in found.rows) if found else ()


def proposals(root: str) -> tuple[Mapping[str, object], ...]:
    """The lines of the loop's proposals, oldest first, as they are written."""
    sources = [source for source in discover(root) if source.family == "proposals"]
    return tuple(row.raw for source in sources for row in recent(source, PROPOSALS).rows)
