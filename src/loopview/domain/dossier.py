"""Everything that is shown beside a decision: the change, its evidence, what it reaches, what was tried before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loopview.domain.approval import Proposal
    from loopview.domain.edit import Offer

_WORDS = re.compile(r"\w+")


class PastAttempt(NamedTuple):
    """An attempt at something like it. Every text is foreign."""

    outcome: str  #: ``success``, ``failure``, ``rollback``; empty where it is not known
    task: str
    time: str = ""  #: ISO 8601
    reflection: str = ""
    failure: str = ""
    commit: str = ""


class Reach(NamedTuple):
    """What a change to one file could break."""

    path: str
    direct: tuple[str, ...] = ()  #: files that import it by name
    transitive: tuple[str, ...] = ()  #: files that run it through others
    covered: bool = False  #: whether a test goes by its name, or imports it
    known: bool = True  #: whether the index has it: it holds Python only


class Running(NamedTuple):
    """What a start would run, or an offer was made with."""

    command: tuple[str, ...] = ()  #: the tests, word by word
    model: str = ""
    tier: str = ""
    base: str = ""  #: commit
    target: str = ""  #: ref
    problem: str = ""  #: why that cannot be said


class Dossier(NamedTuple):
    """What is known of one proposal."""

    key: str
    offer: Offer | None = None
    running: Running = Running()
    past: tuple[PastAttempt, ...] = ()
    problem: str = ""  #: why something of it is missing

    @property
    def paths(self) -> tuple[str, ...]:
        """Files that the change touches."""
        return tuple(delta.path for delta in self.offer.files) if self.offer else ()


def tried_in_vain(proposal: Proposal, dead_ends: Iterable[str]) -> tuple[str, ...]:
    """Return the dead ends of the live stall that a proposal would walk into again.

    A dead end is an action that failed more than once under the live fingerprint. A proposal walks into it when
    its title or instruction has all of the action's words, or the action has all of the title's.
    """
    title = _words(proposal.title)
    asked = title | _words(proposal.instruction)
    return tuple(
        action
        for action in dead_ends
        if (words := _words(action)) and (words <= asked or (len(title) > 1 and title <= words))
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(text.casefold()))
