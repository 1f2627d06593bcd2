"""The little that a status line needs: stalled or not, for how long, what waits, whether probes are red."""

from __future__ import annotations

import os
from typing import NamedTuple

from loopview.domain.stall import THRESHOLD
from loopview.engine.recent import first_with_rows
from loopview.engine.verdict import loop_verdict
from loopview.sources.discover import discover, find_loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

READ = 40  #: newest rows read of probes and of proposals
LONGEST = 64 * 1024  #: bytes of them


class Pulse(NamedTuple):
    """A loop in five figures. Nothing in it is text of the loop."""

    stalled: bool
    streak: int  #: failures in a row
    empty: bool  #: no rows at all
    waiting: int  #: proposals
    red: bool  #: probes
    more: bool = False  #: there are proposals beyond those that were counted


def pulse(path: str, environ: Mapping[str, str]) -> Pulse | None:
    """Feel the loop at or above ``path``; None when there is none."""
    root = find_loop(path)
    if root is None:
        return None
    stall_threshold, probe_threshold = _thresholds(root, environ)
    files = discover(root)
    judged = loop_verdict(files, stall_threshold)
    probes = first_with_rows(files, "probes", READ, LONGEST)
    proposals = first_with_rows(files, "proposals", READ, LONGEST)
    red, waits = False, 0
    if probes is not None:
        from loopview.domain.health import health

        red = health([row.raw for row in probes.rows], probe_threshold).overall_status == "red"
    if proposals is not None:
        from loopview.engine.waiting import waiting

        waits = len(waiting(row.values for row in proposals.rows))
    more = proposals is not None and not proposals.whole
    return Pulse(judged.verdict.stalled, judged.verdict.stall_count, not judged.origin, waits, red, more)


def _thresholds(root: str, environ: Mapping[str, str]) -> tuple[int, int]:
    """The two settings that matter; where nobody set anything, the machinery of settings is not even imported."""
    configured = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME", ""), ".config")
    files = (os.path.join(configured, "loopview", "config.toml"), os.path.join(root, "loopview.toml"))
    if not any(map(os.path.lexists, files)) and not any(name.startswith("LOOPVIEW_") for name in environ):
        return THRESHOLD, THRESHOLD
    from loopview.config import load

    settings = load(root, environ).settings
    return settings.stall_threshold, settings.probe_threshold
