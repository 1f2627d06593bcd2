"""Write the sample loop: ``python -m benchmarks.sample [DIRECTORY]`` (default: the repository's ``.loop``)."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from benchmarks.sample import cycles, journal, rest
from loopview.domain.clock import parse_time
from loopview.domain.insight import introspect

SEED = 24


def files() -> dict[str, str]:
    """Every file of the sample by its path below ``.loop``, ready to be written."""
    dice = random.Random(SEED)
    story = cycles.invent(dice)
    aside = rest.set_aside(story)
    jsonl = {
        "retro/cycles.jsonl": cycles.lines(dice, story),
        "journal.jsonl": journal.lines(dice, story),
        "retro/triage.jsonl": rest.triage(dice, aside),
        "retro/deep-triage.jsonl": rest.deep_triage(),
        "probes.jsonl": rest.probes(dice),
        "proposals.jsonl": rest.proposals(),
        "modifications.jsonl": rest.modifications(),
    }
    written = {name: "".join(f"{line}\n" for line in lines) for name, lines in jsonl.items()}
    written["quarantine.json"] = rest.quarantine(aside)
    written["retro/insights.json"] = _insights(jsonl["retro/cycles.jsonl"], jsonl["retro/deep-triage.jsonl"])
    return written


def _insights(cycle_lines: list[str], triage_lines: list[str]) -> str:
    """The introspection as the loop left it: that of the morning, a few cycles old."""
    rows = [json.loads(line) for line in cycle_lines if line.endswith("}")][:-8]
    now = parse_time(rows[-1]["timestamp"])
    return json.dumps(introspect(rows, [json.loads(line) for line in triage_lines], now), indent=2) + "\n"


def main() -> None:
    """Write every file below the directory named on the command line."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / ".loop"
    for name, text in files().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
