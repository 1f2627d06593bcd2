"""What an operator may want mended, and the draft of a proposal that it becomes."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Trouble(StrEnum):
    """A kind of trouble, as it is named on the command line."""

    STALL = "stall"
    FAILURE = "failure"
    PROBE = "probe"
    RECOMMENDATION = "recommendation"
    OUTLIER = "outlier"
    ISSUE = "issue"

    @property
    def proposer(self) -> str:
        """Who a proposal comes from that is drafted from it."""
        return self.value if self in _PROPOSERS else "operator"


_PROPOSERS = frozenset({Trouble.STALL, Trouble.PROBE, Trouble.RECOMMENDATION})


class Sought(NamedTuple):
    """One trouble: what kind, and which of its kind. The name may be foreign."""

    kind: Trouble
    name: str = ""  #: fingerprint, probe, number of a recommendation (from 1) or a cycle, issue; a stall has none


class NoTrouble(Exception):  # noqa: N818 - reads as the finding it is
    """There is nothing to draft from; the message says why."""


class Facts(NamedTuple):
    """What is known of a trouble. The goal is in our own words, with plain names in it; all else is foreign."""

    sought: Sought
    title: str
    goal: str  #: what is to be done, in one or two sentences
    failure: str = ""  #: its newest text, as it was recorded
    said: tuple[str, ...] = ()  #: what else was recorded of it, a line each
    dead_ends: tuple[tuple[str, int], ...] = ()  #: actions that failed more than once, and how often
    tried: tuple[str, ...] = ()  #: other actions under it, and what the gate said


class Draft(NamedTuple):
    """A proposal before it is one: to be read, edited and proposed by the operator, or dropped."""

    sought: Sought
    title: str
    instruction: str  #: safe to show; what others wrote stands in lines that begin with our mark
    files: tuple[str, ...] = ()  #: the only files that may change; empty: any

    @property
    def proposer(self) -> str:
        """Who it comes from."""
        return self.sought.kind.proposer
