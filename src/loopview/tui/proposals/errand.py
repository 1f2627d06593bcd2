"""Work of the desk that a screen has done in a thread: its value or its refusal comes back as one message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loopview.tui.in_thread import in_thread
from loopview.tui.messages import ErrandDone

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from textual.screen import Screen


def run_errand(host: Screen[Any], topic: str, errand: Callable[[], Any], about: Hashable = ()) -> None:
    """Do ``errand`` in a thread; `ErrandDone` follows. One of a topic takes the place of the one before it."""

    def work() -> None:
        try:
            value = errand()
        except Exception as error:  # noqa: BLE001  # whatever it is belongs on the screen
            host.post_message(ErrandDone(topic, about, problem=_words(error)))
            return
        host.post_message(ErrandDone(topic, about, value))

    in_thread(host, work, group=f"errand:{topic}", description=f"{topic} of a proposal")


def _words(error: Exception) -> str:
    from loopview.engine.desk.refusals import spoken

    return spoken(error)
