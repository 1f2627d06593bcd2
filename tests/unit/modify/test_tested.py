"""Whether a file is tested, by the names of tests."""

from __future__ import annotations

import pytest

from loopview.modify.tested import is_named_by_test, is_test

PYTHON = (
    "src/pkg/calculator.py",
    "src/pkg/__init__.py",
    "src/pkg/cli/journal.py",
    "src/pkg/engine/journal.py",
    "src/pkg/engine/deep.py",
    "src/pkg/lonely.py",
    "tests/test_calculator.py",
    "tests/test_pkg.py",
    "tests/unit/engine/test_journal.py",
    "src/pkg/engine/deep_test.py",
)


@pytest.mark.parametrize(
    ("path", "tested"),
    [
        ("src/pkg/calculator.py", True),
        ("src/pkg/__init__.py", True),
        ("src/pkg/engine/journal.py", True),
        ("src/pkg/cli/journal.py", False),
        ("src/pkg/engine/deep.py", True),
        ("src/pkg/lonely.py", False),
    ],
)
def test_a_test_is_known_by_its_name(path, tested):
    assert is_named_by_test(path, PYTHON) is tested


@pytest.mark.parametrize("path", ["tests/test_a.py", "a_test.py", "x/tests/unit/test_b.py"])
def test_tests_are_told(path):
    assert is_test(path)


@pytest.mark.parametrize(
    "path", ["tests/conftest.py", "testing.py", "latest.py", "tests/test_data.json", "contest.py"]
)
def test_other_files_are_no_tests(path):
    assert not is_test(path)
