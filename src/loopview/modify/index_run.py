"""One run over the files of a repository: what changed is read, what is gone is forgotten, imports are followed."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from loopview.guarded.hardened import GitFailed
from loopview.guarded.regular import ReadRefused
from loopview.modify.code_files import MOST_FILES, content_id
from loopview.modify.import_graph import SUFFIXES, Layout
from loopview.modify.index_store import Found
from loopview.modify.module_facts import LONGEST_SOURCE, Unreadable, read_module
from loopview.modify.withheld import readable

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Iterator

    from loopview.modify.code_files import Listed, Reader
    from loopview.modify.index_store import IndexStore, Known
    from loopview.modify.module_facts import ImportFacts, ModuleFacts

MOST_SOURCE = 512 << 20  #: bytes of source that one run reads
LONGEST_PATH = 1_000  #: characters
_SURROGATE = re.compile("[\ud800-\udfff]")  #: what a name that is no UTF-8 is read as
_UNNAMED = "?"  #: dotted name of a module until the layout is known


class Indexed(NamedTuple):
    """What a run did. The first three count Python files."""

    indexed: int  #: read, and now in the index
    failed: int  #: could not be read: one failure each, the others are indexed
    skipped: int  #: unchanged since they were read, or failed, before
    listed: int = 0  #: other files, known by their paths only
    removed: int = 0  #: Python files that are gone
    ended: str = ""  #: why the run did not see all files; empty when it did


class IndexRun:
    """A run. It writes within a transaction of its caller."""

    def __init__(self, reader: Reader, store: IndexStore, stop: threading.Event) -> None:
        """``stop`` ends the run before its next file."""
        self._reader = reader
        self._store = store
        self._stop = stop
        self._known: dict[str, Known] = {}
        self._imports: dict[str, tuple[ImportFacts, ...]] = {}
        self._indexed = self._failed = self._skipped = self._listed = 0
        self._left = MOST_SOURCE
        self._ended = ""
        self._moved = False  #: whether a Python file came or went: then every import may mean something else

    def run(self, *, everything: bool) -> Indexed:
        """Read every file, or those that changed."""
        if everything:
            self._store.clear()
        self._known = self._store.known()
        listed = self._entries()
        for entry, content in self._contents([entry for entry in listed.values() if self._is_changed(entry)]):
            if self._stop.is_set():
                self._ended = "it was cancelled"
                break
            self._take(entry, content)
        removed = self._forget(listed)
        self._follow()
        return Indexed(self._indexed, self._failed, self._skipped, self._listed, removed, self._ended)

    def _entries(self) -> dict[str, Listed]:
        """What the reader lists, each path once; a path that cannot be written down is one failure."""
        listed: dict[str, Listed] = {}
        for path, content, size in self._reader.entries():
            if len(listed) >= MOST_FILES:
                self._ended = f"only the first {MOST_FILES:,} files are indexed"
                break
            if _is_path(path):
                listed[path] = path, content, size
            elif path.endswith(SUFFIXES):
                self._failed += 1
        return listed

    def _is_changed(self, entry: Listed) -> bool:
        """Whether a Python file has to be read; any other is only listed."""
        path, content, size = entry
        known = self._known.get(path)
        if not (known.module if known else path.endswith(SUFFIXES) and readable(path)):
            self._listed += 1
            if known is None:
                self._store.put(Found(path, "", "", size, ""))
            return False
        if known is None:
            self._moved = True
            return True
        same = content == known.content if content else self._stamp(path) == known.stamp != ""
        self._skipped += same
        return not same

    def _contents(self, entries: list[Listed]) -> Iterator[tuple[Listed, bytes | str]]:
        """Every entry with its content, or with the reason why it has none."""
        wanted = []
        for entry in entries:
            self._left -= entry[2]
            if entry[2] > LONGEST_SOURCE:
                yield entry, f"longer than {LONGEST_SOURCE >> 10} KiB"
            elif self._left < 0:
                yield entry, f"not read: the repository has more than {MOST_SOURCE >> 20} MiB of source"
            else:
                wanted.append(entry)
        done = 0
        for entry, content in zip(wanted, self._at_once(wanted), strict=False):
            yield entry, content
            done += 1
        yield from ((entry, self._alone(entry[0])) for entry in wanted[done:])

    def _at_once(self, entries: list[Listed]) -> Iterator[bytes]:
        """The contents as far as the reader gives many at a time."""
        contents = getattr(self._reader, "contents", None)
        if contents is not None and entries:
            with suppress(GitFailed):
                yield from (content for _, content in contents([path for path, _, _ in entries]))

    def _alone(self, path: str) -> bytes | str:
        try:
            return self._reader.content(path)
        except (GitFailed, ReadRefused) as problem:
            return str(problem)[:LONGEST_PATH]

    def _take(self, entry: Listed, content: bytes | str) -> None:
        path, name, size = entry
        known = self._known.get(path)
        module = known.module if known else _UNNAMED
        stamp = self._stamp(path)
        if isinstance(content, bytes):
            name = name or content_id(content)
            if known and known.content == name:
                self._store.stamp(path, name, stamp)
                self._skipped += 1
                return
        facts, failure = _read(content)
        self._store.put(Found(path, name, stamp, size, module, failure, facts))
        self._imports[path] = facts.imports if facts else ()
        self._indexed += facts is not None
        self._failed += facts is None

    def _stamp(self, path: str) -> str:
        stamp = getattr(self._reader, "stamp", None)
        return str(stamp(path)) if stamp is not None else ""

    def _forget(self, listed: Collection[str]) -> int:
        """Drop what is gone; returns how many Python files went."""
        removed = 0
        for path, known in self._known.items():
            if path not in listed:
                self._store.drop(path)
                self._store.unlink(path)
                removed += known.module != ""
        self._moved = self._moved or removed > 0
        return removed

    def _follow(self) -> None:
        """Find the files that imports mean: of all modules when one came or went, else of those that changed."""
        if not self._moved and not self._imports:
            return
        python = self._store.python()
        layout = Layout(python)
        if self._moved:
            self._imports = dict(self._store.imports())
            for path in python:
                self._store.name(path, layout.name_of(path))
        for path, imports in self._imports.items():
            self._store.link(path, layout.links(path, imports))


def _read(content: bytes | str) -> tuple[ModuleFacts | None, str]:
    """The facts of a content, or why there are none."""
    if isinstance(content, str):
        return None, content or "not read"
    try:
        return read_module(content), ""
    except Unreadable as reason:
        return None, str(reason)


def _is_path(path: str) -> bool:
    return 0 < len(path) <= LONGEST_PATH and "\0" not in path and not _SURROGATE.search(path)
