"""A compact text for a loop's next prompt: where it stands, what to avoid, what was tried, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.domain.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopview.engine.since import Since
    from loopview.engine.snapshot import LoopStatus

LONGEST = 200  #: characters of one field: a prompt has better uses for its room

ADVICE = {
    "continue": "Go on.",
    "switch-strategy": "Change the strategy: do something that has not been tried under this failure.",
    "escalate": "Stop trying variations. Ask a human, or set this issue aside.",
}


def resume_lines(found: LoopStatus, changed: Since, *, count: int = 5) -> Iterator[str]:
    """The block, line by line, with the newest ``count`` attempts (or cycles, where there is no journal)."""
    verdict = found.judged.verdict
    yield f"Loop state: {verdict.verdict}. {verdict.reason}"
    yield f"Do next: {ADVICE[verdict.recommend]}"
    if verdict.dead_ends:
        yield "Do not repeat, these failed more than once under this failure:"
        yield from (f"- {_short(action)}" for action in verdict.dead_ends[:20])
    yield from (f"Note ({stance.kind}): {stance.sentence}" for stance in found.stances)
    yield from _attempts(found, count)
    yield from _changes(changed)


def resume_document(found: LoopStatus, changed: Since, *, count: int = 5) -> dict[str, object]:
    """The same as JSON values."""
    verdict = found.judged.verdict
    fields = (
        "iteration",
        "action",
        "hypothesis",
        "gate",
        "fingerprint",
        "note",
        "next_action",
        "blocked_reason",
        "ts",
    )
    attempts = [
        {name: row.values[name] for name in fields if row.values[name] is not None}
        for row in found.attempts[-count:]
    ]
    return {
        **verdict.as_dict(),
        "advice": ADVICE[verdict.recommend],
        "stances": [{"kind": stance.kind, "sentence": stance.sentence} for stance in found.stances],
        "attempts": attempts,
        "since": changed.as_dict(),
    }


def _attempts(found: LoopStatus, count: int) -> Iterator[str]:
    if found.attempts:
        yield f"Last {counted(min(count, len(found.attempts)), 'attempt')}, newest last:"
        yield from (_attempt(row.values) for row in found.attempts[-count:])
    elif found.cycles:
        yield f"Last {counted(min(count, len(found.cycles)), 'cycle')}, newest last:"
        yield from (_cycle(row.values) for row in found.cycles[-count:])


def _attempt(values: Mapping[str, object]) -> str:
    tried = _short(values["action"]) or "no action named"
    why = f" (because {_short(values['hypothesis'])})" if values["hypothesis"] else ""
    note = f"; {_short(values['note'])}" if values["note"] else ""
    return f"- #{_number(values['iteration'])} {values['gate'] or 'no gate'}: {tried}{why}{note}"


def _cycle(values: Mapping[str, object]) -> str:
    outcome = "ok" if values["success"] is True else "failed"
    outcome = "unknown" if values["success"] is None else outcome
    issue = f" issue {values['issue']}" if values["issue"] not in (None, "", "0") else ""
    reason = f": {_short(values['reason'])}" if values["reason"] else ""
    return f"- cycle {_number(values['cycle'])} {outcome}, {values['type'] or 'unknown'}{issue}{reason}"


def _number(value: object) -> object:
    return "-" if value is None else value


def _changes(changed: Since) -> Iterator[str]:
    if changed.head is None:
        return
    if changed.start and not changed.problem:
        added, removed = changed.lines
        yield f"Since the last recorded attempt: {changed.extent}, +{added} -{removed} lines."
    tree = changed.worktree
    if tree.changed or tree.untracked:
        names = [change.path for change in tree.changed] + list(tree.untracked)
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")  # noqa: PLR2004
        yield f"Not committed: {_short(shown)}"
    else:
        yield "The work tree is clean."


def _short(text: object) -> str:
    words = " ".join(str(text or "").split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
