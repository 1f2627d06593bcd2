"""What a file's new bytes must be: UTF-8 text of a bearable size that means to Python what it shows to a reader."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from loopview.guarded.secrets import MASK
from loopview.modify.python_words import is_python, names
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]|\r(?!\n)")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def problems(path: str, new: bytes, old: bytes | None, most_bytes: int) -> Iterator[str]:
    """Why a file's new content cannot be taken, in words that follow its path."""
    if len(new) > most_bytes:
        yield f"would be larger than {most_bytes:,} bytes"
        return
    if new.startswith(_UTF16):
        yield "is UTF-16 or UTF-32; only UTF-8 is written"
        return
    if b"\x00" in new:
        yield "holds NUL bytes"
        return
    try:
        text, before = new.decode("utf-8"), (old or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        yield f"is not UTF-8 text (byte {error.start})"
        return
    yield from _characters(text, before)
    if is_python(path, text):
        yield from _encoding(new)
        yield from _identifiers(text, before)


def _characters(text: str, before: str) -> Iterator[str]:
    """Control characters and stand-ins that were not there before."""
    fresh = Counter(_CONTROLS.findall(text)) - Counter(_CONTROLS.findall(before))
    if fresh:
        named = ", ".join(f"U+{ord(character):04X}" for character in sorted(fresh)[:5])
        yield f"holds new control characters ({named})"
    if text.count(MASK) > before.count(MASK):
        yield f"holds {MASK}, which stands for something that was not shown to the model"


def _encoding(content: bytes) -> Iterator[str]:
    """An encoding that Python would read the source by, when it is not UTF-8."""
    try:
        found, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        found = codecs.lookup(found).name
    except SyntaxError as error:
        yield f"names an encoding that cannot be used ({plain(error.msg, limit=80)})"
        return
    if found not in {"utf-8", "utf-8-sig"}:
        yield f"names the source encoding {plain(found, limit=40)}; only UTF-8 is written"


def _identifiers(text: str, before: str) -> Iterator[str]:
    """New names that Python reads as another name than they show: it normalises every identifier by NFKC."""
    if text.isascii():
        return
    for name in sorted(names(text) - names(before)):
        read = unicodedata.normalize("NFKC", name)
        if read != name and name.isidentifier():
            yield f"holds the name {plain(name, limit=40)}, which Python reads as {plain(read, limit=40)}"
            return
