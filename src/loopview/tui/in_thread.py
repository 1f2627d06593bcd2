"""Every worker of the console is a thread: it asks the core, posts messages, and its faults never end the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode


def in_thread(
    host: DOMNode, work: Callable[[], Any], *, group: str, description: str, exclusive: bool = True
) -> None:
    """Do ``work`` in a thread; it says by messages what came of it, failures too.

    ``exclusive``: it takes the place of the one of its group before it.
    """
    host.run_worker(
        work,
        name=group,
        group=group,
        description=description,
        exit_on_error=False,
        exclusive=exclusive,
        thread=True,
    )
