"""Whether a proposal walks into a dead end of the live stall."""

from __future__ import annotations

import pytest

from loopview.domain.approval import Proposal
from loopview.domain.dossier import tried_in_vain

DEAD = ("retry fetch", "bump timeout to 30s")


@pytest.mark.parametrize(
    ("title", "instruction", "found"),
    [
        ("Retry fetch", "", ("retry fetch",)),
        ("fetch", "retry the fetch with backoff", ("retry fetch",)),
        ("bump timeout", "", ("bump timeout to 30s",)),
        ("add pagination", "to the list endpoint", ()),
        ("", "", ()),
        ("a", "a", ()),
    ],
)
def test_it_is_found_by_its_words(title, instruction, found):
    assert tried_in_vain(Proposal("P", title, instruction), DEAD) == found


def test_an_action_without_words_is_no_dead_end():
    assert tried_in_vain(Proposal("P", "anything", ""), ("", "…", "--")) == ()
