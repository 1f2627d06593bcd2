"""The summary of code stays within its budget, and says what it leaves out."""

from __future__ import annotations

import re

import pytest

from loopview.modify.module_facts import read_module
from loopview.modify.summary import summary
from tests.data.hostile import MODERATE

SOURCE = b'''"""What it is.\n\nMore."""
class Calculator(Base):
    def add(self): ...
    def take(self): ...
def free(a, password="hunter2hunter2"): ...
'''
FACTS = read_module(SOURCE)
MODULES = [(f"src/module_{number:03}.py", 500 - number, FACTS) for number in range(500)]


def test_a_module_is_told_in_few_lines():
    assert summary([("src/a.py", 3, FACTS)], 1, 2, 1, 4000) == (
        "1 Python modules, 2 other files, 1 Python files that could not be read. The most imported modules come first.\n"
        "src/a.py (7 lines, imported by 3): What it is.\n"
        "  class Calculator(Base): add, take\n"
        '  def free(a, password="[secret]")'
    )


@pytest.mark.parametrize("tokens", [-1, 0, 1, 10, 30, 31, 50, 100, 1000, 4000, 10**9])
def test_it_stays_within_its_budget_and_counts_what_is_left_out(tokens):
    text = summary(MODULES, 500, 3, 0, tokens)
    assert len(text.encode()) <= max(tokens, 0) * 4
    told = len(re.findall(r"^src/", text, re.MULTILINE))
    left = re.findall(r"^… (\d+) more modules are left out$", text, re.MULTILINE)
    if len(text.splitlines()) > 1:
        assert told + sum(map(int, left)) == 500
    assert bool(left) is (0 < told < 500) or told == 0


def test_other_scripts_cost_more():
    facts = read_module('"""{}"""'.format("説明" * 50).encode())
    text = summary([(f"{number}.py", 0, facts) for number in range(100)], 100, 0, 0, 500)
    assert len(text.encode()) <= 2000


@pytest.mark.parametrize("text", [*MODERATE.values()])
def test_foreign_text_forges_no_line(text):
    facts = read_module(repr(text).encode("utf-8", "backslashreplace"))
    found = summary([(f"a\n{text}.py", 1, facts)], 1, 0, 0, 4000)
    assert len(found.split("\n")) == 2
    found.encode()
