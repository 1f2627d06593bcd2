"""What the dialogs of the gates share: the whole of it is read, a hand types, and nothing else can answer.

No single key confirms. Keys of programs, keys typed ahead, batches and pastes do not count. While the dialog is
open everything it rests on is looked at again every second; when anything is another, the dialog closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import _time
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from loopview.tui.content import content
from loopview.tui.in_thread import in_thread
from loopview.tui.proposals.gate_body import GateBody
from loopview.tui.proposals.hand import EARLY, Hand
from loopview.tui.typed_keys import came_from_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size

    from loopview.domain.approval import Decision
    from loopview.tui.console import LoopviewApp
    from loopview.tui.proposals.gate_lines import GateLine

SMALLEST = (60, 16)
"""Columns and rows below which nothing can be reviewed, and so nothing be confirmed."""

TRIES = 3
_ASK_AGAIN = 1.0  #: seconds
_LONGEST = 200  #: characters that can be typed


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that has to be typed."""

    asks: str  #: words of ours
    wanted: str  #: what is right
    shown: str = ""  #: what the operator reads it from, where it is ours to show: a digest


def too_small(size: Size) -> str:
    """Why nothing can be confirmed in a terminal of this size; empty where it can."""
    if size.width >= SMALLEST[0] and size.height >= SMALLEST[1]:
        return ""
    wanted = f"make it {SMALLEST[0]}×{SMALLEST[1]} or larger"
    return f"{size.width}×{size.height} cells are too few to review it; {wanted}"


