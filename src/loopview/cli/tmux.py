"""``loopview status --tmux``: one segment for a tmux status line, at most 24 cells, exit 0 always.

tmux runs what stands in ``#(…)`` of a segment, so nothing a loop wrote is ever part of it. Only what the segment
needs is imported: it runs every few seconds.
"""

from __future__ import annotations

import os

CELLS = 24
MOST = 99  #: proposals that are counted out
WITH_VALUE = ("--root", "--k", "--now")  #: options of ``status`` that are followed by a value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.engine.pulse import Pulse


def run(words: Sequence[str]) -> int:
    """Print the segment for the loop named in ``words``, whatever happens."""
    from loopview.cli.output import say_raw

    try:
        text = segment(_pulse(words))
    except Exception:  # noqa: BLE001 - a status line has no room for an error, and tmux would show it for ever
        text = "#[fg=yellow]? loop unreadable#[default]"
    say_raw(text + "\n")
    return 0


def segment(pulse: Pulse | None) -> str:
    """The words for a pulse: glyph, word and colour, then proposals waiting and red probes."""
    if pulse is None:
        return "#[dim]? no loop#[default]"
    if pulse.stalled:
        head = f"#[fg=red,bold]■ STALLED×{min(pulse.streak, 999)}"
    elif pulse.streak:
        head = f"#[fg=yellow]✗ failing×{min(pulse.streak, 999)}"
    elif pulse.empty:
        head = "#[dim]? no rows"
    else:
        head = "#[fg=green]✓ progress"
    probes = " #[fg=red]RED" if pulse.red else ""
    more = "+" if pulse.more or pulse.waiting > MOST else ""
    waiting = f" #[fg=cyan]P{min(pulse.waiting, MOST)}{more}" if pulse.waiting else ""
    return f"{head}{waiting}{probes}#[default]"


def _pulse(words: Sequence[str]) -> Pulse | None:
    """Feel the loop that the words name. They are read here: argparse costs as much as all the rest."""
    from loopview.engine.pulse import pulse

    path, environ = ".", dict(os.environ)
    rest = iter(words)
    for word in rest:
        name, given, value = word.partition("=")
        if name in WITH_VALUE and not given:
            value = next(rest, "")
        if name == "--sample":
            from loopview.shipped import sample_dir

            return pulse(str(sample_dir()), environ)
        if name == "--k":
            environ["LOOPVIEW_STALL_THRESHOLD"] = value
        elif name == "--root" or not name.startswith("-"):
            path = value if name == "--root" else word
    return pulse(os.path.abspath(path), environ)
