"""The report of one run of an edit: a Markdown file a human can read when the console is gone.

What a model, a test or the repository wrote stands in fences that it cannot close, and holds no character that
could drive a terminal: the file may be shown with ``cat``.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.clock import EPOCH, parse_time
from loopview.guarded.folder import open_folder
from loopview.guarded.regular import read_regular
from loopview.guarded.replace import replace
from loopview.text import plain, plain_block

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = ".loop/reports"
LONGEST_SLUG = 40  #: characters
LONGEST_TEXT = 100_000  #: characters of one fenced text
LONGEST_REPORT = 4 << 20  #: characters of all of it
MOST_NAMESAKES = 1000  #: reports of one second with one slug
NOTHING = "—"


class ReportAttempt(NamedTuple):
    """One answer of the model and what became of it."""

    number: int
    phase: str  #: how far it came: llm_generation, parse_edits, syntax_validation, dry_run or complete
    error: str = ""
    reply: str = ""  #: the model's answer as it came
    edits: str = ""  #: what it changes, as a diff or a list
    test_result: str = ""  #: in one sentence
    test_output: str = ""


class RunReport(NamedTuple):
    """One run, from the instruction to its end."""

    time: str  #: ISO 8601, UTC: when it began
    instruction: str
    target_files: tuple[str, ...] = ()
    dry_run: bool = False
    backend: str = ""  #: backend and model
    branch: str = ""
    result: str = ""
    error: str = ""
    commit: str = ""
    attempts: tuple[ReportAttempt, ...] = ()
    autonomous_cycles: int = 0  #: times the instruction was rewritten after a diagnosis


def write_report(root: str, report: RunReport) -> str:
    """Write a report below ``root`` and return its label; raises `AppendRefused` when it cannot be written."""
    moment = parse_time(report.time) or EPOCH
    stem = f"{moment:%Y%m%d_%H%M%S}_{slug(report.instruction)}"
    label = f"{FOLDER}/{_free(root, stem)}.md"
    replace(root, label, rendered(report).encode("utf-8", "replace"))
    return label


def complete_report(root: str, label: str, result: str, commit: str) -> None:
    """Say in the head of a report what became of it after its run; raises `AppendRefused` or `ReadRefused`.

    The file lies where the watched agent can write, so whatever else stands in it stays as it is.
    """
    text = read_regular(root, label, 4 * LONGEST_REPORT).decode("utf-8", "replace")
    head, mark, rest = text.partition("\n\n## ")
    for name, value in (("Result", result), ("Commit", commit)):
        head = re.sub(rf"(?m)^- \*\*{name}:\*\* .*$", f"- **{name}:** {_inline(value)}", head, count=1)
    replace(root, label, (head + mark + rest).encode("utf-8"))


def slug(instruction: str) -> str:
    """Return letters and digits of an instruction as the end of a file's name."""
    found = "-".join(re.findall(r"[a-z0-9]+", instruction[:1000].lower()))
    return found[:LONGEST_SLUG].strip("-") or "edit"


def rendered(report: RunReport) -> str:
    """Return a report as Markdown."""
    head = {
        "Instruction": _inline(report.instruction),
        "Target files": ", ".join(map(_inline, report.target_files[:100])) or NOTHING,
        "Dry run": "yes" if report.dry_run else "no",
        "Backend": _inline(report.backend),
        "Branch": _inline(report.branch),
        "Result": _inline(report.result),
        "Error": _inline(report.error),
        "Commit": _inline(report.commit),
        "Attempts": str(len(report.attempts)),
        "Autonomous cycles": str(report.autonomous_cycles),
    }
    lines = ["# Self-modify report", "", *(f"- **{name}:** {value}" for name, value in head.items())]
    left = LONGEST_REPORT
    for number, attempt in enumerate(report.attempts):
        section = "\n".join(_attempt(attempt))
        left -= len(section)
        if left < 0:
            lines += [
                "",
                f"{len(report.attempts) - number} further attempts are left out: the report is long enough.",
            ]
            break
        lines.append(section)
    return "\n".join(lines) + "\n"


def _attempt(attempt: ReportAttempt) -> Iterator[str]:
    yield f"\n## Attempt {attempt.number}: {_inline(attempt.phase)}"
    parts = {
        "Error": attempt.error,
        "Reply of the model": attempt.reply,
        "Edits": attempt.edits,
        "Test result": attempt.test_result,
        "Test output": attempt.test_output,
    }
    for name, text in parts.items():
        if text:
            yield f"\n### {name}\n\n{_fenced(text)}"


def _fenced(text: str) -> str:
    """A block that ends where we end it: its fence is longer than any run of backticks in it."""
    body = plain_block(text[:LONGEST_TEXT])
    fence = "`" * max(3, _longest_run(body) + 1)
    cut = f"\n\n(cut: it has {len(text):,} characters)" if len(text) > LONGEST_TEXT else ""
    return f"{fence}text\n{body}\n{fence}{cut}"


def _inline(text: str) -> str:
    """A text in one line that no Markdown in it can leave."""
    line = plain(text.strip(), limit=500)
    if not line:
        return NOTHING
    ticks = "`" * (_longest_run(line) + 1)
    return f"{ticks} {line} {ticks}" if "`" in line else f"`{line}`"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _free(root: str, stem: str) -> str:
    """The stem, with a number where a report of that name stands already."""
    folder = open_folder(root, FOLDER.split("/"))
    try:
        for number in range(1, MOST_NAMESAKES):
            name = stem if number == 1 else f"{stem}-{number}"
            try:
                os.stat(f"{name}.md", dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                return name
        return stem
    finally:
        os.close(folder)
