"""The console: its screens, the state they share, and the wiring between the engine and them."""

from __future__ import annotations

import gc
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from loopview.tui import lines
from loopview.tui.actions import CONSOLE, Action, bindings
from loopview.tui.bridge import start_monitor
from loopview.tui.console_calls import ConsoleCalls
from loopview.tui.messages import MonitorFailed
from loopview.tui.palette import ActionProvider
from loopview.tui.screens.catalog import SCREENS

if TYPE_CHECKING:
    from loopview.engine.headline_view import Headline
    from loopview.store.reader import Reader
    from loopview.tui.messages import (
        Answered,
        AskFailed,
        EditMoved,
        MonitorStarted,
        Noticed,
        StoreChanged,
    )
    from loopview.tui.screens.base import LoopScreen

OPENERS: tuple[Action, ...] = tuple(
    Action(f"console.open-{it.name}", it.key, it.title, f"Open {it.title}", f"app.open('{it.name}')", "Screens")
    for it in SCREENS
)
"""The actions that open the screens of the catalog."""


class LoopviewApp(ConsoleCalls):
    """The console on one loop."""

    CSS_PATH = "loopview.tcss"
    COMMANDS: ClassVar[set[Any]] = {ActionProvider}
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012  # Textual declares it for instances
        (0, "-narrow"),
        (80, "-normal"),
        (130, "-wide"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-low"), (20, "-short"), (28, "-tall")]  # noqa: RUF012
    MODES: ClassVar[dict[str, Any]] = {it.name: it.make for it in SCREENS}
    DEFAULT_MODE = "dash"
    BINDINGS: ClassVar[list[Any]] = [*bindings(CONSOLE), *bindings(OPENERS)]

    # -- life --------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Paint what the snapshot knows, then start reading."""
        if self._first and self._first != self.DEFAULT_MODE:
            self.switch_mode(self._first)
        self.set_keymap(dict(self.settings.keys))
        for problem in self.problems:
            self.say(problem, severity="warning")
        self.call_after_refresh(self._painted)
        self.set_interval(60, self._minute, name="ages")

    def _painted(self) -> None:
        """Spare the collector what lives as long as the console, and start reading."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        start_monitor(self)

    def on_unmount(self) -> None:
        """Refuse new questions, then stop the monitor."""
        self._asker.close()
        self.edits.close()
        self.close_calls()
        if self.monitor is not None:
            self.monitor.stop()

    def screen_mounted(self, screen: LoopScreen) -> None:
        """Give a new screen what the others have."""
        if self._store is not None:
            screen.asker.connect(self._store)
            screen.store_moved()
        self.draw_lines()

    def on_monitor_started(self, message: MonitorStarted) -> None:
        """Connect everything that was waiting for the store."""
        self.monitor = message.monitor
        self._connect()
        self._repaint()

    def _connect(self) -> None:
        """Hand the store to everybody who asks; the monitor falls back to another one when a disk is full."""
        store = self.monitor.store if self.monitor is not None else None
        if store is not None and store is not self._store:
            self._store = store
            self._asker.connect(store)
            for screen in self.loop_screens():
                screen.asker.connect(store)

    def on_monitor_failed(self, message: MonitorFailed) -> None:
        """Say that nothing is read; what is on screen stays."""
        self.stopped = True
        self.say(message.problem, severity="error")
        self.draw_lines()

    def on_store_changed(self, message: StoreChanged) -> None:
        """Repaint at once after quiet, else at the pace; while frozen only count what waits."""
        self.loading = message.change.loading
        self._connect()
        if self.monitor is not None and self.monitor.failure and not self.stopped:
            self.on_monitor_failed(MonitorFailed(f"reading stopped: {self.monitor.failure}"))
        if self.frozen:
            self.waiting += message.change.rows
        if self._pending is None:
            wait = self._pacer.wait(monotonic())
            if wait > 0:
                self._pending = self.set_timer(wait, self._repaint, name="repaint")
            else:
                self._repaint()

    def _repaint(self) -> None:
        """Ask again for what is visible; hidden screens ask when they come back."""
        if self._pending is not None:
            self._pending.stop()
            self._pending = None
        self._pacer.drawn(monotonic())
        if self.frozen:
            self.draw_lines()
            self._ask_headline()  # what calls goes on calling
            return
        self.waiting = 0
        for screen in self.loop_screens():
            screen.store_moved()
        self._ask_headline()

    def _minute(self) -> None:
        """Let ages grow; silence is a matter of time, whoever looks."""
        self.draw_lines()
        if not self.frozen and self.monitor is not None and self.app_focus:
            self._repaint()
        elif self.monitor is not None:
            self._ask_headline()
        self._keep_visit()

    # -- the lines around every screen -------------------------------------------------------------------------

    def _ask_headline(self) -> None:
        from loopview.engine.headline import HeadWatch, load_headline

        heads = self._heads = self._heads or HeadWatch(self.root)
        threshold, now = self.stall_threshold, self.view_state.now
        idle_after = timedelta(minutes=self.settings.idle_after)
        probe_threshold = self.settings.probe_threshold

        whole = not self.loading  # as it is asked: an answer may come once all is read, and yet be of a part

        def question(reader: Reader) -> tuple[Headline, bool]:
            headline = load_headline(
                reader,
                heads,
                now=now,
                stall_threshold=threshold,
                idle_after=idle_after,
                probe_threshold=probe_threshold,
            )
            return headline, whole

        self._asker.ask("headline", question, self._show_headline, threshold)

    def _show_headline(self, answer: tuple[Headline, bool]) -> None:
        headline, whole = answer
        if whole:
            self.judge(headline)
        self.ask_digest()
        if self.frozen:
            return
        before = self.headline
        if self.loading and before is not None and before.verdict:  # a verdict over half a journal is none
            headline = headline.judged_as(before)
        self.headline = headline
        self.draw_lines()
        for screen in self.loop_screens():
            screen.headline_changed()
        self._tell_terminal(headline)

    def _tell_terminal(self, headline: Headline) -> None:
        title = lines.terminal_title(headline, self.root.name, ascii_only=self.settings.ascii)
        if title != self._titled:
            self._titled = title
            self.set_terminal_title(title)

    def on_edit_moved(self, message: EditMoved) -> None:
        """Show what is new of a running edit, at the pace of everything else."""
        message.stop()
        if self._edit_pending is None:
            self._edit_pending = self.set_timer(max(self._pacer.interval, 0.05), self._show_edit, name="edit")

    def _show_edit(self) -> None:
        self._edit_pending = None
        progress = self.edits.progress
        if progress is None:
            return
        self.draw_lines()
        for screen in self.loop_screens():
            screen.edit_moved(progress)
        if not progress.running and progress.number != self._edit_told:
            self._edit_told = progress.number
            severity = "warning" if progress.problem else "information"
            self.say(f"{progress.key} {progress.outcome}", severity=severity)

    def on_answered(self, message: Answered) -> None:
        """Take the app's own answers, unless the screens are being taken down already."""
        if self.is_running:
            self._asker.deliver(message)

    def on_ask_failed(self, message: AskFailed) -> None:
        """Say what the verdict line could not find out."""
        self._asker.settle()
        if self._asker.asks(message.topic, message.about):
            self.say(message.problem, severity="error")

    def on_noticed(self, message: Noticed) -> None:
        """Show what a widget has to say."""
        self.say(message.sentence, severity=message.severity)

    # -- watching the state ------------------------------------------------------------------------------------

    def watch_window(self) -> None:
        """Ask again through the other window."""
        self.widened = False
        for screen in self.loop_screens():
            if screen.FOLLOWS_WINDOW:
                screen.store_moved()
        self.draw_lines()

    def watch_frozen(self, frozen: bool) -> None:  # noqa: FBT001  # Textual's signature
        """Hold still, or catch up."""
        self.draw_lines()
        if not frozen and self.monitor is not None:
            self._repaint()

    def watch_following(self, following: bool) -> None:  # noqa: FBT001  # Textual's signature
        """Tell the screens that have a newest row."""
        for screen in self.loop_screens():
            if screen.is_mounted:  # one that was just opened may have nothing on it yet
                screen.follow_changed(following=following)
        self.draw_lines()

    def watch_stall_threshold(self) -> None:
        """Judge again."""
        if self.monitor is not None:
            self._repaint()

    def watch_app_focus(self, app_focus: bool) -> None:  # noqa: FBT001  # Textual's signature
        """Slow down while nobody looks; catch up at once when somebody does."""
        self._pacer.focused = app_focus
        if app_focus and self._pending is not None:
            self._repaint()
