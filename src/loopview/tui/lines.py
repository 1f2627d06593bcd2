"""Builds the value the lines around every screen draw, and hands it to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from loopview.engine.snapshot import DAYS
from loopview.tui.actions import CONSOLE, PANE, key_label
from loopview.tui.glyphs import mark
from loopview.tui.screens.catalog import SCREENS
from loopview.tui.shell import Shell, Tab
from loopview.tui.state import FIRST_WINDOW
from loopview.tui.widgets.diff_actions import DIFF
from loopview.tui.widgets.hint_line import Hint, HintLine
from loopview.tui.widgets.pane import Pane
from loopview.tui.widgets.status_line import StatusLine
from loopview.tui.widgets.tab_line import TabLine
from loopview.tui.widgets.verdict_line import VerdictLine

if TYPE_CHECKING:
    from loopview.engine.headline_view import Headline
    from loopview.tui.console_state import ConsoleState
    from loopview.tui.screens.base import LoopScreen


def draw(app: ConsoleState, screen: LoopScreen) -> None:
    """Bring the lines of a screen up to date."""
    shell = shell_of(app)
    screen.query_one(VerdictLine).shell = shell
    screen.query_one(TabLine).shell = shell
    screen.query_one(StatusLine).shell = shell
    screen.query_one(HintLine).hints = hints_of(screen)


def shell_of(app: ConsoleState) -> Shell:
    """Return what the lines say now."""
    headline = app.headline
    if headline is None:
        return Shell(
            project=app.root.name,
            mode=mode_of(app),
            tabs=tabs_of(None),
            current=app.current_mode,
            window=app.window,
            running=running_of(app),
        )
    return Shell(
        project=app.root.name,
        branch=headline.branch,
        commit=headline.commit[:7],
        epoch=headline.epoch,
        verdict=headline.verdict,
        stall_count=headline.stall_count,
        fingerprint=headline.fingerprint,
        recommend=headline.recommend,
        health=headline.health,
        red=len(headline.red),
        origin="from cycles" if headline.from_cycles else "",
        mode=mode_of(app),
        age_minutes=_age(headline.newest, app.view_state.now),
        badges=badges_of(app),
        tabs=tabs_of(headline),
        current=app.current_mode,
        trail=app.crumbs,
        window=app.window,
        window_note=f"nothing in {FIRST_WINDOW}" if app.widened and not _has_gone_on(app, headline) else "",
        sources=headline.sources,
        bad_lines=headline.rejects,
        drifted=headline.drifted,
        unread=headline.unread,
        waiting=app.waiting,
        running=running_of(app),
        notes=() if app.monitor is None else (f"watch: {app.monitor.watching}",),
        ascii=app.settings.ascii,
    )


def running_of(app: ConsoleState) -> str:
    """Return the edit that this console runs, with its phase; nothing while none runs."""
    progress = app.edits.progress
    if progress is None or not progress.running:
        return ""
    return f"{progress.key}: {'cancelling' if progress.cancelled else progress.phase} (6)"


def _has_gone_on(app: ConsoleState, headline: Headline) -> bool:
    """Whether a row came since the start that is stamped within the usual window."""
    newest, before = headline.newest, app.status.newest if app.status is not None else None
    recent = newest is not None and app.view_state.now - newest < timedelta(days=DAYS)
    return newest is not None and recent and (before is None or newest > before)


def _age(newest: datetime | None, now: datetime) -> int | None:
    if newest is None:
        return None
    stamp = newest if newest.tzinfo else newest.replace(tzinfo=UTC)
    return max(0, int((now - stamp).total_seconds() // 60))


def mode_of(app: ConsoleState) -> str:
    """Return the badge that says whether what is shown is what is."""
    if app.stopped:
        return "STOPPED"
    if app.frozen:
        return "FROZEN"
    if app.loading:
        return "LOADING"
    if app.sample:
        return "SAMPLE"
    return "IDLE" if is_silent(app) else "LIVE"


def is_silent(app: ConsoleState) -> bool:
    """Whether no row came for longer than the settings call idle; watching goes on."""
    newest = app.headline.newest if app.headline is not None else None
    return newest is not None and (_age(newest, app.view_state.now) or 0) > app.settings.idle_after


def badges_of(app: ConsoleState) -> tuple[str, ...]:
    """Return what else has to be known: polling, second console, memory only, read-only."""
    own = ("read-only",) if app.read_only else ()
    return own if app.monitor is None else (*app.monitor.badges, *own)


def tabs_of(headline: Headline | None) -> tuple[Tab, ...]:
    """Return the tab line; a count of rows where one is known."""
    counts: dict[str, int] = {}
    alarms: set[str] = set()
    if headline is not None:
        counts = {
            "cycles": headline.cycles,
            "failures": headline.failures,
            "journal": headline.attempts,
            "proposals": headline.proposals,
            "data": headline.rejects,
        }
        alarms = {"failures"} if headline.verdict == "STALLED" else set()
        alarms |= {"probes"} if headline.health == "red" else set()
        alarms |= {"data"} if headline.rejects or headline.unread else set()
    return tuple(Tab(it.name, it.key, it.title, it.short, counts.get(it.name), it.name in alarms) for it in SCREENS)


def hints_of(screen: LoopScreen) -> tuple[Hint, ...]:
    """Return the keys the hint line names: the screen's own first."""
    focused = screen.focused
    own = DIFF if focused is not None and focused.has_class("diff") else ()
    taken = {key for action in own for key in action.keys.split(",")}
    others = [action for action in screen.actions if action.keys.split(",", 1)[0] not in taken]
    actions = [*own, *others, *(PANE if isinstance(focused, Pane) else ()), *CONSOLE]
    return tuple((key_label(action.keys), action.label, action.does) for action in actions if action.shown)


def terminal_title(headline: Headline, project: str, *, ascii_only: bool) -> str:
    """Return the terminal's title, the verdict and the project."""
    look = mark(headline.verdict)
    glyph = look.plain if ascii_only else look.glyph
    stalled = headline.verdict == "STALLED"
    times = ("x" if ascii_only else "×") + str(headline.stall_count) if stalled else ""
    red = f" RED {len(headline.red)}" if headline.red else ""
    return f"{glyph} {look.word}{times}{red} {project}"
