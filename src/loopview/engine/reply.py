"""What a model answers to a question: a JSON object with ``sql`` and ``why``, read strictly."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"sql": {"type": "string"}, "why": {"type": "string"}},
    "required": ["sql", "why"],
    "additionalProperties": False,
}
"""The JSON schema that the model is held to."""

LONGEST_WHY = 400  #: characters kept of what a model says about its statement
_BEGINNING_LENGTH = 400  #: characters in which the beginning stands, if it is one
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HEX = 4


class ReplyRefused(ValueError):  # noqa: N818 - reads as the finding it is
    """The answer is not what was asked for; the message says how."""


class Reply(NamedTuple):
    """A statement, and one sentence on how it answers the question; no statement means that none can."""

    sql: str
    why: str


def read_reply(text: str) -> Reply:
    """Read a whole answer: one object with two texts, and nothing around it. Raises `ReplyRefused`."""
    document = read_object(text, ("sql", "why"))
    return Reply(document["sql"].strip(), " ".join(document["why"].split())[:LONGEST_WHY])


def read_object(text: str, names: tuple[str, ...]) -> dict[str, str]:
    """Read an object that has exactly these texts, and nothing around it. Raises `ReplyRefused`."""
    try:
        document = json.loads(text, object_pairs_hook=_distinct)
    except RecursionError:
        raise ReplyRefused("the answer is nested too deep") from None
    except ReplyRefused:
        raise
    except ValueError as error:
        raise ReplyRefused(f"the answer is not one JSON object and nothing else ({error})"[:200]) from None
    wanted = " and ".join(f'"{name}"' for name in names)
    if not isinstance(document, dict) or document.keys() != set(names):
        raise ReplyRefused(f"the answer is not an object with {wanted} and nothing else")
    if not all(isinstance(value, str) for value in document.values()):
        raise ReplyRefused(f"{wanted} must be text")
    return document


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object, when no key stands in it twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ReplyRefused("the answer says one thing twice")
    return found


class TextSoFar:
    """The first text of an answer that is not complete yet, as it grows: for showing, never for running."""

    def __init__(self, name: str) -> None:
        """Take the name that the text has in the object; it must stand first."""
        self._beginning = re.compile(rf'\A\s{{0,100}}\{{\s{{0,100}}"{name}"\s{{0,100}}:\s{{0,100}}"')
        self._waiting = ""
        self._inside = False
        self._over = False

    def feed(self, piece: str) -> str:
        """Take the next piece of the answer; return what it adds to the text."""
        if self._over:
            return ""
        self._waiting += piece
        if not self._inside and not self._enter():
            return ""
        grown: list[str] = []
        at = 0
        while at < len(self._waiting) and not self._over:
            used, text = self._step(at)
            if not used:
                break
            grown.append(text)
            at += used
        self._waiting = self._waiting[at:]
        return "".join(grown)

    def _enter(self) -> bool:
        found = self._beginning.match(self._waiting)
        if found is None:
            self._over = len(self._waiting) > _BEGINNING_LENGTH
            return False
        self._waiting = self._waiting[found.end() :]
        self._inside = True
        return True

    def _step(self, at: int) -> tuple[int, str]:
        """Characters used and text gained at a place; nothing used when the rest has to come first."""
        character = self._waiting[at]
        if character == '"':
            self._over = True
            return 1, ""
        if character != "\\":
            return 1, character
        escape = self._waiting[at + 1 : at + 2]
        if escape != "u":
            return (2, _ESCAPES.get(escape, "")) if escape else (0, "")
        digits = self._waiting[at + 2 : at + 2 + _HEX]
        if len(digits) < _HEX:
            return 0, ""
        try:
            return 2 + _HEX, chr(int(digits, 16))
        except ValueError:
            self._over = True
            return 1, ""
