"""What a loop's own script does: every line through ``json.loads`` into a list, then four analyses over the list.

``python -m benchmarks.programs.first_generation FILE`` prints the figures as JSON. It stands in for the scripts
that the console replaces, written the straightforward way.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


def load(path: Path) -> list[dict[str, Any]]:
    """Every line that parses, as a dictionary."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return rows


def parsed(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["timestamp"])


def trends(rows: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """Success and duration of the last week against the week before."""
    recent = [row for row in rows if parsed(row) >= now - timedelta(days=7)]
    previous = [row for row in rows if now - timedelta(days=14) <= parsed(row) < now - timedelta(days=7)]
    return {"recent": summary(recent), "previous": summary(previous)}


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    durations = [row["duration"] for row in rows if row.get("duration", 0) > 0]
    return {
        "count": len(rows),
        "success_rate": round(sum(1 for row in rows if row.get("success")) / len(rows), 3) if rows else None,
        "avg_duration": round(sum(durations) / len(durations)) if durations else None,
    }


def by_type(rows: list[dict[str, Any]]) -> dict[str, Any]:
    groups = defaultdict(list)
    for row in rows:
        groups[row.get("type", "unknown")].append(row)
    return {kind: summary(group) for kind, group in groups.items()}


def repeat_failures(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    failures = defaultdict(list)
    for row in rows:
        if row.get("issue") and not row.get("success"):
            failures[row["issue"]].append(row)
    found = [{"issue": issue, "count": len(group)} for issue, group in failures.items() if len(group) > 1]
    return sorted(found, key=lambda entry: -entry["count"])[:5]


def outliers(rows: list[dict[str, Any]]) -> list[int]:
    durations = [row["duration"] for row in rows if row.get("duration", 0) > 0]
    mean = sum(durations) / len(durations)
    return [row["cycle"] for row in rows if row.get("duration", 0) > 3 * mean][:5]


def main() -> None:
    rows = load(Path(sys.argv[1]))
    now = datetime(2026, 6, 26, 14, 5, 44, tzinfo=UTC)
    answer = {
        "trends": trends(rows, now),
        "by_type": by_type(rows),
        "repeat_failures": repeat_failures(rows),
        "outliers": outliers(rows),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
