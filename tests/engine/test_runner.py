"""Jobs of the desk in a thread: watched, cancelled at any moment, one at a time, ended with the console."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from loopview.domain.approval import State
from loopview.domain.edit import Ended, Entered, ModelSaid
from loopview.engine.desk.runner import Busy, Runner
from tests.engine.edit_repository import WITH_MODULO, decide, repository, settings, trusted
from tests.engine.ollama_server import edits, hang, ollama

if TYPE_CHECKING:
    from pathlib import Path

MODULO = "Add modulo operation to calculator"
PATIENCE = 60


class Watched:
    """A runner, and what it told."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.runner = Runner(self._tell)

    def _tell(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def until(self, holds) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, PATIENCE), self.runner.progress


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app")


def begin(watched: Watched, root: Path, tmp_path: Path, host: str) -> str:
    desk = trusted(root, settings(tmp_path, host))
    key = desk.propose(MODULO).id
    decision = decide("start", key, desk.plan(key).digest)
    watched.runner.begin(key, "modulo", lambda: trusted(root, settings(tmp_path, host)).start(key, decision))
    return key


def test_an_edit_is_watched_to_its_end(root, tmp_path):
    watched = Watched()
    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        key = begin(watched, root, tmp_path, server.url)
        watched.until(lambda: not watched.runner.running)
    found = watched.runner.progress
    assert found.ended.state is State.READY, found
    assert [phase.name for phase in found.phases][:3] == ["snapshot", "snapshot", "generate"]
    assert "def modulo" in found.answer
    assert found.said[0].startswith("report: ")
    assert found.over > 0
    assert trusted(root, settings(tmp_path)).find(key).state is State.READY


def test_cancelling_is_on_record_when_the_console_closes(root, tmp_path):
    watched = Watched()
    with ollama(hang) as server:
        key = begin(watched, root, tmp_path, server.url)
        watched.until(lambda: watched.runner.progress.phase == "generate")
        with pytest.raises(Busy):
            watched.runner.begin("other", "another", lambda: pytest.fail("it was made"))
        assert watched.runner.close(PATIENCE)
    assert watched.runner.progress.ended.state is State.CANCELLED
    assert trusted(root, settings(tmp_path)).find(key).state is State.CANCELLED
    assert trusted(root, settings(tmp_path)).recover() == ()


class Scripted:
    """A job of a test's own."""

    said = ()

    def __init__(self, *events: object, fails: Exception | None = None) -> None:
        self.scripted = events
        self.fails = fails
        self.cancelled = threading.Event()

    def events(self):
        yield from self.scripted
        if self.fails:
            raise self.fails

    def cancel(self) -> None:
        self.cancelled.set()


def test_what_refuses_is_its_end():
    watched = Watched()

    def refuses() -> Scripted:
        raise ValueError("no such thing")

    watched.runner.begin("a", "a", refuses)
    watched.until(lambda: not watched.runner.running)
    assert watched.runner.progress.outcome == "ValueError: no such thing"
    watched.runner.begin("b", "b", lambda: Scripted(Entered("x", 0), fails=OSError("gone")))
    watched.until(lambda: not watched.runner.running)
    assert watched.runner.progress.outcome == "OSError: gone"
    assert watched.runner.progress.number == 2


def test_one_that_is_cancelled_before_it_is_there_never_begins():
    watched = Watched()
    go = threading.Event()

    def slow() -> Scripted:
        go.wait(PATIENCE)
        return Scripted(ModelSaid("never"), Ended(State.READY, "never"))

    watched.runner.begin("a", "a", slow)
    watched.runner.cancel()
    go.set()
    watched.until(lambda: not watched.runner.running)
    assert watched.runner.progress.outcome == "cancelled before it began"
    assert watched.runner.progress.answer == ""


def test_a_runner_without_a_job_closes_at_once():
    runner = Runner(lambda: None)
    assert runner.progress is None
    assert runner.close(0)
