"""The console's own commands as happenings: what git was asked, and what ran in a jail, in this process."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.domain.activity import Happening
from loopview.guarded.hardened import FLAGS
from loopview.guarded.ran import COMMANDS, JAILED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.guarded.ran import CommandRecord

_HARDENING = f" {shlex.join(FLAGS)} "


def commands_run() -> Iterator[Happening]:
    """Yield the newest commands; the whole of each is word for word what was run."""
    for order, record in enumerate(tuple(COMMANDS)):
        yield _happening("git", record, order)
    for order, record in enumerate(tuple(JAILED)):
        yield _happening("jail", record, order)


def git_seconds() -> float | None:
    """How long the newest command of git took; None when none was run."""
    return COMMANDS[-1].seconds if COMMANDS else None


def _happening(stream: str, record: CommandRecord, order: int) -> Happening:
    whole = shlex.join(record.argv)
    took = f"{record.seconds * 1000:.0f} ms" if record.seconds < 1 else f"{record.seconds:.1f} s"
    return Happening(
        stream,
        datetime.fromtimestamp(record.began, UTC),
        f"{record.place} {took}".strip(),
        record.cut or f"exit {record.code}",
        _short(whole),
        order,
        whole=whole,
    )


def _short(whole: str) -> str:
    """A command without where it ran and how it was hardened: what is the same in each of git's."""
    _, hardened, rest = whole.partition(_HARDENING)
    return f"git … {rest}" if hardened else whole
