"""What the lines around every screen show, as one frozen value: built by the app, drawn by the widgets."""

from __future__ import annotations

from typing import NamedTuple


class Tab(NamedTuple):
    """One screen on the tab line."""

    name: str
    key: str
    title: str
    short: str
    rows: int | None = None  #: shown behind the title
    alarm: bool = False  #: something there wants to be looked at


class Shell(NamedTuple):
    """The lines above and below the body of every screen."""

    project: str = ""
    branch: str = ""
    commit: str = ""
    epoch: str = ""
    verdict: str = ""  #: PROGRESS, STALLED, a stance (BLOCKED, IDLE, …), or empty while nothing is known
    stall_count: int = 0
    fingerprint: str = ""
    recommend: str = ""
    health: str = ""  #: of the probes: green, yellow or red; anything else says nothing
    red: int = 0  #: probes that are red
    origin: str = ""  #: "from cycles" when there is no journal
    mode: str = "LOADING"  #: LIVE, IDLE, FROZEN, SAMPLE, LOADING, STOPPED
    age_minutes: int | None = None  #: since the newest row's stamp
    badges: tuple[str, ...] = ()  #: polling, second console, memory only, read-only
    tabs: tuple[Tab, ...] = ()
    current: str = ""  #: name of the screen in front
    trail: tuple[str, ...] = ()
    window: str = "7d"
    window_note: str = ""  #: why the window is not the usual one
    sources: tuple[tuple[str, int], ...] = ()  #: short name of a source and its rows
    bad_lines: int = 0
    drifted: int = 0
    unread: int = 0  #: files that cannot be read
    waiting: int = 0  #: rows that came while the screen is frozen
    proposals: int = 0
    running: str = ""  #: the edit that this console runs, and its phase
    notes: tuple[str, ...] = ()  #: shown at the right end of the status line
    ascii: bool = False
