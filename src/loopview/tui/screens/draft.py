"""The dialog in which a draft becomes a proposal: read it, change it in place, propose it or drop it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static, TextArea

from loopview.text import safe_block
from loopview.tui.content import content

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.domain.trouble import Draft

LONGEST = 20_000  #: characters of an instruction that the desk takes
WILL = "a proposal, at the desk and in .loop/proposals.jsonl; nothing is asked and nothing runs"


class DraftScreen(ModalScreen["Draft | None"]):
    """Shows a draft once it is there; returns it as the operator left it, or None."""

    AUTO_FOCUS: ClassVar[str | None] = "#draft-text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "propose", "propose", show=False, priority=True),
        Binding("escape", "drop", "drop", show=False),
    ]

    def __init__(self, about: str) -> None:
        """Take what it is drafted from, in a few words: foreign."""
        super().__init__()
        self._about = about
        self._draft: Draft | None = None
        self._answer: Draft | str | None = None
        self._warned = False

    def compose(self) -> ComposeResult:
        """Title, instruction, files, what will happen, and the two buttons."""
        with Vertical(id="draft", classes="box") as box:
            box.border_title = content(f"Draft a proposal: {self._about}", limit=100)
            box.border_subtitle = Content("^s proposes   tab next   esc drops it")
            yield Input(id="draft-title", compact=True, max_length=200, select_on_focus=False, placeholder="title")
            yield TextArea(
                "drafting: what failed, what was tried, which files…", id="draft-text", theme="css", soft_wrap=True,
                tab_behavior="focus", compact=True, highlight_cursor_line=False, read_only=True,
            )  # fmt: skip
            yield Input(
                id="draft-files", compact=True, select_on_focus=False,
                placeholder="only these files may change, with commas between; empty: any",
            )  # fmt: skip
            yield Static(Content(""), id="draft-will", markup=False)
            with Horizontal(id="draft-buttons"):
                yield Button("Propose", id="draft-propose", compact=True, disabled=True)
                yield Button("Cancel", id="draft-cancel", compact=True)

    def on_mount(self) -> None:
        """Show what came before there was anything to show it in."""
        if self._answer is not None and self.query(TextArea):  # none when it was dropped before it stood
            self._fill(self._answer)

    def take(self, answer: Draft | str) -> None:
        """Show the draft, or why there is none, once."""
        self._answer = answer
        if self.query("#draft-cancel"):
            self._fill(answer)

    def _fill(self, answer: Draft | str) -> None:
        text = self.query_one("#draft-text", TextArea)
        if isinstance(answer, str):
            text.load_text("\n".join(map(str, safe_block(answer))))
            self._say(Content.styled("there is nothing to propose; esc closes", "$warn"))
            return
        self._draft = answer
        self.query_one("#draft-title", Input).value = answer.title
        self.query_one("#draft-files", Input).value = ", ".join(answer.files)
        text.load_text(answer.instruction)
        text.read_only = False
        self.query_one("#draft-propose", Button).disabled = False
        self._explain()

    @property
    def made(self) -> Draft | None:
        """The draft as it stands in the dialog; None while there is none."""
        if self._draft is None:
            return None
        files = self.query_one("#draft-files", Input).value.split(",")
        return self._draft._replace(
            title=self.query_one("#draft-title", Input).value.strip(),
            instruction=self.query_one("#draft-text", TextArea).text.strip(),
            files=tuple(name for file in files if (name := file.strip())),
        )

    @on(TextArea.Changed)
    @on(Input.Changed)
    def changed(self) -> None:
        """Say what proposing it would do."""
        self._warned = False
        self._explain()

    @on(Input.Submitted)
    def next_field(self) -> None:
        """Go on: enter in a line proposes nothing."""
        self.focus_next()

    @on(Button.Pressed, "#draft-propose")
    def action_propose(self) -> None:
        """Hand it back, if it will do."""
        made = self.made
        if made is not None and not _why_not(made):
            self.dismiss(made)

    @on(Button.Pressed, "#draft-cancel")
    def action_drop(self) -> None:
        """Close it; where something was changed, only when it is asked for twice."""
        if self.made != self._draft and not self._warned:
            self._warned = True
            self._say(Content.styled("esc again drops what you wrote; ^s proposes it", "$warn"))
        else:
            self.dismiss(None)

    def _explain(self) -> None:
        made = self.made
        if made is not None:
            problem = _why_not(made)
            by = f"as {made.proposer}: " if made.proposer != "operator" else ""
            self._say(content(problem, "$fail") if problem else content(f"{by}{WILL}", "$text-muted"))

    def _say(self, line: Content) -> None:
        self.query_one("#draft-will", Static).update(line)


def _why_not(made: Draft) -> str:
    if not made.instruction:
        return "an instruction says what shall change"
    if len(made.instruction) > LONGEST:
        return f"an instruction has at most {LONGEST:,} characters: this has {len(made.instruction):,}"
    return ""
