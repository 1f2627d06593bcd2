"""What helps when tests did not prove an edit: whose fault it is decides what there is to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.domain.evidence import Verdict

if TYPE_CHECKING:
    from loopview.domain.evidence import Evidence

OTHER_WORDS = "look at the report; start it again with other words"
OTHER_PATCH = "look at the report; make another patch"


def what_helps(evidence: Evidence) -> str:
    """One sentence for the operator; empty where the edit itself is to blame."""
    base = evidence.base
    if evidence.verdict is Verdict.NOT_RUN:
        if base is None:
            return "see `loopview doctor` for what the jail needs"
        return "see that your tests end on the base as it is: `test_command` and `test_seconds` in your config.toml"
    if base is None:
        return ""
    if base.failed or base.broken:
        return "tests fail on the base already: mend them first, or let this edit mend all of them"
    if not base.passed:
        return "without a test that passes nothing is proved: write one, or set `test_command` in your config.toml"
    return ""
