"""From an instruction to a candidate: the base's files, a model's answer (or a patch), and every check on it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.edit import Entered, ModelSaid
from loopview.domain.hunk import PatchRefused
from loopview.domain.patch import changes as patched
from loopview.domain.patch import prove
from loopview.guarded.model_failure import Cancelled, ModelFailure
from loopview.modify.code_files import CommitFiles
from loopview.modify.codebase_indexer import CodebaseIndexer
from loopview.modify.evidence import check_syntax
from loopview.modify.git_safety import Refused
from loopview.modify.prompt import Failure, Request, messages, shown_whole
from loopview.modify.reply import ReplyRefused, boundary, read_reply

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from loopview.domain.approval import Proposal
    from loopview.domain.change import Change
    from loopview.domain.edit import Event, Risk
    from loopview.guarded.allowance import Switch
    from loopview.guarded.writer import Writer
    from loopview.modify.git_safety import Candidate, Entry, GitSafety, Snapshot
    from loopview.modify.workshop import Workshop

MOVED = "the branch has moved on since it was tested"
MOST_FILES_SHOWN = 6  #: files that a model is shown where the proposal names none


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an attempt gave no candidate that stands."""

    phase: str
    text: str  #: plain sentences with foreign names in them
    advice: str = ""
    output: str = ""  #: what the tests printed: foreign
    tried: str = ""  #: the change that was tried, as a diff
    reply: str = ""  #: the raw answer, where there was one
    final: bool = False  #: another answer of the model cannot help


@dataclass(frozen=True, slots=True)
class Draft:
    """A candidate that passed every check but the tests."""

    candidate: Candidate
    changes: tuple[Change, ...]
    risks: tuple[Risk, ...]
    model: str  #: backend and name, or ``patch``
    reply: str  #: the raw answer, or the patch
    taken_from: str = ""  #: SHA-256 of the answer, where the rest of it was left out before

    @property
    def reply_sha256(self) -> str:
        """Of the raw answer."""
        return self.taken_from or hashlib.sha256(self.reply.encode("utf-8", "surrogatepass")).hexdigest()

    def prove(self, ground: Ground) -> None:
        """Check that the diff says all of the change. Raises `PatchRefused`."""
        prove(self.candidate.diff, ground.content, self.changes)


class Kept(NamedTuple):
    """What was kept of an offer, and where that came from."""

    changes: tuple[Change, ...]
    base: str  #: the commit that they are about
    model: str  #: backend and name of who wrote them
    reply_sha256: str  #: of the raw answer that they were taken from


