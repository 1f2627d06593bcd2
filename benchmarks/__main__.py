"""``python -m benchmarks [--rows 10000,100000,1000000] [--quick] [--only start,append] [--no-write]``."""

from __future__ import annotations

import argparse
import tempfile
from importlib import import_module
from pathlib import Path

from benchmarks import report
from benchmarks.bench import Bench

MEASURES = ("commands", "start", "ingest", "asking", "paging", "diffs", "idle", "append")
"""In this order: what appends to the loops comes last."""


def main() -> None:
    """Measure, and write the table after each measurement, so that a stop in between keeps what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure, side by side, into a table."
    )
    parser.add_argument("--rows", default="10000,100000,1000000", help="sizes, separated by commas")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--only", default=",".join(MEASURES), help="names out of: " + ", ".join(MEASURES))
    parser.add_argument("--no-write", action="store_true", help="show the figures, leave docs/benchmarks.md alone")
    asked = parser.parse_args()
    sizes = tuple(int(size) for size in asked.rows.split(","))
    with tempfile.TemporaryDirectory(prefix="loopview-bench-") as directory:
        bench = Bench(Path(directory), sizes, asked.quick)
        for name in asked.only.split(","):
            import_module(f"benchmarks.{name}").measure(bench)
            if not asked.no_write:
                report.write(bench.figures)


if __name__ == "__main__":
    main()
