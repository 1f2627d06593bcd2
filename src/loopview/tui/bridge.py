"""Every worker of the console: threads ask the core and post messages, nothing else.

A store reader serves one question at a time, so each screen has one ``Asker``: one worker thread at most, on one
long-lived reader, and for each topic at most one question waiting, the newest. An answer is dropped when it is
about something the screen no longer asks about (another window, another filter), or older than one already shown.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from loopview.tui.in_thread import in_thread
from loopview.tui.messages import Answered, AskFailed, Inquired, MonitorFailed, MonitorStarted, StoreChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from textual.app import App
    from textual.screen import Screen
    from textual.widget import Widget

    from loopview.domain.records import Change
    from loopview.store.reader import Reader
    from loopview.tui.console import LoopviewApp


class Store(Protocol):
    """What the bridge needs of the store."""

    revision: int

    def reader(self) -> Reader:
        """Open a reader."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    topic: str
    about: Hashable
    question: Callable[[Reader], Any]


class Asker:
    """The questions of one screen (or of the app): one reader, one thread, latest wins by topic."""

    def __init__(self, host: Screen[Any] | App[Any] | Widget, name: str) -> None:
        self._host = host
        self._name = name
        self._store: Store | None = None
        self._reader: Reader | None = None
        self._read: Store | None = None  # the store the reader reads
        self._lock = threading.Lock()
        self._waiting: dict[str, _Asked] = {}
        self._working = False
        self._open = 0  # questions taken whose answer was not yet handed on
        self._closed = False
        self._newest: dict[str, Hashable] = {}
        self._shown: dict[str, int] = {}
        self._then: dict[str, Callable[[Any], None]] = {}

    @property
    def ready(self) -> bool:
        """Whether there is a store to ask."""
        return self._store is not None and not self._closed

    @property
    def quiet(self) -> bool:
        """Whether every question is answered, and the answers were handed on."""
        with self._lock:
            return self._open == 0 and not self._waiting

    def connect(self, store: Store) -> None:
        """Give the store, or another one; what was asked before is asked now."""
        with self._lock:
            self._store = store
        self._start()

    def ask(
        self, topic: str, question: Callable[[Reader], Any], then: Callable[[Any], None], about: Hashable = ()
    ) -> None:
        """Run ``question`` in a thread and hand its value to ``then`` on the event loop.

        A question waiting under the same topic is replaced. One that is running goes on; its answer counts only if
        it is ``about`` the same thing.
        """
        changed = self._newest.get(topic, about) != about
        self._newest[topic] = about
        self._then[topic] = then
        if changed:
            self._shown.pop(topic, None)
        with self._lock:
            self._waiting[topic] = _Asked(topic, about, question)
        self._start()

    def deliver(self, message: Answered) -> bool:
        """Hand an answer on, unless it is stale. Returns whether it was."""
        self.settle()
        if self._closed or message.about != self._newest.get(message.topic):
            return False
        if message.revision < self._shown.get(message.topic, 0):
            return False
        self._shown[message.topic] = message.revision
        self._then[message.topic](message.value)
        return True

    def settle(self) -> None:
        """Take note that the answer to one question has come."""
        with self._lock:
            self._open -= 1

    def asks(self, topic: str, about: Hashable) -> bool:
        """Whether this is still what is asked under the topic."""
        return not self._closed and self._newest.get(topic) == about

    def interrupt(self) -> None:
        """End a question that is running; it fails quietly."""
        if self._reader is not None:
            self._reader.interrupt()

    def close(self) -> None:
        """Refuse new questions, end the running one, close the reader (the worker does, if it is at work)."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            working = self._working
        self.interrupt()
        if not working:
            self._close_reader()

    def _start(self) -> None:
        with self._lock:
            if self._closed or self._working or self._store is None or not self._waiting:
                return
            self._working = True
        in_thread(self._host, self._work, group=f"ask:{self._name}", description=f"questions of {self._name}")

    def _work(self) -> None:
        while (asked := self._take()) is not None:
            self._answer(asked)

    def _take(self) -> _Asked | None:
        with self._lock:
            if self._waiting and not self._closed:
                self._open += 1
                return self._waiting.pop(next(iter(self._waiting)))
            self._working = False
        if self._closed:
            self._close_reader()
        return None

    def _answer(self, asked: _Asked) -> None:
        store = self._store
        if store is None:
            return
        revision = store.revision
        try:
            value = asked.question(self._reader_of(store))
        except Exception as problem:  # noqa: BLE001  # whatever it is belongs on the screen
            if type(problem).__name__ == "Interrupted":  # named, not imported: asking must not import the store
                self.settle()
                return
            self._host.post_message(AskFailed(asked.topic, asked.about, f"{type(problem).__name__}: {problem}"))
            return
        self._host.post_message(Answered(asked.topic, asked.about, revision, value))

    def _reader_of(self, store: Store) -> Reader:
        """Return the reader; a new one when the monitor fell back to another store."""
        if self._reader is None or self._read is not store:
            self._close_reader()
            self._reader, self._read = store.reader(), store
        return self._reader

    def _close_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()


def start_stream(host: Screen[Any], number: int, events: Callable[[], Iterator[Any]]) -> None:
    """Go through ``events()`` in a thread and hand them on by ``Inquired``; whatever is raised is the last of them.

    ``number`` names the stream, so that what comes of one that is no longer wanted can be dropped. One message is
    under way at a time, however fast the events come: whoever takes it takes all that came meanwhile.
    """
    waiting: deque[Any] = deque()
    told = threading.Event()

    def hand_on(event: Any, *, over: bool = False) -> None:
        waiting.append(event)
        if over or not told.is_set():
            told.set()
            host.post_message(Inquired(number, waiting, told, over=over))

    def work() -> None:
        end: Any = None
        try:
            for event in events():
                hand_on(event)
        except Exception as problem:  # noqa: BLE001  # whatever it is belongs on the screen
            end = problem
        hand_on(end, over=True)

    in_thread(host, work, group="inquiry", description="ask the model")


def start_monitor(app: LoopviewApp) -> None:
    """Import and start the engine in a thread; ``MonitorStarted`` or ``MonitorFailed`` follows."""

    def tell(change: Change) -> None:
        app.post_message(StoreChanged(change))

    def work() -> None:
        try:
            from loopview.engine.monitor import Monitor

            monitor = Monitor(app.root, app.settings, on_change=tell)
            monitor.start()
        except Exception as problem:  # noqa: BLE001  # whatever went wrong belongs on the screen
            app.post_message(MonitorFailed(f"nothing is read: {type(problem).__name__}: {problem}"))
            return
        if not app.post_message(MonitorStarted(monitor)):
            monitor.stop()  # the console closed meanwhile

    in_thread(app, work, group="monitor", description="open the store and watch the files")
