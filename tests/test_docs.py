"""The documents are true: their tables are those of the program, and what they quote can be typed."""

from __future__ import annotations

import argparse
import importlib.util
import re
import shlex
import tomllib
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from loopview.cli.catalog import VERBS
from loopview.cli.console import console_options
from loopview.config import KEYS, PREFIX
from loopview.domain.alert import TOPICS, Alert
from loopview.engine.alert_calls import variables
from loopview.engine.alerts import Told

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOLD = Told(Alert("verdict", "stalled", "it stalls"), datetime.now(UTC))
NOT_SETTINGS = {"LOOPVIEW_TRACEBACK", *variables(TOLD, "/")}


@pytest.fixture(scope="module")
def tables():
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_those_of_the_program(page, tables):
    assert tables.filled(text(page)) == text(page), "run `make docs`"


def test_every_table_stands_on_a_page(tables):
    everything = "".join(text(page) for page in PAGES)
    assert [name for name in tables.TABLES if f"<!-- {name}: begin -->" not in everything] == []


def quoted_commands(page: Path) -> list[str]:
    """Every command line that starts with loopview, in blocks and in running text."""
    blocks = [block for language, block in FENCE.findall(text(page)) if language in {"sh", "tmux", "bash", ""}]
    lines = [line for block in blocks for line in block.splitlines()]
    found = [match for line in lines for match in re.findall(r"(?:^|[/\s('])loopview(?=\s)([^|&;)>']*)", line)]
    prose = FENCE.sub("", text(page))
    found += re.findall(r"`(?:[\w./]*/)?loopview ([^`]+)`", prose)
    return [
        words.strip() for words in found if words.strip() and not words.strip().startswith(("COMMAND", "[PATH]"))
    ]


def parser_of(words: list[str]) -> tuple[argparse.ArgumentParser, list[str]]:
    parser = argparse.ArgumentParser(exit_on_error=False)
    if words and words[0] in VERBS:
        verb = VERBS[words[0]]
        getattr(import_module(f"loopview.cli.{verb.module}"), f"{verb.function}_options")(parser)
        return parser, words[1:]
    console_options(parser)
    return parser, words


@pytest.mark.parametrize(
    ("page", "command"),
    [(page.name, command) for page in PAGES for command in quoted_commands(page)],
)
def test_a_quoted_command_can_be_typed(page, command):
    words = shlex.split(command)
    if words in (["help"], ["--help"], ["--version"]):
        return
    parser, rest = parser_of(words)
    assert rest == words[1:] or words[0].startswith("-") or "/" in words[0], f"{page}: no command {words[0]!r}"
    options = {name for action in parser._actions for name in action.option_strings}
    for word in rest:
        if word.startswith("--"):
            assert word.partition("=")[0] in options, f"{page}: {command!r} has no {word}"


def test_the_page_about_alerts_names_every_topic_and_variable():
    page = text(ROOT / "docs" / "alerts.md")
    assert [name for name in variables(TOLD, "/") if name not in page] == []
    assert [topic for topic in TOPICS if f"| `{topic}` |" not in page] == []


def test_the_documents_quote_commands_at_all():
    assert sum(len(quoted_commands(page)) for page in PAGES) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_variables_are_settings(page):
    known = {f"{PREFIX}{key.name.upper()}" for key in KEYS} | NOT_SETTINGS
    assert set(re.findall(r"\bLOOPVIEW_[A-Z_]+", text(page))) <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)", text(page))
    local = [target for target in targets if not target.startswith("https://")]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_of_the_project_exist(page):
    named = re.findall(r"(?<![\w/~.])((?:src|tests|docs|benchmarks|themes)/[\w./-]*\w)", text(page))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_make_targets_that_are_named_exist():
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z]+)`", text(page))}
    assert named
    assert named <= targets


def test_make_check_runs_the_tests_as_the_readme_says():
    command = re.search(r"\.venv/bin/(python -m pytest[^\n`]*)", text(ROOT / "README.md")).group(1)
    recipe = re.search(r"^test:.*\n\t\$\(BIN\)/(.*)$", text(ROOT / "Makefile"), re.MULTILINE).group(1)
    assert recipe == command
    assert "exec make check" in text(ROOT / ".ci" / "run")
    checked = re.search(r"^check: .*\n\t\$\(MAKE\) test \|\| (.*)$", text(ROOT / "Makefile"), re.MULTILINE).group(1)
    assert checked.endswith("--last-failed --last-failed-no-failures none"), (
        "what broke fails again, and nothing else counts"
    )


def test_the_hook_is_the_one_that_init_shows():
    from loopview.cli.setup import HOOK

    assert "\n".join(HOOK) in text(ROOT / "README.md")


def test_the_lines_for_tmux_are_those_of_doctor():
    from loopview.engine.doctor import TMUX_LINES

    assert [line for line in TMUX_LINES if line not in text(ROOT / "README.md")] == []


def test_the_themes_that_ship_are_named():
    names = {path.stem for path in (ROOT / "themes").glob("*.toml")}
    assert {name for name in names if f"`{name}`" not in text(ROOT / "README.md")} == set()


def test_the_version_has_a_place_in_the_changelog():
    version = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["version"]
    import loopview

    assert loopview.__version__ == version
    assert f"## {version}" in text(ROOT / "CHANGELOG.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_runs_far_beyond_the_others(page):
    lines = FENCE.sub("", text(page)).splitlines()
    assert [line for line in lines if len(line) > 122 and not line.startswith(("|", "!["))] == []