class Ground:
    """What an edit stands on: one base commit, and what of it matters."""

    def __init__(self, git: GitSafety, snapshot: Snapshot, proposal: Proposal, given: Kept | None) -> None:
        self.git = git
        self.snapshot = snapshot
        self.proposal = proposal
        self.given = given
        self.entries: Mapping[str, Entry] = {entry.path: entry for entry in git.entries(snapshot.commit)}
        self.summary = ""
        self.shown: tuple[str, ...] = ()
        self.similar: tuple[str, ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether no model has a part in it: then there is one attempt."""
        return self.given is not None or bool(self.proposal.patch)

    def content(self, path: str) -> bytes | None:
        """The base's bytes of a path; None where it has no file."""
        return self.git.read(self.snapshot.commit, path) if path in self.entries else None

    def request(self, instruction: str) -> Request:
        """What a model is told."""
        files = tuple((path, content) for path in self.shown if (content := self.content(path)) is not None)
        return Request(
            instruction=instruction,
            targets=self.proposal.files,
            files=files,
            summary=self.summary,
            similar=self.similar,
            boundary=boundary(),
        )


def ground_of(shop: Workshop, proposal: Proposal, given: Kept | None) -> Ground:
    """Read the base, which has to be the one that ``given`` changes are about.

    Raises `Refused` where the repository does not stand so that an edit could be published.
    """
    ground = Ground(shop.git, shop.git.snapshot(), proposal, given)
    refuse_detached(ground.snapshot.target_ref)
    if given is not None and given.base != ground.snapshot.commit:
        raise Refused("stale", MOVED, "start it again on the new base: `loopview proposals start`")
    if not ground.fixed:
        _look_around(shop, ground)
    return ground


def refuse_detached(target_ref: str) -> None:
    """Raise `Refused` where no branch is checked out: what becomes ready could never be merged."""
    if not target_ref:
        raise Refused("topology", "HEAD is detached: there is no branch to publish to", "check a branch out first")


def _look_around(shop: Workshop, ground: Ground) -> None:
    """Find what a model should see: the files named, or those that the words point to, and past attempts."""
    task = ground.proposal.instruction
    with CodebaseIndexer(CommitFiles(shop.git, ground.snapshot.commit), shop.index) as indexer:
        indexer.index_changed()
        ground.summary = indexer.get_summary()
        found = [each.path for each in indexer.get_relevant_files(task, MOST_FILES_SHOWN)]
    wanted = ground.proposal.files or tuple(found)
    ground.shown = tuple(path for path in wanted if path in ground.entries and shop.policy.readable(path))
    ground.similar = tuple(
        "\n".join((str(each.outcome or "unknown"), each.task_description[:300], each.reflection[:600]))
        for each in shop.journal.find_similar(task, 3)
    )


class Drafting:
    """One attempt to get a candidate."""

    def __init__(self, shop: Workshop, key: str, ground: Ground, writer: Writer | None, switch: Switch) -> None:
        self._shop = shop
        self._key = key
        self._ground = ground
        self._writer = writer
        self._switch = switch

    def make(
        self, number: int, instruction: str, before: Problem | None
    ) -> Generator[Event, None, Draft | Problem]:
        """Get an answer, read it, check it. Raises `ModelFailure`."""
        if self._ground.given is not None:
            kept = self._ground.given
            made = yield from self._check(number, kept.changes, kept.model, "")
            return replace(made, taken_from=kept.reply_sha256) if isinstance(made, Draft) else made
        if self._ground.proposal.patch:
            return (yield from self._from_patch(number, self._ground.proposal.patch))
        return (yield from self._from_model(number, instruction, before))

    def _from_patch(self, number: int, patch: str) -> Generator[Event, None, Draft | Problem]:
        try:
            wanted = patched(patch.encode("utf-8", "surrogateescape"), self._ground.content)
        except PatchRefused as refused:
            return Problem("parse_edits", f"the patch does not fit: {refused}", "make it anew", final=True)
        return (yield from self._check(number, wanted, "patch", patch))

    def _from_model(
        self, number: int, instruction: str, before: Problem | None
    ) -> Generator[Event, None, Draft | Problem]:
        if self._writer is None:
            raise Refused("model", "no model is configured", "set `edit_model` in your config.toml")
        yield Entered("generate", number, f"asking {self._writer.name}")
        request = self._ground.request(instruction)
        failure = Failure(before.phase, before.text, before.output, before.tried) if before else None
        said: list[str] = []
        for piece in self._writer.answer(messages(request, failure), None, self._switch):
            said.append(piece)
            yield ModelSaid(piece)
        reply = "".join(said)
        whole = shown_whole(request)
        try:
            wanted = read_reply(reply, request.boundary, self._ground.content, self._shop.policy.limits, whole)
        except ReplyRefused as refused:
            return Problem("parse_edits", str(refused), reply=reply)
        return (yield from self._check(number, wanted, self._model_name(), reply))

    def _model_name(self) -> str:
        """Backend, name, and what the host says it is, as far as it says so."""
        if self._writer is None:
            return ""
        try:
            note = self._writer.note(self._switch)
        except Cancelled:
            raise
        except ModelFailure:
            note = ""
        return f"{self._writer.name} {note}".strip()

    def _check(
        self, number: int, wanted: tuple[Change, ...], model: str, reply: str
    ) -> Generator[Event, None, Draft | Problem]:
        """Policy, git objects, syntax."""
        yield Entered("check", number)
        ground, policy = self._ground, self._shop.policy
        base = {change.path: ground.content(change.path) for change in wanted}
        checked = policy.check(wanted, ground.entries, base, ground.proposal.files)
        if checked.problems:
            return Problem("parse_edits", "\n".join(checked.problems), reply=reply)
        try:
            candidate = self._shop.git.candidate(ground.snapshot.commit, wanted)
        except Refused as refused:
            return Problem("parse_edits", refused.message, refused.advice, reply=reply)
        wrong = policy.judge_deltas(candidate.files)
        if wrong:
            return Problem("parse_edits", "\n".join(wrong), reply=reply)
        self._record(number, model, candidate)
        broken = check_syntax(self._shop.git, candidate, self._shop.plan, self._shop.runs)
        if broken:
            tried = candidate.diff.decode("utf-8", "replace")
            return Problem("syntax_validation", "\n".join(broken), tried=tried, reply=reply)
        return Draft(candidate, wanted, checked.risks, model, reply)

    def _record(self, number: int, model: str, candidate: Candidate) -> None:
        """The candidate exists as objects: say so, before any of its code is looked at by a program."""
        ledger, key = self._shop.ledger, self._key
        if self._ground.given is None:
            ledger.append("generated", key, model=model, attempt=number)
        ledger.append("checked", key, tree=candidate.tree, diff=candidate.diff_sha256, attempt=number)
