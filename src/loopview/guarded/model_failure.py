"""What can go wrong between a question and a model's answer, each with a sentence and what to do about it.

The messages are ours; the little in them that comes from the other side has been through `loopview.text`.
"""

from __future__ import annotations

from loopview.text import plain

FOREIGN = 200  #: cells of foreign text in a message


class ModelFailure(Exception):  # noqa: N818 - each one is named as the finding it is
    """A model gave no usable answer. SQL works without one."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    @property
    def kind(self) -> str:
        """One word for programs."""
        return type(self).__name__


class NoModelChosen(ModelFailure):
    """The user's configuration names no model."""


class NoKey(ModelFailure):
    """The environment has no key for the model's host."""


class HostRefused(ModelFailure):
    """The host is not one a question may be sent to."""


class NotInstalled(ModelFailure):
    """The client library cannot be loaded."""


class Unreachable(ModelFailure):
    """Nothing answers at the host."""


class TooSlow(ModelFailure):
    """Nothing came for too long, or all of it took too long."""


class TooMuch(ModelFailure):
    """More came than an answer may have."""


class Redirected(ModelFailure):
    """The host sent us elsewhere; we do not go."""


class Broken(ModelFailure):
    """What came is not the protocol, or the connection broke."""


class NotDone(ModelFailure):
    """The stream ended before the model said that it was done."""


class NoSuchModel(ModelFailure):
    """The host does not have the model."""


class Refused(ModelFailure):
    """The host answered with an error."""


class WantsTools(ModelFailure):
    """The model asked for a tool; it is given none."""


class Cancelled(ModelFailure):
    """The operator ended it."""

    def __init__(self) -> None:
        super().__init__("cancelled", "nothing was run")


def quote(text: object) -> str:
    """Foreign text for a message: one line, harmless, short."""
    return plain(text, limit=FOREIGN).strip()
