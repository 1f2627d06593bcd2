"""The board of probes as a console shows it: over the store's rows, with what led to each red."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.fingerprint import fingerprint
from loopview.domain.health import health
from loopview.domain.probe_board import Board, Known, board_of, name_in
from loopview.engine.headline_view import utc
from loopview.engine.probes.catalog import catalog
from loopview.engine.probes.home import ProbeHome
from loopview.store.page import PAGE_ROWS, Place, View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from loopview.config import Settings
    from loopview.domain.health import Capability
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader

READ = 500  #: newest results of each capability that are looked at
RESULTS = 500  #: results of one capability that are listed

_PROPOSAL = ("id", "title", "priority", "status", "ts")

Row = dict[str, object]


class Mark(NamedTuple):
    """A result against the time line of the cycles."""

    ts: datetime | None  #: aware UTC
    place: Place
    cycle: int | None = None  #: the newest cycle that had ended by then
    at: Place | None = None  #: where that cycle stands


class Trouble(NamedTuple):
    """What is known of a run of failures that goes on."""

    first: Mark  #: its first failure; the oldest one looked at when all of them failed
    red: Mark | None  #: the failure that turned it red; None: it is not red
    cut: bool  #: whether it began before what was looked at
    same_text: tuple[str, ...]  #: other capabilities that fail with the same text


class Shown(NamedTuple):
    """The board, and what stands beside its rows."""

    board: Board
    troubles: Mapping[str, Trouble]  #: by capability
    newest: Mapping[str, Place]  #: where the newest result of each stands
    answer: Answer


class Result(NamedTuple):
    """One result of a capability, with its place in the file."""

    place: Place
    ts: datetime | None
    success: bool | None
    placeholder: bool
    details: str
    error_type: str
    duration: float | None  #: seconds


class Results(NamedTuple):
    """The results of one capability, newest first."""

    capability: str
    results: tuple[Result, ...]
    answer: Answer


def load_shown(reader: Reader, root: str, settings: Settings, now: datetime) -> Shown:
    """Return everything the screen shows of all capabilities at ``now``."""
    answer = reader.ask("probe_tail", limit=max(READ, settings.probe_threshold))
    rows = answer.records()
    home, written = ProbeHome(settings.state_dir, root), catalog(root, settings)
    known = Known(
        probes=written.probes,
        results=rows,
        proposals=_proposals(reader),
        starts=home.remembered().starts if settings.state_dir else (),
        trusted=home.trusted() if settings.state_dir else frozenset(),
        running=home.running() if settings.state_dir else "",
        problems=written.problems,
    )
    board = board_of(known, settings.probe_threshold, settings.probes_per_hour, now)
    found = health(rows, settings.probe_threshold).capabilities
    newest = {name_in(row): _place(row) for row in rows}
    return Shown(board, _troubles(reader, rows, found, settings.probe_threshold), newest, answer)


def load_results(reader: Reader, capability: str) -> Results:
    """Return the results of one capability, newest first, with where each stands."""
    answer = reader.ask("probe_tail", capability=capability, limit=RESULTS)
    results = tuple(
        Result(
            _place(row),
            utc(row["ts"]),
            row["success"] if isinstance(row["success"], bool) else None,
            row["placeholder"] is True,
            str(row["details"] or ""),
            str(row["error_type"] or ""),
            row["duration"] if isinstance(row["duration"], float) else None,
        )
        for row in reversed(answer.records())
    )
    return Results(capability, results, answer)


def _proposals(reader: Reader) -> list[Row]:
    """The newest proposals, oldest first."""
    page = reader.page(View("proposals", _PROPOSAL), 0, PAGE_ROWS)
    return [dict(zip(_PROPOSAL, row, strict=True)) for row in reversed(page.rows)]


def _troubles(
    reader: Reader, rows: Sequence[Row], found: Sequence[Capability], threshold: int
) -> dict[str, Trouble]:
    failing = [each for each in found if each.failures]
    texts = {each.capability: _text(rows[each.failures[-1]]) for each in failing}
    results: dict[str, int] = {}
    for row in rows:
        name = name_in(row)
        results[name] = results.get(name, 0) + 1
    troubles = {}
    for each in failing:
        same = [name for name, text in texts.items() if text and text == texts[each.capability]]
        red = each.failures[threshold - 1] if len(each.failures) >= threshold else None
        troubles[each.capability] = Trouble(
            _mark(reader, rows[each.failures[0]]),
            None if red is None else _mark(reader, rows[red]),
            len(each.failures) >= results[each.capability] >= READ,
            tuple(name for name in same if name != each.capability),
        )
    return troubles


def _mark(reader: Reader, row: Row) -> Mark:
    stamp = utc(row["ts"])
    before = reader.ask("cycle_at", moment=stamp).records() if stamp is not None else []
    if not before:
        return Mark(stamp, _place(row))
    number = before[0]["cycle"]
    return Mark(stamp, _place(row), number if isinstance(number, int) else None, _place(before[0]))


def _text(row: Row) -> str:
    """What a failure says, with its numbers and paths taken out; '' when it says nothing."""
    return fingerprint(f"{row['error_type'] or 'failure'}: {row['details']}") if row["details"] else ""


def _place(row: Row) -> Place:
    return Place(str(row["source"]), int(str(row["generation"])), int(str(row["line"])))
