"""The half of the Ask screen that deals in plain words: a model drafts the SQL, the operator's key runs it."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.content import Content

from loopview.tui.ask.ask_rows import AskRows
from loopview.tui.ask.sql_words import asks_in_sql
from loopview.tui.bridge import start_stream
from loopview.tui.content import content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from loopview.engine.ask import Draft, Inquiry
    from loopview.engine.summary import Telling, Told
    from loopview.store.result import Result
    from loopview.tui.messages import Inquired

_STANDING = {"words": "", "found": "bold", "asked": "$text-muted", "missing": "$warn reverse"}
MOST_TOLD = 60
"""Rows handed to the model at most; it is shown fewer where they are long."""

UNFOUND = "?"
"""Stands behind a number that is in no row, so that the colour is not needed."""


class AskWords(AskRows):
    """Questions through a model, and its paragraph about the rows."""

    def __init__(self) -> None:
        super().__init__()
        self._stream = 0  #: which stream of events counts
        self._inquiry: Inquiry | Telling | None = None
        self._since = 0.0
        self._words = ""
        self._draft: Draft | None = None
        self._model = ""
        self._paragraph = ""

    @property
    def plain_words(self) -> str:
        """The question that the statement in the editor was drafted for."""
        return self._draft.question if self._draft is not None and self._draft.sql == self.editor.text else ""

    @property
    def view_is_drafting(self) -> bool:
        """Whether a model writes into the editor."""
        return self._inquiry is not None

    def take_line(self, text: str) -> None:
        """Run SQL; ask the model about anything else."""
        if asks_in_sql(text):
            self.editor.show_sql(text.strip().removeprefix(";").strip())
            self._draft = None
            self.run_sql()
        elif self._inquiry is not None:
            self.console.say("the model is still answering: ^x cancels")
        else:
            self._ask_model(text.strip())

    def action_cancel(self) -> None:
        """End the model's answer, or the statement that runs."""
        if self._inquiry is not None:
            self._inquiry.cancel()
            self.query_one("#ask-sql-box").border_title = Content("Stopping…")
        else:
            super().action_cancel()

    # -- a statement for a question ----------------------------------------------------------------------------

    def _ask_model(self, question: str) -> None:
        from loopview.engine.ask import Inquiry

        try:
            inquiry = Inquiry(question, self._model_of_user(), self._checker(), self.view_state.now)
        except Exception as problem:  # noqa: BLE001  # a host that is refused, a client that cannot be loaded
            self._sorry(str(problem), getattr(problem, "advice", ""))
            return
        self._draft = None
        self.editor.show_sql("")
        self.editor.read_only = True
        self._begin_stream(inquiry, "asking the model…", "#ask-sql-box")

    def _model_of_user(self) -> Any:
        from loopview.guarded.model import model_of

        return model_of(self.console.settings)

    def _checker(self) -> Callable[[str], str]:
        """Return what says why a statement cannot be run: the gate, then DuckDB's own plan."""
        from loopview.engine.trial import trial

        store = self._present_store()
        return trial(store, {"now": self.view_state.now}) if store is not None else lambda _: "nothing is read yet"

    def _begin_stream(self, asked: Inquiry | Telling, said: str, box: str) -> None:
        self._stream += 1
        self._inquiry, self._since = asked, monotonic()
        self.query_one(box).border_title = Content(said)
        self.query_one(box).border_subtitle = Content("^x cancels")
        events: Callable[[], Iterator[Any]] = asked.events
        start_stream(self, self._stream, events)

    def on_inquired(self, message: Inquired) -> None:
        """Take what the model said, unless it answers something nobody asks any more."""
        message.stop()
        if message.number != self._stream:
            return
        for event in message.take():
            self._hear(event)
        if message.over:
            self._inquiry = None
            self.editor.read_only = False

    def _hear(self, event: object) -> None:
        name = type(event).__name__
        hear = {
            "Asking": self._asking, "Token": self._token, "Drafted": self._checking, "Repairing": self._repairing,
            "Ready": self._ready, "Told": self._told, "Failed": self._failed,
        }.get(name)  # fmt: skip
        if hear is not None:
            hear(event)
        elif isinstance(event, Exception):
            self._sorry(f"{name}: {event}", "")

    def _asking(self, event: Any) -> None:
        self._model = event.model
        self._box_title(f"{event.model} writes…")

    def _token(self, event: Any) -> None:
        if self._telling:
            self._paragraph += event.text
            self._show_paragraph([content(self._paragraph)])
        else:
            self.editor.grow(event.text)
        self._box_title(f"{self._model} writes… {monotonic() - self._since:.0f} s")

    def _checking(self, event: Any) -> None:
        self.editor.show_sql(event.sql)
        self._box_title(f"SQL of {self._model} is checked…")

    def _repairing(self, event: Any) -> None:
        self._box_title(f"{self._model} corrects it…")
        self.view.note([content(f"the first draft cannot be run: {event.problem}", "$warn")])
        self.editor.show_sql("")

    def _ready(self, event: Any) -> None:
        draft: Draft = event.draft
        self._draft = draft
        self.editor.show_sql(draft.sql)
        corrected = ", corrected once" if draft.repaired else ""
        self._box_title(f"SQL of {draft.model}, {draft.seconds:.1f} s{corrected}: look at it, then F5 runs it")
        self.query_one("#ask-sql-box").border_subtitle = Content("")
        lines = [content(draft.why)] if draft.why else []
        self.view.note(
            [
                *lines,
                Content.styled("Nothing has run yet: F5 runs the SQL above, or change it first.", "$text-muted"),
            ]
        )
        self.view.border_title = Content("What the model says it does")
        self.editor.focus()

    def _failed(self, event: Any) -> None:
        if event.draft is not None and event.draft.sql:
            self.editor.show_sql(event.draft.sql)
        if self._telling:
            self._show_paragraph([content(f"{event.message}. {event.advice}".strip(), "$warn")])
            self._box_title("No answer from a model")
            return
        self._sorry(event.message, event.advice)

    def _sorry(self, message: str, advice: str) -> None:
        """Say in plain words that there is no statement, and that SQL works."""
        self.retitle_sql()
        lines = [content(message, "$warn")]
        if advice:
            lines.append(content(advice))
        self.view.note(
            [
                *lines,
                Content.styled("SQL works without a model: type it, or choose a ready question.", "$text-muted"),
            ]
        )
        self.view.border_title = Content("No answer from a model")

    def _box_title(self, text: str) -> None:
        box = self.view if self._telling else self.query_one("#ask-sql-box")
        box.border_title = content(text)

    def retitle_sql(self) -> None:
        """Name the keys of the editor."""
        box = self.query_one("#ask-sql-box")
        box.border_title = Content("SQL")
        box.border_subtitle = Content("F5 run  ^r history  ^n complete  F2 columns")

    def run_sql(self, *, title: str = "", chart: str = "") -> None:
        """Run the editor's statement; the box still says whose it is."""
        super().run_sql(title=title, chart=chart)
        self.retitle_sql()
        if self._draft is not None and self._draft.sql == self.editor.text:
            self.query_one("#ask-sql-box").border_title = content(f"SQL of {self._draft.model}")

    # -- a paragraph about the rows ----------------------------------------------------------------------------

    @property
    def _telling(self) -> bool:
        return self._inquiry is not None and type(self._inquiry).__name__ == "Telling"

    def action_tell(self) -> None:
        """Let the model say in a paragraph what the rows show; its numbers are looked for in the rows."""
        result = self.view.result
        if result is None:
            self.console.say("there are no rows to speak about")
        elif self._inquiry is not None:
            self.console.say("the model is still answering: ^x cancels")
        else:
            self.ask(
                "tell",
                lambda _: [[*row.values()] for row in result.records(0, MOST_TOLD)],
                lambda rows: self._tell(result, rows),
                self.view.run,
            )

    def _tell(self, result: Result, rows: Sequence[Sequence[object]]) -> None:
        from loopview.engine.summary import Telling

        words = self._draft.question if self._draft is not None else self._title or "what do these rows say?"
        try:
            telling = Telling(words, self._shown_sql, result.names, rows, self._model_of_user())
        except Exception as problem:  # noqa: BLE001  # as above
            self.console.say(str(problem), severity="warning")
            return
        self._paragraph = ""
        self._begin_stream(telling, "asking the model…", "#ask-result")

    def _told(self, event: Any) -> None:
        told: Told = event
        runs = [
            Content.assemble(
                content(part.text, _STANDING[part.standing]), UNFOUND if part.standing == "missing" else ""
            )
            for part in told.parts
        ]
        lines = [Content.assemble(*runs)]
        if told.unfounded:
            missing = ", ".join(told.unfounded)
            lines.append(content(f"not in the rows, so do not believe them: {missing}", "$warn"))
        lines.append(Content.styled(f"{self._model} saw {told.rows_shown:,} rows  ·  esc: the rows", "$text-muted"))
        self._show_paragraph(lines)
        self._box_title(f"What {self._model} says of the rows")

    def _show_paragraph(self, lines: Sequence[Content]) -> None:
        self.view.show_words(lines)
        self.view.border_subtitle = Content("")
