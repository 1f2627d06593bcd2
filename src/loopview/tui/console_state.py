"""What every part of the console shares: its loop, the state of the view, and the screens that are open."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual.filter import Monochrome, NoColor
from textual.reactive import reactive

from loopview.engine.first_look import first_headline, first_view, is_old
from loopview.shipped import themes_dir
from loopview.tui import lines
from loopview.tui.bridge import Asker
from loopview.tui.content import content
from loopview.tui.guard import GuardedApp
from loopview.tui.pacer import Pacer
from loopview.tui.plain_filter import PlainFilter
from loopview.tui.proposals.follower import Follower
from loopview.tui.screens.base import LoopScreen
from loopview.tui.screens.catalog import SCREENS
from loopview.tui.state import FIRST_WINDOW, ViewState
from loopview.tui.stylesheet import ConsoleStylesheet
from loopview.tui.themes import load_themes, user_themes_dir

if TYPE_CHECKING:
    from textual.timer import Timer

    from loopview.config import Settings
    from loopview.engine.dash_view import DashView
    from loopview.engine.headline import HeadWatch
    from loopview.engine.headline_view import Headline
    from loopview.engine.monitor import Monitor
    from loopview.engine.snapshot import LoopStatus
    from loopview.store.database import Store

DEFAULT_THEME = "loopview-dark"


class ConsoleState(GuardedApp):
    """The loop, the settings, and what the operator is looking at."""

    window: reactive[str] = reactive(FIRST_WINDOW, init=False)
    frozen: reactive[bool] = reactive(False, init=False)
    following: reactive[bool] = reactive(True, init=False)
    stall_threshold: reactive[int] = reactive(3, init=False)

    def __init__(
        self,
        root: Path,
        settings: Settings,
        *,
        read_only: bool = False,
        status: LoopStatus | None = None,
        now: datetime | None = None,
        screen: str | None = None,
    ) -> None:
        super().__init__(
            state_dir=Path(settings.state_dir) if settings.state_dir else None, clipboard=settings.clipboard
        )
        self.stylesheet = ConsoleStylesheet(variables=self.get_css_variables())
        self.root = root
        self.settings = settings
        self.read_only = read_only or settings.read_only
        self.status = status
        self.headline: Headline | None = first_headline(status) if status is not None else None
        self.widened = status is not None and is_old(status)
        self.first_view: DashView | None = first_view(status, whole=self.widened) if status is not None else None
        self.sample = status is not None and status.sample
        self.monitor: Monitor | None = None
        self._store: Store | None = None
        self.stopped = False
        self.loading = True
        self.waiting = 0
        self.fixed_now = status.now if status is not None and status.sample else now
        self._asker = Asker(self, "verdict-line")
        self._heads: HeadWatch | None = None
        self.edits = Follower(self)
        self._edit_pending: Timer | None = None
        self._edit_told = 0
        self._pacer = Pacer(interval=2.0 if settings.slow else 1 / settings.fps)
        self._pending: Timer | None = None
        self._trail: list[str] = []
        self._titled = ""
        self._first = screen
        self.own_themes: frozenset[str] = frozenset()
        self.problems: tuple[str, ...] = ()
        self.set_reactive(ConsoleState.stall_threshold, settings.stall_threshold)
        if self.widened:
            self.set_reactive(ConsoleState.window, "all")
        self._take_themes(settings.theme)
        self.set_class(settings.ascii, "-ascii")
        if settings.ascii:
            self._filters.append(PlainFilter())

    def _take_themes(self, wanted: str) -> None:
        """Register our palettes and the operator's own; without colours a theme of the terminal's own 16."""
        themes, problems = load_themes([themes_dir(), user_themes_dir()])
        for theme in themes:
            self.register_theme(theme)
        self.own_themes = frozenset(theme.name for theme in themes)
        if wanted not in self.available_themes:
            problems.append(f"no theme “{wanted}”; there are: {' '.join(sorted(self.available_themes))}")
            wanted = DEFAULT_THEME
        self.problems = tuple(problems)
        self.theme = "ansi-dark" if self.no_color else wanted
        if self.no_color:  # Textual's own filter would make grey of colours, and of the terminal's own two the same
            self._filters[:] = [NoColor() if isinstance(it, Monochrome) else it for it in self._filters]

    # -- state -------------------------------------------------------------------------------------------------

    @property
    def view_state(self) -> ViewState:
        """The window and the moment every question is asked with."""
        now = self.fixed_now or datetime.now(UTC)
        return ViewState(self.window, now, None, self.stall_threshold)

    @property
    def settled(self) -> bool:
        """Whether everything that was asked is answered and drawn."""
        front = self.front
        return self.stopped or (
            self.monitor is not None
            and not self.loading
            and self._asker.quiet
            and self._pending is None
            and front is not None
            and front.asker.quiet
        )

    @property
    def front(self) -> LoopScreen | None:
        """The screen of the catalog that is in front, or below a dialog."""
        stack = self.screen_stack if self._screen_stacks.get(self.current_mode) else []
        return next((found for found in reversed(stack) if isinstance(found, LoopScreen)), None)

    def loop_screens(self) -> list[LoopScreen]:
        """Return the screens of the catalog that were opened so far."""
        return [found for stack in self._screen_stacks.values() for found in stack if isinstance(found, LoopScreen)]

    @property
    def crumbs(self) -> tuple[str, ...]:
        """The screens a drill-down came through, and where the operator is inside the one in front."""
        titles = {it.name: it.title for it in SCREENS}
        front = self.front
        inside = front.trail() if front is not None else ()
        return (*(titles[name] for name in self._trail), *inside)

    def draw_lines(self) -> None:
        """Bring the lines above and below the screen in front up to date; equal values paint nothing."""
        front = self.front
        if front is not None and front.is_mounted:
            lines.draw(self, front)

    def say(self, sentence: str, *, severity: str = "information") -> None:
        """Show a sentence for some seconds, once while it stands there; foreign text in it is safe."""
        shown, level = str(content(sentence)), cast("Any", severity)
        if all(notice.message != shown for notice in self._notifications):
            self.notify(shown, severity=level, markup=False, timeout=4 if severity == "information" else 8)
