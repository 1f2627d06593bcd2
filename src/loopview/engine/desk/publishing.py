"""A publish as a job that can be watched: once begun it is finished, here or by recovery."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from loopview.domain.approval import State
from loopview.domain.edit import Ended, Entered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.domain.approval import Decision
    from loopview.domain.edit import Event
    from loopview.engine.desk.desk import Desk, Published


class Publishing:
    """The publish of one offer, on one decision."""

    def __init__(self, desk: Desk, key: str, decision: Decision) -> None:
        self.said: tuple[str, ...] = ()
        self._desk = desk
        self._key = key
        self._decision = decision
        self._news: SimpleQueue[Event | Exception] = SimpleQueue()

    def events(self) -> Iterator[Event]:
        """Do it, and say when it is published: the lesson that follows can take minutes.

        Raises what `Desk.merge` raises; then nothing was published.
        """
        yield Entered("publish", 0, "everything is looked at again, then published")
        threading.Thread(target=self._merge, name="publish", daemon=True).start()
        while True:
            news = self._news.get()
            if isinstance(news, Exception):
                raise news
            yield news
            if isinstance(news, Ended):
                return

    def cancel(self) -> None:
        """Do nothing: half a publish is worse than one that is finished."""

    def _merge(self) -> None:
        try:
            merged = self._desk.merge(self._key, self._decision, self._published)
        except Exception as error:  # noqa: BLE001 - it is raised where the events are read
            self._news.put(error)
            return
        self.said = merged.said
        self._news.put(Ended(State.PUBLISHED, _where(merged.published)))

    def _published(self, published: Published) -> None:
        self._news.put(Entered("reflect", 0, f"{_where(published)}; a lesson is written down"))


def _where(published: Published) -> str:
    return f"commit {published.commit[:12]} on {published.target_ref}"
