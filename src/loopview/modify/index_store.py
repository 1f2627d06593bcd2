"""The index on disk: an SQLite file that can be thrown away and made anew at any time."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
import zlib
from contextlib import contextmanager, suppress
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from loopview.modify.facts_json import decode, decode_imports, encode
from loopview.modify.similar import TOKENIZER, searchable
from loopview.modify.tested import is_test
from loopview.modify.withheld import HARMLESS, WITHHELD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from loopview.modify.import_graph import Links
    from loopview.modify.module_facts import ImportFacts, ModuleFacts

T = TypeVar("T")

_MADE_BY = (1, sys.version_info[:2], sorted(HARMLESS), WITHHELD)
VERSION = zlib.crc32(repr(_MADE_BY).encode()) & 0x7FFFFFFF or 1
"""Of the tables, of the Python whose parser filled them, and of the rule by which files are listed only."""

LONGEST_WAIT = 2.0  #: seconds that another writer is waited for
MOST_NAMES = 500  #: names of one file that are searched, and docstrings likewise
WEIGHT_OF_TESTS = 0.5  #: a task is about what is tested sooner than about its test, which repeats its words
MEMORY = ":memory:"
_OPEN = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_OURS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
    }
)
"""What is wrong with the place and not with the file: another one would fare no better."""


class Known(NamedTuple):
    """What the index holds of a file's state."""

    number: int
    content: str  #: id; empty where it was never read
    stamp: str
    module: str


class Found(NamedTuple):
    """One file as it is put into the index."""

    path: str
    content: str
    stamp: str
    size: int
    module: str  #: empty: no Python file
    failure: str = ""
    facts: ModuleFacts | None = None


class IndexStore:
    """One connection. Every method may raise ``sqlite3.Error``; `renew` is what helps then."""

    def __init__(self, path: str) -> None:
        """Open the file, or make it; a store in memory takes its place where that is not possible."""
        self._path = path
        self.notice = ""
        """Why the index is kept in memory; empty when it is not."""
        try:
            self._connection = _opened(path)
        except (sqlite3.Error, OSError) as error:
            self._connection = _opened(MEMORY)
            self.renew(error)

    def renew(self, error: sqlite3.Error | OSError) -> None:
        """Begin with an empty index after an error: a new file, or memory where a new file would not help."""
        self.close()
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if self._path != MEMORY and isinstance(error, sqlite3.Error) and code not in _NOT_OURS:
            with suppress(OSError, sqlite3.Error):
                _remove(self._path)
                self._connection = _opened(self._path)
                return
        self.notice = f"the index of the code is kept in memory: {error}"
        self._path = MEMORY
        self._connection = _opened(MEMORY)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def clear(self) -> None:
        """Forget every file."""
        for table in ("file", "link", "search"):
            self._connection.execute(f"delete from {table}")  # noqa: S608 - our own names

    def known(self) -> dict[str, Known]:
        """Every file of the index."""
        rows = self._connection.execute("select path, number, content, stamp, module from file")
        return {path: Known(*rest) for path, *rest in rows}

    def put(self, found: Found) -> None:
        """Add a file or replace what was known of it."""
        self.drop(found.path)
        facts = found.facts
        imports = encode(facts.imports) if facts else "[]"
        written = encode(facts._replace(imports=())) if facts else ""
        weight = WEIGHT_OF_TESTS if is_test(found.path) else 1.0
        row = (*found[:5], weight, found.failure, imports, written)
        put = self._connection.execute(
            "insert into file (path, content, stamp, size, module, weight, failure, imports, facts)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        self._connection.execute(
            "insert into search (rowid, names, path, docs) values (?, ?, ?, ?)",
            (put.lastrowid, *_words(found.path, facts)),
        )

    def drop(self, path: str) -> None:
        """Forget a file."""
        number = self._connection.execute("select number from file where path = ?", (path,)).fetchone()
        if number:
            self._connection.execute("delete from search where rowid = ?", number)
            self._connection.execute("delete from file where number = ?", number)

    def stamp(self, path: str, content: str, stamp: str) -> None:
        """Note that a file has the content it had."""
        self._connection.execute("update file set content = ?, stamp = ? where path = ?", (content, stamp, path))

    def name(self, path: str, module: str) -> None:
        """Note the dotted name of a module."""
        self._connection.execute("update file set module = ? where path = ?", (module, path))

    def link(self, path: str, links: Links) -> None:
        """Note what a file imports."""
        self.unlink(path)
        rows = [(path, each, 1) for each in links.named] + [(path, each, 0) for each in links.packages]
        self._connection.executemany("insert into link values (?, ?, ?)", rows)

    def unlink(self, path: str) -> None:
        """Forget what a file imports."""
        self._connection.execute("delete from link where importer = ?", (path,))

    def imports(self) -> Iterator[tuple[str, tuple[ImportFacts, ...]]]:
        """The imports of every module."""
        for path, written in self._connection.execute("select path, imports from file where facts <> ''"):
            yield path, _decoded(decode_imports, written)

    def facts(self, path: str) -> tuple[str, ModuleFacts] | None:
        """Dotted name and facts of a module; nothing when there are none."""
        query = "select module, imports, facts from file where path = ? and facts <> ''"
        row = self._connection.execute(query, (path,)).fetchone()
        return (row[0], _decoded(decode, *row[1:])) if row else None

    def imported(self, path: str) -> tuple[str, ...]:
        """The files that a module's imports name."""
        return self._paths("select imported from link where importer = ? and named order by imported", path)

    def importers(self, path: str) -> tuple[str, ...]:
        """The files whose imports name one."""
        return self._paths("select importer from link where imported = ? and named order by importer", path)

    def reach(self, path: str) -> tuple[str, ...]:
        """The files whose import runs one, however many modules are in between."""
        rows = self._connection.execute(_sql("importers"), {"path": path})
        return tuple(found for (found,) in rows)

    def relevant(self, match: str, limit: int) -> list[tuple[str, float]]:
        """Paths and scores of the files that match."""
        return self._connection.execute(_sql("relevant"), {"match": match, "limit": limit}).fetchall()

    def by_importers(self) -> Iterator[tuple[str, int, ModuleFacts]]:
        """Path, number of importers and facts of every module, the most imported first."""
        for path, count, imports, facts in self._connection.execute(_sql("most_imported")):
            yield path, count, _decoded(decode, imports, facts)

    def failures(self) -> tuple[tuple[str, str], ...]:
        """Files that could not be read, and why."""
        query = "select path, failure from file where failure <> '' order by path"
        return tuple(self._connection.execute(query))

    def python(self) -> tuple[str, ...]:
        """Every Python file."""
        rows = self._connection.execute("select path from file where module <> '' order by path")
        return tuple(path for (path,) in rows)

    def others(self) -> int:
        """How many files are listed by their paths only."""
        count: int = self._connection.execute("select count(*) from file where module = ''").fetchone()[0]
        return count

    def _paths(self, query: str, path: str) -> tuple[str, ...]:
        return tuple(found for (found,) in self._connection.execute(query, (path,)))


