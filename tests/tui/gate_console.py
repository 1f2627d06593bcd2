"""A repository with proposals, a scripted model, and the console on it in a real terminal, as an operator has it."""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pty_console import PtyConsole

from loopview.engine.desk.desk import Desk
from tests.engine.edit_repository import ended, repository, settings, started, trusted
from tests.engine.ollama_server import edits, ollama

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loopview.domain.approval import State

ENTER, ESCAPE, CTRL_X, CTRL_Q = "\r", "\x1b", "\x18", "\x11"
RHYTHM = 0.012
"""Seconds between two keys, at least: faster than fingers, and slow enough to pass for them."""

PROMPT = "> ▏"
"""What the foot of a gate says once what is typed counts."""


class Place:
    """One repository with its operator's home."""

    def __init__(self, tmp_path: Path, host: str = "http://127.0.0.1:9") -> None:
        self.home = tmp_path / "home"
        self.root = repository(tmp_path / "app")
        self.state = self.home / ".local/state/loopview"
        self.host = host
        folder = self.home / ".config/loopview"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(
            f'model = "scripted"\nmodel_host = "{host}"\noperator = "Olga Operator <olga@example.org>"\n'
            "edit_rounds = 0\ntest_seconds = 60\n"
        )

    def desk(self, host: str = "", *, trust: bool = True) -> Desk:
        """The desk that the console sees, from outside."""
        chosen = settings(self.home, host or self.host, state_dir=str(self.state))
        return trusted(self.root, chosen) if trust else Desk(str(self.root), chosen)

    def tell(self, **line: object) -> None:
        """A line of the loop's own proposals."""
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        with (self.root / ".loop/proposals.jsonl").open("a") as file:
            file.write(json.dumps({"timestamp": stamp, **line}) + "\n")

    def ready(self, wanted: dict[str, object], instruction: str = "Add modulo operation to calculator") -> str:
        """Bring an edit to where gate 2 waits for it; returns its name."""
        with ollama(edits(wanted)) as server:
            desk = self.desk(server.url)
            key = desk.propose(instruction).id
            end = ended(started(desk, key))
        assert end.offer is not None, end
        return key

    def standing(self, key: str) -> State:
        """Where a proposal stands."""
        return self.desk(trust=False).find(key).state

    @contextmanager
    def console(self, *, size: tuple[int, int] = (100, 40), screen: str = "6") -> Iterator[Terminal]:
        """The console on it, with a screen in front."""
        with Terminal(self.root, size=size, home=self.home) as found:
            found.wait_until(lambda: "LOADING" not in found.shown and "LIVE" in found.shown, "the console")
            found.press(screen)
            found.wait_text("Queue")
            yield found


class Terminal(PtyConsole):
    """The console, and the hand at it."""

    def type(self, text: str) -> None:
        """Type one key after another, as fingers do: the next one when the console has taken the one before."""
        for key in text:
            self.send(key.encode())
            calm, soonest = 0, time.monotonic() + RHYTHM
            while calm < 2 or time.monotonic() < soonest:
                with self._changed:
                    self._changed.wait(RHYTHM / 2)
                calm = calm + 1 if self._asleep() else 0
        self.settle(text)

    def read(self) -> None:
        """Turn the pages of a gate to the end, and wait until what is typed counts."""
        self.wait_text("esc cancels")
        while "space goes on" in self.shown:
            self.press(" ")
        self.wait_text(PROMPT)

    def digest(self) -> str:
        """The digits that the gate asks for."""
        found = re.search(r"of the digest +([0-9a-f]{8})…", self.shown)
        assert found, self.shown
        return found[1]

    def confirm(self) -> None:
        """Read a gate, type its digest, and confirm."""
        self.read()
        self.type(self.digest())
        self.press(ENTER)
