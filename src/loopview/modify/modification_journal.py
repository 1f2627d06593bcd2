"""What was tried before: every attempt at a modification, in ``.loop/modifications.jsonl``.

The file is append-only; what comes later about an attempt is another line with its id. It lies where the watched
agent can write, so whatever is read from it is foreign: it informs, it decides nothing.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.columns import MODIFICATIONS
from loopview.domain.line import Row, read_line
from loopview.domain.records import Line
from loopview.guarded.append import AppendRefused, append
from loopview.guarded.regular import NotThere, ReadRefused, open_regular, read_at_most
from loopview.modify.attempt import ModificationAttempt, Outcome, event_of, fold, record_of
from loopview.modify.similar import ranked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loopview.modify.old_journal import Imported

__all__ = ["LABEL", "Counts", "ModificationAttempt", "ModificationJournal", "NoSuchAttempt", "Outcome"]

LABEL = ".loop/modifications.jsonl"

MOST_BYTES = 64 << 20  #: the newest bytes of the file that are read
MOST_LINES = 100_000  #: the newest lines that are read
LONGEST_LINE = 2 << 20  #: bytes; a longer one was not written by us and is passed over
FAILED = frozenset({Outcome.FAILURE, Outcome.ROLLBACK})


class NoSuchAttempt(Exception):  # noqa: N818 - reads as the event it is
    """The journal has no attempt of that id."""


class Counts(NamedTuple):
    """How attempts ended."""

    success: int
    failure: int
    rollback: int

    @property
    def rate(self) -> float:
        """Successes among those that ended; 0.0 when none did."""
        ended = self.success + self.failure + self.rollback
        return self.success / ended if ended else 0.0


class _Read(NamedTuple):
    """The file as it was read."""

    stamp: tuple[int, ...]
    attempts: tuple[ModificationAttempt, ...]  #: oldest first
    problem: str = ""
    passed_over: int = 0


_NOTHING = _Read((), ())


class ModificationJournal:
    """The journal of the loop at a root. Any number of processes and threads may write and read at once."""

    def __init__(self, root: str) -> None:
        """Nothing is read or made before it is needed."""
        self._root = root
        self._read = _NOTHING

    @property
    def problem(self) -> str:
        """Why the file cannot be read, or which part of it is left out; empty when all of it counts."""
        return self._look().problem

    @property
    def passed_over(self) -> int:
        """Lines that are no record."""
        return self._look().passed_over

    def attempts(self) -> tuple[ModificationAttempt, ...]:
        """Every attempt, oldest first. Never raises for what the file is."""
        return self._look().attempts

    def log_attempt(self, attempt: ModificationAttempt) -> str:
        """Add an attempt and return its id; raises `AppendRefused` or `AppendFailed`.

        Without an id it gets one. An id that is in the journal already is refused: use `log_event`.
        """
        given = attempt._replace(id=attempt.id or secrets.token_hex(8), timestamp=attempt.timestamp or _now())

        def compose(_: object) -> Mapping[str, object]:
            if attempt.id and self._find(attempt.id):
                raise AppendRefused(f"{LABEL} has an attempt {attempt.id} already")
            return record_of(given)

        append(self._root, LABEL, compose)
        return given.id

    def adopt(self, attempts: Iterable[ModificationAttempt]) -> int:
        """Add attempts with ids of their own that are not here yet; returns how many. Raises as `log_attempt`."""
        there = {attempt.id for attempt in self.attempts()}
        new = {attempt.id: attempt for attempt in attempts if attempt.id not in there}
        for record in map(record_of, new.values()):
            append(self._root, LABEL, lambda _, record=record: record)  # type: ignore[misc]
        return len(new)

    def import_old(self, path: str) -> Imported:
        """Add what an old SQLite journal has; doing it again adds nothing.

        Raises `NotImported` before anything is written, `AppendRefused` or `AppendFailed` in between.
        """
        from loopview.modify.old_journal import import_old

        return import_old(self, path)

    def log_event(self, attempt: ModificationAttempt) -> None:
        """Add what is known by now of an attempt in the journal: fields that are empty or 0 say nothing.

        Raises `NoSuchAttempt`, `AppendRefused` or `AppendFailed`.
        """
        if not self._find(attempt.id):
            raise NoSuchAttempt(f"{LABEL} has no attempt {attempt.id}")
        event = event_of(attempt._replace(timestamp=attempt.timestamp or _now()))
        append(self._root, LABEL, lambda _: event)

    def update_reflection(self, attempt_id: str, reflection: str) -> None:
        """Add what was learned; the last one counts. Raises as `log_event` does."""
        self.log_event(ModificationAttempt(id=attempt_id, reflection=reflection))

    def find_similar(self, task: str, limit: int = 5) -> list[ModificationAttempt]:
        """Return the attempts at tasks most like ``task``, best first; of equals the newest."""
        attempts = self.attempts()
        places = ranked(task, (attempt.task_description for attempt in attempts), limit)
        return [attempts[place] for place in places]

    def get_success_rate(self) -> float:
        """Successes among the attempts that ended, 0.0 to 1.0; 0.0 when none did."""
        return self.count().rate

    def count(self) -> Counts:
        """Return how many attempts ended in which way."""
        outcomes = [attempt.outcome for attempt in self.attempts()]
        return Counts(*(outcomes.count(outcome) for outcome in Outcome))

    def get_recent_failures(self, limit: int = 10) -> list[ModificationAttempt]:
        """Return attempts that failed or were rolled back, newest first."""
        return [attempt for attempt in reversed(self.attempts()) if attempt.outcome in FAILED][: max(limit, 0)]

    def get_by_id(self, attempt_id: str) -> ModificationAttempt | None:
        """Return the attempt with that id."""
        return self._find(attempt_id)

    def get_attempts_for_file(self, path: str, limit: int = 100) -> list[ModificationAttempt]:
        """Return attempts that touched a file (a path below the root), newest first."""
        sought = os.path.normpath(path)
        touched = [
            attempt
            for attempt in reversed(self.attempts())
            if any(os.path.normpath(name) == sought for name in attempt.files_modified)
        ]
        return touched[: max(limit, 0)]

    def _find(self, attempt_id: str) -> ModificationAttempt | None:
        return next((attempt for attempt in self.attempts() if attempt.id == attempt_id), None)

    def _look(self) -> _Read:
        """The file as it stands now; it is read again when it has changed."""
        try:
            descriptor = open_regular(self._root, LABEL)
        except NotThere:
            return _NOTHING
        except ReadRefused as refusal:
            return _Read((), (), str(refusal))
        try:
            here = os.fstat(descriptor)
            stamp = (here.st_dev, here.st_ino, here.st_size, here.st_mtime_ns, here.st_ctime_ns)
            if self._read.stamp != stamp:
                self._read = _parsed(descriptor, stamp, here.st_size)
        except OSError as error:
            return _Read((), (), f"{LABEL}: {error.strerror}")
        else:
            return self._read
        finally:
            os.close(descriptor)


def _parsed(descriptor: int, stamp: tuple[int, ...], size: int) -> _Read:
    start = max(size - MOST_BYTES, 0)
    content = read_at_most(descriptor, MOST_BYTES, start)
    cut, *texts = (b"\n" + content).rsplit(b"\n", MOST_LINES) if not start else content.rsplit(b"\n", MOST_LINES)
    offset = start + len(cut) + (1 if start else 0)
    rows = []
    passed_over = 0
    for number, text in enumerate(texts, 1):
        line = Line(offset, number, text)
        offset += len(text) + 1
        if len(text) <= LONGEST_LINE and isinstance(row := read_line(MODIFICATIONS, line), Row):
            rows.append(row)
        elif text.strip():
            passed_over += 1
    left_out = bool(start or cut.strip())
    problem = f"{LABEL} is long: only its newest {len(texts):,} lines count" if left_out else ""
    return _Read(stamp, fold(rows), problem, passed_over)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
