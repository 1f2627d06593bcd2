"""What the code of the watched repository consists of: modules, what they define and import, what tests them.

Files are read as syntax trees; nothing of them is imported or run. The index is kept by content, so that only what
changed is read again, and it is made anew where its file is damaged, held by somebody else or of another version.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from loopview.modify.index_run import Indexed, IndexRun
from loopview.modify.index_store import IndexStore
from loopview.modify.similar import match_of
from loopview.modify.summary import summary
from loopview.modify.tested import is_imported_by_test, is_named_by_test, is_test

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.modify.code_files import Reader
    from loopview.modify.module_facts import ClassFacts, FunctionFacts, ImportFacts

__all__ = ["CodebaseIndexer", "Importers", "Indexed", "ModuleInfo", "RelevantFile"]

T = TypeVar("T")

MOST_RENEWALS = 2  #: for one answer: once on disk, once in memory


class ModuleInfo(NamedTuple):
    """One Python file. Every text in it is foreign."""

    path: str
    module: str  #: dotted name
    docstring: str
    classes: tuple[ClassFacts, ...]
    functions: tuple[FunctionFacts, ...]
    imports: tuple[ImportFacts, ...]
    imported: tuple[str, ...]  #: files of the repository that the imports name
    lines: int


class RelevantFile(NamedTuple):
    """A file that shares words with a task."""

    path: str
    score: float  #: the higher, the more it shares; comparable within one answer only


class Importers(NamedTuple):
    """The blast radius of a change to one file."""

    direct: tuple[str, ...]  #: files that import it by name
    transitive: tuple[str, ...]  #: files that run it too, through those or through the ``__init__`` of a package

    @property
    def all(self) -> tuple[str, ...]:
        """Both."""
        return tuple(sorted({*self.direct, *self.transitive}))


class CodebaseIndexer:
    """The index of one repository; any thread may ask it. Close it, or use it in a ``with``."""

    def __init__(self, read: Reader, database: str) -> None:
        """Take where the files come from, and the path of the SQLite file, in a directory that is there."""
        self._reader = read
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._store = IndexStore(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._stop.set()
        with self._lock:
            self._store.close()

    def cancel(self) -> None:
        """End a run in another thread before its next file; what it has read is kept."""
        self._stop.set()

    @property
    def notice(self) -> str:
        """Why the index is kept in memory only; empty when it is not."""
        return self._store.notice

    def index_all(self) -> Indexed:
        """Read every file anew. May raise what the reader's ``entries`` raises; a single file is one failure."""
        return self._index(everything=True)

    def index_changed(self) -> Indexed:
        """Read the files whose content changed. May raise what the reader's ``entries`` raises."""
        return self._index(everything=False)

    def get_summary(self, max_tokens: int = 4000) -> str:
        """Return the code in few words, the most imported modules first.

        A token is taken for four bytes of UTF-8. What does not fit is left out, and the last line says how much.
        """

        def made() -> str:
            failed = len(self._store.failures())
            count = len(self._store.python()) - failed
            return summary(self._store.by_importers(), count, self._store.others(), failed, max_tokens)

        return self._ask(made)

    def get_relevant_files(self, task: str, limit: int = 10) -> list[RelevantFile]:
        """Return the files whose names, paths or docstrings share most with a task, best first, ties by path."""
        match = match_of(task)
        if not match or limit < 1:
            return []
        return self._ask(lambda: [RelevantFile(*row) for row in self._store.relevant(match, limit)])

    def get_dependency_chain(self, path: str) -> Importers:
        """Return the files that import one, directly and through others; cycles do no harm."""

        def found() -> Importers:
            direct = tuple(each for each in self._store.importers(path) if each != path)
            named = set(direct)
            return Importers(direct, tuple(each for each in self._store.reach(path) if each not in named))

        return self._ask(found)

    def has_test_coverage(self, path: str) -> bool:
        """Whether a test goes by the file's name, or imports it directly or through one other module.

        A test file counts as tested. This is what names and imports tell; no test is run.
        """

        def found() -> bool:
            python = self._store.python()
            if path not in python:
                return False
            direct = self._store.importers(path)
            through = (each for one in direct for each in self._store.importers(one))
            return is_test(path) or is_named_by_test(path, python) or is_imported_by_test(direct, through)

        return self._ask(found)

    def get_module_info(self, path: str) -> ModuleInfo | None:
        """Return what is known of a Python file; nothing when it is not indexed or could not be read."""

        def found() -> ModuleInfo | None:
            known = self._store.facts(path)
            if known is None:
                return None
            module, facts = known
            parts = (facts.docstring, facts.classes, facts.functions, facts.imports)
            return ModuleInfo(path, module, *parts, self._store.imported(path), facts.lines)

        return self._ask(found)

    def failures(self) -> tuple[tuple[str, str], ...]:
        """Return the Python files that could not be read, and why in a few words."""
        return self._ask(self._store.failures)

    def _index(self, *, everything: bool) -> Indexed:
        """Do a run. Where the index gives way it is made anew, with all files, in memory at last."""
        with self._lock:
            for _ in range(MOST_RENEWALS):
                try:
                    return self._run(everything=everything)
                except sqlite3.Error as error:
                    self._renew(error)
                    everything = True
            return self._run(everything=True)

    def _ask(self, answer: Callable[[], T]) -> T:
        """The answer of the store. One that cannot give it is made anew."""
        with self._lock:
            for _ in range(MOST_RENEWALS):
                try:
                    return answer()
                except sqlite3.Error as error:
                    self._renew(error)
                    self._index(everything=True)
            return answer()

    def _run(self, *, everything: bool) -> Indexed:
        self._stop.clear()
        with self._store.writing():
            return IndexRun(self._reader, self._store, self._stop).run(everything=everything)

    def _renew(self, error: sqlite3.Error) -> None:
        if isinstance(error, sqlite3.ProgrammingError):  # it was closed
            raise error
        self._store.renew(error)
