"""What the built-in probes try: a tool, a note in a vault, a memory, a model, an edit. Each says what it found."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from loopview.engine.probes.bench import last_line
from loopview.engine.probes.built_in import model_of
from loopview.engine.probes.refusals import ProbeFailed

if TYPE_CHECKING:
    from loopview.engine.probes.bench import Bench

KEY = "loopview.probe"
"""The key under which facts are stored; its newest value counts."""

_SHELL = ("/bin/sh", "-c")


def tool_use(bench: Bench) -> str:
    """Run a command through the tool runner; only who runs it can know what it computes."""
    runner = bench.settings.probe_runner or _SHELL
    mark, one, other = secrets.token_hex(4), 100 + secrets.randbelow(900), 100 + secrets.randbelow(900)
    ended = bench.command((*runner, f"echo {mark}-$(({one} * {other}))"))
    if f"{mark}-{one * other}".encode() not in ended.output:
        raise ProbeFailed(
            "WrongOutput", f"exit code {ended.code}, not the wanted output: {last_line(ended.output)}"
        )
    return f"{os.path.basename(runner[0])} computed {one} x {other}"


def multistep_planning(bench: Bench) -> str:
    """Write a note, find it again by its marker, take it away: each step in a process of its own."""
    vault = bench.settings.probe_vault or bench.home.folder("vault")
    mark = secrets.token_hex(16)
    name = bench.errand("note", vault, f"loopview-probe-{mark[:8]}.md", mark)
    try:
        found = bench.errand("find", vault, mark)
    except ProbeFailed:
        with suppress(ProbeFailed):
            bench.errand("remove", vault, name)
        raise
    bench.errand("remove", vault, name)
    if found != name:
        raise ProbeFailed("WrongNote", f"the marker was found in {found}, not in {name}")
    return f"wrote {name}, found it by its marker, removed it"


def memory_write(bench: Bench) -> str:
    """Store a fact."""
    _stored(bench)
    return f"stored a fact in {_called(bench)}"


def memory_read(bench: Bench) -> str:
    """Read in another process what was stored last."""
    place, wanted = bench.home.remembered().fact
    if place != _place(bench):
        place, wanted = _stored(bench)
    words = bench.settings.probe_recall
    if words:
        ended = bench.command([word.replace("{key}", KEY) for word in words])
        found = ended.output.decode("utf-8", "replace").strip()
        same = not ended.code and wanted in found
    else:
        found = bench.errand("recall", place, KEY)
        same = found == wanted
    if not same:
        raise ProbeFailed(
            "LostFact", f"{wanted} was stored in {_called(bench)}, and {found[:80] or 'nothing'} was read"
        )
    return f"read the fact that was stored last in {_called(bench)}"


def model(bench: Bench) -> str:
    """Ask the configured model for a word, within its budget."""
    from loopview.guarded.allowance import Budget, Switch
    from loopview.guarded.model import Message, Model, Room
    from loopview.guarded.model_failure import ModelFailure

    settings, switch, name = bench.settings, Switch(), model_of(bench.settings)
    seconds = float(min(bench.probe.timeout, settings.model_seconds))
    began = time.monotonic()
    try:
        asked = Model(
            name,
            settings.model_host,
            Budget(seconds=seconds, silence=min(seconds, float(settings.model_silence)), characters=4_000),
            Room(answer=64),
        )
        with bench.stopper.ending(switch.stop):
            answer = "".join(asked.answer([Message("user", "Answer with one word: ready")], None, switch))
    except ModelFailure as failure:
        raise ProbeFailed(failure.kind, failure.message) from None
    if not answer.strip():
        raise ProbeFailed("EmptyAnswer", f"{name} answered with nothing")
    return f"{name} answered in {time.monotonic() - began:.1f} s"


def self_coding(bench: Bench) -> str:
    """Take a ready patch through the whole pipeline of edits, up to a green candidate, in a scratch repository."""
    from loopview.engine.desk.rehearsal import RehearsalFailed, rehearse

    try:
        return rehearse(bench.scratch, bench.settings.jail_tier, bench.probe.timeout, bench.stopper.ending)
    except RehearsalFailed as failed:
        raise ProbeFailed("NotReady", str(failed)) from None


def lightning_econ(_: Bench) -> str:
    """Nothing: it holds a place."""
    return "placeholder: proves nothing"


def _stored(bench: Bench) -> tuple[str, str]:
    """Store a new fact, and remember where and what it is."""
    place, value = _place(bench), secrets.token_hex(8)
    words = bench.settings.probe_store
    if words:
        ended = bench.command([word.replace("{key}", KEY).replace("{value}", value) for word in words])
        if ended.code:
            raise ProbeFailed("ExitCode", f"exit code {ended.code}: {last_line(ended.output)}")
    else:
        bench.errand("store", place, KEY, value)
    bench.home.remember_fact(place, value)
    return place, value


def _called(bench: Bench) -> str:
    """The memory as a result names it, which the loop can read."""
    settings = bench.settings
    return os.path.basename((settings.probe_store or (settings.probe_memory,))[0]) or "a scratch memory"


def _place(bench: Bench) -> str:
    settings = bench.settings
    if settings.probe_store:
        return " ".join(settings.probe_store)
    return settings.probe_memory or os.path.join(bench.home.folder("memory"), "facts.jsonl")
