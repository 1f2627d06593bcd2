"""What the verbs of the desk share: opening it, saying what refuses, and what was left behind and put right."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.cli.exits import Exit, Stop, mention
from loopview.cli.place import asked_path, refuse_sample, settings_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.cli.gate import Person
    from loopview.domain.approval import Decision
    from loopview.engine.desk.desk import Desk

BUSY = "wait until it is done, or end it"


def add_desk(parser: ArgumentParser) -> None:
    """The ways to name a repository."""
    parser.add_argument("--root", metavar="PATH", help="a directory of the repository (default: here, or above)")
    parser.add_argument("--read-only", action="store_true", default=None, help="refuse to write anything")


@contextmanager
def opened(options: Namespace, *, repairs: bool = False) -> Iterator[Desk]:
    """The desk of the repository, whatever it refuses with made plain; with ``repairs`` it is put right first."""
    from loopview.engine.desk.desk import Desk

    with plainly():
        root = _root(asked_path(options))
        refuse_sample(root)
        desk = Desk(root, settings_of(root, options))
        if repairs:
            mention(desk.recover())
        yield desk


def _root(path: str) -> str:
    """The loop of the repository in which a path lies, or else the top of that: an edit is of no other one."""
    from loopview.guarded.git import head
    from loopview.sources.discover import find_loop

    top = os.path.realpath(head(path).top)
    loop = find_loop(path)
    if loop is None or os.path.commonpath((top, os.path.realpath(loop))) != top:
        return top
    return loop


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what the desk, git, a model or a file refuses into a message and an exit code."""
    from loopview.domain.hunk import PatchRefused
    from loopview.engine.desk.refusals import LockRefused, Refused
    from loopview.guarded.append import AppendFailed, AppendRefused
    from loopview.guarded.hardened import GitFailed
    from loopview.guarded.jail import JailFailed
    from loopview.guarded.model_failure import ModelFailure

    try:
        yield
    except Refused as refused:
        code = Exit.USAGE if refused.kind in {"unknown", "empty", "long"} else Exit.REFUSED
        raise Stop(code, refused.message, refused.advice) from None
    except LockRefused as refused:
        raise Stop(Exit.REFUSED, str(refused), BUSY) from None
    except AppendRefused as refused:
        raise Stop(Exit.REFUSED, str(refused)) from None
    except ModelFailure as failure:
        raise Stop(Exit.FAILED, failure.message, failure.advice) from None
    except PatchRefused as refused:
        raise Stop(Exit.FAILED, f"the patch cannot be used: {refused}", "make it anew") from None
    except (GitFailed, JailFailed, AppendFailed) as failure:
        raise Stop(Exit.FAILED, str(failure)) from None


def decision(
    who: Person,
    gate: str,
    subject: tuple[str, str],
    *,
    typed: str,
    reason: str = "",
    protected: tuple[str, ...] = (),
) -> Decision:
    """What somebody decided just now, about a proposal (its name) and a digest."""
    from loopview.domain.approval import Decision

    key, digest = subject
    return Decision(
        gate=gate,
        proposal=key,
        digest=digest,
        typed=typed,
        operator=who.operator,
        host=who.host,
        tty=who.tty,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        nonce=secrets.token_hex(16),
        reason=reason,
        protected=protected,
    )


def read_patch(path: str) -> str:
    """A patch from a file, or from standard input for a dash; bytes that are no UTF-8 are kept."""
    import sys

    most = 4 * 1024 * 1024
    try:
        if path == "-":
            content = sys.stdin.buffer.read(most + 1)
        else:
            with open(path, "rb") as file:
                content = file.read(most + 1)
    except OSError as error:
        raise Stop(Exit.USAGE, f"{path}: {error.strerror}", "name a file with a unified diff") from None
    if len(content) > most:
        raise Stop(Exit.USAGE, f"{path} has more than {most:,} bytes", "make a smaller patch")
    return content.decode("utf-8", "surrogateescape")


def relative(desk: Desk, path: str) -> str:
    """A file as it is named below the top of the repository; a name that is not on this disk stays as it is."""
    top = desk.office.git.repository.top
    full = os.path.realpath(path)
    return os.path.relpath(full, top) if full.startswith(top + os.sep) else path
