"""The list of questions that can be asked with one key: the built-in ones, the operator's own, the repository's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from textual.content import Content

from loopview.tui.content import content
from loopview.tui.panes.cells import MUTED
from loopview.tui.widgets.pane import Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loopview.engine.questions import Known

Origin = Literal["ready", "own", "repository"]

HEADINGS: dict[Origin, str] = {
    "ready": "Ready",
    "own": "Your own",
    "repository": "In the repository: text only, enter shows it",
}


class Entry(NamedTuple):
    """One question of the list. Title, meaning and text are foreign unless it is a built-in one."""

    origin: Origin
    name: str
    title: str
    answers: str
    parameters: str  #: as its header says them
    sql: str  #: with its header
    chart: str = ""
    problem: str = ""  #: why it cannot be asked

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same line."""
        return self.origin, self.name


def list_rows(entries: Sequence[Entry], width: int) -> list[Row]:
    """Return the list under its headings; those of one kind only need none."""
    rows = []
    before = ""
    several = len({entry.origin for entry in entries}) > 1
    for entry in entries:
        if several and entry.origin != before:
            rows.append(Row(Content.styled(HEADINGS[entry.origin], MUTED)))
        before = entry.origin
        style = MUTED if entry.problem or entry.origin == "repository" else ""
        rows.append(Row(content(entry.title or entry.name, style, limit=max(4, width)), entry.key))
    return rows or [Row(Content.styled("reading…", MUTED))]


def about_rows(entry: Entry | None, width: int) -> list[Row]:
    """Return what a question answers, and the values it takes."""
    if entry is None:
        return []
    lines = [*content(entry.answers).wrap(max(8, width))]
    if entry.problem:
        lines += content(entry.problem, "$warn").wrap(max(8, width))
    if entry.parameters:
        lines.append(Content.styled("values, changed in the SQL:", MUTED))
        lines += [
            line for part in entry.parameters.split(",") for line in content(part.strip()).wrap(max(8, width))
        ]
    lines.append(content(f"{entry.name}.sql", MUTED, limit=max(4, width)))
    return [Row(line) for line in lines]


def load_entries(root: str, environ: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return every question there is; called in a worker."""
    from loopview.engine.questions import known

    return tuple(_entry(found) for found in known(root, environ))


def _entry(found: Known) -> Entry:
    question = found.question
    if question is None:
        return Entry(
            found.origin, found.name, found.name, found.problem or "text only", "", found.text, "", found.problem
        )
    parameters = ", ".join(f"{it.name} {it.type} = {it.default}" for it in question.parameters)
    text = f"-- parameters: {parameters}\n{question.sql}" if parameters else question.sql
    if found.origin == "repository":
        text = found.text
    return Entry(
        found.origin, found.name, question.title, question.answers, parameters, text, question.chart, found.problem
    )


def copy_over(root: str, environ: Mapping[str, str], name: str) -> str:
    """Make a question of the repository the operator's own; return one sentence: where it is, or why not."""
    from loopview.engine import questions

    try:
        return f"now yours: {questions.copy_over(name, questions.known(root, environ), environ)}"
    except (questions.QuestionError, OSError) as problem:
        return str(problem)
