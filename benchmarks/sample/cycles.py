"""The cycles of the sample: five weeks, a bad last week, a restart, and four failures at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks.sample import story

if TYPE_CHECKING:
    from random import Random

LAST_DAY = datetime(2026, 6, 26, tzinfo=UTC)
DAYS = 35
TYPES = {
    "bug": (38, 180.0, 0.82),
    "feature": (28, 250.0, 0.83),
    "refactor": (15, 235.0, 0.76),
    "docs": (9, 68.0, 0.98),
    "test": (10, 140.0, 0.85),
}
"""Share of the cycles, median seconds and chance of success, by type."""


@dataclass(slots=True)
class Cycle:
    """One cycle before it becomes a line."""

    number: int
    ended: datetime
    issue: int
    kind: str
    chore: str
    gate: str
    seconds: int
    added: int
    removed: int
    reason: str = ""
    module: str = ""
    hypothesis: str = ""
    epoch: int = 1
    failure: story.Failure | None = None


def stamp(moment: datetime) -> str:
    """A time as the loop writes it: seconds, UTC, ``Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def invent(random: Random) -> list[Cycle]:
    """Every cycle of the story in the order it was written."""
    cycles = [cycle for day in range(DAYS) for cycle in _day(random, day)]
    _assign_issues(random, cycles)
    cycles += _ending()
    number = 0
    for position, cycle in enumerate(cycles):
        number = number - 5 if position == 171 else number + 1  # the restart: six numbers are used twice
        cycle.number, cycle.epoch = number, 1 + position * 12 // len(cycles)
    for cycle in cycles[-4:]:
        cycle.reason = story.TOO_MANY_REQUESTS.text(random, cycle.module)
    return cycles


def _day(random: Random, day: int) -> list[Cycle]:
    midnight = LAST_DAY - timedelta(days=DAYS - 1 - day)
    wanted = random.randint(11, 16) if midnight.weekday() < 5 else random.randint(7, 10)
    first, hours = (6.0, 15.0) if day < DAYS - 1 else (5.5, 6.0)
    wanted = wanted if day < DAYS - 1 else 7
    starts = sorted(random.uniform(first, first + hours) for _ in range(wanted))
    cycles: list[Cycle] = []
    clock = midnight
    for start in starts:
        cycle = _cycle(random, last_week=day >= DAYS - 7)
        began = max(midnight + timedelta(hours=start), clock + timedelta(seconds=random.randint(9, 70)))
        cycle.ended = clock = began.replace(microsecond=0) + timedelta(seconds=cycle.seconds)
        cycles.append(cycle)
    return cycles


def _cycle(random: Random, *, last_week: bool) -> Cycle:
    kind = random.choices(tuple(TYPES), [share for share, _, _ in TYPES.values()])[0]
    _, median, chance = TYPES[kind]
    if last_week:
        median, chance = median * 1.45, chance - (0.3 if kind in {"bug", "refactor"} else 0.1)
    passed = random.random() < chance
    seconds = int(random.lognormvariate(0, 0.42) * median) + 12
    seconds = int(seconds * random.uniform(9, 16)) if random.random() < 0.013 else seconds
    module = random.choice(story.MODULES)
    chore = random.choice(story.CHORES[kind]).format(m=module)
    failure = random.choices(story.FAILURES, [failure.weight for failure in story.FAILURES])[0]
    reason = "" if passed else failure.text(random, module)
    gate = "pass" if passed else "blocked" if failure.name == "dirty tree" else "fail"
    size = {"feature": 70, "refactor": 45, "docs": 18}.get(kind, 24)
    added = int(random.expovariate(1 / size)) + 1 if gate != "blocked" else 0
    removed = int(added * random.uniform(0.2, 1.3 if kind == "refactor" else 0.8))
    hypothesis = random.choice(story.HYPOTHESES)
    return Cycle(
        0,
        LAST_DAY,
        0,
        kind,
        chore,
        gate,
        seconds,
        added,
        removed,
        reason,
        module,
        hypothesis,
        failure=None if passed else failure,
    )


def _assign_issues(random: Random, cycles: list[Cycle]) -> None:
    """A failed issue is often tried again and often fails the same way; the numbers grow towards 230."""
    before = None
    for position, cycle in enumerate(cycles):
        again = random.random() < (0.3 if before is None or before.gate == "pass" else 0.7)
        cycle.issue = 24 + position * 203 // len(cycles)
        if again and before is not None and before.issue:
            _try_again(random, before, cycle)
        elif random.random() < 0.02:
            cycle.issue = 0
        before = cycle


def _try_again(random: Random, before: Cycle, cycle: Cycle) -> None:
    cycle.issue, cycle.kind, cycle.chore, cycle.module = before.issue, before.kind, before.chore, before.module
    if cycle.failure and before.failure and random.random() < 0.6:
        cycle.failure, cycle.gate = before.failure, before.gate
        cycle.reason = cycle.failure.text(random, cycle.module)


def _ending() -> list[Cycle]:
    cycles = []
    for end in story.ENDING:
        ended = datetime.fromisoformat(f"{LAST_DAY:%Y-%m-%d}T{end.clock}+00:00")
        reason = "gate not run: working tree dirty (3 files not committed)" if end.gate == "blocked" else ""
        cycles.append(
            Cycle(
                0,
                ended,
                end.issue,
                end.kind,
                end.action,
                end.gate,
                end.seconds,
                end.added,
                end.removed,
                reason,
                "sync/fetch" if end.issue == 231 else "",
                end.hypothesis,
            )
        )
    return cycles


def lines(random: Random, cycles: list[Cycle]) -> list[str]:
    """The file: one line a cycle, two of them drifted, and one more that the loop did not live to finish."""
    written = []
    tests = 176
    for position, cycle in enumerate(cycles):
        tests += cycle.kind == "test" and cycle.gate == "pass"
        row = _row(random, cycle, position, tests)
        if position == 96:
            row["duration"] = "4m10s"
        if position == 287:
            row["success"] = "yes"
        written.append(json.dumps(row, ensure_ascii=False))
        if position == 170:
            written.append(written[-1][:118])  # the kill before the restart
    return written


def _row(random: Random, cycle: Cycle, position: int, tests: int) -> dict[str, object]:
    passed = cycle.gate == "pass"
    row: dict[str, object] = {
        "timestamp": stamp(cycle.ended),
        "cycle": cycle.number,
        "issue": cycle.issue,
        "type": cycle.kind,
        "success": passed,
        "duration": cycle.seconds,
        "lines_added": cycle.added,
        "lines_removed": cycle.removed,
        "pr": 40 + position if passed and random.random() < 0.62 else None,
        "reason": cycle.reason,
        "epoch": str(cycle.epoch),
        "hermes_clean_exit": random.random() < 0.97,
        "main_green": passed or random.random() < 0.9,
        "tests_passed": tests,
        "tests_added": random.randint(1, 4) if cycle.kind in {"test", "feature"} and passed else 0,
        "files_changed": 0 if cycle.gate == "blocked" else random.randint(1, 5),
    }
    if passed:
        row["notes"] = cycle.chore
    return row
