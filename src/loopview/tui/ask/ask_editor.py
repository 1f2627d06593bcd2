"""The Ask screen as it is laid out, and the writing of a statement with completion beside the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import TextArea

from loopview.tui.ask.completion_list import CompletionList
from loopview.tui.ask.editor import SqlEditor
from loopview.tui.ask.question_line import QuestionLine
from loopview.tui.ask.result_view import ResultView
from loopview.tui.screens.base import LoopScreen
from loopview.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.tui.ask.completion import Vocabulary


class AskEditor(LoopScreen):
    """A line for a question, an editor for its SQL, room for the rows, and the questions that are ready."""

    AUTO_FOCUS: ClassVar[str | None] = "#ask-question"

    def __init__(self) -> None:
        super().__init__()
        self._visiting = False  #: whether the statement came from a figure and was not touched since
        self._vocabulary: Vocabulary | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out question, SQL and answer, and the ready questions beside or below."""
        with Vertical(id="ask-main"):
            with Horizontal(id="ask-question-box", classes="box") as box:
                box.border_title = Content("Question: plain words, or SQL")
                yield QuestionLine(
                    id="ask-question", compact=True, select_on_focus=False, highlighter=None,
                    placeholder="which type of issue got slower this week?",
                )  # fmt: skip
            with Vertical(id="ask-sql-box", classes="box"):
                yield SqlEditor(id="ask-sql")
            yield ResultView(self.request_page, plain=self.console.settings.ascii)
        with Vertical(id="ask-side"):
            yield Pane("Ready questions", id="ask-ready", classes="box")
            yield Pane("What it answers", id="ask-about", classes="box")
        yield CompletionList()

    def request_page(self, start: int, count: int, token: int) -> None:
        """Fetch a page for the table."""
        raise NotImplementedError

    # -- parts -------------------------------------------------------------------------------------------------

    @property
    def editor(self) -> SqlEditor:
        """Where the statement is written."""
        return self.query_one("#ask-sql", SqlEditor)

    @property
    def view(self) -> ResultView:
        """Where its rows show."""
        return self.query_one("#ask-result", ResultView)

    @property
    def completion(self) -> CompletionList:
        """The list beside the cursor."""
        return self.query_one("#ask-completion", CompletionList)

    @property
    def line(self) -> QuestionLine:
        """The line for a question."""
        return self.query_one("#ask-question", QuestionLine)

    # -- completion --------------------------------------------------------------------------------------------

    def vocabulary(self) -> Vocabulary:
        """Return the names that can be used, once they are wanted."""
        if self._vocabulary is None:
            from loopview.domain.tables import TABLES
            from loopview.store.admitted import FUNCTIONS
            from loopview.tui.ask.completion import Vocabulary

            described = {name: (table.meaning, table.columns) for name, table in TABLES.items()}
            self._vocabulary = Vocabulary(described, FUNCTIONS)
        return self._vocabulary

    def action_complete(self) -> None:
        """Offer what can follow; the next one when it is offered already."""
        if self.completion.display:
            self.completion.move(1)
        elif self.editor.has_focus:
            self._offer(asked=True)

    @on(TextArea.Changed, "#ask-sql")
    def typed(self) -> None:
        """Offer what the letters could become."""
        if self.editor.has_focus and not self.view_is_drafting:
            self._visiting = False
            self._offer(asked=False)

    @property
    def view_is_drafting(self) -> bool:
        """Whether a model writes into the editor."""
        return False

    def _offer(self, *, asked: bool) -> None:
        found = self.vocabulary().complete(self.editor.text, self.editor.offset_of_cursor, asked=asked)
        at = self.editor.cursor_screen_offset
        back = self.editor.offset_of_cursor - found.start
        self.completion.open(found.candidates, found.start, at - (back + 1, 0))
        self.editor.choosing = bool(self.completion.display)

    def close_completion(self) -> bool:
        """Put the list away; False when there was none."""
        self.editor.choosing = False
        return self.completion.close()

    @on(SqlEditor.Pressed)
    def chose(self, message: SqlEditor.Pressed) -> None:
        """Move in the list, take a candidate, or put the list away."""
        message.stop()
        key, candidate = message.key, self.completion.candidate
        if key in {"up", "down"}:
            self.completion.move(1 if key == "down" else -1)
        elif candidate is not None and (key == "tab" or (key == "enter" and self.completion.moved)):
            self.editor.complete_from(self.completion.start, candidate.text)
            self.close_completion()
        else:
            self.close_completion()
            if key == "enter":
                self.editor.insert("\n")
