"""A question in plain words becomes a statement: asked of a model, checked, repaired once at most.

Nothing here runs the statement: the operator does, with a key or by the command. Everything is an iterator of
events, so that a screen can stream it from a worker and cancel it from another thread.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loopview.engine.prompt import messages, repair
from loopview.engine.reply import SCHEMA, Reply, ReplyRefused, TextSoFar, read_reply
from loopview.guarded.allowance import Switch
from loopview.guarded.model_failure import Cancelled, ModelFailure, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime

    from loopview.guarded.model import Message, Model

LONGEST_QUESTION = 2_000  #: characters
ROUNDS = 2  #: one answer, and one repair
KEPT_REPLY = 4_000  #: characters of an answer that could not be used which the model is shown again


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement that a model wrote for a question."""

    question: str
    sql: str
    why: str  #: the model's own sentence: foreign text
    model: str
    seconds: float  #: from the question to the last byte, repair included
    problems: tuple[str, ...] = ()  #: why earlier answers, or this one, cannot be run; foreign text in part

    @property
    def repaired(self) -> bool:
        """Whether the first answer could not be used."""
        return bool(self.problems)


@dataclass(frozen=True, slots=True)
class Asking:
    """The question is on its way."""

    model: str
    host: str


@dataclass(frozen=True, slots=True)
class Token:
    """The statement grew; foreign text. A repair begins it anew."""

    text: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """The model is done; the statement is about to be checked."""

    sql: str


@dataclass(frozen=True, slots=True)
class Repairing:
    """The answer cannot be run; the model is asked once more."""

    sql: str  #: what it wrote; empty when no statement could be read
    problem: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The statement has passed the gate and may be run by the operator."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no statement to run. SQL works all the same."""

    kind: str  #: one word: the name of a `ModelFailure`, or NoQuestion, NoAnswer, NoStatement
    message: str  #: one plain sentence
    advice: str = ""
    draft: Draft | None = None  #: what the model wrote last, to be looked at or edited


Event = Asking | Token | Drafted | Repairing | Ready | Failed


class Inquiry:
    """One question on its way through a model. Use it once."""

    def __init__(
        self,
        question: str,
        model: Model,
        check: Callable[[str], str],
        now: datetime,
    ) -> None:
        """Take the question, what says why a statement cannot be run ('' = it can), and the moment."""
        self._question = question.strip()
        self._model = model
        self._check = check
        self._now = now
        self._switch = Switch()
        self._started = time.monotonic()
        self._problems: list[str] = []

    def cancel(self) -> None:
        """End it, from any thread: the connection is closed at once and the last event is a `Failed`."""
        self._switch.stop()

    def events(self) -> Iterator[Event]:
        """Ask; the last event is `Ready` or `Failed`. Raises nothing that a model or a host can cause."""
        if not self._question:
            yield Failed("NoQuestion", "there is no question", "write what you want to know")
            return
        if len(self._question) > LONGEST_QUESTION:
            yield Failed("NoQuestion", f"a question has at most {LONGEST_QUESTION:,} characters", "ask for less")
            return
        self._started = time.monotonic()
        yield Asking(self._model.name, self._model.address.url)
        try:
            yield from self._rounds()
        except ModelFailure as failure:
            yield Failed(failure.kind, failure.message, failure.advice)

    def _rounds(self) -> Iterator[Event]:
        told = messages(self._question, self._now)
        for number in range(1, ROUNDS + 1):
            text = yield from self._listen(told)
            reply, problem = self._judge(text)
            if reply.sql:
                yield Drafted(reply.sql)
                problem = self._check(reply.sql)
            if self._switch.stopped:
                raise Cancelled
            if not problem:
                yield self._end(reply)
                return
            self._problems.append(problem)
            if number < ROUNDS:
                yield Repairing(reply.sql, problem)
                told += repair(text[:KEPT_REPLY], problem)
        yield Failed(
            "NoStatement",
            f"{self._model.name} wrote nothing that can be run: {quote(problem)}",
            "ask in other words, or correct the SQL",
            self._draft(reply),
        )

    def _listen(self, told: list[Message]) -> Generator[Event, None, str]:
        """Let the model speak; return all it said."""
        said: list[str] = []
        growing = TextSoFar("sql")
        for piece in self._model.answer(told, SCHEMA, self._switch):
            said.append(piece)
            if text := growing.feed(piece):
                yield Token(text)
        return "".join(said)

    def _judge(self, text: str) -> tuple[Reply, str]:
        """The answer, or nothing and the problem with it."""
        try:
            return read_reply(text), ""
        except ReplyRefused as refused:
            return Reply("", ""), str(refused)

    def _end(self, reply: Reply) -> Event:
        if reply.sql:
            return Ready(self._draft(reply))
        why = quote(reply.why) or "it does not say why"
        return Failed("NoAnswer", f"{self._model.name} finds no answer in the tables: {why}", "ask in other words")

    def _draft(self, reply: Reply) -> Draft:
        seconds = time.monotonic() - self._started
        return Draft(self._question, reply.sql, reply.why, self._model.name, seconds, tuple(self._problems))
