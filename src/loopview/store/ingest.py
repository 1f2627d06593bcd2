"""Lines to rows, rejects and the source's new position, in one transaction: a restart neither loses nor doubles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loopview.domain.columns import STORED
from loopview.domain.records import Delta, Position, Reject, SourceFile, SourceState, SourceStatus
from loopview.store.batch import Batch, move_rows
from loopview.store.generations import retire
from loopview.store.schema import quoted
from loopview.store.staging import stage_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from loopview.domain.records import Line

RAW_LIMIT = 65_536  #: characters of a drifted line that are kept
REASONS_KEPT = 100  #: how many reasons of new generations are remembered a source


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one call brought into the store."""

    rows: int = 0
    rejects: int = 0
    drifted: int = 0
    tables: frozenset[str] = frozenset()  #: tables that gained or lost rows
    restarted: tuple[str, ...] = ()  #: labels of sources that began a new generation
    unprinted: bool = False  #: whether failures came in whose fingerprints are still to be filled

    def __add__(self, other: IngestReport) -> IngestReport:
        """Return both together."""
        return IngestReport(
            self.rows + other.rows,
            self.rejects + other.rejects,
            self.drifted + other.drifted,
            self.tables | other.tables,
            self.restarted + other.restarted,
            self.unprinted or other.unprinted,
        )


def fresh(delta: Delta, known: SourceStatus | None) -> Delta | None:
    """Return what of ``delta`` the store does not hold; None when it is older than that."""
    if known is None or delta.position.generation > known.position.generation:
        return delta
    if delta.position.generation < known.position.generation or delta.position.offset < known.position.offset:
        return None
    done = known.position.offset
    lines = tuple(line for line in delta.lines if line.offset >= done)
    rejects = tuple(reject for reject in delta.rejects if reject.offset >= done)
    return delta._replace(lines=lines, rejects=rejects, restarted=False)


def stage(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, lines: Sequence[Line], window: int | None
) -> Batch | None:
    """Stage the lines of a source whose family has a table; None when there is nothing to stage."""
    family = STORED.get(source.family)
    return stage_lines(connection, family, lines, window) if family is not None and lines else None


def write(
    connection: duckdb.DuckDBPyConnection,
    delta: Delta,
    batch: Batch | None,
    known: SourceStatus | None,
) -> tuple[SourceStatus, IngestReport]:
    """Write a fresh delta and its staged batch inside the caller's transaction; return the source's new status."""
    label, position = delta.source.label, delta.position
    begins = known is not None and 0 < known.position.generation < position.generation
    tables = {delta.source.family} if begins and delta.source.family in STORED else set()
    if begins:
        retire(connection, delta.source)
    rejects = [*delta.rejects, *(batch.rejects if batch else ())]
    moved = move_rows(connection, batch, label, position.generation) if batch else 0
    _write_rejects(connection, label, position.generation, rejects)
    drifted = _write_drifted(connection, delta, batch) if batch else 0
    if batch:
        _write_marks(connection, label, position.generation, batch)
        _write_unknown(connection, label, position.generation, batch)
        tables |= {batch.family.name} if moved else set()
    status = _status(delta, None if begins else known, moved, len(rejects), drifted)
    if begins and known is not None:
        reasons = (*known.restarts, delta.reason or "the file was replaced")
        status = status._replace(restarts=reasons[-REASONS_KEPT:])
    write_status(connection, status, known=known is not None)
    return status, IngestReport(moved, len(rejects), drifted, frozenset(tables), (label,) if begins else ())


def _status(delta: Delta, known: SourceStatus | None, rows: int, rejects: int, drifted: int) -> SourceStatus:
    return SourceStatus(
        source=delta.source,
        state=delta.state,
        position=delta.position,
        rows=rows + (known.rows if known else 0),
        rejects=rejects + (known.rejects if known else 0),
        drifted=drifted + (known.drifted if known else 0),
        pending=delta.pending,
        backlog=delta.backlog,
        restarts=known.restarts if known else (),
        detail="" if delta.restarted else delta.reason,
    )


def _write_rejects(
    connection: duckdb.DuckDBPyConnection, label: str, generation: int, rejects: Sequence[Reject]
) -> None:
    if not rejects:
        return
    lists: Mapping[str, object] = {
        "label": label,
        "generation": generation,
        "lines": [reject.number for reject in rejects],
        "offsets": [reject.offset for reject in rejects],
        "lengths": [reject.length for reject in rejects],
        "whys": [reject.why for reject in rejects],
        "samples": [_clean(reject.sample) for reject in rejects],
    }
    connection.execute(
        "insert into rejects select $label, $generation, unnest($lines::bigint[]), unnest($offsets::bigint[]),"
        " unnest($lengths::bigint[]), unnest($whys::varchar[]), unnest($samples::varchar[])",
        lists,
    )


