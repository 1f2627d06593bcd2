"""What the simulated loop does, in beats: successes, a stall, a recovery, a rotation, hostile lines."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loopview.domain.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

CHORES = (
    ("feature", "add paging to the list"),
    ("bug", "close the session on cancel"),
    ("refactor", "split the client by noun"),
    ("test", "cover the error path of fetch"),
    ("docs", "describe the retry rule"),
    ("feature", "resume a broken download"),
    ("bug", "keep the order of entries"),
)
STALLED = (
    "FAILED tests/test_fetch.py::test_polite - AssertionError\n"
    "tests/test_fetch.py:{line}: in test_polite\n"
    "E       assert 429 == 200\n"
    "1 failed, {passed} passed in {seconds:.2f}s"
)
TYPES_FAIL = (
    "sync/client.py:{line}: error: Incompatible return value type\nFound 1 error in 1 file (checked {passed} files)"
)
ATTEMPTS_OF_THE_STALL = ("retry fetch", "retry fetch", "bump timeout to 30s", "retry fetch", "read Retry-After")

LONE_FAILURE = 2
"""Which of the successes is not one: a single failure must not look like a stall."""
MERGED = 0.6
"""Share of the cycles that passed whose pull request was merged."""

HOSTILE = (
    (
        rb'{"cycle": 9001, "type": "bug", "success": false, '
        rb'"reason": "\u001b[2J\u001b]0;mine now\u0007 [@click=app.quit]go[/x]"}'
    ),
    '{"cycle": 9002, "type": "docs", "success": true, "notes": "\u202etxt.exe \u200bhidden"}'.encode(),
    b'{"cycle": "ninety", "type": 7, "success": "perhaps", "duration": NaN, "lines_added": 1.5}',
    b'{"cycle": 9004, "type": "bug", "success": tr',
    b"\xff\xfe\x00 not a line of this loop \x1b[31m",
    b'["a list", "is not a row"]',
)
"""Lines that a hostile or broken loop could write: escapes, markup, bidi marks, wrong types, torn, undecodable."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing the loop does, after a pause."""

    pause: float  #: seconds to wait before it, at speed 1
    cycle: Mapping[str, object] = field(default_factory=dict)  #: a line for cycles.jsonl; the writer adds the stamp
    attempt: Mapping[str, object] = field(default_factory=dict)  #: a line for journal.jsonl
    chunk: bytes = b""  #: bytes for cycles.jsonl as they are
    commit: str = ""  #: message of a commit made before the lines are written
    rotates: bool = False  #: cycles.jsonl is renamed away and begun anew with its newest half


class Story:
    """An endless story; every round through its acts has new numbers."""

    def __init__(self, dice: Random, first_cycle: int = 1) -> None:
        """Begin at ``first_cycle``; ``dice`` decides durations and sizes."""
        self._dice = dice
        self._number = first_cycle - 1
        self._issue = 200

    def beats(self) -> Iterator[Beat]:
        """Yield beats for ever: one act after the other, then again."""
        while True:
            yield from self._successes()
            yield from self._stall()
            yield self._passed("bug", "honour Retry-After", "the server says how long to wait")
            yield from self._successes()
            yield Beat(1.0, rotates=True)
            yield from self._hostile()

    def passed(self) -> Beat:
        """Return one cycle that passed."""
        kind, chore = self._dice.choice(CHORES)
        self._issue += 1
        return self._passed(kind, chore, "the smallest change that could work")

    def failed(self, reason: str = TYPES_FAIL, action: str = "narrow the return type") -> Beat:
        """Return one cycle that failed with ``reason``, its numbers filled in anew."""
        dice = self._dice
        text = reason.format(line=dice.randint(30, 90), passed=dice.randint(190, 220), seconds=dice.uniform(9, 14))
        cycle = self._cycle("bug") | {"success": False, "reason": text}
        attempt = {"action": action, "hypothesis": "this time it holds", "gate": "fail", "gate_output": text}
        return Beat(1.6, cycle, {"iteration": self._number, **attempt, "fingerprint": fingerprint(text)})

    def _successes(self) -> Iterator[Beat]:
        for position in range(self._dice.randint(5, 7)):
            yield self.failed() if position == LONE_FAILURE else self.passed()

    def _stall(self) -> Iterator[Beat]:
        self._issue += 1
        for action in ATTEMPTS_OF_THE_STALL:
            yield self.failed(STALLED, action)

    def _hostile(self) -> Iterator[Beat]:
        for line in HOSTILE:
            yield Beat(0.4, chunk=line + b"\n")
        whole = json.dumps(self._cycle("test") | {"success": True}).encode() + b"\n"
        yield Beat(0.4, chunk=whole[:40])
        yield Beat(1.2, chunk=whole[40:])

    def _passed(self, kind: str, chore: str, hypothesis: str) -> Beat:
        cycle = self._cycle(kind) | {"success": True, "notes": chore}
        if self._dice.random() < MERGED:
            cycle["pr"] = 300 + self._number
        attempt = {"action": chore, "hypothesis": hypothesis, "gate": "pass", "fingerprint": ""}
        return Beat(1.2, cycle, {"iteration": self._number, **attempt}, commit=chore)

    def _cycle(self, kind: str) -> dict[str, object]:
        self._number += 1
        added = self._dice.randint(2, 90)
        return {
            "cycle": self._number,
            "issue": self._issue,
            "type": kind,
            "duration": int(self._dice.lognormvariate(5.2, 0.4)),
            "lines_added": added,
            "lines_removed": self._dice.randint(0, added),
            "epoch": "demo",
        }
