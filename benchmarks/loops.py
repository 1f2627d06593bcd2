"""Synthetic loops of any size: the rows of a real loop in kind, length and share of failures."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from benchmarks.sample.story import CHORES, FAILURES, MODULES

if TYPE_CHECKING:
    from pathlib import Path

ENDED = datetime(2026, 6, 26, 14, 5, 44, tzinfo=UTC)
FAILED = 0.22
POOL = 4096
"""Different failure texts and notes: every row picks one, so that a million rows take seconds to write."""

BAD_LINES = (
    b'{"timestamp": "2026-06-26T10:00:00Z", "cyc\n',
    b"not json at all\n",
    b"[1, 2]\n",
    b"\xff\xfe\x00broken\n",
)


def last_marker(rows: int) -> str:
    """The word that stands in the newest row of a loop and nowhere else."""
    return f"newest-{rows}"


def write(root: Path, rows: int, *, bad: float = 0.0, seed: int = 5) -> Path:
    """Write ``rows`` cycles below ``root`` and return the file; a share of ``bad`` lines comes on top of them."""
    path = root / ".loop" / "retro" / "cycles.jsonl"
    path.parent.mkdir(parents=True)
    dice = Random(seed)
    tails = [_tail(dice) for _ in range(POOL)]
    step = timedelta(minutes=4)
    with path.open("wb", buffering=1 << 20) as file:
        for number in range(rows):
            stamp = (ENDED - step * (rows - 1 - number)).strftime("%Y-%m-%dT%H:%M:%SZ")
            tail = _newest(rows) if number == rows - 1 else tails[dice.randrange(POOL)]
            seconds = 20 + int(dice.expovariate(1 / 200))
            file.write(
                f'{{"timestamp": "{stamp}", "cycle": {number}, "issue": {dice.randrange(1, 4000)}, '
                f'"duration": {seconds}, {tail}\n'.encode()
            )
            if bad and dice.random() < bad:
                file.write(dice.choice(BAD_LINES))
    return path


def _tail(dice: Random) -> str:
    """The part of a row that does not depend on its place: type, outcome, sizes, texts."""
    kind = dice.choice(tuple(CHORES))
    module = dice.choice(MODULES)
    failed = dice.random() < FAILED
    row = {
        "type": kind,
        "success": not failed,
        "lines_added": dice.randrange(120),
        "lines_removed": dice.randrange(60),
        "pr": None if failed else dice.randrange(9000),
        "reason": dice.choice(FAILURES).text(dice, module) if failed else "",
        "epoch": str(dice.randrange(12)),
        "main_green": dice.random() < 0.9,
        "tests_passed": dice.randrange(150, 260),
        "notes": f"{dice.choice(CHORES[kind]).format(m=module)} ({dice.getrandbits(64):016x})",
    }
    return json.dumps(row)[1:]


def _newest(rows: int) -> str:
    return json.dumps({"type": "bug", "success": False, "reason": last_marker(rows), "notes": ""})[1:]
