"""The two gates in a real terminal, by somebody who tries to get the wrong thing through them."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from gate_console import CTRL_Q, ENTER, ESCAPE, PROMPT, Place
from hostile import MODERATE
from pty_console import assert_only_known_sequences

from loopview.domain.approval import State
from tests.engine.edit_repository import WITH_MODULO, git
from tests.engine.ollama_server import edits, hang, ollama

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate_console import Terminal

MODULO = "Add modulo operation to calculator"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str, Terminal]]:
    """A place with an edit that is ready, its name, and a console on it: whoever uses them leaves them so."""
    place = Place(tmp_path_factory.mktemp("offered"))
    key = place.ready({"calculator.py": WITH_MODULO})
    with place.console() as console:
        yield place, key, console


@pytest.fixture
def console(offered: tuple[Place, str, Terminal]) -> Iterator[Terminal]:
    """The console of what is offered, with the cursor on it."""
    console = offered[2]
    console.press(ESCAPE, "6", "g")
    console.wait_text("▲ ready")
    yield console
    assert console.process.poll() is None


def paste(text: str) -> bytes:
    return b"\x1b[200~" + text.encode() + b"\x1b[201~"


def test_from_a_proposal_of_the_loop_to_a_merged_commit(tmp_path):
    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        place = Place(tmp_path, server.url)
        place.tell(id="P-1", title="modulo", description=MODULO, priority="high")
        before = git(place.root, "rev-parse", "main")
        with place.console() as console:
            console.wait_text("not trusted yet")
            console.press("a")
            console.wait_text("Trust this repository")
            console.read()
            console.type("trust")
            console.press(ENTER)
            console.wait_text("Gate 1: start this edit")
            assert "olga" not in console.shown.lower(), "nothing of the operator's settings but what will run"
            console.confirm()
            console.wait_text("▲ ready")
            assert git(place.root, "rev-parse", "main") == before
            console.press("a")
            console.wait_text("Gate 2: merge this change")
            console.confirm()
            console.wait_text("✓ merged")
            console.press(CTRL_Q)
            assert console.wait() == 0
            assert_only_known_sequences(console.output)
    assert git(place.root, "rev-parse", "main^") == before
    assert (place.root / "calculator.py").read_text() == WITH_MODULO
    decision = place.desk().find("P-1").standing.decision
    assert decision.tty.startswith("/dev/pts/")


def test_what_no_hand_typed_opens_nothing(offered, console):
    place, key, _ = offered
    digest = place.desk().find(key).standing.digest[:8]
    before = git(place.root, "for-each-ref")
    console.send(b"a" + digest.encode() + b"\r")  # typed ahead, and in one go: it is for the screen below
    console.settle()
    console.press(ESCAPE, ESCAPE, "6", "a")
    console.wait_text("Gate 2: merge this change")
    console.type(digest)  # before it was read, and without a quiet second
    console.press(ENTER)
    assert "Gate 2: merge this change" in console.shown
    console.read()
    console.send(paste(digest))
    console.settle()
    assert "a paste does not count" in console.shown
    console.wait_text(PROMPT)
    console.send(digest.encode() + b"\r")  # a paste without its marks, or a program
    console.settle()
    assert "faster than anybody types" in console.shown
    console.wait_text(PROMPT)
    console.press("y")  # no single key
    console.press(ENTER)
    assert "that is not it" in console.shown
    console.press(ENTER)  # nothing typed: cancel
    console.wait_text("Queue")
    assert git(place.root, "for-each-ref") == before
    assert place.standing(key) is State.READY


def test_a_gate_closes_when_what_it_rests_on_changes(offered, console):
    place, key, _ = offered
    main = git(place.root, "rev-parse", "main")
    place.tell(id="P-1", title="modulo", description=MODULO, priority="high")
    console.wait_text("? waiting   modulo")
    console.press("j", "a")
    console.wait_text("Gate 1: start this edit")
    place.tell(id="P-1", title="modulo", description="delete everything")  # swapped under the open dialog
    closes(console, "not what was shown")
    console.press("k", "a")
    console.wait_text("Gate 2: merge this change")
    git(place.root, "commit", "-q", "--allow-empty", "-m", "elsewhere")  # moved under the open dialog
    closes(console, "has moved on")
    console.press("r")
    console.wait_text("stale")
    console.press("a")
    console.wait_text("R starts it again")
    assert place.standing(key) is State.READY
    assert git(place.root, "log", "-1", "--format=%s", "main") == "elsewhere"
    git(place.root, "update-ref", "refs/heads/main", main)


def closes(console: Terminal, why: str) -> None:
    """Wait until a dialog closes by itself, and says why."""
    console.wait_until(lambda: why in said(console), "the gate to close by itself")
    assert "nothing was decided" in said(console), console.shown
    assert "Queue" in console.shown


def said(console: Terminal) -> str:
    """What the notices say, as one line."""
    return " ".join(line.partition("▌")[2].strip() for line in console.lines if "▌" in line)


def test_a_tiny_terminal_reads_and_rejects_and_confirms_nothing(offered, console):
    place, key, _ = offered
    place.tell(id="P-9", title="divide", description="divide by hand", priority="critical")
    console.wait_text("? waiting   divide")
    console.resize(45, 30)
    console.settle()
    console.press("a")
    console.wait_text("too few to review")
    console.resize(100, 40)
    console.settle()
    console.press("a")
    console.wait_text("Gate 2: merge this change")
    console.resize(50, 14)
    console.wait_until(lambda: "Gate 2" not in console.shown, "the gate to close")
    console.settle()
    console.press("j", "x")
    console.wait_text("enter decides")
    console.press(ENTER)  # a reason is missing
    console.type("use divmod")
    console.press(ENTER)
    console.wait_until(lambda: place.standing("P-9") is State.REJECTED, "the refusal on record")
    console.resize(100, 40)
    assert place.standing(key) is State.READY
    assert "use divmod" in (place.root / ".loop/proposals.jsonl").read_text()


def test_a_second_console_sees_who_is_at_work_and_a_kill_is_an_interruption(tmp_path):
    with ollama(hang) as server:
        place = Place(tmp_path, server.url)
        place.desk()
        place.tell(id="P-1", title="modulo", description=MODULO)
        with place.console() as first:
            first.press("a")
            first.wait_text("Gate 1")
            first.confirm()
            first.wait_text("P-1: generate (6)")
            first.wait_text("Leaving this screen is safe")
            with place.console() as second:
                second.wait_text(f"in progress by process {first.process.pid}")
                second.wait_text("● running")
                second.press("x")
                second.wait_text("enter decides")
                second.type("no!")
                second.press(ENTER)
                second.wait_until(lambda: "in progress by" in said(second), "the refusal")
            os.kill(first.process.pid, signal.SIGKILL)
            first.process.wait()
        newest = place.desk().office.ledger.records()[-1].event
        assert newest != "interrupted", "not on record before a console says so"
        with place.console() as third:
            third.wait_text("was interrupted; nothing was published")
            third.wait_text("■ interrupt")
    assert place.desk().office.ledger.records()[-1].event == "interrupted"


def test_hostile_text_stays_behind_the_gutter(place):
    written = "\n".join(MODERATE[number] for number in (25, 30, 33, 35, 36, 37, 38, 40, 41, 46)) + "\n"
    key = place.ready({"doc.txt": written})
    text = "\n".join(MODERATE.values())
    place.tell(
        id="P-1", title=MODERATE[1] + MODERATE[28], description=text, proposer=MODERATE[2], files=[MODERATE[35]]
    )
    with place.console(size=(110, 50)) as console:
        console.wait_text("▲ ready")
        console.press("a")
        console.wait_text("Gate 2: merge this change")
        paged(console)
        console.press(ESCAPE)
        console.wait_text("Queue")
        console.press("j", "i", "G", "i", "a")
        console.wait_text("Gate 1: start this edit")
        assert paged(console) > 2, "what is long is read to its end"
        console.press(ESCAPE)
        console.wait_text("Queue")
        console.press("x")
        console.wait_text("enter decides")
        console.press(ESCAPE)
        console.press(CTRL_Q)
        assert console.wait() == 0
        assert_only_known_sequences(console.output)
    assert place.standing("P-1") is State.PROPOSED
    assert place.standing(key) is State.READY


def paged(console: Terminal) -> int:
    """Read a gate to its end, each page within its frame; returns how many pages it had."""
    console.wait_until(lambda: "space goes on" in console.shown or PROMPT in console.shown, "the foot")
    pages = 1
    while "space goes on" in console.shown:
        body = [line for line in console.lines[1:-5] if line.strip(" │▁▂▃▄▅▆▇█")]
        assert all(line.startswith(("│ ", "╭", "╰")) for line in body), console.shown
        console.press(" ")
        pages += 1
    return pages
