"""What the desk refuses with, for front ends, which know nothing of what stands behind it."""

from __future__ import annotations

from loopview.domain.hunk import PatchRefused
from loopview.guarded.append import AppendFailed
from loopview.guarded.folder import AppendRefused
from loopview.guarded.hardened import GitFailed
from loopview.guarded.model_failure import ModelFailure
from loopview.modify.git_values import Refused
from loopview.modify.repository_lock import LockRefused

__all__ = ["LockRefused", "Refused", "spoken"]

_PLAIN = (LockRefused, AppendFailed, AppendRefused, GitFailed, PatchRefused)


def spoken(error: Exception) -> str:
    """What was refused or failed, as a sentence with what to do about it; what is not known names its kind."""
    if isinstance(error, Refused | ModelFailure):
        return f"{error.message}; {error.advice}" if error.advice else error.message
    if isinstance(error, _PLAIN) or type(error).__name__ == "JailFailed":  # named: the jail is not imported for it
        return str(error)
    return f"{type(error).__name__}: {error}"
