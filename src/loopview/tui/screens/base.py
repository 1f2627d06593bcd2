"""What every screen of the console has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import BindingsMap
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget

from loopview.tui.actions import WRITES, Action, bindings, existing
from loopview.tui.bridge import Asker
from loopview.tui.widgets.hint_line import HintLine
from loopview.tui.widgets.status_line import StatusLine
from loopview.tui.widgets.tab_line import TabLine
from loopview.tui.widgets.verdict_line import VerdictLine

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from textual.app import ComposeResult

    from loopview.domain.progress import Progress
    from loopview.domain.trouble import Sought
    from loopview.engine.digest import Digest
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader
    from loopview.tui.console import LoopviewApp
    from loopview.tui.messages import Answered, AskFailed
    from loopview.tui.state import ViewState
    from loopview.tui.targets import Target


class LoopScreen(Screen[None]):
    """A screen between the verdict line above and the hint and status lines below.

    A subclass says what it is (``NAME``; key and title are in the catalog), what can be done on it (``ACTIONS``),
    what is on it (``compose_body``), and how it asks: ``refresh_view`` is called whenever the store moved on while
    the screen is visible, when it comes back and the store moved meanwhile, and when the window changes. It calls
    ``ask`` for each of its figures; the answers come back on the event loop.
    """

    NAME: ClassVar[str] = ""  #: as in targets and in the catalog
    ACTIONS: ClassVar[tuple[Action, ...]] = ()  #: what can be done here, beyond what works everywhere
    FOLLOWS_WINDOW: ClassVar[bool] = True  #: whether the window key changes what this screen shows
    AUTO_FOCUS: ClassVar[str | None] = "*"
    ALLOW_IN_MAXIMIZED_VIEW: ClassVar[str | None] = "#verdict-line, #tab-line, #hint-line, #status-line"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Make the bindings from the registry before Textual reads them; those that write wait for `on_mount`."""
        cls.BINDINGS = list(bindings(existing(cls.ACTIONS, read_only=True)))
        super().__init_subclass__(**kwargs)

    def __init__(self) -> None:
        super().__init__()
        self.asker = Asker(self, self.NAME)
        self._dirty = True

    # -- what a subclass gives ---------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Yield the panes between the lines."""
        yield from ()

    def refresh_view(self) -> None:
        """Ask again for everything that is shown."""

    def arrive(self, target: Target) -> None:
        """Stand at the rows a drill-down from elsewhere leads to."""

    def leave(self) -> bool:
        """Go one step back inside the screen (close a detail, drop a filter). Returns False if there is none."""
        return False

    def evidence(self) -> Answer | None:
        """Return the answer (rows and SQL) behind the figure in focus; None when there is none yet."""
        return None

    def copy_text(self) -> str | None:
        """Return what ``y`` copies; None = nothing to copy."""
        return None

    def copy_json(self) -> str | None:
        """Return what ``Y`` copies; None = nothing to copy."""
        return None

    def headline_changed(self) -> None:
        """Take note that the app's headline (verdict, counts) is another."""

    def trail(self) -> tuple[str, ...]:
        """Return where the operator is inside the screen, for the bread crumbs: foreign text is fine."""
        return ()

    def digest_changed(self, digest: Digest | None) -> None:
        """Take note of what happened since the last visit; None: nothing, or nobody wants to see it any more."""

    def follow_changed(self, *, following: bool) -> None:
        """Take note that follow was switched on or off."""

    def edit_moved(self, progress: Progress) -> None:
        """Take note of what is new of the edit that this console runs."""

    def trouble(self) -> Sought | None:
        """Return what went wrong under the cursor, for a draft of a proposal; None when nothing did."""
        return None

    # -- what a subclass uses ----------------------------------------------------------------------------------

    @property
    def console(self) -> LoopviewApp:
        """The app, by its type."""
        return cast("LoopviewApp", self.app)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What can be done here in this console: nothing that writes if it is read-only."""
        return existing((*self.ACTIONS, *WRITES), read_only=self.console.read_only)

    @property
    def view_state(self) -> ViewState:
        """The window and the moment to ask with."""
        return self.console.view_state

    def ask(
        self, topic: str, question: Callable[[Reader], Any], then: Callable[[Any], None], about: Hashable = ()
    ) -> None:
        """Run ``question(reader)`` in the screen's thread, and ``then(value)`` on the event loop.

        Only the newest question of a topic is kept waiting. ``about`` is what it is about (window, filter,
        sort): an answer about something else than the newest question of its topic is dropped.
        """
        self.asker.ask(topic, question, then, about)

    def store_moved(self) -> None:
        """Ask again if the screen is visible, else when it comes back."""
        if self.is_current and self.asker.ready:
            self._dirty = False
            self.refresh_view()
        else:
            self._dirty = True

    def action_draft(self) -> None:
        """Draft a proposal from the trouble under the cursor."""
        from loopview.tui.drafting import open_draft

        open_draft(self, self.trouble())

    def zoom(self) -> None:
        """Let the pane in focus, with its frame, fill the room between the lines; or give the room back."""
        focused = self.focused
        if self.maximized is not None or focused is None:
            self.minimize()
            return
        boxes = (it for it in focused.ancestors_with_self if isinstance(it, Widget) and it.has_class("box"))
        self.maximized = next(boxes, focused)

    # -- wiring ------------------------------------------------------------------------------------------------

    def _compositor_refresh(self) -> None:
        """Draw, unless the app holds drawing back: Textual draws everything then, too, and throws it away."""
        if not self.app._batch_count:  # noqa: SLF001  # Textual has no public name for it
            super()._compositor_refresh()

    def compose(self) -> ComposeResult:
        """Lay the body between the lines that every screen has."""
        yield VerdictLine(id="verdict-line")
        yield TabLine(id="tab-line")
        with Vertical(id="body"):
            yield from self.compose_body()
        yield HintLine(id="hint-line")
        yield StatusLine(id="status-line")

    def on_mount(self) -> None:
        """Bind what writes, if it may; take the store. Textual calls this beside a subclass's own."""
        writing = [action for action in self.actions if action.guard]
        self._bindings = BindingsMap.merge([self._bindings, BindingsMap(bindings(writing))])
        self.call_after_refresh(self.console.screen_mounted, self)

    def on_unmount(self) -> None:
        """Give the reader back."""
        self.asker.close()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while the screen was hidden."""
        self.console.draw_lines()
        if self._dirty:
            self.store_moved()

    def on_descendant_focus(self) -> None:
        """Give the room back when the focus goes where it cannot be seen."""
        focused = self.focused
        if self.maximized is not None and focused is not None and self.maximized not in focused.ancestors_with_self:
            self.minimize()

    def on_answered(self, message: Answered) -> None:
        """Hand an answer to who asked, unless it is stale."""
        message.stop()
        if self.app.is_running:
            self.asker.deliver(message)

    def on_ask_failed(self, message: AskFailed) -> None:
        """Say that a question failed, unless nobody asks it any more."""
        message.stop()
        self.asker.settle()
        if self.asker.asks(message.topic, message.about):
            self.console.say(message.problem, severity="error")
