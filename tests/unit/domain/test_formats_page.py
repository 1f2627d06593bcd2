from __future__ import annotations

import re

import pytest

from loopview.domain.columns import CYCLES, DEEP_TRIAGE
from loopview.domain.line import Row, read_line
from loopview.domain.records import Line

COLUMN = {"text": "issue", "int": "cycle", "number": "duration", "bool": "success", "time": "timestamp"}
NAMES = {"timestamp": "ts"}


@pytest.fixture(scope="module")
def rows(repository):
    page = (repository / "docs" / "formats.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ") and "`" in line]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def read(text, family=CYCLES):
    return read_line(family, Line(0, 1, text.encode()))


def test_whole_lines_become_what_the_page_says(rows):
    told = [(example[1:-1], becomes) for case, example, becomes in rows if case not in {*COLUMN, "json"}]
    assert len(told) > 12
    for example, becomes in told:
        found = read(example.replace("\\ufeff", "\ufeff"))
        if isinstance(found, Row):
            assert becomes == ("drift" if found.drift else "row"), example
        else:
            assert becomes == f"reject: {found.why}", example


def test_fields_become_what_the_page_says(rows):
    told = [row for row in rows if row[0] in {*COLUMN, "json"}]
    assert {row[0] for row in told} == {*COLUMN, "json"}
    for kind, literal, becomes in told:
        name = COLUMN.get(kind, "issues_created")
        found = read(f'{{"{name}": {literal[1:-1]}}}', DEEP_TRIAGE if kind == "json" else CYCLES)
        value = found.values[NAMES.get(name, name)]
        shown = "drift" if found.drift else "null" if value is None else f"`{value}`"
        assert becomes == shown, (kind, literal)


def test_the_page_names_only_what_there_is(repository):
    page = (repository / "docs" / "formats.md").read_text(encoding="utf-8")
    for room in re.findall(r"`loopview\.([\w.]+)`", page):
        assert (repository / "src" / "loopview" / f"{room.replace('.', '/')}.py").exists()
