"""Facts of Python files: read from syntax trees only, and every bad file is one plain refusal."""

from __future__ import annotations

import sys
import warnings
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from loopview.modify.facts_json import decode, encode
from loopview.modify.module_facts import (
    LONGEST_SOURCE,
    MOST_FACTS,
    ImportFacts,
    ModuleFacts,
    Unreadable,
    read_module,
)
from tests.data.hostile import MODERATE

SOURCE = b'''"""A calculator.

Second line."""
import os, a.b as c
from . import sibling
if os:
    try:
        from ..up import one as two, three
    except ImportError:
        def fallback(): pass
class Calculator(Base, mixins.Loud[int]):
    """Adds."""
    async def add(self, a: int = 1, /, b=(2, 3), *rest: str, key, other: "x" = None, **more) -> list[int]:
        import lazy
        def hidden(): import deeper
        class Hidden: pass
    class Inner:
        @property
        def value(self): ...
def free(*, only
         : int): return "\\d"
match os:
    case 1:
        from x import *
'''


def test_what_a_module_says():
    facts = read_module(SOURCE)
    assert facts.docstring == "A calculator.\n\nSecond line."
    assert [(each.name, each.bases, each.line) for each in facts.classes] == [
        ("Calculator", ("Base", "mixins.Loud[int]"), 11),
        ("Calculator.Inner", (), 17),
    ]
    (add,) = facts.classes[0].methods
    assert add.signature == (
        'async def add(self, a: int = 1, /, b=(2, 3), *rest: str, key, other: "x" = None, **more) -> list[int]'
    )
    assert [each.signature for each in facts.functions] == ["def fallback()", "def free(*, only: int)"]
    assert list(facts.names()) == ["fallback", "free", "Calculator", "add", "Calculator.Inner", "value"]
    assert facts.imports == (
        ImportFacts("os", (), 0),
        ImportFacts("a.b", (), 0),
        ImportFacts("", ("sibling",), 1),
        ImportFacts("up", ("one", "three"), 2),
        ImportFacts("lazy", (), 0),
        ImportFacts("deeper", (), 0),
        ImportFacts("x", ("*",), 0),
    )
    assert facts.lines == 24
    assert decode(encode(facts.imports), encode(facts._replace(imports=()))) == facts


def test_an_empty_file_has_no_facts_but_can_be_read():
    assert read_module(b"") == ModuleFacts()
    assert read_module(b"\xef\xbb\xbfx = 1").lines == 1
    assert read_module(b"x = 1\r\ny = 2\r").lines == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"def f(:\n", "line 1: invalid syntax"),
        (b"x = 1\n  y = 2\n", "line 2: unexpected indent"),
        (b"a = '\0'", "null bytes"),
        (b"x = '\xff'", "not utf-8"),
        ("x = 'é'".encode("utf-16"), "null bytes"),
        (b"# coding: utf-7\n+AAo-import os", "utf-7"),
        (b"#!/bin/sh\n# -*- coding: unicode_escape -*-\n", "unicode-escape"),
        (b"# coding: ascii\nx = '\xc3\xa9'", "not ascii"),
        (b"x = 1\n" * (LONGEST_SOURCE // 6 + 1), "longer than"),
        (b"(" * 1000 + b")" * 1000, "too many nested"),
        (b"-" * 100_000 + b"1", "too deeply"),
        (b"a+" * 100_000 + b"a", "too deeply"),
        (b"a" + b".a" * 100_000, "too deeply"),
        (b"if a: pass\n" + b"elif a: pass\n" * 20_000, "too deeply"),
        (b"x = " + b"1" * 5000, "digit"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_file_is_refused_in_a_few_words(content, why):
    with pytest.raises(Unreadable, match=why) as refused:
        read_module(content)
    assert "\n" not in str(refused.value)


def test_encodings_that_people_use_are_read():
    assert read_module("# coding: latin-1\n'''é'''".encode("latin-1")).docstring == "é"
    assert read_module(b"x = 1\n\n# coding: utf-7\n").lines == 3


@pytest.mark.parametrize("text", [*MODERATE.values()])
def test_a_hostile_docstring_can_be_written_down(text):
    facts = read_module(f"def f():\n    {text!r}\n".encode("utf-8", "backslashreplace"))
    encode(facts).encode()
    for said in facts.docstrings():
        said.encode()


def test_nothing_in_a_file_is_run_and_no_warning_is_shown(tmp_path, recwarn):
    marker = tmp_path / "ran"
    read_module(f"open({str(marker)!r}, 'w')\nx = '\\d'\nimport loopview_that_is_not_there\n".encode())
    assert not marker.exists()
    assert "loopview_that_is_not_there" not in sys.modules
    assert list(recwarn) == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_module(b"x = '\\d'\n")


def test_what_is_kept_has_a_bound():
    facts = read_module(b"def f(): pass\n" * 20_000)
    assert len(facts.functions) == MOST_FACTS
    facts = read_module(b"\n".join(b"import m%d" % number for number in range(20_000)))
    assert len(facts.imports) == MOST_FACTS
    facts = read_module(b"def f(" + b",".join(b"a%d: int = 1" % n for n in range(5_000)) + b"): pass")
    assert len(facts.functions[0].signature) == 300


@given(some.binary(max_size=300) | some.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(content):
    with suppress(Unreadable):
        assert read_module(content).lines <= 300
