"""Runs the operator's statements on a bounded asker of the store. All of it but `stop` and `close` in a worker."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from loopview.tui.ask.parameters import values_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from loopview.store.asker import Asker
    from loopview.store.database import Store
    from loopview.store.result import Result


class Outcome(NamedTuple):
    """What became of one run."""

    result: Result | None
    problem: str = ""  #: one sentence; foreign text in part
    offset: int | None = None  #: characters from the beginning of the text to the place at fault


class Desk:
    """One asker, opened at the first statement, and again when the console fell back to another store."""

    def __init__(self, store: Callable[[], Store | None], seconds: Callable[[], float]) -> None:
        """Take what gives the present store, and the seconds that a statement may take."""
        self._store_now, self._seconds = store, seconds
        self._store: Store | None = None
        self._asker: Asker | None = None
        self._lock = threading.Lock()
        self._closed = False

    def run(self, sql: str, now: datetime) -> Outcome:
        """Admit and run one statement; whatever goes wrong is a sentence, with its place where there is one."""
        from loopview.engine.questions import QuestionError
        from loopview.store.asker import QueryFailed, QueryStopped
        from loopview.store.database import StoreBroken
        from loopview.store.gate import SqlRefused, admit

        try:
            statement, values = admit(sql), values_of(sql, now)
            given = {name: value for name, value in values.items() if name in statement.parameters}
            return Outcome(self._open().run(statement, given))
        except (SqlRefused, QueryFailed) as problem:
            where = f" ({problem.spot})" if problem.spot is not None else ""
            return Outcome(None, f"{problem.why}{where}", problem.spot.offset if problem.spot is not None else None)
        except (QueryStopped, QuestionError, StoreBroken) as problem:
            return Outcome(None, str(problem))

    def stop(self) -> None:
        """End what is running, from any thread."""
        asker = self._asker
        if asker is not None:
            asker.interrupt()

    def close(self) -> None:
        """Let go of the store, from any thread."""
        with self._lock:
            self._closed = True
            asker, self._asker = self._asker, None
        if asker is not None:
            asker.close()

    def _open(self) -> Asker:
        from loopview.store.asker import QueryStopped

        with self._lock:
            store = self._store_now()
            if store is None or self._closed:
                raise QueryStopped("the files are not read yet")
            if self._asker is None or self._store is not store:
                if self._asker is not None:
                    self._asker.close()
                self._asker, self._store = store.asker(seconds=self._seconds()), store
            return self._asker
