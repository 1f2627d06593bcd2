"""Write the tables of README.md and docs/ from the program itself: ``make docs``. A test fails when they are stale.

A table stands between two marks, ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->``.
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loopview.tui.actions import Action

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; a pipe inside a cell is escaped."""
    head = tuple(head)
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def commands() -> str:
    """Every verb, under the heading it has in ``loopview help``."""
    from loopview.cli.catalog import VERBS

    parts = []
    for group, verbs in groupby(VERBS.values(), key=lambda verb: verb.group):
        rows = ((f"`loopview {verb.name}`", verb.summary) for verb in verbs)
        parts.append(f"{group}:\n\n" + table(("command", "answers or does"), rows))
    return "\n\n".join(parts)


def exits() -> str:
    """Every exit code with the meaning that stands beside it in the source."""
    from loopview.cli import exits as module

    source = Path(module.__file__).read_text(encoding="utf-8")
    meanings = dict(re.findall(r"^    ([A-Z_]+) = \d+(?:  #: (.*))?$", source, flags=re.MULTILINE))
    rows = [(str(int(code)), meanings.get(code.name) or "fine") for code in module.Exit]
    return table(("code", "meaning"), [*rows, ("128+n", "ended by signal n")])


def settings() -> str:
    """Every setting, its built-in value, and who may set it."""
    from loopview.config import KEYS, PREFIX

    rows = (
        (
            f"`{key.name}`",
            f"`{_value(key.default)}`" if key.default not in ("", {}, []) else "",
            f"`{PREFIX}{key.name.upper()}`" if key.kind != "table" else "",
            "yes" if key.repository else "no",
            key.meaning,
        )
        for key in KEYS
    )
    return table(("key", "built-in", "environment", "from the repository", "meaning"), rows)


def keys() -> str:
    """Every action of the console: the key, what it does, and the id by which ``[keys]`` moves it."""
    from loopview.tui.actions import CONSOLE, WRITES
    from loopview.tui.console import OPENERS
    from loopview.tui.screens.catalog import SCREENS
    from loopview.tui.widgets.diff_actions import DIFF

    parts = [("Everywhere", (*OPENERS, *CONSOLE, *WRITES))]
    shared = _shared_by_screens()
    parts.append(("In every table", shared))
    parts.append(("In every diff", DIFF))
    known = {action.id for _, actions in parts for action in actions}
    for entry in SCREENS:
        own = tuple(action for action in entry.load().ACTIONS if action.id not in known)
        if own:
            parts.append((f"On {entry.title}", own))
    return "\n\n".join(f"{title}:\n\n{_key_rows(actions)}" for title, actions in parts)


def _shared_by_screens() -> tuple[Action, ...]:
    from loopview.tui.widgets.table_actions import TABLE

    return TABLE


def _key_rows(actions: Iterable[Action]) -> str:
    from loopview.tui.actions import key_label

    rows = (
        (" ".join(f"`{key_label(key)}`" for key in action.keys.split(",")), action.help, f"`{action.id}`")
        for action in actions
    )
    return table(("key", "does", "id"), rows)


def questions() -> str:
    """Every built-in question with what it answers and takes."""
    from loopview.store.questions import questions as built_in

    rows = (
        (f"`{name}`", question.answers, ", ".join(f"`{parameter.name}`" for parameter in question.parameters))
        for name, question in sorted(built_in().items())
    )
    return table(("question", "answers", "parameters besides now and as_of"), rows)


def columns() -> str:
    """Every column of every table that can be asked; a history has those of its table."""
    from loopview.domain.tables import TABLES as DESCRIBED

    parts = []
    for described in DESCRIBED.values():
        if described.name.endswith("_history"):
            continue
        rows = ((f"`{column.name}`", column.type, column.meaning) for column in described.columns)
        parts.append(
            f"### {described.name}\n\n{described.meaning}\n\n" + table(("column", "type", "meaning"), rows)
        )
    return "\n\n".join(parts)


def ready() -> str:
    """Every ready question with what it answers and takes."""
    from loopview.store.ready import ready as every

    rows = (
        (
            f"`{name}`",
            question.answers,
            ", ".join(
                f"`{each.name}`" + (f" = {each.default}" if each.default != "null" else "")
                for each in question.parameters
            ),
        )
        for name, question in every().items()
    )
    return table(("question", "answers", "parameters"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "commands": commands,
    "exits": exits,
    "settings": settings,
    "keys": keys,
    "questions": questions,
    "ready": ready,
    "columns": columns,
}


def filled(page: str) -> str:
    """Return the page with every table written anew; the words around them stay."""

    def fill(match: re.Match[str]) -> str:
        name = match["name"]
        return f"<!-- {name}: begin -->\n{TABLES[name]()}\n<!-- {name}: end -->"

    names = "|".join(TABLES)
    pattern = rf"<!-- (?P<name>{names}): begin -->.*?<!-- (?P=name): end -->"
    return re.sub(pattern, fill, page, flags=re.DOTALL)


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def main() -> None:
    """Fill every page."""
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
