"""One run of the benchmarks: where its loops lie, what its programs see of the machine, and what it found."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks import loops

if TYPE_CHECKING:
    from pathlib import Path

LNAV_FORMAT = """{"loop_cycles": {"title": "cycles of a loop", "json": true, "hide-extra": true,
 "file-pattern": "cycles",
 "timestamp-field": "timestamp", "body-field": "notes",
 "line-format": [{"field": "__timestamp__"}, " ", {"field": "cycle"}, " ", {"field": "reason"}],
 "value": {"timestamp": {"kind": "string"}, "cycle": {"kind": "integer"}, "issue": {"kind": "integer"},
 "duration": {"kind": "float"}, "type": {"kind": "string"}, "success": {"kind": "boolean"},
 "reason": {"kind": "string"}, "notes": {"kind": "string"}}}}
"""
"""What lnav needs in order to read the same fields; without it, it takes the lines for plain text."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    rows: int
    ours: str
    other: str  #: what was measured beside it, with its figure
    ratio: float | None = None  #: ours by theirs
    goal: float | None = None  #: the ratio that is wanted at most


@dataclass(slots=True)
class Bench:
    """A private directory with loops in it, and the environment that every program gets."""

    directory: Path
    sizes: tuple[int, ...]
    quick: bool = False
    figures: list[Figure] = field(default_factory=list)

    def __post_init__(self) -> None:
        home = self.directory / "home"
        (home / ".lnav" / "formats" / "loop").mkdir(parents=True)
        (home / ".lnav" / "formats" / "loop" / "loop.json").write_text(LNAV_FORMAT, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """The machine's environment with a home of its own and no habits of the operator.

        An installed program has its bytecode: where Python is told to keep none, a start would compile our modules.
        """
        habits = ("LOOPVIEW_", "XDG_", "TMUX", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(habits)}
        return {
            **kept,
            "HOME": str(self.directory / "home"),
            "TEXTUAL_ANIMATIONS": "none",
            "PYTHONPATH": os.getcwd(),
        }

    @property
    def times(self) -> int:
        """How often a short measurement is repeated."""
        return 3 if self.quick else 7

    @property
    def lnav(self) -> str | None:
        """Where lnav is, if it is installed."""
        return shutil.which("lnav")

    def loop(self, rows: int, bad: float = 0.0) -> Path:
        """The root of a loop of ``rows`` cycles; written at the first call."""
        root = self.directory / (f"loop-{rows}-bad" if bad else f"loop-{rows}")
        if not root.exists():
            loops.write(root, rows, bad=bad)
        return root

    def cycles(self, rows: int, bad: float = 0.0) -> Path:
        """The file of that loop."""
        return self.loop(rows, bad) / ".loop" / "retro" / "cycles.jsonl"

    def found(self, figure: Figure) -> None:
        """Keep a figure, and show it at once."""
        self.figures.append(figure)
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}x"
        print(f"{figure.what:<44} {figure.rows:>9,}  {figure.ours:<22} {ratio:>8}  {figure.other}", flush=True)
