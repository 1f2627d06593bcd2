"""A start at work: the events of an edit, under the repository's lock, and what is remembered of it at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loopview.domain.approval import State
from loopview.domain.edit import Ended
from loopview.engine.desk.telling import tell_loop
from loopview.modify.aftermath import Aftermath
from loopview.modify.pipeline import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loopview.domain.approval import Proposal
    from loopview.domain.edit import Event
    from loopview.engine.desk.office import Office
    from loopview.guarded.writer import Writer
    from loopview.modify.drafting import Kept
    from loopview.modify.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Order:
    """What a start shall do."""

    key: str
    proposal: Proposal
    writer: Writer | None = None
    dry_run: bool = False
    given: Kept | None = None  #: the part of an offer that was kept
    refused: tuple[str, ...] = ()  #: the hunks that were not


class Run:
    """One start. Use it once: iterate over `events`; `cancel` may be called from any thread."""

    def __init__(self, office: Office, shop: Workshop, order: Order, begin: Callable[[], None]) -> None:
        """Take what is to be done; ``begin`` puts the decision on record, under the lock, or raises."""
        self.key = order.key
        self.said: tuple[str, ...] = ()
        """What there is to say of the record and the report, after the end: where it is, or why there is none."""
        self._office = office
        self._order = order
        self._begin = begin
        self._edit = Edit(
            shop,
            order.key,
            order.proposal,
            order.writer,
            dry_run=order.dry_run,
            given=order.given,
            refused=order.refused,
        )
        self._aftermath = Aftermath(shop, order.proposal, self._edit)

    def events(self) -> Iterator[Event]:
        """Do it; the last event is an `Ended`. Raises `LockRefused` when somebody else is at work here."""
        with self._office.lock.hold(f"editing {self.key[:80]}"):
            self._begin()
            for event in self._edit.events():
                if isinstance(event, Ended):
                    self.said = (*self._aftermath.of_run(event), *self._told(event))
                yield event

    def _told(self, ended: Ended) -> Iterator[str]:
        """Let the loop know what waits for the operator now and what no longer does; yields why it could not."""
        if ended.state in {State.READY, State.FAILED}:
            why = tell_loop(self._office, self._order.proposal, ended.state.value, reason=ended.reason)
            if why:
                yield why

    def cancel(self) -> None:
        """End it: nothing is published, and the last event says so."""
        self._edit.cancel()
