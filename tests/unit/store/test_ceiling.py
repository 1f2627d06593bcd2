"""The ceiling over the memory of the process: as long as a statement runs, and no longer."""

from __future__ import annotations

import resource
import sys

import pytest

from loopview.store import ceiling

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limit is enforced on Linux")


def test_the_limit_is_there_until_the_last_statement_has_ended() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    ceiling.hold()
    lowered = resource.getrlimit(resource.RLIMIT_AS)
    try:
        ceiling.hold()
        ceiling.let_go()
        with pytest.raises(MemoryError):
            bytearray(ceiling.HEADROOM + (256 << 20))
        assert resource.getrlimit(resource.RLIMIT_AS) == lowered != before
        assert len(bytearray(64 << 20)) == 64 << 20
    finally:
        ceiling.let_go()
    assert resource.getrlimit(resource.RLIMIT_AS) == before
