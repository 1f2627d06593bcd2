"""``python -m loopview`` and the console script."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line and return its exit code.

    Once DuckDB was loaded the process ends here: taking its bindings down with the interpreter can loop for ever
    (DuckDB 2.0.0, seen in one of twenty ends of the console), and prints what they leaked.
    """
    from loopview.cli.main import run

    code = run(sys.argv[1:])
    if "duckdb" in sys.modules:
        sys.stderr.flush()
        os._exit(code)  # standard output is flushed by `run`, which answers for a failure to do so
    return code


if __name__ == "__main__":
    sys.exit(main())
