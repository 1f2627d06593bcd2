"""What is left behind when the console falls over a fault of its own: a log without data, and a short message."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.text import plain, plain_block

if TYPE_CHECKING:
    from pathlib import Path


def write_crash_log(error: BaseException, state_dir: Path | None) -> Path | None:
    """Write `error` with its traceback into `state_dir` and return the new file, or None when that cannot be done.

    Only the owner can read it. Values of variables are left out: they would be the operator's data.
    """
    if state_dir is None:
        return None
    now = datetime.now(UTC)
    path = state_dir / f"crash-{now:%Y%m%d-%H%M%S}-{os.getpid()}.log"
    lines = plain_block("".join(traceback.format_exception(error)))
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(lines + "\n")
    except OSError:
        return None
    return path


def last_words(error: BaseException, log: Path | None) -> str:
    """Return the message for standard error: what happened, in one line, and where the rest is."""
    what = plain(f"{type(error).__name__}: {error}", limit=200)
    where = f"The traceback is in {plain(log)}" if log else "The traceback could not be written"
    return f"loopview stopped over a fault of its own: {what}\n{where}"
