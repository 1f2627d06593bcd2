"""The other files of the sample: triage, probes, proposals, modifications, and the issues set aside."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks.sample.cycles import DAYS, LAST_DAY, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from benchmarks.sample.cycles import Cycle

PROBES = {
    "tool_use": "ls answered 14 lines",
    "multistep_planning": "wrote a note and read it back",
    "memory_write": "stored one fact",
    "memory_read": "found the stored fact",
    "self_coding": "wrote self_test_note.md",
    "lightning_econ": "placeholder: always passes",
}
PROPOSED = {
    "P-14": ("store/locks: wait for the owner", "Take the lock with a timeout and name the owner in the error."),
    "P-15": ("tests: pin yaml in the dev extra", "conftest imports yaml, nothing installs it."),
    "P-16": ("jobs/retry: sleep 5 s on 429", "A fixed pause would let the mirror breathe."),
    "P-17": (
        "memory: open the store before the first fact",
        "memory_write and memory_read fail with one AttributeError.",
    ),
    "P-18": (
        "sync/fetch: honour Retry-After",
        "Issue 231 failed four times with one fingerprint; retrying and a longer timeout are dead ends.",
    ),
}
LOCK_DIFF = """--- a/store/locks.py
+++ b/store/locks.py
@@ -71,1 +71,2 @@
-    take()
+    take(timeout=5)
+    log(owner)
"""
BROKEN = "AttributeError: 'NoneType' object has no attribute 'store_fact_sync'"


def dumped(rows: Iterable[dict[str, object]]) -> list[str]:
    """Rows as lines of JSON."""
    return [json.dumps(row, ensure_ascii=False) for row in rows]


def set_aside(cycles: list[Cycle]) -> list[Cycle]:
    """The third failed cycle of every issue but the last: that is when the loop set the issue aside."""
    failures = Counter[int]()
    aside = []
    for cycle in cycles:
        failures[cycle.issue] += cycle.gate != "pass"
        if cycle.issue not in {0, 231} and cycle.gate != "pass" and failures[cycle.issue] == 3:
            aside.append(cycle)
    return aside


def triage(random: Random, aside: list[Cycle]) -> list[str]:
    """One quick run a day."""
    rows = []
    for day in range(DAYS):
        ready = sorted(random.sample(range(24 + day * 5, 44 + day * 5), random.randint(3, 7)))
        reviewed = random.randint(14, 32)
        at = LAST_DAY - timedelta(days=DAYS - 1 - day) + timedelta(hours=5, minutes=random.randint(0, 20))
        rows.append(
            {
                "timestamp": stamp(at),
                "issues_reviewed": reviewed,
                "total_open": reviewed + random.randint(2, 9),
                "scored": reviewed,
                "ready": ready,
                "not_ready": reviewed - len(ready),
                "quarantined": [cycle.issue for cycle in aside if cycle.ended < at],
            }
        )
    return dumped(rows)


def deep_triage() -> list[str]:
    """One model-led run a week."""
    words = (
        "The queue is in good order. Keep bugs before features.",
        "Two issues say the same thing; I merged them.",
        "",
        "Refactors fail when the tree is dirty. Commit before you start one.",
        "Issue 231 needs a design first: the mirror wants us to wait, not to retry.",
    )
    sizes = ((18, 4, 2, 1), (22, 6, 1, 3), (15, 2, 0, 0), (26, 5, 3, 2), (21, 3, 2, 4))
    return dumped(
        {
            "timestamp": stamp(LAST_DAY - timedelta(days=31 - 7 * week) + timedelta(hours=4, minutes=30)),
            "issues_reviewed": reviewed,
            "issues_refined": [40 * week + 30 + n for n in range(refined)],
            "issues_created": [45 * week + 60 + n for n in range(created)],
            "issues_closed": [41 * week + 28 + n for n in range(closed)],
            "timmy_available": bool(word),
            "timmy_feedback": word,
        }
        for week, ((reviewed, refined, created, closed), word) in enumerate(zip(sizes, words, strict=True))
    )


def probes(random: Random) -> list[str]:
    """Every capability in turn, twelve rounds; both halves of the memory break four rounds before the end."""
    rows = []
    start = LAST_DAY + timedelta(hours=1, minutes=32)
    for step in range(12 * len(PROBES)):
        capability = tuple(PROBES)[step % len(PROBES)]
        broken = capability.startswith("memory") and step // len(PROBES) >= 8
        slip = capability == "self_coding" and step // len(PROBES) == 5
        details = BROKEN if broken else "the edit did not apply" if slip else PROBES[capability]
        rows.append(
            {
                "timestamp": stamp(start + timedelta(minutes=10 * step + 10)),
                "capability": capability,
                "success": not (broken or slip),
                "details": details,
                "error_type": "AttributeError" if broken else "PatchError" if slip else None,
                "duration": round(random.uniform(0.2, 4.8), 2),
                "placeholder": capability == "lightning_econ",
            }
        )
    return dumped(rows)


def proposals() -> list[str]:
    """Five proposals: two merged, one rejected, two waiting."""
    named = (
        ("P-14", "2026-06-09T08:12:30Z", "medium", "loop", "merged", ["store/locks.py", "tests/test_locks.py"]),
        ("P-15", "2026-06-15T10:40:02Z", "high", "recommendation", "merged", ["pyproject.toml"]),
        ("P-16", "2026-06-19T16:05:51Z", "low", "loop", "rejected", ["jobs/retry.py"]),
        ("P-17", "2026-06-26T13:32:40Z", "high", "probe", "proposed", ["agent/memory.py"]),
        ("P-18", "2026-06-26T14:06:03Z", "high", "stall", "proposed", ["sync/fetch.py", "tests/test_fetch.py"]),
    )
    return dumped(
        {
            "timestamp": at,
            "id": name,
            "title": PROPOSED[name][0],
            "description": PROPOSED[name][1],
            "priority": priority,
            "type": "modification",
            "proposer": proposer,
            "files": files,
            "status": status,
        }
        for name, at, priority, proposer, status, files in named
    )


def modifications() -> list[str]:
    """What became of three proposals, the lessons that were added later, and a success that proves nothing."""
    return dumped(
        (
            {
                "id": "M-6",
                "timestamp": "2026-06-05T15:20:07Z",
                "task_description": "mirror/prune: keep the newest three",
                "approach": "sort by time before the cut",
                "files_modified": ["mirror/prune.py"],
                "outcome": "success",
                "retry_count": 0,
                "phase": "complete",
            },
            {
                "id": "M-7",
                "timestamp": "2026-06-09T09:01:11Z",
                "task_description": "store/locks: wait for the owner",
                "approach": "begin immediate with a busy timeout",
                "files_modified": ["store/locks.py", "tests/test_locks.py"],
                "diff": LOCK_DIFF,
                "test_results": "176 passed in 21.40s",
                "outcome": "success",
                "retry_count": 1,
                "phase": "complete",
                "commit": "6d1f0c9be1f24c7785a10f64d1f1a3ed2b9c4e07",
            },
            {
                "id": "M-7",
                "timestamp": "2026-06-09T09:03:40Z",
                "reflection": "Name the owner first, then wait for it.",
            },
            {
                "id": "M-8",
                "timestamp": "2026-06-15T10:58:19Z",
                "task_description": "tests: pin yaml in the dev extra",
                "approach": "one line in pyproject",
                "files_modified": ["pyproject.toml"],
                "diff": "",
                "test_results": "181 passed in 22.03s",
                "outcome": "success",
                "retry_count": 0,
                "phase": "complete",
                "commit": "b03a94ff5a0d7cf1d1b0b1f3e2a6d9b7c5e8f412",
            },
            {
                "id": "M-9",
                "timestamp": "2026-06-19T16:31:05Z",
                "task_description": "jobs/retry: sleep 5 s on 429",
                "approach": "a fixed pause in the retry loop",
                "files_modified": ["jobs/retry.py"],
                "diff": "",
                "test_results": "1 failed, 190 passed in 61.77s",
                "outcome": "rollback",
                "retry_count": 2,
                "phase": "complete",
                "failure_analysis": "the pause made the nightly test pass its limit",
            },
            {
                "id": "M-9",
                "timestamp": "2026-06-19T16:35:48Z",
                "reflection": "The server says how long to wait. Read Retry-After instead of guessing.",
            },
        )
    )


def quarantine(aside: list[Cycle]) -> str:
    """The issues the loop set aside."""
    entries = {
        str(cycle.issue): {
            "reason": f"failed 3 times: {cycle.chore}",
            "quarantined_at": stamp(cycle.ended),
            "failures": 3,
        }
        for cycle in aside
    }
    return json.dumps(entries, indent=2) + "\n"
