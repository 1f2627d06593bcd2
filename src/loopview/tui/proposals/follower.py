"""The edit that this console runs: begun, cancelled, watched from any screen; its thread is the engine's."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from loopview.tui.messages import EditMoved

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

    from loopview.domain.progress import Progress
    from loopview.engine.desk.runner import Job, Runner


class Follower:
    """The one runner of a console, made when it is first needed."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._runner: Runner | None = None
        self._told = threading.Event()

    @property
    def progress(self) -> Progress | None:
        """What there is to see of the newest edit; taken, the next news is told of again."""
        self._told.clear()
        return self._runner.progress if self._runner is not None else None

    @property
    def running(self) -> bool:
        """Whether one goes on."""
        return self._runner is not None and self._runner.running

    def begin(self, key: str, title: str, make: Callable[[], Job]) -> str:
        """Begin a job; returns why it cannot be, or nothing."""
        from loopview.engine.desk.runner import Busy, Runner

        self._runner = self._runner or Runner(self._tell)
        try:
            self._runner.begin(key, title, make)
        except Busy as busy:
            return str(busy)
        self._tell()
        return ""

    def cancel(self) -> None:
        """End the one that goes on."""
        if self._runner is not None:
            self._runner.cancel()

    def close(self) -> None:
        """End it with the console, and wait a little until that is on record."""
        if self._runner is not None:
            self._runner.close()

    def _tell(self) -> None:
        if not self._told.is_set():
            self._told.set()
            self._app.post_message(EditMoved())
