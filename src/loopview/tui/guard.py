"""The application every console of ours is built on: data on its screen can neither act nor drive the terminal.

How to use it: `class Console(GuardedApp)`, then `app.run()`, then exit with `app.return_code or 0`. When the
console fell, `app.last_words` holds the lines for standard error (the terminal is restored by then).

What it changes in Textual, and what a subclass has to know:

- Style meta (`@click`) and links do nothing: make a widget clickable with `on_click`, never with markup.
- `notify` never reads markup and makes its text safe. Everything else foreign goes through `loopview.tui.content`.
- Keys and pastes are handed on one by one (`loopview.tui.key_queue`): each goes where the one before it led.
- `copy_to_clipboard` uses `loopview.tui.clipboard`; `set_terminal_title` is the only way to the terminal's title.
- The palette has no providers: set `COMMANDS` to vetted ones. Screenshots go only through `save_picture`.
- SIGTERM, SIGHUP, SIGINT and SIGQUIT end the app with `return_code` 128 + n, in five seconds at the latest.
- A fault of our own ends the app with `return_code` 1; its traceback (no values of variables) is in `state_dir`.
- `action_quit` and the rest are for keys: override freely.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.filter import LineFilter
from textual.theme import ThemeProvider

from loopview.text import plain, plain_block
from loopview.tui.clipboard import copy
from loopview.tui.crash import last_words, write_crash_log
from loopview.tui.driver import GuardedDriver
from loopview.tui.key_queue import KeyQueue
from loopview.tui.themes import with_roles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from rich.style import Style
    from textual.color import Color
    from textual.command import Provider
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

    from loopview.tui.key_queue import KeyMark


class GuardFilter(LineFilter):
    """Turns whatever must not reach a terminal into stand-ins, in every line of every widget.

    Text should have come through `loopview.text` long before; a line keeps its width whatever is replaced in it.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return `segments` fit to be written."""
        if all(_harmless(text) and not (style and style.link) for text, style, _ in segments):
            return segments
        return [Segment(_shown(text), _unlinked(style)) for text, style, control in segments if not control]


_DECEPTIVE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"  # drawn by nobody
    "|[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0]{3}"  # climbing over other lines
)


def _harmless(text: str) -> bool:
    return text.isprintable() and (text.isascii() or not _DECEPTIVE.search(text))


def _shown(text: str) -> str:
    return text if _harmless(text) else set_cell_size(plain(text), cell_len(text))


def _unlinked(style: Style | None) -> Style | None:
    return style.update_link(None) if style and style.link else style


class Palette(CommandPalette):
    """Textual's palette, which bears to be so small that not one of its lines is drawn."""

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError, IndexError):  # a page up or down counts drawn lines
            super()._action_command_list(action)


