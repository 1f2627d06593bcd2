"""The ready questions: what an operator asks without writing SQL, each runnable as it stands.

They are the files of ``store/ready`` and those of the console's own questions that need no row to begin with.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from loopview.store.questions import Question, question_of, questions

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED = (
    "trends", "by_type", "repeat_failures", "duration_outliers", "type_outliers", "triage_effectiveness",
    "failure_groups", "dead_ends", "by_hour", "success_series", "duration_series", "net_lines", "last_pass",
    "activity", "journal_rows", "modifications_by_file", "modifications_by_proposer", "success_without_commit",
    "merged_untested", "missing_cycles", "rejects", "drifted", "unknown_keys", "sources_health",
)  # fmt: skip
"""Questions behind the console's own figures that are asked by name, too."""


@cache
def ready() -> Mapping[str, Question]:
    """Return every ready question by name: those about failures and time first, those about files last."""
    folder = files("loopview.store") / "ready"
    own = {
        item.name.removesuffix(".sql"): item.read_text(encoding="utf-8")
        for item in folder.iterdir()
        if item.name.endswith(".sql")
    }
    found = {name: questions()[name] for name in SHARED}
    found.update({name: question_of(name, text) for name, text in sorted(own.items())})
    return MappingProxyType(found)
