"""Notice that files may have changed. A notification is a hint that shortens a wait; looking is what counts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

STEP_MS = 25  #: between two looks at what was notified: most of what an idle console costs
ALERT_STEP_MS = 2  #: while files change
DEBOUNCE_MS = 50


class _Notifier(Protocol):
    def watch(self, debounce_ms: int, step_ms: int, timeout_ms: int, stop_event: threading.Event, /) -> object: ...

    def close(self) -> None: ...


class Watcher:
    """Waits for something to happen in some directories; ``close`` ends a wait at once, from any thread."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Watch directories, not what is below them; where that is refused, ``polling`` is true."""
        self.paths = tuple(paths)
        self._closed = threading.Event()
        self._notifier = _notifier(self.paths)

    @property
    def polling(self) -> bool:
        """Whether no notification comes, so that only the caller's looking finds changes."""
        return self._notifier is None

    def wait(self, timeout: float, *, alert: bool = False) -> bool:
        """Wait ``timeout`` seconds at most; return whether something was notified, sooner when on the ``alert``."""
        notifier = self._notifier
        if notifier is None or self._closed.is_set():
            self._closed.wait(timeout)
            return False
        try:
            step = ALERT_STEP_MS if alert else STEP_MS
            found = notifier.watch(DEBOUNCE_MS, step, max(1, round(timeout * 1000)), self._closed)
        except (RuntimeError, OSError):  # the notifier gave up: from now on we look
            self._notifier = None
            return False
        return isinstance(found, set)

    def close(self) -> None:
        """End the wait of another thread, and all later ones."""
        self._closed.set()

    def release(self) -> None:
        """Give the notifier's own thread back; only when nobody waits any more."""
        self.close()
        notifier, self._notifier = self._notifier, None
        if notifier is not None:
            notifier.close()


def _notifier(paths: tuple[str, ...]) -> _Notifier | None:
    """Return a notifier, or None where the system has none left or none that works here."""
    if not paths:
        return None
    from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

    try:
        return RustNotify(list(paths), False, False, 0, False, True)
    except (OSError, WatchfilesRustInternalError):
        return None
