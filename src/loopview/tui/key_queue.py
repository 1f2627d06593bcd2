"""One key after another: the next is handed on when all that the last one did has been done.

Textual gives a key to what has the focus at that moment, and what the key does happens later. Of keys that come
together (a script, a quick hand, a busy machine) all would go to what had the focus before the first of them: of
`:q` the second letter would quit behind the command line. So a mark follows each key by the same way, from the
widget up to the app, as often as the place where keys go is still changing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from textual import events
    from textual.app import App
    from textual.widget import Widget

_FEWEST, _MOST = 2, 8
"""Rounds of marks behind a key: what it posts to its own widget is done in the second, a dialog stands in the third
or fourth."""

_LOOK = 0.1  #: seconds between two looks whether a mark went down with its widget
_PATIENCE = 50  #: looks after which the next key does not wait any longer for what the last one does


class KeyMark(Message):
    """Comes up to the app behind a key."""


class KeyQueue:
    """The keys and pastes that wait for their turn."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._turn: events.Key | events.Paste | None = None
        self._mark: KeyMark | None = None
        self._place: Widget | None = None
        self._rounds = 0

    def admits(self, event: events.Key | events.Paste) -> bool:
        """Whether it is this one's turn; otherwise it is kept and comes again."""
        if self._turn is None:
            self._turn = event
        if self._turn is event:
            return True
        self._waiting.append(event)
        return False

    def follow(self) -> None:
        """Send a mark behind the key that was just handed on."""
        self._rounds = 0
        self._send()

    def arrived(self, mark: KeyMark) -> None:
        """Take in a mark: the next key's turn, or another round where something has moved."""
        if mark is not self._mark:
            return
        settled = self._place is self._focus()
        if (settled and self._rounds >= _FEWEST) or self._rounds >= _MOST:
            self._next()
        else:
            self._send()

    def _send(self) -> None:
        self._rounds += 1
        self._mark, self._place = KeyMark(), self._focus()
        self._look_later(self._mark, _PATIENCE)
        if self._place is not None:
            self._place.post_message(self._mark)

    def _look_later(self, mark: KeyMark, looks: int) -> None:
        asyncio.get_running_loop().call_later(_LOOK, self._look, mark, looks)

    def _look(self, mark: KeyMark, looks: int) -> None:
        """Wait on for a mark that is on its way; send another where its widget is gone."""
        if mark is not self._mark:
            return
        if self._place is not None and self._place.is_attached and looks:
            self._look_later(mark, looks - 1)
        elif looks and self._rounds < _MOST:
            self._send()
        else:
            self._next()

    def _focus(self) -> Widget | None:
        """Where the app would hand a key to now; None while it has no screen."""
        stack = self._app.screen_stack
        return (stack[-1].focused or stack[-1]) if stack else None

    def _next(self) -> None:
        self._mark = self._place = None
        self._turn = self._waiting.popleft() if self._waiting else None
        if self._turn is not None:
            self._app.post_message(self._turn)
