"""Where a loop's history is kept between starts, and the hardened connection to it.

One file per loop root (its real path) in the user's cache directory; it can be deleted at any time. The first
console on a loop holds a lock beside the file; a second one works in a throwaway file of its own. Where nothing can
be written, the history lives in memory.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from loopview.store.schema import schema_version, statements
from loopview.store.window import open_window, window_path

if TYPE_CHECKING:
    from pathlib import Path

MEMORY_ONLY = "memory only"
SECOND_CONSOLE = "second console"
REBUILT = "cache rebuilt"

HARDENING = (
    "SET temp_directory=''",
    "SET max_temp_directory_size='0B'",
    "SET autoinstall_known_extensions=false",
    "SET autoload_known_extensions=false",
    "SET allow_community_extensions=false",
    "SET allow_persistent_secrets=false",
    "SET allow_extension_repositories='forbidden'",
    "SET python_enable_replacements=false",
    "SET enable_progress_bar=false",
    "SET threads=2",
    "SET max_expression_depth=250",
    "SET GLOBAL lambda_syntax='ENABLE_SINGLE_ARROW'",  # beside ``lambda x: …``, as most people write it
    "SET TimeZone='UTC'",
)
"""Settings of every store before it is locked."""


@dataclass(slots=True)
class Database:
    """An open, hardened and locked database, and what must be let go of with it."""

    connection: duckdb.DuckDBPyConnection
    badges: tuple[str, ...]  #: what the operator should know of this store
    file: Path | None = None  #: None = in memory
    throwaway: bool = False  #: the file is deleted at the end
    lock: int | None = None  #: descriptor that holds the lock beside the file
    window: int | None = None  #: memory file through which whole blocks of lines are handed to DuckDB's reader

    @property
    def window_path(self) -> str | None:
        """Path of the memory file: the only one this database may open."""
        return None if self.window is None else window_path(self.window)

    def close(self) -> None:
        """Close the database, then the memory file, then give up the lock.

        While a statement runs that hears no interrupt, DuckDB refuses: then all of it goes with the process.
        """
        try:
            self.connection.close()
        except duckdb.ResourceInUseException:
            return
        for descriptor in (self.window, self.lock):
            if descriptor is not None:
                os.close(descriptor)
        if self.throwaway and self.file is not None:
            _remove(self.file)


def open_database(root: Path, cache_dir: Path | None, memory_limit: str) -> Database:
    """Open the cache of the loop at ``root``; in memory when ``cache_dir`` is None or cannot be written."""
    if cache_dir is None:
        return _in_memory(memory_limit, ())
    try:
        return _in_file(cache_file(cache_dir, root), memory_limit)
    except (OSError, duckdb.Error):
        return _in_memory(memory_limit, (MEMORY_ONLY,))


def cache_file(cache_dir: Path, root: Path) -> Path:
    """Return the cache file of a loop: named by the hash of its real path."""
    key = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
    return cache_dir / "loops" / f"{key}.duckdb"


def _in_file(file: Path, memory_limit: str) -> Database:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = _take_lock(file)
    if lock is not None:
        _sweep(file)
        _clear_place(file)
        return _open_or_rebuild(file, lock, memory_limit)
    own = file.with_name(f"{file.stem}.{os.getpid()}-{os.urandom(3).hex()}.duckdb")
    database = _open(own, _take_lock(own), memory_limit)
    database.throwaway, database.badges = True, (SECOND_CONSOLE,)
    return database


def _open_or_rebuild(file: Path, lock: int, memory_limit: str) -> Database:
    """Open the file; one of another schema, or a damaged one, is thrown away: the loop's own files hold it all."""
    try:
        return _open(file, lock, memory_limit)
    except (duckdb.Error, ValueError):
        _remove(file, keep_lock=True)
        try:
            database = _open(file, lock, memory_limit)
        except duckdb.Error:
            os.close(lock)
            raise
        database.badges = (REBUILT,)
        return database


def _open(file: Path, lock: int | None, memory_limit: str) -> Database:
    connection = duckdb.connect(str(file))
    try:
        os.chmod(file, 0o600)
        window = open_window()
        _harden(connection, memory_limit, _window_settings(window))
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return Database(connection, (), file=file, lock=lock, window=window)


def _in_memory(memory_limit: str, badges: tuple[str, ...]) -> Database:
    connection = duckdb.connect(":memory:")
    _harden(connection, memory_limit, ("SET disabled_filesystems='LocalFileSystem'",))
    _prepare(connection)
    return Database(connection, badges)


def _harden(connection: duckdb.DuckDBPyConnection, memory_limit: str, more: tuple[str, ...]) -> None:
    """Apply every setting; the last one keeps any later statement from changing them back."""
    connection.execute(f"SET memory_limit='{memory_limit}'")
    for setting in (*HARDENING, *more, "SET enable_external_access=false", "SET lock_configuration=true"):
        connection.execute(setting)


def _window_settings(window: int | None) -> tuple[str, ...]:
    return () if window is None else (f"SET allowed_paths=['{window_path(window)}']",)


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of a new database; raise ValueError when it holds another schema."""
    present = connection.execute("select count(*) from duckdb_tables() where not temporary").fetchone()
    if present is not None and present[0]:
        stored = connection.execute("select value from meta where key = 'schema'").fetchone()
        if stored != (schema_version(),):
            raise ValueError("the cache file holds another schema")
        return
    connection.execute("begin")
    for statement in statements():
        connection.execute(statement)
    connection.execute("insert into meta values ('schema', ?)", [schema_version()])
    connection.execute("commit")


def _take_lock(file: Path) -> int | None:
    """Return a descriptor that holds the lock beside ``file``, or None when another console holds it."""
    descriptor = os.open(_lock_of(file), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _lock_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.lock")


def _sweep(file: Path) -> None:
    """Delete throwaway files of consoles that ended without deleting them."""
    for left in file.parent.glob(f"{file.stem}.*.duckdb"):
        lock = _take_lock(left)
        if lock is not None:
            _remove(left)
            os.close(lock)


def _clear_place(file: Path) -> None:
    """Delete what is no file in a cache file's place: a link leads elsewhere, a FIFO is waited on for ever."""
    for path in (file, file.with_name(f"{file.name}.wal")):
        with suppress(OSError):
            if not stat.S_ISREG(path.lstat().st_mode):
                path.unlink()


def _remove(file: Path, *, keep_lock: bool = False) -> None:
    for path in (file, file.with_name(f"{file.name}.wal"), *(() if keep_lock else (_lock_of(file),))):
        with suppress(OSError):
            path.unlink()
