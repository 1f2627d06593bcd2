"""What screen 9 shows, and how it asks for it: the history or the rates, and all that is known of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container, Vertical
from textual.content import Content

from loopview.tui.content import content
from loopview.tui.modification_rows import (
    MODIFICATION_COLUMNS,
    RATE_COLUMNS,
    detail_rows,
    modification_rows,
    outcome_word,
    rate_rows,
    rate_words,
)
from loopview.tui.screens.change_screen import ChangeScreen
from loopview.tui.widgets.filter_bar import FilterBar
from loopview.tui.widgets.filtered import Filtered
from loopview.tui.widgets.frame import entitle
from loopview.tui.widgets.pane import Pane
from loopview.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.engine.decisions import DecisionLog
    from loopview.engine.modifications import Modification, ModificationDetail, ModificationHistory, Rate
    from loopview.engine.raw_line import RawLine
    from loopview.store.reader import Reader
    from loopview.tui.targets import ModificationTarget

VIEWS = ("history", "file", "proposer")
_TITLES = {"history": "Modifications", "file": "By file", "proposer": "By proposer"}


class ModificationsView(Filtered, ChangeScreen):
    """The parts of the screen, kept up to date; what can be done with them is the screen's."""

    def __init__(self) -> None:
        super().__init__()
        self._history: ModificationHistory | None = None
        self._shown: tuple[Modification, ...] = ()
        self._rates: tuple[Rate, ...] = ()
        self._known: ModificationDetail | None = None
        self._report = ""
        self._raw: RawLine | None = None
        self._log: DecisionLog | None = None
        self._wanted: ModificationTarget | None = None
        self._view_name = "history"
        self._where = ""

    def compose_body(self) -> ComposeResult:
        """Lay out the rows and what is known of the one under the cursor."""
        self.bar = FilterBar(placeholder="words, all of which stand in the row   ! inverts")
        self.table = RecordTable(
            MODIFICATION_COLUMNS, id="modification-rows", plain=self.plain, empty="reading…", live=False
        )
        self.pane = Pane("Selected", id="modification-detail", classes="box")
        with Container(id="modification-main"):
            with Vertical(id="modification-box", classes="box table-box"):
                yield self.bar
                yield self.table
            yield self.pane

    # -- what is asked -----------------------------------------------------------------------------------------

    def refresh_view(self) -> None:
        """Ask again."""
        from loopview.engine.modifications import load_modifications

        if self._log is None:
            from loopview.engine.decisions import DecisionLog

            self._log = DecisionLog(str(self.console.root), self.console.settings.state_dir or "")
        log = self._log
        self.ask("history", lambda reader: load_modifications(reader, log.read()), self._show_history)

    @property
    def modification(self) -> Modification | None:
        """The modification under the cursor."""
        at = self.table.standing.cursor
        return self._shown[at] if self._view_name == "history" and 0 <= at < len(self._shown) else None

    @property
    def rate(self) -> Rate | None:
        """The file or proposer under the cursor."""
        at = self.table.standing.cursor
        return self._rates[at] if self._view_name != "history" and 0 <= at < len(self._rates) else None

    # -- showing -----------------------------------------------------------------------------------------------

    def narrow(self, text: str) -> None:
        """Show the rows that hold the words typed; all of them without any."""
        if text != self._where:
            self._where = text
            self._draw()

    def _set_view(self, name: str) -> None:
        if name != self._view_name:
            self._view_name = name
            self._close()
            self.table.set_columns(MODIFICATION_COLUMNS if name == "history" else RATE_COLUMNS)
            self._draw(another=True)

    def _show_history(self, history: ModificationHistory) -> None:
        self._history = history
        self._draw()
        self._stand()

    def _draw(self, *, another: bool = False) -> None:
        history, now = self._history, self.view_state.now
        if history is None:
            return
        self.table.empty = (
            "no row matches" if self._where else "no modification yet: .loop/modifications.jsonl has none"
        )
        if self._view_name == "history":
            self._shown = tuple(it for it in history.modifications if _holds(_words(it), self._where))
            self.table.show_all(modification_rows(self._shown, now, plain=self.plain), another=another)
        else:
            rates = history.by_file if self._view_name == "file" else history.by_proposer
            self._rates = tuple(it for it in rates if _holds(it.name, self._where))
            self.table.show_all(rate_rows(self._rates, now), another=another)
        words = [rate_words(history.overall), *([f"/{self._where}"] if self._where else [])]
        entitle(
            self.query_one("#modification-box"),
            Content.assemble(_TITLES[self._view_name], content(f"  {'  '.join(words)}", "not bold")),
            content(f"the record of decisions: {history.problem}" if history.problem else "", "$fail", limit=80),
        )
        self._ask_detail()
        self._draw_detail()

    def _stand(self) -> None:
        wanted = self._wanted
        if wanted is None or self._history is None:
            return
        self._wanted = None
        at = next((at for at, it in enumerate(self._shown) if _is(it, wanted)), None)
        if at is None:
            self.console.say("this modification is not in the history")
        else:
            self.table.move_to(at)

    def _ask_detail(self) -> None:
        from loopview.engine.modifications import load_detail
        from loopview.engine.raw_line import read_raw_line
        from loopview.engine.reports import report_of
        from loopview.store.page import Place

        it, root = self.modification, self.console.root
        if it is None:
            return

        def question(reader: Reader) -> tuple[ModificationDetail, str, RawLine | None]:
            place = Place(it.source, it.generation, it.line)
            raw = None if it.at_desk else read_raw_line(reader, root, "modifications", place)
            return load_detail(reader, it.id), report_of(str(root), it.task, it.commit, it.began), raw

        self.ask("detail", question, self._keep_detail, (it.source, it.generation, it.line, it.id))

    def _keep_detail(self, found: tuple[ModificationDetail, str, RawLine | None]) -> None:
        self._known, self._report, self._raw = found
        self._draw_detail()

    def _draw_detail(self) -> None:
        now, plain = self.view_state.now, self.plain
        it, known, report = self.modification, self._known, self._report
        if self._view_name != "history":
            entitle(self.pane, Content("Selected"))
            self.pane.show(lambda _width: [])
            return
        entitle(self.pane, content(it.id, limit=40) if it is not None else Content("Selected"))
        self.pane.show(lambda width: detail_rows(it, known, report, width, now, plain=plain))

    def _close(self) -> bool:
        if not self.has_class("-opened"):
            return False
        self.remove_class("-opened")
        self.table.focus()
        self.console.draw_lines()
        return True


def _is(it: Modification, wanted: ModificationTarget) -> bool:
    if wanted.name:
        return wanted.name in {it.id, it.edit}
    return (it.source, it.line) == (wanted.source, wanted.line)


def _words(it: Modification) -> str:
    return " ".join((it.id, outcome_word(it), it.task, it.approach, *it.files, it.commit, it.edit, it.proposer))


def _holds(text: str, wanted: str) -> bool:
    words = wanted.removeprefix("!").lower().split()
    return not words or all(word in text.lower() for word in words) is not wanted.startswith("!")
