"""Bytes from the terminal to messages: bad bytes are replaced, bad sequences dropped, and Esc stays Esc.

Facts of Textual 8.2.8 behind this: its parser dies of some key sequences, and types what it cannot read as keys,
Esc as a circumflex or not at all. Esc and Enter that arrive in one lot would then be Enter alone, which says yes
where the operator said no; a late answer of the terminal would be a row of commands, and so would a pasted Esc.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.message import Message

PASTE_SECONDS = 1.0
"""A paste whose end has not come this long after its last byte is over: else it would swallow every key."""

_ESC = "\x1b"
_LONGEST = 32
"""Characters that Textual's parser gives a sequence to become one."""

_SEQUENCE = re.compile(r"\x1b(?:\[[^@-~]*[@-~]?|O.|[]PX^_][^\x07]*\x07?|\\)", re.DOTALL)
"""What terminals and programs send, known to Textual or not: people type other things behind Esc."""


class KeyReader:
    """Whatever the bytes are, the next key is understood again."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._parser = XTermParser()
        self._open = ""  # Esc and what came after it, while that may still become a sequence
        self._endless = ""  # introducer of a sequence too long for the parser, while it goes on
        self._tail = ""
        self._pasting = False
        self._silence = 0  # tenths of a second without a byte inside a paste

    def messages(self, received: bytes) -> list[Message]:
        """Return what `received` means; empty bytes stand for a tenth of a second of silence."""
        text = self._decoder.decode(received)
        self._silence = self._silence + 1 if self._pasting and not text else 0
        if self._silence >= PASTE_SECONDS * 10:
            text = BRACKETED_PASTE_END
        if not text:
            self._endless = ""
        found: list[Message] = []
        for character in text:  # one by one: a sequence that cannot be read takes nothing with it
            found += self._allowed(self._after(character))
            self._note_paste(character)
        return found + self._allowed(self._after_silence())

    def _after(self, character: str) -> list[Message]:
        if self._endless and self._swallowed(character):
            return []
        before, read = self._open, self._read(self._parser.feed, character)
        waiting = self._parser._awaiting.timeout is not None  # noqa: SLF001  # nothing else tells it
        self._open = "" if not waiting else _ESC if character == _ESC else before + character
        if character == _ESC and len(before) > 1:
            return self._typed(before)
        if len(before) < _LONGEST:
            return read
        if _SEQUENCE.fullmatch(before):
            self._endless = before[1]
            self._swallowed(character)
        return self._typed(before + character)

    def _swallowed(self, character: str) -> bool:
        """Tell whether `character` still belongs to the sequence that the parser gave up."""
        if character in "\x07\x1b" or (self._endless == "[" and "@" <= character <= "~"):
            self._endless = ""
        return character != _ESC

    def _after_silence(self) -> list[Message]:
        before, read = self._open, self._read(self._parser.tick)
        if not read:
            return []
        self._open = ""
        return self._typed(before) if len(before) > 1 else read

    def _typed(self, unread: str) -> list[Message]:
        """Return the keys that `unread` is when it is no sequence: Alt with a letter, or Esc and then a key."""
        sequence = _SEQUENCE.match(unread) if len(unread) > len("\x1b[") or unread == "\x1b\\" else None
        if sequence is not None:
            return [*self._keys(unread[sequence.end() :])]
        found = self._keys(unread[1], alt=True)
        with_alt = any(key.key.startswith(("alt+", "shift+alt+")) for key in found)
        return [*([] if with_alt else [events.Key("escape", _ESC)]), *found, *self._keys(unread[2:])]

    def _keys(self, typed: str, *, alt: bool = False) -> list[events.Key]:
        table = self._parser._sequence_to_key_events  # noqa: SLF001  # it has no public door
        return [key for character in typed for key in table(character, alt=alt)]

    def _allowed(self, found: list[Message]) -> list[Message]:
        """Return `found` without keys while a paste goes on: what is pasted is text."""
        return [it for it in found if not isinstance(it, events.Key)] if self._pasting else found

    def _note_paste(self, character: str) -> None:
        self._tail = (self._tail + character)[-len(BRACKETED_PASTE_START) :]
        if self._tail in {BRACKETED_PASTE_START, BRACKETED_PASTE_END}:
            self._pasting = self._tail == BRACKETED_PASTE_START

    def _read(self, step: Callable[..., Iterable[Message]], *arguments: str) -> list[Message]:
        try:
            return list(step(*arguments))
        except Exception:  # noqa: BLE001  # Textual's parser raises several kinds on forged key codes
            self._parser = XTermParser()
            self._pasting = False
            return []
