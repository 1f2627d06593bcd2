"""The report of a run: every header line, and foreign text that cannot leave its fence."""

from __future__ import annotations

import os
import re

import pytest
from markdown_it import MarkdownIt

from loopview.guarded.append import AppendRefused
from loopview.modify.report import LONGEST_REPORT, ReportAttempt, RunReport, rendered, slug, write_report
from loopview.text import plain_block
from tests.data.hostile import MODERATE

RUN = RunReport(
    "2026-06-24T10:11:12Z", "Add modulo operation to calculator!", ("src/calculator.py",), True, "ollama/qwen3:4b",
    "main", "failed", "tests failed", "", (ReportAttempt(1, "parse_edits", "no edits", "reply", "-a\n+b", "red", "E"),), 2,
)  # fmt: skip
BREAKOUTS = (
    "```\n# free\n```", "````\n# free\n", "~~~\n# free", "`" * 5000 + "\n# free", "```\r# free", "a\r\n```\r\n# free",
    "</pre><script>x</script>", "| a |\n|---|", "* item", "[x](file:///etc/passwd)", "` code ` # x", "``", "`", "\\`", "    # x",
)  # fmt: skip


def test_a_report_has_every_line_and_a_speaking_name(tmp_path):
    label = write_report(str(tmp_path), RUN)
    assert label == ".loop/reports/20260624_101112_add-modulo-operation-to-calculator.md"
    text = (tmp_path / label).read_text(encoding="utf-8")
    names = ["Instruction", "Target files", "Dry run", "Backend", "Branch", "Result", "Error", "Commit", "Attempts"]
    assert re.findall(r"^- \*\*(.+?):\*\*", text, re.MULTILINE) == [*names, "Autonomous cycles"]
    assert "- **Dry run:** yes\n- **Backend:** `ollama/qwen3:4b`\n" in text
    assert "- **Commit:** —\n- **Attempts:** 1\n- **Autonomous cycles:** 2\n" in text
    assert "## Attempt 1: `parse_edits`" in text
    assert "### Edits\n\n```text\n-a\n+b\n```" in text


def test_two_reports_of_one_second_are_two_files(tmp_path):
    labels = [write_report(str(tmp_path), RUN) for _ in range(3)]
    assert len(set(labels)) == 3
    assert sorted(os.listdir(tmp_path / ".loop/reports")) == sorted(map(os.path.basename, labels))


@pytest.mark.parametrize(
    "instruction", ["", "../../etc/passwd", "日本語", "a/b\0c\n", "x" * 5000, ". .", *MODERATE.values()]
)
def test_no_instruction_leaves_the_folder(tmp_path, instruction):
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", slug(instruction))
    label = write_report(str(tmp_path), RUN._replace(instruction=instruction, time="garbage"))
    assert os.listdir(tmp_path / ".loop/reports") == [os.path.basename(label)]


@pytest.mark.parametrize("text", [*BREAKOUTS, *MODERATE.values()])
def test_no_text_leaves_its_fence(text):
    attempt = ReportAttempt(1, text, text, text, text, text, text)
    written = rendered(RunReport("", text, (text, text), False, text, text, text, text, text, (attempt,), 0))
    assert plain_block(written) + "\n" == written
    tokens = MarkdownIt("commonmark").parse(written)
    kinds = [token.type for token in tokens if token.nesting >= 0]
    heading = ["heading_open", "inline"]
    body = [*heading, "fence"] * (5 if text else 0)
    items = ["list_item_open", "paragraph_open", "inline"] * 10
    assert kinds == [*heading, "bullet_list_open", *items, *heading, *body]
    inside = {child.type for token in tokens for child in token.children or ()}
    assert inside <= {"text", "code_inline", "strong_open", "strong_close"}


def test_a_report_has_a_bound():
    attempt = ReportAttempt(1, "complete", reply=("`" + "x" * 298 + "\n") * 10_000)
    written = rendered(RUN._replace(attempts=(attempt,) * 200))
    assert len(written) < LONGEST_REPORT + 10_000
    assert "cut: it has 3,000,000 characters" in written
    assert "further attempts are left out" in written


def test_a_link_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".loop").symlink_to("elsewhere")
    with pytest.raises(AppendRefused):
        write_report(str(tmp_path), RUN)
    assert os.listdir(tmp_path / "elsewhere") == []
