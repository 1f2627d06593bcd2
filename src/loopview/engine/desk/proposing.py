"""Proposals that a screen makes: what came of it in plain words, whatever stands in the way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from loopview.domain.hunk import PatchRefused
from loopview.domain.trouble import NoTrouble
from loopview.engine.desk import trouble
from loopview.engine.desk.desk import Desk
from loopview.engine.desk.refusals import LockRefused, Refused
from loopview.guarded.append import AppendFailed, AppendRefused
from loopview.guarded.hardened import GitFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.config import Settings
    from loopview.domain.trouble import Draft, Facts


class NotProposed(Exception):  # noqa: N818 - reads as the event it is
    """Nothing was proposed; the message says why and what to do."""


def propose_undo(root: str, settings: Settings, edit: str) -> tuple[str, str]:
    """Propose the inverse of a published edit; returns the proposal's name, or why there is none."""
    try:
        with _plainly():
            return Desk(root, settings).undo(edit).id, ""
    except NotProposed as refused:
        return "", str(refused)


def propose_draft(root: str, settings: Settings, made: Draft) -> tuple[str, str]:
    """Propose a draft as the operator left it; returns the proposal's name, or why there is none."""
    try:
        with _plainly():
            return trouble.propose(Desk(root, settings), made).id, ""
    except NotProposed as refused:
        return "", str(refused)


def drafted(root: str, settings: Settings, facts: Facts) -> Draft:
    """The draft of what is known of a trouble; raises `NotProposed`."""
    with _plainly():
        return trouble.draft(Desk(root, settings), facts)


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise NotProposed(f"{refused.message}{'; ' if refused.advice else ''}{refused.advice}") from None
    except (NoTrouble, LockRefused, AppendRefused, AppendFailed, GitFailed, PatchRefused) as refused:
        raise NotProposed(str(refused)) from None
    except OSError as error:
        raise NotProposed(f"{error.filename or 'a file'}: {error.strerror}") from None
