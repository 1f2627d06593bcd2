"""What an operator can do on every screen: the actions that the registry names."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on

from loopview.tui.commands import CommandError, run_command
from loopview.tui.console_state import ConsoleState
from loopview.tui.screens.catalog import SCREENS
from loopview.tui.state import next_window
from loopview.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from loopview.tui.console_calls import ConsoleCalls
    from loopview.tui.messages import Drilled
    from loopview.tui.targets import Target


class ConsoleActions(ConsoleState):
    """Moving about, the dialogs, and the keys that change what is looked at."""

    # -- moving about ------------------------------------------------------------------------------------------

    def drill(self, target: Target) -> None:
        """Open the target's screen at the target's rows, and remember where to come back to."""
        if self.current_mode != target.screen and self.current_mode in self.MODES:
            self._trail.append(self.current_mode)
        self._go(target.screen)
        front = self.front
        if front is not None:
            front.call_after_refresh(front.arrive, target)

    def _go(self, name: str) -> None:
        self.switch_mode(name)
        self.draw_lines()

    def on_drilled(self, message: Drilled) -> None:
        """Go where a widget points."""
        self.drill(message.target)

    @on(TabLine.Chosen)
    def open_tab(self, message: TabLine.Chosen) -> None:
        """Open the screen whose tab was clicked."""
        self.action_open(message.name)

    def action_open(self, name: str) -> None:
        """Open a screen as it was left."""
        self._trail.clear()
        self._go(name)

    def action_turn(self, step: int) -> None:
        """Open the next or the previous screen."""
        names = [it.name for it in SCREENS]
        self.action_open(names[(names.index(self.current_mode) + step) % len(names)])

    def action_step_back(self, quits: bool) -> None:  # noqa: FBT001  # a binding passes its parameters by position
        """Go one step back: inside the screen, then to where the drill-down came from; at the top maybe quit."""
        front = self.front
        if front is not None and front.leave():
            self.draw_lines()
        elif self._trail:
            self._go(self._trail.pop())
        elif quits:
            self.call_next(self.action_quit)
        elif self.current_mode != self.DEFAULT_MODE:
            self._go(self.DEFAULT_MODE)

    async def action_quit(self) -> None:
        """Close the console; while an edit runs, ask first and say what becomes of it."""
        from loopview.tui.screens.leaving import LeavingScreen

        progress = self.edits.progress
        if progress is None or not progress.running or isinstance(self.screen, LeavingScreen):
            self.exit()
            return
        title = f"{progress.key}: {progress.title}"
        self.push_screen(LeavingScreen(title), lambda leaves: self.exit() if leaves else None)

    # -- actions -----------------------------------------------------------------------------------------------

    def action_step_window(self) -> None:
        """Look through the next window."""
        self.window = next_window(self.window)

    def action_freeze(self) -> None:
        """Hold the screen still, or let it go."""
        self.frozen = not self.frozen

    def action_follow(self) -> None:
        """Keep the newest row in sight, or stay where the cursor is."""
        self.following = not self.following

    def action_reread(self) -> None:
        """Look at the files again now."""
        if self.monitor is not None:
            self.monitor.reread()
            self.say("reading the files again")

    def action_zoom(self) -> None:
        """Let the pane in focus fill the screen but for the lines above and below, and back."""
        front = self.front
        if front is not None:
            front.zoom()

    def action_evidence(self) -> None:
        """Open the SQL behind the figure in focus on the Ask screen, with its rows, ready to be changed."""
        from loopview.tui.targets import AskTarget, ScreenTarget

        front = self.front
        answer = front.evidence() if front is not None else None
        if answer is not None:
            self.drill(AskTarget(answer.sql, answer.title, tuple(answer.parameters.items())))
        elif self.current_mode == "ask":
            self.drill(ScreenTarget("ask"))
        else:
            self.say("nothing here was asked of the store yet")

    def action_help(self) -> None:
        """Show the keys of the screen in front."""
        from loopview.tui.screens.help import HelpScreen

        front = self.front
        if front is not None:
            self.push_screen(HelpScreen(front))

    def action_command_line(self, text: str = "") -> None:
        """Open the command line."""
        from loopview.tui.screens.command import CommandScreen

        self.push_screen(CommandScreen(text), self._run_line)

    def _run_line(self, line: str | None) -> None:
        try:
            run_command(cast("ConsoleCalls", self), line or "")
        except CommandError as problem:
            self.say(str(problem), severity="warning")

    def action_offer_rate(self, step: int) -> None:
        """Put the next repaint rate on the command line; Enter takes it."""
        rate = round(1 / self._pacer.interval) + step
        self.action_command_line(f"fps {max(1, min(30, rate))}")

    def set_rate(self, rate: int) -> None:
        """Repaint at most ``rate`` times a second."""
        self._pacer.interval = 1 / rate
        self.say(f"at most {rate} repaints a second")

    def action_pick_theme(self) -> None:
        """Choose a theme with a live preview."""
        from loopview.tui.screens.theme_picker import ThemePicker

        self.push_screen(ThemePicker())

    def action_copy_text(self) -> None:
        """Copy what the cursor stands on, as text."""
        front = self.front
        self._copy(front.copy_text() if front is not None else None)

    def action_copy_json(self) -> None:
        """Copy what the cursor stands on, as JSON."""
        front = self.front
        self._copy(front.copy_json() if front is not None else None)

    def _copy(self, text: str | None) -> None:
        if not text:
            self.say("nothing here to copy")
            return
        from loopview.tui.clipboard import copy

        self.say(copy(self, text, self.settings.clipboard))
