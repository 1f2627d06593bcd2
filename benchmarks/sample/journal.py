"""The journal of the sample: the attempts behind its last weeks, with fingerprints that follow the rule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.sample import story
from benchmarks.sample.cycles import stamp
from loopview.domain.fingerprint import fingerprint

if TYPE_CHECKING:
    from random import Random

    from benchmarks.sample.cycles import Cycle

ATTEMPTS = 104
PLAIN_ACTIONS = 8
"""Attempts of the ending keep the words written for them."""


def lines(random: Random, cycles: list[Cycle]) -> list[str]:
    """One line for each of the newest cycles; one attempt is left in flight and one lost its fingerprint."""
    rows = [_row(random, cycle, number) for number, cycle in enumerate(cycles[-ATTEMPTS:])]
    rows[41]["gate"], rows[41]["fingerprint"] = "in-flight", None
    rows[41].pop("gate_output", None)
    rows[66]["gate"], rows[66]["fingerprint"], rows[66]["note"] = "fail", "-", "gate output lost with the terminal"
    rows[66].pop("gate_output", None)
    for row in rows[20:23]:
        del row["ts"]  # an older release of the loop wrote none
    return [json.dumps(row, ensure_ascii=False) for row in rows]


def _row(random: Random, cycle: Cycle, number: int) -> dict[str, object]:
    in_words = number >= ATTEMPTS - PLAIN_ACTIONS
    action = cycle.chore if in_words else random.choice(story.APPROACHES).format(chore=cycle.chore)
    row: dict[str, object] = {
        "iteration": cycle.number,
        "action": action,
        "hypothesis": cycle.hypothesis,
        "gate": cycle.gate,
        "fingerprint": "" if cycle.gate == "pass" else fingerprint(cycle.reason),
        "ts": stamp(cycle.ended),
        "commit": f"{random.getrandbits(160):040x}",
    }
    if cycle.reason:
        row["gate_output"] = cycle.reason
    if number % 13 == 5:
        row |= _lineage(cycle, number)
    return row


def _lineage(cycle: Cycle, number: int) -> dict[str, object]:
    """The delegated attempts: a stage, its place in the tree, and who looked at it."""
    done = cycle.gate == "pass"
    return {
        "execution_state": "verified" if done else "rejected",
        "stage_id": f"stage-{number // 13 + 1}",
        "bh_address": f"R.{number // 13}.{number % 3}",
        "validator": "gate",
        "decision": "accept" if done else "retry",
        "retry_count": 0 if done else 1,
        "next_action": "next issue" if done else "try again",
    }
