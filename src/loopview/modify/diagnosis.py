"""After a task has failed for good: one bounded question for why, and the same task in better words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from loopview.guarded.model import Message
from loopview.modify.masking import told
from loopview.modify.prompt import INSTRUCTION_CHARACTERS, shown
from loopview.modify.quoted import bounded, quotes
from loopview.modify.reply_refused import ReplyRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loopview.guarded.allowance import Switch
    from loopview.modify.prompt import Request

LONGEST = 4_000  #: characters of a rewritten instruction
LONGEST_ANSWER = 20_000  #: characters
FAILURE_CHARACTERS = 8_000
SOURCE_CHARACTERS = 20_000

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"why": {"type": "string"}, "instruction": {"type": "string"}},
    "required": ["why", "instruction"],
    "additionalProperties": False,
}

RULES = """\
A change to a software project was asked for, tried several times, and failed each time. Find out why.
Answer with one JSON object and nothing else: {"why": "...", "instruction": "..."}.
"why" says in one or two sentences what went wrong. "instruction" is the same task in other words, for somebody who
sees the same files: the same goal and no other, with what the failures show must be done differently. At most 400
words, no code fences. Never ask to change, skip or remove tests so that they pass.
"""


class Asked(Protocol):
    """Who is asked: a model that answers in pieces."""

    def answer(
        self, messages: Sequence[Message], schema: Mapping[str, Any] | None, switch: Switch
    ) -> Iterator[str]:
        """Yield the answer. Raises `ModelFailure`."""


def diagnose(writer: Asked, request: Request, problem: str, switch: Switch) -> str:
    """Return the instruction in better words, which is foreign text; the one there is when the answer is of no use.

    Raises `ModelFailure`.
    """
    said: list[str] = []
    length = 0
    for piece in writer.answer(messages(request, problem), SCHEMA, switch):
        said.append(piece)
        length += len(piece)
        if length > LONGEST_ANSWER:
            return request.instruction
    try:
        return read_diagnosis("".join(said))
    except ReplyRefused:
        return request.instruction


def messages(request: Request, problem: str) -> list[Message]:
    """The conversation that asks why, with everything foreign in quotes."""
    files = shown(request)
    around = quotes(request.instruction, problem, *(each.text for each in files))
    parts = [
        around.around("task", told(request.instruction, INSTRUCTION_CHARACTERS)),
        around.around("what failed", told(problem, FAILURE_CHARACTERS)),
    ]
    left = SOURCE_CHARACTERS
    for each in files:
        if left > 0:
            parts.append(around.around(each.path, bounded(each.text, left)))
            left -= len(each.text)
    return [Message("system", RULES + "\n" + around.rule), Message("user", "\n".join(parts))]


def read_diagnosis(text: str) -> str:
    """The new instruction of an answer. Raises `ReplyRefused`."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ReplyRefused("the diagnosis is not one JSON object and nothing else") from None
    if not isinstance(document, dict) or document.keys() != {"why", "instruction"}:
        raise ReplyRefused('the diagnosis is not an object with "why" and "instruction" and nothing else')
    instruction = document["instruction"]
    if not isinstance(instruction, str) or not instruction.strip():
        raise ReplyRefused("the diagnosis gives no instruction")
    if len(instruction) > LONGEST:
        raise ReplyRefused(f"the diagnosis gives an instruction of more than {LONGEST:,} characters")
    return instruction.strip()
