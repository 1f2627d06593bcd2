"""The reports that edits leave in the loop's directory: which one tells of a modification."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from loopview.guarded.regular import ReadRefused, open_regular, read_at_most

if TYPE_CHECKING:
    from datetime import datetime

FOLDER = ".loop/reports"
MOST = 500  #: names that are looked at, the newest
HEAD = 8_192  #: bytes of a report that are looked at

_NAME = re.compile(r"\d{8}_\d{6}_[a-z0-9-]{1,60}\.md")


def report_of(root: str, task: str, commit: str, began: datetime | None) -> str:
    """The path of the newest report on a task, at or before the moment it was remembered; empty when there is none.

    A report names its instruction; two with one beginning are told apart by the commit, then by their time.
    """
    wanted = " ".join(task.strip().partition("\n")[0].split())[:120].lower()
    stamp = f"{began:%Y%m%d_%H%M%S}" if began else "9"
    found = ""
    for name in _names(root):
        if name[:15] > stamp and found:
            continue
        told = _head(root, name).lower()
        if wanted and wanted in told:
            found = os.path.join(root, FOLDER, name)
            if name[:15] <= stamp or (commit and commit in told):
                break
    return found


def _names(root: str) -> list[str]:
    """Names of reports, newest first."""
    try:
        found = sorted(filter(_NAME.fullmatch, os.listdir(os.path.join(root, FOLDER))), reverse=True)
    except OSError:
        return []
    return found[:MOST]


def _head(root: str, name: str) -> str:
    """The beginning of a report, on one line: there it names its instruction and the commit."""
    try:
        descriptor = open_regular(root, f"{FOLDER}/{name}")
    except ReadRefused:
        return ""
    try:
        return " ".join(read_at_most(descriptor, HEAD).decode("utf-8", "replace").split())
    except OSError:
        return ""
    finally:
        os.close(descriptor)
