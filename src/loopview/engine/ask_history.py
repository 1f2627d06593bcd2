"""What the operator asked before, newest last: a private, bounded file in the state directory."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from loopview.guarded.append import AppendFailed, AppendRefused, Tail, append

if TYPE_CHECKING:
    from datetime import datetime

FILE = "asked.jsonl"
KEPT = 500  #: entries that are offered
LONGEST_FILE = 4 * 1024 * 1024  #: bytes after which the older half is dropped
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Asked(NamedTuple):
    """One question that was run."""

    sql: str
    question: str = ""  #: the plain words it was drafted for
    ts: str = ""  #: when, ISO 8601


def load_history(state_dir: str) -> tuple[Asked, ...]:
    """Return what was asked, newest last, each text once. An unreadable file or line is passed over."""
    found: dict[tuple[str, str], Asked] = {}
    for line in _tail(os.path.join(state_dir, FILE)).splitlines():
        entry = _entry(line)
        if entry is not None:
            found.pop((entry.sql, entry.question), None)
            found[entry.sql, entry.question] = entry
    return tuple(found.values())[-KEPT:]


def remember(state_dir: str, sql: str, question: str, now: datetime) -> str:
    """Add one; durable when it returns. Returns a sentence when it could not be kept, else an empty text."""
    record: dict[str, object] = {"sql": sql, "question": question, "ts": now.isoformat()}
    try:
        os.makedirs(state_dir, mode=0o700, exist_ok=True)
        _shrink(os.path.join(state_dir, FILE))
        _own(os.path.join(state_dir, FILE))

        def compose(_: Tail) -> dict[str, object]:
            return record

        append(state_dir, FILE, compose)
    except (AppendRefused, AppendFailed, OSError) as problem:
        return f"what you ask is not kept: {problem}"
    return ""


def _own(path: str) -> None:
    """Make the file ours alone before anything is in it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600))


def _tail(path: str) -> str:
    try:
        descriptor = os.open(path, _READ)
    except OSError:
        return ""
    try:
        size = os.fstat(descriptor).st_size
        return os.pread(descriptor, LONGEST_FILE, max(0, size - LONGEST_FILE)).decode("utf-8", "replace")
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def _entry(line: str) -> Asked | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    sql, question, ts = record.get("sql"), record.get("question", ""), record.get("ts", "")
    if not (isinstance(sql, str) and isinstance(question, str) and isinstance(ts, str)):
        return None
    return Asked(sql, question, ts) if sql or question else None


def _shrink(path: str) -> None:
    """Keep the newer entries once the file is long: written beside it and put in its place."""
    try:
        if os.lstat(path).st_size <= LONGEST_FILE // 2:
            return
    except OSError:
        return
    kept = load_history(os.path.dirname(path))
    beside = f"{path}.{os.getpid()}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.writelines(json.dumps(entry._asdict(), ensure_ascii=False) + "\n" for entry in kept)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
