"""Every built-in question over one loop: prints JSON with milliseconds by name, the median of five."""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from loopview.sources.discover import discover
from loopview.store.database import Store
from loopview.store.questions import questions

NOW = datetime(2026, 6, 26, 14, 5, 44, tzinfo=UTC)


def main() -> None:
    root = Path(sys.argv[1])
    with Store.open(root, cache_dir=Path(sys.argv[2])) as store:
        for source in discover(root):
            store.load_whole_file(source)
        while store.fill_fingerprints():
            continue
        with store.reader() as reader:
            took = {name: milliseconds(reader, name) for name in questions()}
    print(json.dumps(took))


def milliseconds(reader: object, name: str) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        reader.ask(name, now=NOW)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
