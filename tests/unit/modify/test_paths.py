"""Paths: which may be named at all, which are protected, which may be read to a model."""

from __future__ import annotations

import pytest
from hostile_paths import FORMS, OPEN, PLAIN, PROTECTED, SECRET, UNPROTECTED
from hypothesis import given
from hypothesis import strategies as st
from pace import at_most

from loopview.modify.paths import covers, path_problem, same_name
from loopview.modify.protected import why_protected
from loopview.modify.withheld import readable


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(set(FORMS)) == len(FORMS) >= 67


@pytest.mark.parametrize("path", FORMS, ids=ascii)
def test_hostile_paths_are_refused(path: str) -> None:
    assert path_problem(path)
    assert path_problem(path).isprintable()
    assert not readable(path)


@pytest.mark.parametrize("path", PLAIN)
def test_plain_paths_are_not(path: str) -> None:
    assert path_problem(path) == ""


@given(st.text(max_size=60))
def test_any_text_is_judged_and_what_passes_is_one_plain_path(text: str) -> None:
    if not path_problem(text):
        assert text.isprintable()
        assert not text.startswith("/")
        assert not {"..", ".", "", ".git", ".loop"} & set(text.casefold().split("/"))
        assert "\\" not in text


def test_writings_of_one_path_are_told() -> None:
    writings = ["Straße/a.py", "STRASSE/A.PY", "strasse/a.py", "ｓtrasse/a.py"]
    assert len({same_name(each) for each in writings}) == 1
    assert same_name("e\u0301") == same_name("\u00c9")


@pytest.mark.parametrize("path", PROTECTED)
def test_protected_paths(path: str) -> None:
    assert why_protected(path)


@pytest.mark.parametrize("path", UNPROTECTED)
def test_paths_that_are_not_protected(path: str) -> None:
    assert why_protected(path) == ""


@pytest.mark.parametrize(
    ("glob", "path", "protected"),
    [
        ("secret_sauce.py", "src/deep/secret_sauce.py", True),
        ("secret_sauce.py", "src/Secret_Sauce.PY", True),
        ("src/core", "src/core/a.py", True),
        ("src/core/", "src/core/a.py", True),
        ("src/core", "src/core-evil/a.py", False),
        ("src/core", "other/src/core/a.py", False),
        ("**/core/**", "other/src/core/a.py", True),
        ("*.sql", "db/one.sql", True),
    ],
)
def test_the_operator_protects_more(glob: str, path: str, protected: bool) -> None:  # noqa: FBT001
    assert bool(why_protected(path, [glob])) is protected


@pytest.mark.parametrize(
    ("glob", "path", "covered"),
    [
        ("src", "src/a.py", True),
        ("src/", "src/a.py", True),
        ("./src/", "src/a.py", True),
        ("src/**", "src/a/b.py", True),
        ("src/*", "src/a/b.py", True),
        ("src", "src", True),
        ("src", "src-evil/a.py", False),
        ("src", "srcs.py", False),
        ("src*", "src-evil/a.py", True),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/a/b.py", False),
        ("src/**/*.py", "src/a/b/c.py", True),
        ("src/**/*.py", "src/c.py", True),
        ("**/*.py", "a.py", True),
        ("**", "a/b", True),
        ("*.py", "src/a.py", False),
        ("src/?.py", "src/a.py", True),
        ("src/?.py", "src/ab.py", False),
        ("src/[ab].py", "src/b.py", True),
        ("SRC", "src/a.py", False),
        ("src/a.py", "src/a.pyc", False),
        ("src/a.py", "src", False),
        ("**/a/**/b", "x/a/y/z/b", True),
        ("**/a/**/b", "x/a/y/z/c", False),
    ],
)
def test_globs_go_component_by_component(glob: str, path: str, covered: bool) -> None:  # noqa: FBT001
    assert covers(glob, path) is covered


def test_a_glob_of_many_stars_takes_no_time() -> None:
    with at_most(20):
        assert not covers("/".join([*["**", "*a*a*"] * 10, "z"]), "/".join(["a" * 100] * 19 + ["b"]))


@pytest.mark.parametrize("path", SECRET)
def test_what_usually_holds_secrets_is_withheld(path: str) -> None:
    assert not readable(path)


@pytest.mark.parametrize("path", OPEN)
def test_other_files_are_not(path: str) -> None:
    assert readable(path)
