"""From the names in import statements to the files of the repository that they mean."""

from __future__ import annotations

import sys
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from loopview.modify.module_facts import ImportFacts

SUFFIXES = (".py", ".pyi")
SOURCE_FOLDERS = ("src", "lib", "python")
"""Names of directories that hold packages, whether or not a package begins right below them."""

MOST_CANDIDATES = 50  #: places that are tried for one name


class Links(NamedTuple):
    """What the imports of one file run; paths of the repository."""

    named: frozenset[str]  #: files that an import names
    packages: frozenset[str]  #: ``__init__`` files that importing those runs, too


class Layout:
    """Where the modules of a repository lie: at the top, below ``src``, in packages, or beside each other."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Take the paths of all Python files, below the top and with forward slashes."""
        self._files = frozenset(paths)
        self._packages = {_folder(path) for path in self._files if _stem(path) == "__init__"}
        self._root_of = lru_cache(None)(self._climb)
        folders = {_folder(path) for path in self._files}
        self._roots = {"", *map(self._root_of, folders), *map(_source_folder, folders)}
        self._tops: dict[str, set[str]] = {}
        for path in self._files:
            for root, top in self._names_from_roots(path):
                self._tops.setdefault(top, set()).add(root)

    def name_of(self, path: str) -> str:
        """The dotted name by which a file is imported; the path of one that cannot be."""
        folder = _folder(path)
        start = self._root_of(folder) if folder in self._packages else _source_folder(folder)
        parts = path.removeprefix(f"{start}/").rpartition(".")[0].split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts) or path

    def links(self, path: str, imports: Iterable[ImportFacts]) -> Links:
        """What the imports of the file at ``path`` mean in this repository."""
        named: set[str] = set()
        packages: set[str] = set()
        for found in imports:
            for start, parts in self._meant(path, found):
                target = self._module(start, parts)
                if target:
                    named.add(target)
                    packages.update(self._above(target))
        named.discard(path)
        return Links(frozenset(named), frozenset(packages - named - {path}))

    def _meant(self, path: str, found: ImportFacts) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Where to begin and which way to go, for every module that a statement may mean."""
        parts = tuple(found.module.split(".")) if found.module else ()
        if found.level:
            start = _up(_folder(path), found.level - 1)
            if start is None:
                return
        elif parts:
            start = self._root_for(path, parts, found.names)
            if start is None:
                return
        else:
            return
        below = [name for name in found.names if self._exact(start, (*parts, name))]
        yield from ((start, (*parts, name)) for name in below)
        if len(below) < len(found.names) or not found.names:
            yield start, parts

    def _root_for(self, path: str, parts: tuple[str, ...], names: tuple[str, ...]) -> str | None:
        """The root below which a dotted name is found, the nearest to the importing file first."""
        candidates = self._tops.get(parts[0])
        if not candidates:
            return None
        own = self._root_of(_folder(path))
        if parts[0] in sys.stdlib_module_names:
            candidates = candidates & {own}
        nearest = sorted(candidates, key=lambda root: (root != own, -_shared(root, path), root))[:MOST_CANDIDATES]
        ways: tuple[Callable[[str], object], ...] = (
            lambda root: self._exact(root, parts),
            lambda root: any(self._exact(root, (*parts, name)) for name in names),
            lambda root: self._module(root, parts),
        )
        return next((root for fits in ways for root in nearest if fits(root)), None)

    def _names_from_roots(self, path: str) -> Iterator[tuple[str, str]]:
        """Every root above a file, and the first part of the file's name from there."""
        pieces = path.split("/")
        for depth in range(len(pieces)):
            root = "/".join(pieces[:depth])
            if root in self._roots:
                yield root, pieces[depth].rpartition(".")[0] if depth == len(pieces) - 1 else pieces[depth]

    def _climb(self, folder: str) -> str:
        """The directory from which a package's name begins."""
        while folder and folder in self._packages:
            folder = folder.rpartition("/")[0]
        return folder

    def _exact(self, start: str, parts: tuple[str, ...]) -> str:
        """The file of a module by its whole name."""
        place = "/".join(part for part in (start, *parts) if part)
        names = [f"{place}{suffix}" for suffix in SUFFIXES] if parts else []
        inits = [f"{place}/__init__{suffix}".lstrip("/") for suffix in SUFFIXES]
        return next((name for name in [*names, *inits] if name in self._files), "")

    def _module(self, start: str, parts: tuple[str, ...]) -> str:
        """The file of a module, or of the nearest module above it that there is."""
        for end in range(len(parts), 0, -1):
            found = self._exact(start, parts[:end])
            if found:
                return found
        return "" if parts else self._exact(start, ())

    def _above(self, target: str) -> Iterator[str]:
        """The ``__init__`` files that run before a file does."""
        folder = _folder(target)
        while folder and folder in self._packages:
            yield self._exact(folder, ())
            folder = _folder(folder)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _source_folder(folder: str) -> str:
    """The nearest directory at or above one that holds packages by its name; the top where there is none."""
    pieces = folder.split("/")
    last = max((number for number, piece in enumerate(pieces, 1) if piece in SOURCE_FOLDERS), default=0)
    return "/".join(pieces[:last])


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _up(folder: str, steps: int) -> str | None:
    pieces = folder.split("/") if folder else []
    return "/".join(pieces[: len(pieces) - steps]) if steps <= len(pieces) else None


def _shared(root: str, path: str) -> int:
    """How many directories a root and a file have in common."""
    pairs = zip(root.split("/"), path.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