class GuardedApp(App[None]):
    """A Textual app that trusts nothing it shows; see this module's text for what that means to a subclass."""

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = set()

    def __init__(self, *, state_dir: Path | None = None, clipboard: str = "auto") -> None:
        """Build the app; `state_dir` is where a crash is written down (nowhere when None)."""
        super().__init__(driver_class=GuardedDriver)
        self._filters.append(GuardFilter())
        self._state_dir = state_dir
        self._clipboard_road = clipboard
        self._keys = KeyQueue(self)
        self.last_words = ""

    # One key after another

    async def on_event(self, event: events.Event) -> None:
        """Hand keys and pastes on one by one, each when the last has done all it does."""
        if event.is_forwarded or not isinstance(event, events.Key | events.Paste):
            await super().on_event(event)
        elif self._keys.admits(event):
            await super().on_event(event)
            self._keys.follow()

    def on_key_mark(self, mark: KeyMark) -> None:
        """Go on to the next key."""
        self._keys.arrived(mark)

    # No data acts

    async def _broker_event(self, event_name: str, event: events.Event, default_namespace: DOMNode) -> bool:  # noqa: ARG002
        """Ignore actions in a style's meta: text may carry them, and text is never an order."""
        return False

    def action_help_quit(self) -> None:
        """Say which key quits (ctrl+c does not)."""
        keys = [
            key for key, active in self.active_bindings.items() if active.binding.action in {"quit", "app.quit"}
        ]
        if keys:
            self.notify(f"Press {self.get_key_display(self.active_bindings[keys[0]].binding)} to quit")

    async def action_simulate_key(self, key: str) -> None:
        """Do nothing: keys are pressed by people."""

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Do nothing: where a picture is written is the operator's word (`save_picture`)."""

    def action_notify(self, message: str, title: str = "", severity: str = "information") -> None:
        """Do nothing: notices come from the program."""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Do nothing: no address that a text names is opened."""

    def deliver_screenshot(self, *_: Any, **__: Any) -> None:
        """Do nothing; see `save_picture`."""

    def deliver_text(self, *_: Any, **__: Any) -> None:
        """Do nothing: files are written where the operator said, by the part that asked."""

    def deliver_binary(self, *_: Any, **__: Any) -> None:
        """Do nothing; see `deliver_text`."""

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer the two of Textual's own commands that neither write a file nor change the layout."""
        for command in super().get_system_commands(screen):
            if command.title in {"Theme", "Quit"}:
                yield command

    # What the program says

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002  # the signature is Textual's; the answer is always no
    ) -> None:
        """Show a notice; its text is made safe and never read as markup. Thread-safe."""
        super().notify(plain_block(message), title=plain(title), severity=severity, timeout=timeout, markup=False)

    def set_terminal_title(self, text: str) -> None:
        """Set the title of the terminal (of the pane, in tmux) until the console ends."""
        if isinstance(self._driver, GuardedDriver):
            self._driver.write_title(text)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy by the operator's wish, and say what happened."""
        self._clipboard = text
        self.notify(copy(self, text, self._clipboard_road))

    def write_clipboard(self, encoded: str) -> bool:
        """Hand base64 text to the terminal's clipboard; False when there is no terminal. `clipboard.copy` asks."""
        if not isinstance(self._driver, GuardedDriver):
            return False
        self._driver.write_clipboard(encoded)
        return True

    def save_picture(self, path: Path) -> None:
        """Write the screen as SVG to a new file; raise OSError (FileExistsError among them) when that fails."""
        with path.open("x", encoding="utf-8") as file:
            file.write(self.export_screenshot())

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's variables with our roles among them, whichever theme it is."""
        self.theme_variables = with_roles(super().get_css_variables())
        return self.theme_variables

    def pop_screen(self) -> AwaitComplete:
        """Take the screen in front away; the last one stays, for two quick keys may both close the same dialog."""
        if len(self.screen_stack) > 1:
            return super().pop_screen()
        nothing: AwaitComplete = AwaitComplete.nothing()  # type: ignore[no-untyped-call]  # Textual gives it no types
        return nothing

    def action_command_palette(self) -> None:
        """Open the palette."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(id="--command-palette"))

    def search_themes(self) -> None:
        """Open the palette with the themes."""
        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    # How it ends

    def get_driver_class(self) -> type[Driver]:
        """Return the guarded driver: no environment variable names another."""
        return GuardedDriver

    def on_mount(self) -> None:
        """Redraw everything when the process comes back from a stop."""
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))

    def panic(self, *renderables: Any) -> None:  # noqa: ARG002  # they could show values of variables
        """End after a fault whose exception is not at hand."""
        self._fall(RuntimeError("the console gave up"))

    def _handle_exception(self, error: Exception) -> None:
        if self._exception is None:  # tests that drive the app raise this one again
            self._exception = error
            self._exception_event.set()
        self._fall(error)

    def _fatal_error(self) -> None:
        self.panic()

    def _fall(self, error: Exception) -> None:
        self._return_code = 1
        if not self.last_words:
            cause = getattr(error, "error", error)  # a worker's failure carries the worker's error
            self.last_words = last_words(cause, write_crash_log(cause, self._state_dir))
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Print nothing: whoever runs the app says `last_words`."""
        self._exit_renderables.clear()
