"""The console's store by itself: a loop read cold into a new cache. Arguments: the loop's root, a directory."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from loopview.sources.discover import discover
from loopview.store.database import Store


def main() -> None:
    root = Path(sys.argv[1])
    with tempfile.TemporaryDirectory(dir=sys.argv[2]) as cache, Store.open(root, cache_dir=Path(cache)) as store:
        for source in discover(root):
            store.load_whole_file(source)
        print([(status.source.label, status.rows, status.rejects) for status in store.statuses()])


if __name__ == "__main__":
    main()
