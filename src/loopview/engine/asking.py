"""Asking a loop from the command line: its whole history read once, then any number of statements, bounded."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from loopview.engine.questions import ask, find, known
from loopview.engine.settled import settled_store
from loopview.sources.discover import is_sample
from loopview.store.gate import Statement, admit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopview.config import Settings
    from loopview.engine.questions import Known
    from loopview.store.asker import Asker
    from loopview.store.result import Result

MEMORY = 420 << 20  #: bytes a question may take: nothing else wants the store's 512 MB here
_NEWEST = "select max(ts) as ts from cycles"


class Asking(NamedTuple):
    """A loop that can be asked. All of it raises `SqlRefused`, `QueryFailed`, `QueryStopped` or `QuestionError`."""

    asker: Asker
    questions: tuple[Known, ...]
    now: datetime  #: the moment windows end at

    def sql(self, text: str | Statement) -> Result:
        """Run one statement of the operator's; ``$now`` may stand in it."""
        statement = text if isinstance(text, Statement) else admit(text)
        return self.asker.run(statement, {"now": self.now})

    def question(self, name: str, given: Mapping[str, str]) -> Result:
        """Ask a question by name, with parameters as written."""
        return ask(self.asker, find(name, self.questions), given, self.now)


@contextmanager
def asking(
    root: str, settings: Settings, environ: Mapping[str, str], now: datetime | None = None
) -> Iterator[Asking]:
    """Open the loop at ``root``; ``now`` None means the present, or a sample's own last stamp."""
    questions = known(root, environ)
    with (
        settled_store(root, settings) as store,
        store.asker(seconds=settings.sql_seconds, memory=MEMORY) as asker,
    ):
        yield Asking(asker, questions, now or _moment(root, asker))


def _moment(root: str, asker: Asker) -> datetime:
    if is_sample(root):
        for record in asker.run(admit(_NEWEST)).records():
            if isinstance(record["ts"], str):
                return datetime.fromisoformat(record["ts"])
    return datetime.now(UTC)
