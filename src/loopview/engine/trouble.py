"""What is known of a trouble, gathered from the store: its text, its fingerprint, what was tried against it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from loopview.domain.counted import counted
from loopview.domain.trouble import Facts, NoTrouble, Sought, Trouble
from loopview.engine.dash_view import term
from loopview.engine.detail import tried_under
from loopview.engine.failures import load_members
from loopview.engine.headline import verdict_of
from loopview.store.page import View

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from loopview.engine.failures import Failure, Grouping
    from loopview.store.reader import Reader

SAID = 6  #: rows that are told beside the newest failure
TRIED = 10  #: actions that are told
_PLAIN = re.compile(r"#?[A-Za-z0-9][\w.:/-]{0,47}", re.ASCII)
"""What a name looks like that may stand among our own words: nothing that reads as a sentence."""

SEVERITIES = ("high", "medium", "low", "info")


def gather(reader: Reader, sought: Sought, *, threshold: int, now: datetime) -> Facts:
    """Return what is known of a trouble; raises `NoTrouble` when there is none of that name."""
    if sought.kind is Trouble.STALL:
        return _stall(reader, threshold)
    if sought.kind is Trouble.RECOMMENDATION:
        return _recommendation(reader, sought, now)
    return _GATHER[sought.kind](reader, sought)


def _stall(reader: Reader, threshold: int) -> Facts:
    verdict, _from_cycles = verdict_of(reader, threshold)
    if verdict is None or not verdict.stalled:
        raise NoTrouble(f"the loop is not stalled: {verdict.reason if verdict else 'it has no rows yet'}")
    facts = _failure(reader, Sought(Trouble.FAILURE, verdict.fingerprint))
    return facts._replace(
        sought=Sought(Trouble.STALL),
        title=f"Stalled: {facts.title}",
        goal=f"The loop is stalled: {verdict.stall_count} attempts in a row failed with fingerprint "
        f"{_name(verdict.fingerprint)}. Find the cause of the failure below and mend it.",
    )


def _failure(reader: Reader, sought: Sought) -> Facts:
    found = load_members(reader, "fingerprint", sought.name, since=None, as_of=None)
    if not found.failures or not sought.name:
        raise NoTrouble(f"no failure has the fingerprint {sought.name}; `:failures` lists them")
    newest = found.failures[0]
    count = len(found.failures)
    return Facts(
        sought,
        _headline(newest),
        f"{counted(count, 'failure')} with fingerprint {_name(sought.name)}{_issues(found.failures)}. "
        "Find the cause of the failure below and mend it.",
        newest.text,
        dead_ends=found.dead_ends,
        tried=_tried(reader, sought.name, {action for action, _ in found.dead_ends}),
    )


def _probe(reader: Reader, sought: Sought) -> Facts:
    names = ("success", "details", "error_type", "ts", "placeholder")
    page = reader.page(View("probes", names, where=_exactly("capability", sought.name)), 0)
    rows = [dict(zip(names, row, strict=True)) for row in page.rows]
    if not rows or rows[0]["success"] is not False:
        raise NoTrouble(f"the newest result of the probe {sought.name} is no failure; `loopview health` shows all")
    streak = next((at for at, row in enumerate(rows) if row["success"] is not False), len(rows))
    return Facts(
        sought,
        f"The probe {sought.name} fails",
        f"The probe {_name(sought.name)} failed {counted(streak, 'time')} in a row. Find the cause and mend it.",
        "\n".join(str(rows[0][name]) for name in ("error_type", "details") if rows[0][name]),
        said=(sought.name, *(f"{row['ts'] or '-'}: {row['details'] or ''}" for row in rows[1 : min(streak, SAID)])),
    )


def _recommendation(reader: Reader, sought: Sought, now: datetime) -> Facts:
    from loopview.engine.history import introspect

    found: Any = introspect(reader, now)["recommendations"]
    ordered = sorted(found, key=lambda it: SEVERITIES.index(it["severity"]))
    if not sought.name.isdecimal() or not 1 <= int(sought.name[:6]) <= len(ordered):
        raise NoTrouble(f"there are recommendations 1 to {len(ordered)}; `loopview introspect` shows them")
    advice = ordered[int(sought.name) - 1]
    by, value = _concerned(advice)
    failures = load_members(reader, by, value, since=None, as_of=None).failures if by else ()
    return Facts(
        sought,
        advice["finding"],
        "Act on the recommendation that is quoted below, as far as a change of the code can.",
        failures[0].text if failures else "",
        said=(f"{advice['finding']}. {advice['recommendation']}", *map(_line, failures[:SAID])),
        dead_ends=_ends(reader, failures),
    )


def _concerned(advice: dict[str, str]) -> tuple[Grouping, str] | tuple[None, str]:
    """What the failures have in common that a recommendation speaks of, taken from its own fixed wording."""
    finding, category = advice["finding"], advice["category"]
    if category == "repeat_failure" and (issue := re.match(r"Issue #(.+) has failed ", finding, re.DOTALL)):
        return "issue", issue[1]
    if category.startswith("type_") and (kind := re.match(r"'(.*)' issues ", finding, re.DOTALL)):
        return "type", kind[1]
    return None, ""


def _outlier(reader: Reader, sought: Sought) -> Facts:
    if not sought.name.isdecimal():
        raise NoTrouble("which cycle? name its number")
    names = ("cycle", "duration", "type", "issue", "success", "reason", "notes")
    page = reader.page(View("cycles", names, where=f"cycle:{int(sought.name[:18])}"), 0, 1)
    if not page.rows:
        raise NoTrouble(f"there is no cycle {sought.name}")
    row = dict(zip(names, page.rows[0], strict=True))
    usual = {it["type"]: it["p50"] for it in reader.ask("by_type", since=None).records()}
    seconds, median = row["duration"], usual.get(row["type"])
    took = f"took {seconds:.0f} s" if isinstance(seconds, float) else "took a time that is not recorded"
    beside = f", where half of its type take at most {median:.0f} s" if isinstance(median, float) else ""
    return Facts(
        sought,
        f"Cycle {sought.name} {took}",
        f"Cycle {sought.name} {took}{beside}. Find what it waited for or repeated; make that quicker, or bound it.",
        str(row["reason"] or ""),
        said=tuple(
            f"{name}: {row[name]}" for name in ("type", "issue", "notes") if row[name] not in (None, "", "0")
        ),
    )


def _issue(reader: Reader, sought: Sought) -> Facts:
    failures = load_members(reader, "issue", sought.name, since=None, as_of=None).failures
    if not failures or not sought.name:
        raise NoTrouble(f"no failure is recorded for issue #{sought.name}")
    return Facts(
        sought,
        f"Set issue #{sought.name} aside, or mend what it fails on",
        f"Issue {_name('#' + sought.name)} failed {counted(len(failures), 'time')}. Set it aside, or mend the "
        "cause below. The list of issues set aside is the loop's own: the loop reads this proposal, and no edit of "
        "code changes that list.",
        failures[0].text,
        said=(f"issue #{sought.name}", *map(_line, failures[:SAID])),
        dead_ends=_ends(reader, failures),
    )


_GATHER: dict[Trouble, Callable[[Reader, Sought], Facts]] = {
    Trouble.FAILURE: _failure,
    Trouble.PROBE: _probe,
    Trouble.OUTLIER: _outlier,
    Trouble.ISSUE: _issue,
}


def _exactly(column: str, value: str) -> str:
    if '"' in value:
        raise NoTrouble(f"nothing can be looked up under {value}")
    return term(column, value)


def _headline(failure: Failure) -> str:
    from loopview.engine.failures import signal_line

    return signal_line(failure.text)[:160] or f"failure {failure.fingerprint}"


def _issues(failures: tuple[Failure, ...]) -> str:
    named = sorted({failure.issue for failure in failures if _PLAIN.fullmatch(failure.issue)} - {"0"})
    return f", on issue{'s' if len(named) > 1 else ''} {', '.join(f'#{it}' for it in named[:5])}" if named else ""


def _name(name: str) -> str:
    """A name among our own words; one that is more than a plain word stays out of them."""
    return name if _PLAIN.fullmatch(name) else "(its name is quoted below)"


def _tried(reader: Reader, fingerprint: str, known: set[str]) -> tuple[str, ...]:
    found = (it for it in tried_under(reader, fingerprint) if it.action and it.action not in known)
    return tuple(f"{it.action} ({it.gate or 'no gate'})" for it in found)[:TRIED]


def _ends(reader: Reader, failures: tuple[Failure, ...]) -> tuple[tuple[str, int], ...]:
    """Dead ends of the newest failure that has a fingerprint."""
    fingerprint = next((failure.fingerprint for failure in failures if failure.fingerprint), "")
    rows = reader.ask("dead_ends", fingerprint=fingerprint).records() if fingerprint else []
    return tuple((str(row["action"]), int(str(row["n"]))) for row in rows)


def _line(failure: Failure) -> str:
    from loopview.engine.failures import signal_line

    number = "?" if failure.number is None else failure.number
    return f"{failure.kind} {number}, {failure.gate}: {failure.action or signal_line(failure.text)}"
