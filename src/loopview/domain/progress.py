"""A running edit as it is watched: the fold of its events, bounded however much a model or the tests say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.edit import Ended, Entered, ModelSaid, TestsSaid, Tried

if TYPE_CHECKING:
    from loopview.domain.edit import Event

MOST_PHASES = 60
MODEL_TAIL = 16_000  #: characters of an answer that are kept
OUTPUT_TAIL = 64 * 1024  #: bytes of what the tests print that are kept


class Phase(NamedTuple):
    """One phase that was entered."""

    name: str
    attempt: int  #: 1-based; 0 before the first
    said: str
    began: float  #: seconds since the start


class Progress(NamedTuple):
    """What there is to see of one run. Every text may be foreign."""

    key: str  #: of the proposal
    title: str
    number: int = 0  #: which run of this console it is
    phases: tuple[Phase, ...] = ()
    answer: str = ""  #: end of what the model said in this attempt
    answered: int = 0  #: characters that it said, all together
    output: bytes = b""  #: end of what the tests printed in this phase
    tried: tuple[Tried, ...] = ()
    ended: Ended | None = None
    problem: str = ""  #: why it could not begin, or broke off
    said: tuple[str, ...] = ()  #: what there is to say of the record and the report
    cancelled: bool = False  #: the operator asked for its end
    over: float | None = None  #: seconds that it took; None while it runs

    @property
    def running(self) -> bool:
        """Whether it still goes on."""
        return self.over is None

    @property
    def phase(self) -> str:
        """The phase it is in."""
        return self.phases[-1].name if self.phases else "begin"

    @property
    def outcome(self) -> str:
        """How it ended, as a sentence; empty while it runs."""
        if self.running:
            return ""
        if self.problem:
            return self.problem
        return f"{self.ended.state}: {self.ended.reason}" if self.ended else "it ended without saying how"

    def after(self, event: Event, seconds: float) -> Progress:
        """What there is to see after an event, so many seconds after the start."""
        if isinstance(event, Entered):
            phase = Phase(event.phase, event.attempt, event.said, seconds)
            fresh = self._replace(phases=(*self.phases, phase)[-MOST_PHASES:])
            same = bool(self.phases) and self.phases[-1].name == event.phase
            return fresh if same else fresh._replace(output=b"", answer="" if _writes(event) else self.answer)
        if isinstance(event, ModelSaid):
            answer = (self.answer + event.text)[-MODEL_TAIL:]
            return self._replace(answer=answer, answered=self.answered + len(event.text))
        if isinstance(event, TestsSaid):
            return self._replace(output=(self.output + event.output)[-OUTPUT_TAIL:])
        if isinstance(event, Tried):
            return self._replace(tried=(*self.tried, event)[-MOST_PHASES:])
        return self._replace(ended=event)


def _writes(event: Entered) -> bool:
    """Whether a model begins a new answer."""
    return event.phase in {"generate", "diagnose"}
