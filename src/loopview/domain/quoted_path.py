r"""Paths as git and diff write them into a diff: plain, or in quotes with C's escapes.

``"a/caf\303\251"`` is one path; a path that holds a quote, a backslash or a control character is always quoted.
Bytes that are no UTF-8 come back as lone surrogates, as they do from :func:`os.fsdecode`.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(rb'"((?:[^"\\\x00-\x1f\x7f]|\\(?:[abtnvfr"\\]|[0-3][0-7]{2}))*)"')
_ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)")
_LETTERS = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))


def quoted_at(text: bytes, start: int) -> tuple[bytes, int] | None:
    """The path that is quoted from ``start`` on, and where its quotes end; None when it is not well quoted."""
    found = _QUOTED.match(text, start)
    return (_ESCAPE.sub(_unescape, found[1]), found.end()) if found else None


def unquoted(text: bytes) -> bytes | None:
    """The path that ``text`` writes, quoted or plain; None when it is neither."""
    if not text.startswith(b'"'):
        return text if text and b"\0" not in text else None
    quoted = quoted_at(text, 0)
    return quoted[0] if quoted and quoted[1] == len(text) else None


def path_text(path: bytes) -> str:
    """A path as text; bytes that are no UTF-8 become lone surrogates."""
    return path.decode("utf-8", "surrogateescape")


def _unescape(found: re.Match[bytes]) -> bytes:
    word = found[1]
    return bytes([_LETTERS[word[0]] if len(word) == 1 else int(word, 8)])
