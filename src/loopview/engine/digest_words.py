"""A digest in words: one sentence, and sections of lines. Foreign text in them is as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from loopview.engine.digest import Counted, Digest, Put

SHOWN = 50  #: things of one kind that a digest names
LONGEST = 160  #: characters of one foreign text in a line


class Line(NamedTuple):
    """One line of a digest, and what it is about."""

    text: str
    ts: datetime | None = None
    kind: str = ""  #: cycles, attempts, failure, verdict, probe, proposal, modification or decision
    value: str = ""  #: its name there: a fingerprint, a capability, an id


class Section(NamedTuple):
    """Lines of one kind under their heading."""

    title: str
    lines: tuple[Line, ...]


def summary(digest: Digest) -> str:
    """Return what happened in one sentence, without foreign text."""
    if digest.empty:
        return "nothing happened"
    return ", ".join(_parts(digest))


def sections(digest: Digest) -> tuple[Section, ...]:
    """Return what happened, the gravest first; what did not happen has no section."""
    found = (
        Section("Verdict", tuple(_verdicts(digest))),
        Section("Work", tuple(_work(digest))),
        Section("New failures", tuple(_failures(digest, new=True))),
        Section("Failures known before", tuple(_failures(digest, new=False))),
        Section("Probes", tuple(_probes(digest))),
        Section("Proposals", tuple(_put(digest.proposals, "proposal"))),
        Section("Modifications", tuple(_put(digest.modifications, "modification"))),
        Section("Decisions", tuple(_decisions(digest))),
    )
    return tuple(section for section in found if section.lines)


def _parts(digest: Digest) -> Iterator[str]:
    turns = digest.turns
    if turns.turns:
        noun = "cycle" if turns is digest.cycles else "attempt"
        yield f"{counted(turns.turns, noun)}, {turns.failed:,} failed"
    if digest.new_failures:
        yield _at_least(len(digest.new_failures), "new failure")
    if digest.verdicts:
        last = digest.verdicts[-1]
        yield f"{digest.verdict_before or last.before} to {digest.verdict}"
    red = {it.capability for it in digest.probes_turned if it.red}
    if red:
        yield f"{counted(len(red), 'probe')} turned red"
    elif digest.probes:
        yield counted(digest.probes, "probe result")
    if digest.proposals:
        yield _at_least(len(digest.proposals), "proposal")
    if digest.modifications:
        yield _at_least(len(digest.modifications), "modification")
    if digest.decisions:
        yield _at_least(len(digest.decisions), "decision")


def _verdicts(digest: Digest) -> Iterator[Line]:
    if digest.verdict:
        times = f", {digest.streak} in a row" if digest.streak else ""
        same = digest.verdict == digest.verdict_before and not digest.verdicts
        yield Line(f"{digest.verdict}{times}{', as before' if same else ''}", kind="verdict")
    for turn in digest.verdicts:
        number = f" after {turn.number}" if turn.number is not None else ""
        named = f", fingerprint {_short(turn.fingerprint)}" if turn.fingerprint and turn.after == "STALLED" else ""
        yield Line(f"{turn.before} to {turn.after}{number}{named}", turn.ts, "verdict")


def _work(digest: Digest) -> Iterator[Line]:
    for noun, of in (("cycle", digest.cycles), ("attempt", digest.attempts)):
        if of.turns:
            yield Line(_turns(of, noun), kind=f"{noun}s")


def _turns(of: Counted, noun: str) -> str:
    other = of.turns - of.succeeded - of.failed
    words = [counted(of.turns, noun), f"{of.succeeded:,} ok", f"{of.failed:,} failed"]
    words += [f"{other:,} unknown"] if other > 0 else []
    words += [f"{of.net_lines:+,} lines"] if of.net_lines else []
    words += [f"{of.merged:,} merged"] if of.merged else []
    return ", ".join(words)


def _failures(digest: Digest, *, new: bool) -> Iterator[Line]:
    for it in digest.failures:
        if it.new is new:
            about = f" #{_short(it.issue)}" if it.issue else ""
            text = f"{_short(it.fingerprint)} {it.times}x{about} {_short(it.example)}".rstrip()
            yield Line(text, kind="failure", value=it.fingerprint)


def _probes(digest: Digest) -> Iterator[Line]:
    if digest.probes:
        yield Line(counted(digest.probes, "result"), kind="probe")
    for it in digest.probes_turned:
        yield Line(
            f"{_short(it.capability)} {'turned red' if it.red else 'recovered'}", it.ts, "probe", it.capability
        )


def _put(put: tuple[Put, ...], kind: str) -> Iterator[Line]:
    for it in put:
        yield Line(f"{_short(it.id)} {_short(it.title)} ({_short(it.state) or 'no state'})", it.ts, kind, it.id)


def _decisions(digest: Digest) -> Iterator[Line]:
    for it in digest.decisions:
        yield Line(f"{_short(it.name)} {it.outcome} {_short(it.text)}".rstrip(), it.ts, "decision", it.name)
    if digest.problem:
        yield Line(digest.problem, kind="decision")


def span_words(length: timedelta) -> str:
    """Return a time in its two largest units: 3d 4h, 2h 5m, 59m."""
    minutes = int(length.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes % 60}m" if hours else f"{minutes}m"


def _at_least(number: int, noun: str) -> str:
    """Say a figure of things that are named one by one: of more than that nobody knows the number."""
    return counted(number, noun) if number < SHOWN else f"{number} or more {noun}s"


def _short(text: str) -> str:
    line = " ".join(text[: LONGEST * 4].split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
