"""How a run of a probe ends when it does not give what was hoped for."""

from __future__ import annotations

OF_ONE = frozenset({"unknown", "unconfigured", "untrusted", "program", "jail"})
"""Kinds of refusals that say nothing of any other probe."""


class RunRefused(Exception):  # noqa: N818 - reads as the event it is
    """A probe was not run, or was ended by the operator: nothing is known, nothing was recorded."""

    def __init__(self, kind: str, message: str, advice: str = "") -> None:
        """Take one word for programs, a sentence, and what to do."""
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.advice = advice


class ProbeFailed(Exception):  # noqa: N818 - reads as the event it is
    """A probe ran and found what it tries not to work."""

    def __init__(self, error_type: str, details: str) -> None:
        """Take the type that is recorded, and what there is to say: foreign."""
        super().__init__(details)
        self.error_type = error_type
        self.details = details