def _write_drifted(connection: duckdb.DuckDBPyConnection, delta: Delta, batch: Batch) -> int:
    rows = [row for row in batch.rows if row.drift]
    if not rows:
        return 0
    parameters: Mapping[str, object] = {
        "label": delta.source.label,
        "generation": delta.position.generation,
        "table": batch.family.name,
        "lines": [row.place.number for row in rows],
        "offsets": [row.place.offset for row in rows],
        "lengths": [len(row.place.text) for row in rows],
        "columns": [list(row.drift) for row in rows],
        "raws": [row.place.text.decode("utf-8", "replace")[:RAW_LIMIT] for row in rows],
    }
    connection.execute(
        "insert into drifted select $label, $generation, unnest($lines::bigint[]), unnest($offsets::bigint[]),"
        " unnest($lengths::bigint[]), $table, unnest($columns::varchar[][]), unnest($raws::varchar[])",
        parameters,
    )
    return len(rows)


def _write_marks(connection: duckdb.DuckDBPyConnection, label: str, generation: int, batch: Batch) -> None:
    if batch.marks:
        connection.execute(
            "insert into marks select $label, $generation, unnest($lines::bigint[]), unnest($offsets::bigint[])",
            {
                "label": label,
                "generation": generation,
                "lines": [line for line, _ in batch.marks],
                "offsets": [offset for _, offset in batch.marks],
            },
        )


def _write_unknown(connection: duckdb.DuckDBPyConnection, label: str, generation: int, batch: Batch) -> None:
    """Add to the counts of unknown keys: two statements for all of them, a hostile line holds thousands."""
    if not batch.unknown:
        return
    place = {
        "label": label,
        "generation": generation,
        "keys": list(batch.unknown),
        "counts": [count for count, _ in batch.unknown.values()],
    }
    connection.execute(
        'update unknown_keys set "rows" = "rows" + found.n'
        " from (select unnest($keys::varchar[]) as key, unnest($counts::bigint[]) as n) as found"
        " where source = $label and generation = $generation and unknown_keys.key = found.key",
        place,
    )
    connection.execute(
        "insert into unknown_keys select $label, $generation, found.key, found.n, found.first from"
        " (select unnest($keys::varchar[]) as key, unnest($counts::bigint[]) as n,"
        " unnest($firsts::bigint[]) as first) as found where not exists (from unknown_keys as known"
        " where known.source = $label and known.generation = $generation and known.key = found.key)",
        {**place, "firsts": [first for _, first in batch.unknown.values()]},
    )


STATUS_COLUMNS = (
    *("label", "path", "family", "adapter", "rank", "state"),
    *(
        "generation",
        "offset",
        "line",
        "head_length",
        "head_hash",
        "anchor_hash",
        "device",
        "inode",
        "size",
        "mtime_ns",
    ),
    *("rows", "rejects", "drifted", "pending", "backlog", "restarts", "detail"),
)


def write_status(connection: duckdb.DuckDBPyConnection, status: SourceStatus, *, known: bool) -> None:
    """Write a source's row of the sources table."""
    source, at = status.source, status.position
    values = [
        source.label, _clean(source.path), source.family, source.adapter, source.rank, status.state.value,
        at.generation, at.offset, at.line, at.head_length, at.head_hash, at.anchor_hash, at.device, at.inode,
        at.size, at.mtime_ns, status.rows, status.rejects, status.drifted, status.pending, status.backlog,
        list(status.restarts), _clean(status.detail),
    ]  # fmt: skip
    if known:
        sets = ", ".join(f"{quoted(name)} = ?" for name in STATUS_COLUMNS[1:])
        connection.execute(f"update sources set {sets} where label = ?", [*values[1:], values[0]])
    else:
        connection.execute(f"insert into sources values ({', '.join('?' * len(values))})", values)


def read_statuses(connection: duckdb.DuckDBPyConnection) -> dict[str, SourceStatus]:
    """Return what the store knows of every source, by label."""
    names = ", ".join(quoted(name) for name in STATUS_COLUMNS)
    rows = connection.execute(f"select {names} from sources order by family, rank, label").fetchall()
    return {row[0]: _read_status(row) for row in rows}


def _read_status(row: tuple[object, ...]) -> SourceStatus:
    value: dict[str, object] = dict(zip(STATUS_COLUMNS, row, strict=True))

    def take(names: str) -> dict[str, object]:
        return {name: value[name] for name in names.split()}

    return SourceStatus(
        source=SourceFile(**take("label path family adapter rank")),  # type: ignore[arg-type]
        state=SourceState(str(value["state"])),
        position=Position(
            **take("generation offset line head_length head_hash anchor_hash device inode size mtime_ns")  # type: ignore[arg-type]
        ),
        restarts=tuple(value["restarts"] or ()),  # type: ignore[arg-type]
        **take("rows rejects drifted pending backlog detail"),  # type: ignore[arg-type]
    )


def _clean(text: str) -> str:
    """Return text that DuckDB takes: file names and samples can hold lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
