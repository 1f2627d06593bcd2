"""The life of a proposal: its states, the steps between them, and the digest that a human confirms.

A state is never stored: it is the fold of a proposal's ledger records. A digest covers everything that a
confirmation is about, so that a confirmation of one thing can never count for another.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import NamedTuple

DIGEST_PREFIX = 8
"""Hex digits of a digest that the operator types at a gate."""


class State(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"  #: a value only: nothing was asked and nothing has run
    STARTED = "started"  #: gate 1 is passed: a model may be asked, its code may be tested in the jail
    GENERATED = "generated"  #: an answer was read
    CHECKED = "checked"  #: the candidate exists as git objects
    TESTED = "tested"  #: evidence exists
    READY = "ready"  #: the digest is fixed; waits for gate 2
    CONFIRMED = "confirmed"  #: gate 2 is passed: this digest may be published once
    PUBLISHING = "publishing"  #: the intent is on record; the ref may be old or new
    PUBLISHED = "published"  #: the target ref is the candidate's commit
    REFLECTED = "reflected"  #: published, and a lesson was written down
    REJECTED = "rejected"
    EXPIRED = "expired"
    STALE = "stale"  #: the target moved on: a new proposal on the new base is needed
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  #: the console died in between; nothing was published


_END = frozenset({State.FAILED, State.CANCELLED, State.INTERRUPTED, State.REJECTED})
_LEFT = frozenset({State.EXPIRED, State.STALE})

STEPS: dict[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.STARTED, State.REJECTED, State.CANCELLED}),
    State.STARTED: frozenset({State.GENERATED}) | _END,
    State.GENERATED: frozenset({State.CHECKED, State.GENERATED}) | _END,
    State.CHECKED: frozenset({State.TESTED, State.GENERATED, State.READY, State.CHECKED})
    | _END,  # what is kept of it
    State.TESTED: frozenset({State.READY, State.GENERATED}) | _END,
    State.READY: frozenset({State.CONFIRMED, State.CHECKED}) | _END | _LEFT,
    State.CONFIRMED: frozenset({State.PUBLISHING, State.READY}) | _END | _LEFT,  # READY: nothing was published
    State.PUBLISHING: frozenset({State.PUBLISHED, State.FAILED, State.STALE, State.INTERRUPTED}),
    State.PUBLISHED: frozenset({State.REFLECTED}),
    State.REFLECTED: frozenset(),
    State.REJECTED: frozenset(),
    State.EXPIRED: frozenset({State.STARTED, State.REJECTED}),
    State.STALE: frozenset({State.STARTED, State.REJECTED}),
    State.FAILED: frozenset({State.STARTED, State.REJECTED}),
    State.CANCELLED: frozenset({State.STARTED, State.REJECTED}),
    State.INTERRUPTED: frozenset({State.STARTED, State.REJECTED}),
}
"""The steps there are. A proposal that ended without being published or rejected may be started again."""

RUNNING = frozenset({State.STARTED, State.GENERATED, State.CHECKED, State.TESTED})
"""States of a proposal that a living process works on; without one it was interrupted."""

SETTLED = frozenset({State.PUBLISHED, State.REFLECTED, State.REJECTED})
"""States in which nothing more can come of a proposal."""


class StepRefused(Exception):  # noqa: N818 - reads as the event it is
    """A proposal cannot go from where it stands to where it should; the message says why."""


def step(before: State, after: State) -> State:
    """Return ``after`` when a proposal may go there; raises `StepRefused`."""
    if after not in STEPS[before]:
        raise StepRefused(f"a proposal that is {before} cannot become {after}")
    return after


class Proposal(NamedTuple):
    """One edit that somebody wants: an instruction, or a ready patch. Every text in it is foreign."""

    id: str
    title: str
    instruction: str
    files: tuple[str, ...] = ()  #: paths below the top of the repository; empty: the model may choose
    patch: str = ""  #: a unified diff; then no model is asked
    proposer: str = "operator"  #: loop, probe, stall, recommendation or operator
    time: str = ""  #: ISO 8601, UTC
    priority: str = ""

    @property
    def content(self) -> str:
        """SHA-256 over what the proposal asks for: another text under the same id is another proposal."""
        return sha256_of([self.id, self.instruction, list(self.files), self.patch])


class FileDelta(NamedTuple):
    """What a candidate does to one path; ids are git's, empty where the file is not there."""

    path: str
    old_mode: str  #: ``100644``, ``100755`` or nothing
    new_mode: str
    old_id: str
    new_id: str
    old_sha256: str  #: of the content; empty where the file is not there
    new_sha256: str
    added: int = 0  #: lines
    removed: int = 0


class Subject(NamedTuple):
    """Everything that a confirmation at gate 2 is about (and nothing else counts)."""

    repository: str  #: identity of the repository
    target_ref: str  #: ``refs/heads/main``
    base_commit: str
    base_tree: str
    candidate_tree: str
    files: tuple[FileDelta, ...]
    instruction: str
    model: str  #: backend and name; ``patch`` when no model was asked
    reply_sha256: str  #: of the model's raw answer, or of the patch
    policy: str  #: version of the policy: a hash of what the operator configured
    test_plan: tuple[str, ...]  #: the command, word by word; empty: no tests are run
    tier: str  #: the jail tier that the evidence was made in
    evidence_sha256: str
    diff_sha256: str  #: of the rendered diff
    expires: str  #: ISO 8601, UTC
    nonce: str


def digest(subject: Subject) -> str:
    """SHA-256 over a subject in canonical JSON, 64 hex digits."""
    fields = subject._asdict()
    fields["files"] = [delta._asdict() for delta in subject.files]
    return sha256_of(fields)


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no room for two writings of one value; lone surrogates are escaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def sha256_of(value: object) -> str:
    """SHA-256 of a value's canonical JSON, 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


class Decision(NamedTuple):
    """What a human decided at a gate, and with which words. Made by a front end from typed keys only."""

    gate: str  #: ``start``, ``merge`` or ``reject``
    proposal: str  #: its id
    digest: str  #: the digest that was shown, 64 hex digits
    typed: str  #: what the operator typed
    operator: str
    host: str
    tty: str
    time: str  #: ISO 8601, UTC
    nonce: str
    reason: str = ""
    protected: tuple[str, ...] = ()  #: protected paths, each of which the operator typed

    @property
    def confirms(self) -> bool:
        """Whether what was typed is the beginning of the digest that was shown, long enough to mean it."""
        return len(self.typed) >= DIGEST_PREFIX and self.digest.startswith(self.typed.lower())
