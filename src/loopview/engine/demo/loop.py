"""The simulated loop itself: a history first, then a thread that writes one beat after the other."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from loopview.engine.demo.repository import Repository
from loopview.engine.demo.story import Story

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loopview.engine.demo.story import Beat

HISTORY = 90
"""Cycles written before the first live one: two weeks, so that the trends have two windows."""

PROBES = (("tool_use", True), ("memory_read", False), ("memory_write", False), ("lightning_econ", True))


class DemoLoop:
    """A loop that lives in ``root`` until it is stopped. It starts no process and writes nowhere else."""

    def __init__(self, root: Path, *, speed: float = 1.0, seed: int = 7) -> None:
        """Prepare the files and the history; ``speed`` 2 halves every pause."""
        self._cycles = root / ".loop" / "retro" / "cycles.jsonl"
        self._journal = root / ".loop" / "journal.jsonl"
        self._cycles.parent.mkdir(parents=True)
        self._speed = speed
        self._dice = Random(seed)  # noqa: S311 - a story, not a secret
        self._story = Story(self._dice)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, name="demo-loop", daemon=True)
        self._repository = Repository(root)
        self._repository.append("harbour.py", '"""The service that the simulated loop works on."""\n')
        self._repository.commit("begin", datetime.now(UTC) - timedelta(days=15))
        self._write_history(datetime.now(UTC))

    def start(self) -> None:
        """Begin to write, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop writing; returns when the last beat is written."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def wait(self, seconds: float | None) -> bool:
        """Wait until the loop is stopped, or for ``seconds``; tell whether it was stopped."""
        return self._ended.wait(seconds)

    def play(self, beat: Beat, now: datetime) -> None:
        """Write what one beat holds, stamped ``now``."""
        if beat.commit:
            self._repository.append("harbour.py", f"\n# {beat.commit}\n")
            self._repository.commit(beat.commit, now)
        stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        if beat.attempt:
            _append(self._journal, _line({**beat.attempt, "ts": stamp, "commit": self._repository.head}))
        if beat.cycle:
            _append(self._cycles, _line({"timestamp": stamp, **beat.cycle}))
        if beat.chunk:
            _append(self._cycles, beat.chunk)
        if beat.rotates:
            self._rotate()

    def _live(self) -> None:
        for beat in self._story.beats():
            if self._ended.wait(beat.pause / self._speed):
                return
            self.play(beat, datetime.now(UTC))

    def _write_history(self, now: datetime) -> None:
        for number in range(HISTORY):
            moment = now - timedelta(hours=(HISTORY - number) * 336 / HISTORY)
            worse = 0.3 if number > HISTORY * 0.6 else 0.12
            self.play(self._story.failed() if self._dice.random() < worse else self._story.passed(), moment)
        probes = self._cycles.parents[1] / "probes.jsonl"
        for turn in range(4):
            for place, (capability, works) in enumerate(PROBES):
                moment = now - timedelta(minutes=40 * (4 - turn) - 10 * place)
                _append(probes, _line(_probe(capability, moment, works=works or turn == 0)))

    def _rotate(self) -> None:
        """Rename the file away, and begin the next with the newest half: what compacting loops do."""
        lines = self._cycles.read_bytes().splitlines(keepends=True)
        self._cycles.rename(self._cycles.with_suffix(".jsonl.1"))
        _append(self._cycles, b"".join(lines[len(lines) // 2 :]))


def _probe(capability: str, moment: datetime, *, works: bool) -> dict[str, object]:
    return {
        "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "capability": capability,
        "success": works,
        "details": "ok" if works else "'NoneType' object has no attribute 'store'",
        "error_type": None if works else "AttributeError",
        "duration": 1.2,
        "placeholder": capability == "lightning_econ",
    }


def _line(row: Mapping[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _append(path: Path, chunk: bytes) -> None:
    """Add bytes at the end with one write, as a loop does."""
    with path.open("ab", buffering=0) as file:
        file.write(chunk)
