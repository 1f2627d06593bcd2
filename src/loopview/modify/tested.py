"""Whether a file is tested, as far as names and imports can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

TEST_FOLDERS = frozenset({"tests", "test", "testing", "unit", "integration", "functional", "e2e"})
"""Directories of tests whose names say nothing of what is tested."""


def is_test(path: str) -> bool:
    """Whether a path is that of a test file: ``test_x.py`` or ``x_test.py``."""
    stem, _, suffix = path.rpartition("/")[2].rpartition(".")
    return suffix == "py" and (stem.startswith("test_") or stem.endswith("_test"))


def subject(path: str) -> str:
    """The name that a test of the file would have in its own: of ``pkg/__init__.py`` that of the package."""
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0]
    return folder.rpartition("/")[2] if stem == "__init__" else stem.strip("_")


def is_named_by_test(path: str, python: Collection[str]) -> bool:
    """Whether one of the Python files is a test of ``path`` by its name.

    Where several modules have the name, the test's directories have to be those at one end of the module's.
    """
    name = subject(path)
    tests = [each for each in python if is_test(each) and _tells(each, name)]
    namesakes = [each for each in python if not is_test(each) and subject(each) == name]
    if len(namesakes) <= 1:
        return bool(tests)
    return any(_mirrors(test, path) for test in tests)


def is_imported_by_test(direct: Iterable[str], through: Iterable[str]) -> bool:
    """Whether a test is among the files that import one, or among those that import these."""
    return any(map(is_test, direct)) or any(map(is_test, through))


def _tells(test: str, name: str) -> bool:
    stem = test.rpartition("/")[2].removesuffix(".py")
    return stem in {f"test_{name}", f"{name}_test"}


def _mirrors(test: str, path: str) -> bool:
    folders = [piece for piece in test.split("/")[:-1] if piece not in TEST_FOLDERS]
    own = path.split("/")[:-1]
    count = len(folders)
    return bool(folders) and (own[-count:] == folders or own[:count] == folders)
