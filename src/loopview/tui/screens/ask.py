"""Screen 7: any question over the loop, in SQL, in plain words, or ready-made."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.content import Content
from textual.widgets import Input, TextArea

from loopview.tui.actions import WRITE, Action
from loopview.tui.ask.ask_words import AskWords
from loopview.tui.ask.ready import Entry, about_rows, list_rows, load_entries
from loopview.tui.targets import AskTarget
from loopview.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.engine.ask_history import Asked
    from loopview.tui.targets import Target


SAME = timedelta(minutes=10)
"""The console's moment may have moved so far since a figure was made: its window is the same one."""


class AskScreen(AskWords):
    """A line for a question, an editor for its SQL, the rows, and the questions that are ready."""

    NAME: ClassVar[str] = "ask"
    FOLLOWS_WINDOW: ClassVar[bool] = False
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("ask.run", "f5,ctrl+g,ctrl+enter", "run", "Run the SQL; from the question's line, what it says",
               "run", "Ask", shown=True),
        Action("ask.history", "ctrl+r", "history", "What was asked before", "history", "Ask", shown=True),
        Action("ask.cancel", "ctrl+x", "cancel", "End what is running", "cancel", "Ask", shown=True),
        Action("ask.columns", "f2,i", "columns", "Every table and column with its meaning; enter takes one",
               "columns", "Ask", shown=True),
        Action("ask.complete", "ctrl+n", "complete", "Offer what can follow in the SQL, or the next of the offers",
               "complete", "Ask", palette=False),
        Action("ask.question", "slash", "question", "Type a question, or SQL", "question", "Ask"),
        Action("ask.edit", "e", "edit", "Edit the SQL", "edit", "Ask"),
        Action("ask.tell", "w", "in words", "Let the model say in a paragraph what the rows show", "tell", "Ask"),
        Action("ask.chart", "c", "chart", "Draw the rows: line, bar, histogram, sparkline, rows again",
               "chart", "Answer", shown=True),
        Action("ask.sort", "s", "sort", "Sort by the chosen column: one way, the other, as they came",
               "sort", "Answer"),
        Action("ask.reverse", "S", "reverse", "Turn the order", "reverse", "Answer"),
        Action("ask.copy-all", "C", "copy all", "Copy all rows, tab-separated", "copy_all", "Answer"),
        Action("ask.export", "X", "export", "Write the rows to a new file: a dialog names it, none is overwritten",
               "export", "Answer", guard=WRITE),
        Action("ask.pin", "P", "pin", "Keep the question on the Dash, with a threshold if you like: a dialog",
               "pin", "Answer", shown=True, guard=WRITE),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()

    # -- life --------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Name the keys; bring the list of questions."""
        self.retitle_sql()
        for pane in self.query(Pane):
            pane.pointer = ">" if self.console.settings.ascii else "▶"
        self.ready_list.show(lambda width: list_rows(self._entries, width))
        self._ask_entries()
        self._ask_past()

    def _ask_past(self) -> None:
        """Bring what the line recalls: the words of each question, or its SQL."""
        from loopview.engine.ask_history import load_history

        state_dir = self.console.settings.state_dir
        if state_dir:
            self.ask(
                "past", lambda _: [it.question or it.sql for it in load_history(state_dir)], self.line.take_past
            )

    def _ask_entries(self) -> None:
        root = str(self.console.root)
        self.ask("entries", lambda _: load_entries(root, os.environ), self._list)

    @property
    def ready_list(self) -> Pane:
        """The questions that can be asked with one key."""
        return self.query_one("#ask-ready", Pane)

    def _list(self, entries: tuple[Entry, ...]) -> None:
        self._entries = entries
        self.ready_list.show(lambda width: list_rows(self._entries, width))
        self.ready_list.border_subtitle = Content(f"{len(entries)}  enter asks")
        self._show_about()

    @property
    def entry(self) -> Entry | None:
        """The question under the cursor."""
        row = self.ready_list.row
        return next((it for it in self._entries if row is not None and it.key == row.key), None)

    # -- moving about ------------------------------------------------------------------------------------------

    def arrive(self, target: Target) -> None:
        """Show a statement from elsewhere and run it: it is one of ours."""
        if isinstance(target, AskTarget) and target.question:
            self.line.value = target.question
            self.line.focus()
            self.take_line(target.question)
        elif isinstance(target, AskTarget):
            from loopview.tui.ask.parameters import with_values

            values = dict(target.values)
            self.editor.show_sql(self._windowed(with_values(target.sql, values), values.get("since")))
            self.editor.focus()
            self._visiting = True
            self.run_sql(title=target.title)
        else:
            self.editor.focus()

    def leave(self) -> bool:
        """Put away the list of completions, then chart or row, then go from typing to the rows or the questions."""
        if self.close_completion():
            return True
        if self.view.back():
            self.retitle()
            self.view.focus_shown()
            return True
        if (self.line.has_focus or self.editor.has_focus) and not self._visiting:
            (self.view.table if self.view.mode == "table" else self.ready_list).focus()
            return True
        self._visiting = False
        return False

    def on_descendant_focus(self) -> None:
        """In small layouts what has the focus takes the room."""
        for name in ("question", "sql", "result", "ready"):
            box = self.query_one(f"#ask-{name}" if name in {"result", "ready"} else f"#ask-{name}-box")
            self.set_class(box.has_focus_within or box.has_focus, f"-at-{name}")
        if not self.editor.has_focus:
            self.close_completion()
        self.console.draw_lines()

    def action_question(self) -> None:
        """Type a question."""
        self.line.focus()

    def action_edit(self) -> None:
        """Edit the statement."""
        self._visiting = False
        self.editor.focus()

    @on(Input.Submitted, "#ask-question")
    def submitted(self, message: Input.Submitted) -> None:
        """Run the line, or ask the model."""
        message.stop()
        if message.value.strip():
            self.line.keep(message.value)
            self.take_line(message.value)

    @on(Input.Changed, "#ask-question")
    @on(TextArea.SelectionChanged)
    def quiet(self, message: Input.Changed | TextArea.SelectionChanged) -> None:
        """Typing a question changes nothing else."""
        message.stop()

    # -- ready questions ---------------------------------------------------------------------------------------

    @on(Pane.Moved, "#ask-ready")
    def entry_moved(self, message: Pane.Moved) -> None:
        """Say what the question under the cursor answers."""
        message.stop()
        self._show_about()

    def _show_about(self) -> None:
        entry = self.entry
        if entry is not None:
            entry = entry._replace(parameters=self._windowed(entry.parameters))
        self.query_one("#ask-about", Pane).show(lambda width: about_rows(entry, width))

    def _windowed(self, text: str, since: object = None) -> str:
        """Return a header whose window, where it leaves one open or has the console's, goes on to end now."""
        from loopview.tui.ask.parameters import in_window

        moment = since if isinstance(since, datetime) else None
        begins = self.view_state.since
        if begins is None or (
            moment and abs(begins - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))) > SAME
        ):
            return text
        return in_window(text, self.view_state.window, moment)

    @on(Pane.Opened, "#ask-ready")
    def open_entry(self, message: Pane.Opened) -> None:
        """Ask a ready question; its SQL shows, ready to be changed."""
        message.stop()
        if self.entry is not None:
            self._take_entry(self.entry)

    def ask_ready(self, name: str) -> None:
        """Ask the ready question of this name; raises LookupError when the list holds none."""
        entry = next((it for it in self._entries if it.name == name), None)
        if entry is None:
            raise LookupError(name)
        self.ready_list.stand(entry.key)
        self.ready_list.focus()
        self._take_entry(entry)

    def _take_entry(self, entry: Entry) -> None:
        if entry.origin == "repository":
            self._show_text(entry)
            return
        self.line.value = ""
        self.editor.show_sql(self._windowed(entry.sql) if entry.parameters else entry.sql)
        self.retitle_sql()
        self.run_sql(title=entry.title, chart=_CHARTS.get(entry.chart, ""))

    def _show_text(self, entry: Entry) -> None:
        """Show a question of the repository; it is not run until it is the operator's own."""
        from loopview.tui.screens.foreign_question import ForeignQuestion

        dialog = ForeignQuestion(entry.name, entry.sql, may_copy=not self.console.read_only)
        self.app.push_screen(dialog, self._copy_over)

    def _copy_over(self, name: str | None) -> None:
        from loopview.tui.ask.ready import copy_over

        root = str(self.console.root)
        if name is not None:
            self.ask("copy-over", lambda _: copy_over(root, os.environ, name), self._copied_over, name)

    def _copied_over(self, sentence: str) -> None:
        self.console.say(sentence)
        self._ask_entries()

    # -- dialogs -----------------------------------------------------------------------------------------------

    def action_history(self) -> None:
        """Bring what was asked before."""
        from loopview.engine.ask_history import load_history

        state_dir = self.console.settings.state_dir
        self.ask("history", lambda _: load_history(state_dir), self._offer_history)

    def _offer_history(self, asked: Sequence[Asked]) -> None:
        from loopview.tui.ask.pick_rows import history_rows
        from loopview.tui.screens.pick import PickScreen

        if not asked:
            self.console.say("nothing was asked yet")
            return
        newest = list(reversed(asked))
        dialog = PickScreen(
            Content("Asked before"), "enter takes it into the editor   esc closes",
            lambda words, width: history_rows(newest, words, width),
        )  # fmt: skip
        self.app.push_screen(dialog, self._take_asked)

    def _take_asked(self, asked: Asked | None) -> None:
        if asked is not None:
            self.line.value = asked.question
            self.editor.show_sql(asked.sql)
            self.retitle_sql()
            self.editor.focus()

    def action_columns(self) -> None:
        """Browse tables and columns."""
        from loopview.domain.tables import TABLES
        from loopview.tui.ask.pick_rows import column_rows
        from loopview.tui.screens.pick import PickScreen

        tables = list(TABLES.values())
        dialog = PickScreen(
            Content("Tables and columns"), "type words   enter puts the name into the SQL   esc closes",
            lambda words, width: column_rows(tables, words, width),
        )  # fmt: skip
        self.app.push_screen(dialog, self._take_name)

    def _take_name(self, name: tuple[str, str] | None) -> None:
        if name is not None:
            self.editor.insert(name[1] or name[0])
            self.close_completion()
            self.editor.focus()

    def action_export(self) -> None:
        """Name the file that the rows are written to."""
        from loopview.tui.screens.export import ExportScreen

        result = self.view.result
        if self.console.read_only:
            self.console.say("read-only: nothing is written", severity="warning")
        elif result is None:
            self.console.say("there are no rows to write")
        else:
            self.app.push_screen(ExportScreen(result.total, truncated=result.truncated), self._export)

    def _export(self, path: str | None) -> None:
        from loopview.engine.ask_export import export

        result = self.view.result
        if path is not None and result is not None:
            self.ask("export", lambda _: export(result, path), self.console.say, path)

    def action_pin(self) -> None:
        """Name the pin, and what has to hold."""
        from loopview.tui.screens.pin import PinScreen

        result = self.view.result
        if self.console.read_only:
            self.console.say("read-only: nothing is written", severity="warning")
        elif result is None:
            self.console.say("run the question first")
        else:
            self.app.push_screen(PinScreen(self.title_of_rows, result.names), self._pin)

    def _pin(self, wanted: tuple[str, str] | None) -> None:
        from loopview.tui.ask.pinned import keep_pin

        if wanted is not None:
            sql, now = self.sql_of_rows, self.view_state.now
            question = next((it.name for it in self._entries if it.sql == sql and it.origin != "repository"), "")
            self.ask("pin", lambda _: keep_pin(os.environ, wanted, question, sql, now), self._pinned, wanted)

    def _pinned(self, sentence: str) -> None:
        self.console.say(sentence)
        for screen in self.console.loop_screens():  # the Dash asks again when it comes back
            screen.store_moved()


_CHARTS = {"bars": "bar", "line": "line", "bar": "bar", "histogram": "histogram", "sparkline": "sparkline"}
