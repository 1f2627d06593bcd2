"""From trouble to proposal: a draft with the code and the attempts that belong to it, and the proposal it becomes.

A draft asks nobody and runs nothing. It becomes a proposal when the operator says so, in the operator's words.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from loopview.engine.draft_text import composed
from loopview.modify.git_values import Refused
from loopview.sources.discover import is_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.domain.approval import Proposal
    from loopview.domain.trouble import Draft, Facts
    from loopview.engine.desk.desk import Desk

RELEVANT = 6  #: files of the code that are named
SIMILAR = 3  #: past attempts that are named
NAMED = 6  #: files that the failure names and the repository has

_PATH = re.compile(r"(?<![\w/])((?:[\w.-]+/)*[\w.-]+\.\w{1,8})(?=[:\s\"')\],]|$)", re.MULTILINE)
_MOST = 100_000  #: characters of a failure that are looked through


def draft(desk: Desk, facts: Facts) -> Draft:
    """Return the draft of a trouble: what is known, the files it may be about, and past attempts at the like."""
    about = f"{facts.title}\n{facts.failure[:4_000]}"
    named = list(_named(desk.office.git.repository.top, facts.failure[:_MOST]))
    with desk.code() as (code, _):
        found = [each.path for each in code.get_relevant_files(about, RELEVANT)]
    similar = (
        f"{each.outcome or 'unknown'}: {each.task_description.strip().partition(chr(10))[0]}"
        for each in desk.office.journal.find_similar(about, SIMILAR)
    )
    return composed(facts, dict.fromkeys([*named, *found]), similar)


def propose(desk: Desk, made: Draft) -> Proposal:
    """Put a draft before the desk, as the operator left it. Raises `Refused`."""
    if is_sample(desk.office.root):
        raise Refused("sample", "this is the sample loop, which is never written to", "open a loop of your own")
    return desk.propose(made.instruction, title=made.title, files=made.files, proposer=made.proposer)


def _named(top: str, text: str) -> Iterator[str]:
    """Files that a text names and the repository has, in the order in which it names them, a few."""
    found: list[str] = []
    for match in _PATH.finditer(text):
        path = os.path.normpath(match[1])
        inside = not path.startswith(("..", "/", ".git", ".loop"))
        if inside and path not in found and os.path.isfile(os.path.join(top, path)):
            found.append(path)
            yield path
        if len(found) == NAMED:
            return
