"""Who sits at the terminal, for the record of a decision."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.domain.approval import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence


def decide(
    gate: str, key: str, digest: str, typed: str, *, reason: str = "", protected: Sequence[str] = ()
) -> Decision:
    """What the operator decided just now. Only what was typed by hand may come here."""
    return Decision(
        gate=gate,
        proposal=key,
        digest=digest,
        typed=typed,
        operator=getpass.getuser(),
        host=os.uname().nodename,
        tty=_tty(),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        nonce=secrets.token_hex(16),
        reason=reason,
        protected=tuple(protected),
    )


def _tty() -> str:
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError, AttributeError):
            return os.ttyname(stream.fileno())  # type: ignore[union-attr]  # None raises what is suppressed
    return ""
