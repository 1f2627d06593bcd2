"""What happened: every message of the console, named as a past event.

A Textual message carries its own book-keeping and so cannot be frozen; what it carries is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Hashable, Iterator
    from threading import Event

    from loopview.domain.records import Change
    from loopview.engine.alerts import Look
    from loopview.engine.monitor import Monitor
    from loopview.tui.targets import Target
    from loopview.tui.widgets.record_table import RecordTable
    from loopview.tui.widgets.table_layout import RowKey, TableRow


@dataclass(eq=False, repr=False)
class MonitorStarted(Message):
    """The files are watched and the store can be asked from now on."""

    monitor: Monitor


@dataclass(eq=False, repr=False)
class StoreChanged(Message):
    """The store moved on. The monitor lets ten a second through at most, and each counts its own rows."""

    change: Change


@dataclass(eq=False, repr=False)
class Answered(Message, bubble=False):
    """A worker has the answer to what its screen asked."""

    topic: str
    about: Hashable  #: what the question was about: an answer about something else is stale
    revision: int
    value: Any


@dataclass(eq=False, repr=False)
class AskFailed(Message, bubble=False):
    """A question could not be answered."""

    topic: str
    about: Hashable
    problem: str  #: foreign text: show it through ``content`` only


@dataclass(eq=False, repr=False)
class Inquired(Message, bubble=False):
    """A model said something, or a stream of its events is over."""

    number: int  #: which stream
    waiting: deque[Any]  #: what was said and not taken yet
    told: Event  #: set while a message of the stream is under way
    over: bool = False

    def take(self) -> Iterator[Any]:
        """Take everything that was said so far."""
        self.told.clear()  # first: what comes from now on is told of anew
        while self.waiting:
            yield self.waiting.popleft()


@dataclass(eq=False, repr=False)
class EditMoved(Message):
    """There is something new to see of the edit that this console runs."""

    def can_replace(self, message: Message) -> bool:
        """Let one stand for many: what there is to see is looked up."""
        return isinstance(message, EditMoved)


@dataclass(eq=False, repr=False)
class ErrandDone(Message, bubble=False):
    """What a screen had done in a thread is done, or was refused."""

    topic: str
    about: Hashable  #: what it was about: an answer about something else is stale
    value: Any = None
    problem: str = ""  #: foreign text: show it through ``content`` only


@dataclass(eq=False, repr=False)
class MonitorFailed(Message):
    """The store or the watcher could not be started, or died."""

    problem: str


@dataclass(eq=False, repr=False)
class AlertsJudged(Message):
    """The facts of the loop were held against those of the last look."""

    look: Look


@dataclass(eq=False, repr=False)
class AlertsDelivered(Message):
    """What was to leave the console has left it, or could not."""

    problems: tuple[str, ...]  #: sentences; foreign text may be in them


@dataclass(eq=False, repr=False)
class ProbeEnded(Message):
    """A probe that this console ran is over."""

    sentence: str  #: foreign text may be in it
    severity: str  #: ``information`` or ``warning``


@dataclass(eq=False, repr=False)
class Drilled(Message):
    """A widget asks for the rows behind what it shows."""

    target: Target


@dataclass(eq=False, repr=False)
class Noticed(Message):
    """A widget or a worker has a sentence for the operator."""

    sentence: str
    severity: str = "information"  #: ``information``, ``warning`` or ``error``


@dataclass(eq=False, repr=False)
class OfTable(Message):
    """Something happened in a record table; ``control`` is the table, for handlers that choose by selector."""

    table: RecordTable

    @property
    def control(self) -> RecordTable:
        """The table it happened in."""
        return self.table


@dataclass(eq=False, repr=False)
class RowHighlighted(OfTable):
    """The cursor stands on another record."""

    row: TableRow

    def can_replace(self, message: Message) -> bool:
        """Let a later stand of the same cursor take the place of one not yet handled."""
        return isinstance(message, RowHighlighted) and message.table is self.table


@dataclass(eq=False, repr=False)
class RowOpened(OfTable):
    """The operator drills into a row."""

    row: TableRow


@dataclass(eq=False, repr=False)
class SortChosen(OfTable):
    """The operator chose a column by its title."""

    column: str


@dataclass(eq=False, repr=False)
class FollowChanged(OfTable):
    """A table began or ceased to keep its newest rows in sight."""

    following: bool


@dataclass(eq=False, repr=False)
class MarkSought(OfTable):
    """The operator wants to go to a marked row; only the source knows where it stands now."""

    key: RowKey


@dataclass(eq=False, repr=False)
class FilterTyped(Message):
    """The operator paused while typing a filter."""

    text: str

    def can_replace(self, message: Message) -> bool:
        """Let what was typed later take the place of what was not yet tried."""
        return isinstance(message, FilterTyped)


@dataclass(eq=False, repr=False)
class FilterKept(Message):
    """The operator goes back to the rows and keeps the filter."""

    text: str


@dataclass(eq=False, repr=False)
class FilterDropped(Message):
    """The operator wants all rows again."""


@dataclass(eq=False, repr=False)
class DiffPlaceChanged(Message):
    """Another hunk of a diff is the current one; a diff view tells it as its own message."""

    def can_replace(self, message: Message) -> bool:
        """Let the last place take the place of those before."""
        return isinstance(message, DiffPlaceChanged)


@dataclass(eq=False, repr=False)
class DiffSeen(Message):
    """Every line of a diff has been on the screen."""


@dataclass(eq=False, repr=False)
class DiffContextSought(Message):
    """The operator wants more (1) or fewer (-1) unchanged lines around the changes of a diff."""

    step: int