def _opened(path: str) -> sqlite3.Connection:
    """A connection to a store that has our tables; raises ``sqlite3.Error`` or ``OSError``."""
    if path != MEMORY:
        descriptor = os.open(path, _OPEN, 0o600)
        regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        os.close(descriptor)
        if not regular:
            raise FileExistsError(f"{path} is not a regular file")
    connection = sqlite3.connect(path, timeout=LONGEST_WAIT, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("pragma synchronous = off")  # what a crash of the machine damages is made anew
        connection.execute("pragma trusted_schema = off")
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("pragma user_version").fetchone()
    if version == VERSION:
        return
    connection.execute("begin immediate")  # whoever was quicker has made the tables by now
    (version,) = connection.execute("pragma user_version").fetchone()
    if version not in {0, VERSION}:
        raise sqlite3.DatabaseError("the index was made by another version")
    if not version:
        for statement in _sql("index").replace("{TOKENIZER}", TOKENIZER).split(";\n"):
            connection.execute(statement)
        connection.execute(f"pragma user_version = {VERSION}")
    connection.execute("commit")


def _remove(path: str) -> None:
    for name in (path, f"{path}-journal", f"{path}-wal", f"{path}-shm"):
        with suppress(FileNotFoundError):
            os.unlink(name)


@cache
def _sql(name: str) -> str:
    return (files("loopview.modify") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _words(path: str, facts: ModuleFacts | None) -> tuple[str, str, str]:
    """Names, path and docstrings as words to be searched."""
    names, texts = (list(facts.names()), list(facts.docstrings())) if facts else ([], [])
    return _searched(names), searchable(path), _searched(texts)


def _searched(texts: Iterable[str]) -> str:
    return " ".join(map(searchable, list(texts)[:MOST_NAMES]))


def _decoded(read: Callable[..., T], *written: str) -> T:
    """What JSON of ours holds; damage in it is damage of the index."""
    try:
        return read(*written)
    except (ValueError, TypeError, RecursionError) as error:
        raise sqlite3.DatabaseError(f"the index is damaged: {error}") from None
