"""Which screens there are: imported when they are opened, so that the first paint waits for one of them only."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopview.tui.screens.base import LoopScreen


@dataclass(frozen=True, slots=True)
class Entry:
    """One screen of the console."""

    name: str  #: as in targets
    key: str
    title: str
    short: str  #: for narrow terminals
    place: str  #: module:class

    def make(self) -> LoopScreen:
        """Import and build the screen."""
        return self.load()()

    def load(self) -> type[LoopScreen]:
        """Import the screen's class."""
        module, _, name = self.place.partition(":")
        found: type[LoopScreen] = getattr(import_module(module), name)
        return found


SCREENS: tuple[Entry, ...] = (
    Entry("dash", "1", "Dash", "Dash", "loopview.tui.screens.dash:DashScreen"),
    Entry("cycles", "2", "Cycles", "Cyc", "loopview.tui.screens.cycles:CyclesScreen"),
    Entry("failures", "3", "Failures", "Fail", "loopview.tui.screens.failures:FailuresScreen"),
    Entry("journal", "4", "Journal", "Jrnl", "loopview.tui.screens.journal:JournalScreen"),
    Entry("probes", "5", "Probes", "Prb", "loopview.tui.screens.probes:ProbesScreen"),
    Entry("proposals", "6", "Proposals", "Prop", "loopview.tui.screens.proposals:ProposalsScreen"),
    Entry("ask", "7", "Ask", "Ask", "loopview.tui.screens.ask:AskScreen"),
    Entry("activity", "8", "Activity", "Act", "loopview.tui.screens.activity:ActivityScreen"),
    Entry("modifications", "9", "Modifications", "Mods", "loopview.tui.screens.modifications:ModificationsScreen"),
    Entry("data", "b", "Data", "Data", "loopview.tui.screens.data_health:DataHealthScreen"),
)
"""In the order of the tab line."""


def entry(name: str) -> Entry:
    """Return the screen of that name; raises KeyError."""
    return {found.name: found for found in SCREENS}[name]
