"""A whole edit in a scratch repository, without a model: whether the pipeline can make a green candidate here.

The desk that decides in it has a repository, records and a directory of its own, which all go afterwards. There is
no way to it for a repository of the operator's, and nothing is ever merged.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from loopview.config import Settings
from loopview.domain.approval import Decision, State
from loopview.domain.edit import Ended
from loopview.engine.demo.repository import Repository
from loopview.engine.desk.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from loopview.domain.edit import Event

    Ending = Callable[[Callable[[], None]], AbstractContextManager[None]]

_CODE = '''"""Sums, for a rehearsal."""


def add(a: int, b: int) -> int:
    """Add."""
    return a + b
'''
_TESTS = """from sums import add


def test_it_adds():
    assert add(2, 3) == 5
"""
_PATCH = """diff --git a/sums.py b/sums.py
--- a/sums.py
+++ b/sums.py
@@ -4,3 +4,8 @@
 def add(a: int, b: int) -> int:
     \"\"\"Add.\"\"\"
     return a + b
+
+
+def modulo(a: int, b: int) -> int:
+    \"\"\"What is left of a division.\"\"\"
+    return a % b
"""
_NOBODY = "loopview self-test"


class RehearsalFailed(Exception):  # noqa: N818 - reads as the event it is
    """No green candidate came of it; the message says where it ended."""


def rehearse(folder: str, jail_tier: str, seconds: int, ending: Ending) -> str:
    """Take a scripted edit to a candidate that passes its tests, in the directory ``folder``; returns a sentence.

    ``ending`` holds what ends it from another thread. Raises `RehearsalFailed`, and what the desk raises.
    """
    root = _repository(Path(folder) / "repository")
    desk = Desk(str(root), _settings(folder, jail_tier, seconds))
    desk.trust(_decision("trust", "", "", "trust"))
    key = desk.propose("Add modulo", title="a scripted edit", patch=_PATCH, proposer="probe").id
    digest = desk.plan(key).digest
    run = desk.start(key, _decision("start", key, digest, digest[:8]))
    with ending(run.cancel):
        events: list[Event] = list(run.events())
    ended = events[-1]
    if not isinstance(ended, Ended) or ended.state is not State.READY or ended.offer is None:
        why = f"{ended.state}: {ended.reason}" if isinstance(ended, Ended) else "it did not say how it ended"
        raise RehearsalFailed(f"the edit ended {why}")
    candidate = ended.offer.evidence.candidate
    passed, tier = (len(candidate.passed), candidate.tier.label) if candidate else (0, "no jail")
    return f"a scripted edit became a candidate that passes {passed} test in {tier}"


def _repository(root: Path) -> Path:
    root.mkdir(mode=0o700)
    repository = Repository(root)
    repository.append("sums.py", _CODE)
    repository.append("test_sums.py", _TESTS)
    repository.commit("begin", datetime.now(UTC))
    (root / ".loop").mkdir()
    return root


def _settings(folder: str, jail_tier: str, seconds: int) -> Settings:
    """Built-in settings, so that it is the pipeline that is tried, and not a configuration."""
    return Settings(
        state_dir=os.path.join(folder, "state"),
        cache_dir=os.path.join(folder, "cache"),
        operator=f"{_NOBODY} <self-test@loopview.invalid>",
        jail_tier=jail_tier,
        test_seconds=max(seconds // 2, 1),
    )


def _decision(gate: str, key: str, digest: str, typed: str) -> Decision:
    """A decision of nobody's, which counts at a desk of nobody's."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Decision(gate, key, digest, typed, _NOBODY, "", "", now, secrets.token_hex(16))
