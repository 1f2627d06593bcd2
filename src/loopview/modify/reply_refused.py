"""The finding that an answer is not what was asked for, in words that may be quoted back to the model."""

from __future__ import annotations

from loopview.text import plain

SHOWN = 80  #: cells of a foreign line in a reason


class ReplyRefused(ValueError):  # noqa: N818 - reads as the finding it is
    """The answer does not follow the grammar or does not fit what is there; nothing of it is used."""


def shown(line: str) -> str:
    """A foreign line in a reason: one line, harmless, short, in quotes."""
    return f"`{plain(line, limit=SHOWN)}`"
