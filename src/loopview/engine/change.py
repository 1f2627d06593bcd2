"""What a commit changed, line by line, and what changed since the last pass. Only guarded git is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.patch import PatchRefused
from loopview.domain.review import ReviewLine, review_history
from loopview.engine.since import UNKNOWN_TO_GIT
from loopview.guarded import git
from loopview.store.page import PAGE_ROWS, View

if TYPE_CHECKING:
    from loopview.engine.detail import Detail
    from loopview.store.reader import Reader


class Span(NamedTuple):
    """Which change is meant; commits as records name them: foreign."""

    old: str = ""  #: empty: the first parent of ``new``
    new: str = ""  #: empty: HEAD
    problem: str = ""  #: why there is nothing to compare, or nothing


class ReadChange(NamedTuple):
    """A change as lines, or why there are none."""

    old: str
    new: str
    lines: tuple[ReviewLine, ...]
    problem: str  #: one sentence, foreign; empty when all is well

    @property
    def title(self) -> str:
        """Between which commits."""
        return f"{self.old[:7]}..{self.new[:7]}" if self.old else f"commit {self.new[:7]}"


def read_change(root: str, span: Span, *, context: int = 3) -> ReadChange:
    """Return every line of a change; of one that is too long, or cannot be read, why there is none."""
    try:
        new = span.new or git.head(root).commit
        if span.problem or not new:
            return ReadChange(span.old, new, (), span.problem or "there is no commit yet")
        if span.old:
            lines = review_history(git.diff(root, span.old, new, context=context))
        else:
            lines = review_history(git.commit_diff(root, new, context=context))
    except git.GitFailed as failure:
        unknown = any(words in str(failure) for words in (*UNKNOWN_TO_GIT, "bad object"))
        why = "a commit of it is not in this repository" if unknown else str(failure)
        return ReadChange(span.old, span.new, (), f"this change cannot be shown: {why}")
    except PatchRefused as refused:
        return ReadChange(span.old, span.new, (), f"this change cannot be shown line by line: {refused}")
    return ReadChange(span.old, new, lines, "" if lines else "nothing was changed")


def change_of(detail: Detail) -> Span:
    """Return the commit that was recorded with a record."""
    return Span("", detail.commit, "" if detail.commit else "no commit is recorded with it")


def change_since_pass(reader: Reader, detail: Detail) -> Span:
    """Return the way from the commit of the last pass before a record to its own commit, or to HEAD without one."""
    attempt = detail if detail.table == "attempts" else detail.joined
    passed = _last_pass(reader, attempt)
    if not passed:
        return Span("", detail.commit, "no earlier attempt that passed names a commit")
    return Span(passed, detail.commit)


def _last_pass(reader: Reader, attempt: Detail | None) -> str:
    """The commit of the newest attempt that passed, before ``attempt`` in its file if there is one."""
    view = View("attempts", ("commit",), where="ok")
    start = 0
    while True:
        page = reader.page(view, start, PAGE_ROWS)
        for place, (commit,) in zip(page.places, page.rows, strict=True):
            named = str(commit or "").strip(" -")
            earlier = attempt is None or place.source != attempt.place.source or place.line < attempt.place.line
            if named and earlier:
                return named
        start += PAGE_ROWS
        if start >= page.total:
            return ""
