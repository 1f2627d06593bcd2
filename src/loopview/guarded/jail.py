"""The jail: where code that nobody has read yet may run, and the proof that its walls hold."""

from __future__ import annotations

from loopview.guarded.jail_probe import Report, probe
from loopview.guarded.jail_run import Ended, Jail, JailFailed, Limits

__all__ = ["Ended", "Jail", "JailFailed", "Limits", "Report", "probe"]
