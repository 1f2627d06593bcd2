"""Where a loop keeps its files, as data."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """One file of a loop, below the directory that holds it."""

    path: str  #: with forward slashes
    family: str
    adapter: str = "retro"
    rank: int = 0


LOOP_PLACES = (
    Place("retro/cycles.jsonl", "cycles"),
    Place("retro/triage.jsonl", "triage"),
    Place("retro/deep-triage.jsonl", "deep_triage"),
    Place("retro/insights.json", "insights"),
    Place("quarantine.json", "quarantine"),
    Place("journal.jsonl", "attempts"),
    Place("probes.jsonl", "probes"),
    Place("proposals.jsonl", "proposals"),
    Place("modifications.jsonl", "modifications"),
)
"""The files of a directory that is, or is like, ``.loop``."""

RETRO_PLACES = tuple(
    place._replace(path=place.path.removeprefix("retro/"))
    for place in LOOP_PLACES
    if place.path.startswith("retro/")
)
"""The files of a directory that is like ``.loop/retro``."""

ROOT_PLACES = (
    *(place._replace(path=f".loop/{place.path}") for place in LOOP_PLACES),
    Place(".orchestrator/loop/journal.jsonl", "attempts", "simplicio", 1),
    Place(".simplicio/orchestrator/loop/journal.jsonl", "attempts", "simplicio", 2),
)
"""The files of a loop's root; of the journals, the lowest rank that has rows is the one verdicts use."""

SAMPLE_MARK = ".loop/SAMPLE"
"""A file that says: this loop is the shipped sample, never written to."""
