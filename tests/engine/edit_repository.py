"""A small repository with a loop, its tests, and somebody to decide: what the tests of the desk work in."""

from __future__ import annotations

import secrets
import subprocess
from difflib import unified_diff
from typing import TYPE_CHECKING

from loopview.config import Settings
from loopview.domain.approval import Decision, State
from loopview.domain.edit import Ended, Event
from loopview.engine.desk.desk import Desk
from tests.engine.ollama_server import edits, ollama

if TYPE_CHECKING:
    from pathlib import Path

    from loopview.engine.desk.run import Run

CALCULATOR = '''"""A calculator."""


class Calculator:
    """Does sums."""

    def add(self, a: float, b: float) -> float:
        """Add."""
        return a + b
'''

TESTS = """from calculator import Calculator


def test_it_adds():
    assert Calculator().add(2, 3) == 5
"""

WITH_MODULO = (
    CALCULATOR
    + '''
    def modulo(self, a: int, b: int) -> int:
        """What is left of a division."""
        return a % b
'''
)

BROKEN_ADD = CALCULATOR.replace("a + b", "a - b")
BAD_SYNTAX = CALCULATOR.replace("return a + b", "return a +")


PATCH = "".join(
    unified_diff(
        CALCULATOR.splitlines(keepends=True),
        WITH_MODULO.splitlines(keepends=True),
        "a/calculator.py",
        "b/calculator.py",
    )
)


def git(root: Path, *words: str) -> str:
    """What git says, with nothing of this machine's configuration."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Founder", "GIT_AUTHOR_EMAIL": "founder@example.org",
        "GIT_COMMITTER_NAME": "Founder", "GIT_COMMITTER_EMAIL": "founder@example.org",
    }  # fmt: skip
    done = subprocess.run(["git", "-C", root, *words], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def repository(root: Path) -> Path:
    """A repository on main with one commit, a loop directory that git ignores, and uncommitted work."""
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    (root / "calculator.py").write_text(CALCULATOR)
    (root / "notes.md").write_text("as committed\n")
    (root / "tests").mkdir()
    (root / "tests" / "test_calculator.py").write_text(TESTS)
    (root / ".gitignore").write_text(".loop/\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "begin")
    (root / ".loop").mkdir()
    (root / ".loop" / "journal.jsonl").write_text('{"iteration": 1, "gate": "pass", "action": "begin"}\n')
    (root / "notes.md").write_text("uncommitted work\n")
    (root / "scratch.txt").write_text("untracked work\n")
    return root


def settings(tmp_path: Path, host: str = "http://127.0.0.1:9", **more: object) -> Settings:
    """Settings of an operator with a model at ``host``."""
    given = {
        "state_dir": str(tmp_path / "state"), "cache_dir": str(tmp_path / "cache"), "model": "scripted",
        "model_host": host, "operator": "Olga Operator <olga@example.org>", "edit_rounds": 0, "test_seconds": 60,
    }  # fmt: skip
    return Settings(**{**given, **more})


def decide(gate: str, key: str, digest: str, *, typed: str | None = None, **more: object) -> Decision:
    """A decision as a front end makes one from typed keys."""
    return Decision(
        gate, key, digest, digest[:8] if typed is None else typed, "olga", "here", "/dev/pts/7",
        "2026-06-26T14:05:44+00:00", secrets.token_hex(16), **more,
    )  # fmt: skip


def trusted(root: Path, chosen: Settings) -> Desk:
    """The desk of a repository that is trusted."""
    desk = Desk(str(root), chosen)
    if desk.office.trusted() is None:
        desk.trust(decide("trust", "", "", typed="trust"))
    return desk


def started(desk: Desk, key: str, **more: object) -> Run:
    """Pass gate 1."""
    return desk.start(key, decide("start", key, desk.plan(key).digest), **more)


def ended(run: Run) -> Ended:
    """Let a run come to its end."""
    events: list[Event] = list(run.events())
    assert isinstance(events[-1], Ended), events
    return events[-1]


def merged(desk: Desk, key: str, **more: object):
    """Pass gate 2."""
    return desk.merge(key, decide("merge", key, desk.offer(key).digest, **more))


def ready(
    root: Path, tmp_path: Path, wanted, instruction: str = "Add modulo operation to calculator"
) -> tuple[Desk, str]:
    """A desk with an edit that waits for gate 2."""
    with ollama(edits(wanted)) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(instruction).id
        end = ended(started(desk, key))
        assert end.state is State.READY, end
    return trusted(root, settings(tmp_path)), key