class GateScreen(ModalScreen["Decision | None"]):
    """A dialog that fills the terminal. Returns a decision, or None: then nothing was decided."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    HEADING: ClassVar[str] = ""  #: the frame's own words
    VERB: ClassVar[str] = ""  #: what Enter does in the end

    @dataclass
    class LookedAgain(Message):
        """A worker looked whether everything still holds."""

        why_not: str  #: empty while it does

    def __init__(self, lines: Sequence[GateLine], steps: Sequence[Step], still: Callable[[], str]) -> None:
        """Take what is to be read, what is to be typed after that, and what says why it does not hold any more.

        ``still`` is called in a thread.
        """
        super().__init__()
        self._lines = tuple(lines)
        self._steps = tuple(steps)
        self._still = still
        self._hand = Hand()
        self._at = 0
        self._typed = ""
        self._answers: list[str] = []
        self._wrong = 0
        self._settled = False
        self._looking = False
        self._foot: tuple[str, str, str] | None = None

    # -- what a subclass gives ---------------------------------------------------------------------------------

    def decided(self, answers: Sequence[str]) -> Decision:
        """Return the decision that was typed."""
        raise NotImplementedError

    # -- the frame ---------------------------------------------------------------------------------------------

    @property
    def console(self) -> LoopviewApp:
        """The app, by its type."""
        return self.app  # type: ignore[return-value]

    def compose(self) -> ComposeResult:
        """The frame's words, the data, and what there is to type."""
        with Vertical(id="gate", classes="box") as box:
            box.border_title = Content(self.HEADING)
            box.border_subtitle = Content("esc cancels: nothing is decided")
            self.body = GateBody(self._lines, id="gate-body", plain=self.console.settings.ascii)
            yield self.body
            yield Static(Content(""), id="gate-foot", markup=False)

    def on_mount(self) -> None:
        """Keep looking whether it still holds."""
        self.set_interval(_ASK_AGAIN, self._look_again, name="gate")
        self.set_interval(0.1, self._draw, name="gate-foot")
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Close where there is too little room to read it."""
        if problem := too_small(event.size):
            self._give_up(problem)

    def on_gate_body_shown(self, message: GateBody.Shown) -> None:
        """Begin the quiet second: everything was on the screen."""
        message.stop()
        self._hand.ready(_time.get_time())
        self._draw()

    # -- looking again -----------------------------------------------------------------------------------------

    def _look_again(self) -> None:
        if self._looking or self._settled:
            return
        self._looking = True
        in_thread(self, self._look, group="gate", description="look whether everything still holds")

    def _look(self) -> None:
        why_not = self._still()
        self.post_message(self.LookedAgain(why_not))

    def on_gate_screen_looked_again(self, message: GateScreen.LookedAgain) -> None:
        """Close when something is another."""
        message.stop()
        self._looking = False
        if message.why_not:
            self._give_up(message.why_not)

    # -- keys --------------------------------------------------------------------------------------------------

    def on_paste(self, event: events.Paste) -> None:
        """Refuse a paste, and what was typed before it."""
        event.stop()
        self._hand.pasted(event.time)
        self._typed = ""
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """Scroll, cancel, or take a key that a hand typed."""
        event.stop()
        event.prevent_default()
        if event.key == "escape" or (event.key == "q" and not self.body.whole):
            self._give_up("")
        elif not self._scrolled(event.key) and came_from_terminal(event):
            self._type(event)
        self._draw()

    def _scrolled(self, key: str) -> bool:
        """Scroll, where the key is one that does: letters only while there is something left to read."""
        moves: dict[str, Callable[[], Any]] = {
            "pagedown": lambda: self.body.turn(1), "pageup": lambda: self.body.turn(-1),
            "ctrl+d": lambda: self.body.turn(1), "ctrl+u": lambda: self.body.turn(-1),
            "down": lambda: self.body.step(1), "up": lambda: self.body.step(-1),
            "home": lambda: self.body.jump(end=False), "end": lambda: self.body.jump(end=True),
        }  # fmt: skip
        letters: dict[str, Callable[[], Any]] = {
            "space": moves["pagedown"], "b": moves["pageup"], "j": moves["down"], "k": moves["up"],
            "g": moves["home"], "G": moves["end"],
        }  # fmt: skip
        move = moves.get(key) or (None if self.body.whole else letters.get(key))
        if key == "space" and not self._typed and not self._step.wanted.startswith(" "):
            move = letters["space"]  # one more than it took to read it all is no answer
        if move is None:
            return False
        move()
        return True

    def _type(self, event: events.Key) -> None:
        if not self._hand.pressed(event.time):
            self._typed = ""
        elif event.key == "enter":
            self._enter()
        elif event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.character and event.character.isprintable() and len(self._typed) < _LONGEST:
            self._typed += event.character

    def _enter(self) -> None:
        if not self._typed:
            self._give_up("")
            return
        answer, self._typed = self._typed, ""
        if not self._right(answer):
            self._wrong += 1
            self._hand.said = "that is not it"
            if self._wrong >= TRIES:
                self._give_up(f"{TRIES} times something else was typed")
            return
        self._answers.append(answer)
        self._at += 1
        if self._at == len(self._steps):
            self._settled = True
            self.dismiss(self.decided(self._answers))

    def _right(self, answer: str) -> bool:
        return answer.lower() == self._steps[self._at].wanted if self._step.shown else answer == self._step.wanted

    @property
    def _step(self) -> Step:
        return self._steps[min(self._at, len(self._steps) - 1)]

    def _give_up(self, why: str) -> None:
        """Decide nothing, and say why where it was not the operator who closed it."""
        if self._settled:
            return
        self._settled = True
        if why:
            self.console.say(f"closed, and nothing was decided: {why}", severity="warning")
        self.dismiss(None)

    # -- the foot ----------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self._settled or not self.is_mounted:
            return
        foot = self._words()
        if foot != self._foot:
            self._foot = foot
            styles = ("$warning", "", "$accent")
            lines = [content(words, style) for words, style in zip(foot, styles, strict=True)]
            self.query_one("#gate-foot", Static).update(Content("\n").join(lines))

    def _words(self) -> tuple[str, str, str]:
        """What is in the way, what is asked for, and what is typed."""
        read, lines = self.body.progress
        if not self.body.whole:
            return f"shown {read:,} of {lines:,} lines", "space goes on, b back; q or esc cancels", ""
        step, said = self._step, self._hand.said
        if not self._hand.armed(_time.get_time()):
            return said or EARLY, f"then {step.asks}", ""
        asks = f"{step.asks}  {step.shown}" if step.shown else step.asks
        return "" if said == EARLY else said, asks, f"> {self._typed}▏  enter {self.VERB}; empty: cancel"
