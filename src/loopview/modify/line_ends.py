"""The lines of a text file, apart from how they end: what a model writes has line feeds, what it edits may not."""

from __future__ import annotations

from typing import NamedTuple

BOM = "\ufeff"
CRLF = "\r\n"


class Lines(NamedTuple):
    """A file as lines: what each holds and how it ends; only the last may end with nothing."""

    texts: tuple[str, ...]
    ends: tuple[str, ...]
    mark: str = ""  #: the byte order mark, when it begins with one

    @property
    def usual(self) -> str:
        """How most lines end."""
        return CRLF if self.ends.count(CRLF) > self.ends.count("\n") else "\n"

    @property
    def closed(self) -> bool:
        """Whether the last line ends; an empty file counts as if it did."""
        return not self.ends or bool(self.ends[-1])

    @property
    def mixed(self) -> bool:
        """Whether lines end in more than one way."""
        return len(set(self.ends) - {""}) > 1


NONE = Lines((), ())
"""The lines of a file that is not there."""


def read_lines(content: bytes) -> Lines:
    """The lines of a file. Raises `UnicodeDecodeError` when it is not UTF-8."""
    text = content.decode("utf-8")
    mark = BOM if text.startswith(BOM) else ""
    pieces = text[len(mark) :].split("\n")
    ends = [CRLF if piece.endswith("\r") else "\n" for piece in pieces]
    ends[-1] = ""
    texts = [piece[:-1] if end == CRLF else piece for piece, end in zip(pieces, ends, strict=True)]
    if not texts[-1]:
        del texts[-1], ends[-1]
    return Lines(tuple(texts), tuple(ends), mark)


def write_lines(lines: Lines) -> bytes:
    """The file's bytes: the inverse of `read_lines`."""
    pairs = zip(lines.texts, lines.ends, strict=True)
    return (lines.mark + "".join(text + end for text, end in pairs)).encode("utf-8")


def in_the_manner_of(base: Lines, texts: tuple[str, ...]) -> Lines:
    """New lines that end as those of ``base`` do, the last one included."""
    ends = [base.usual] * len(texts)
    if ends and not base.closed:
        ends[-1] = ""
    return Lines(texts, tuple(ends), base.mark)
