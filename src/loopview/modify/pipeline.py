"""One edit as an iterator of events: base, answer, check, tests, and an offer that waits for gate 2.

Nothing here touches the operator's tree or a ref of theirs. Each state is in the ledger before what follows.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.domain.approval import State, Subject, digest, sha256_of
from loopview.domain.edit import Ended, Entered, Offer, TestsSaid, Tried
from loopview.domain.evidence import Verdict, not_run
from loopview.domain.fingerprint import fingerprint
from loopview.domain.hunk import PatchRefused
from loopview.guarded.allowance import Switch
from loopview.guarded.folder import AppendRefused
from loopview.guarded.model_failure import Cancelled, ModelFailure
from loopview.modify.diagnosis import diagnose
from loopview.modify.drafting import Draft, Drafting, Ground, Kept, Problem, ground_of
from loopview.modify.evidence import Gathering
from loopview.modify.git_safety import GitFailed, Refused
from loopview.modify.helping import OTHER_PATCH, OTHER_WORDS, what_helps
from loopview.modify.lifetime import Lifetime
from loopview.modify.offers import evidence_fields, save

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from loopview.domain.approval import Proposal
    from loopview.domain.edit import Event
    from loopview.domain.evidence import Evidence
    from loopview.guarded.writer import Writer
    from loopview.modify.workshop import Workshop

SAME_FAILURES = 3
"""Failures with one fingerprint in a row that end an edit: the stall rule, applied to ourselves."""


class Edit:
    """One edit on its way. Use it once; `cancel` may be called from any thread."""

    def __init__(
        self,
        shop: Workshop,
        key: str,
        proposal: Proposal,
        writer: Writer | None,
        *,
        dry_run: bool = False,
        given: Kept | None = None,
        refused: tuple[str, ...] = (),
    ) -> None:
        """Take what is wanted; what is ``given`` (kept of an offer) needs no model and no patch."""
        self._shop = shop
        self._key = key
        self._proposal = proposal
        self._writer = writer
        self.dry_run = dry_run
        self._given = given
        self._refused = refused
        self._switch = Switch()
        self._gathering: Gathering | None = None
        self._tried: list[Tried] = []
        self._help = ""
        self.drafts: list[Draft | Problem] = []
        """What each attempt gave, for the report."""
        self.diagnoses = 0
        """How often the instruction was rewritten."""

    @property
    def backend(self) -> str:
        """Who writes the edit."""
        return self._writer.name if self._writer and not self._proposal.patch else "patch"

    def cancel(self) -> None:
        """End it: the connection is closed, the jail's processes are killed, the last event says so."""
        self._switch.stop()
        if self._gathering is not None:
            self._gathering.cancel()

    def events(self) -> Iterator[Event]:
        """Do it; the last event is an `Ended`. Raises nothing that a model, a repository or its tests can cause."""
        ended: Ended | None = None
        try:
            try:
                ended = yield from self._phases()
            except Cancelled:
                ended = Ended(State.CANCELLED, "ended on request; nothing was published")
            except ModelFailure as failure:
                ended = Ended(State.FAILED, failure.message, failure.advice)
            except Refused as refused:
                ended = Ended(State.FAILED, refused.message, refused.advice)
            except (GitFailed, AppendRefused) as failed:
                ended = Ended(State.FAILED, str(failed), "look at the repository, then start it again")
            except OSError as error:
                why = f"the system refused: {error.strerror or error}"
                ended = Ended(State.FAILED, why, "look at the disk, then start it again")
            ended = self._stopped(ended)
            self._record(ended)
        finally:
            if ended is None:  # the console let go of it, or failed: nothing may stay open
                self.cancel()
                self._shop.ledger.append("interrupted", self._key, reason="the console let go of it")
        yield ended

    def _stopped(self, ended: Ended) -> Ended:
        """What a cancelled edit ended with is that it was cancelled, whatever broke on the way."""
        if self._switch.stopped and ended.state is not State.READY:
            ended = Ended(State.CANCELLED, "ended on request; nothing was published")
        return Ended(ended.state, ended.reason, ended.advice, ended.offer, tuple(self._tried))

    def _record(self, ended: Ended) -> None:
        if ended.state is State.READY and ended.offer is not None:
            return  # recorded with its subject, when it was made
        self._shop.ledger.append(ended.state.value, self._key, reason=ended.reason)

    def _phases(self) -> Generator[Event, None, Ended]:
        yield Entered("snapshot", 0, "reading the base")
        ground = ground_of(self._shop, self._proposal, self._given)
        yield Entered("snapshot", 0, f"base {ground.snapshot.commit[:12]} of {ground.snapshot.target_ref}")
        instruction, problem = self._proposal.instruction, ""
        for round_ in range(self._shop.rounds + 1):
            ended, problem = yield from self._tries(ground, instruction)
            if ended is not None:
                return ended
            if ground.fixed or round_ == self._shop.rounds:
                break
            yield Entered("diagnose", len(self._tried), "asking why it failed")
            instruction = diagnose(self._model(), ground.request(instruction), problem, self._switch)
            self.diagnoses += 1
        return Ended(State.FAILED, problem, self._help or (OTHER_PATCH if ground.fixed else OTHER_WORDS))

    def _tries(self, ground: Ground, instruction: str) -> Generator[Event, None, tuple[Ended | None, str]]:
        """Try until an offer stands, the tries are used up, or one failure came three times."""
        problem: Problem | None = None
        marks: list[str] = []
        for _ in range(1 if ground.fixed else self._shop.tries):
            made = yield from self._attempt(ground, instruction, problem)
            if not isinstance(made, Problem):
                return made, ""
            problem = made
            if made.final:
                return Ended(State.FAILED, made.text, made.advice), made.text
            marks.append(fingerprint(made.text))
            if len(marks) >= SAME_FAILURES and len(set(marks[-SAME_FAILURES:])) == 1:
                return None, f"the same failure {SAME_FAILURES} times ({marks[-1]}): {made.text}"
        return None, problem.text if problem else "nothing was tried"

    def _attempt(
        self, ground: Ground, instruction: str, before: Problem | None
    ) -> Generator[Event, None, Ended | Problem]:
        """One answer, checked and tested."""
        number = len(self._tried) + 1
        drafting = Drafting(self._shop, self._key, ground, self._writer, self._switch)
        made = yield from drafting.make(number, instruction, before)
        self.drafts.append(made)
        if isinstance(made, Problem):
            yield self._tried_one(number, made.phase, made.text)
            return made
        if self.dry_run:
            yield self._tried_one(number, "dry_run", "")
            offer = self._offer(ground, made, not_run("a dry run stops at the candidate"), self._lifetime())
            return Ended(State.CANCELLED, "dry run: nothing was tested, nothing can be published", "", offer)
        evidence = yield from self._test(made, number)
        if evidence.verdict is Verdict.PASSED:
            yield self._tried_one(number, "complete", "")
            return self._ready(ground, made, evidence)
        problem = self._red(made, evidence)
        self.drafts[-1] = problem
        yield self._tried_one(number, problem.phase, problem.text)
        return problem

    def _tried_one(self, number: int, phase: str, problem: str) -> Tried:
        tried = Tried(number, phase, problem, fingerprint(problem) if problem else "")
        self._tried.append(tried)
        return tried

    def _test(self, draft: Draft, number: int) -> Generator[Event, None, Evidence]:
        """The tests on the base (once) and on the candidate, with what they print."""
        shop = self._shop
        self._gathering = Gathering(shop.git, draft.candidate, shop.plan, shop.runs, shop.base_runs)
        if self._switch.stopped:
            raise Cancelled
        for event in self._gathering.events():
            if isinstance(event, bytes):
                yield TestsSaid(event)
            else:
                yield Entered(event, number)
        evidence = self._gathering.evidence
        if self._switch.stopped:
            raise Cancelled
        run = evidence.candidate
        self._shop.ledger.append(
            "tested",
            self._key,
            verdict=evidence.verdict.value,
            passed=len(run.passed) if run else None,
            reasons=list(evidence.reasons)[:20],
            attempt=number,
        )
        return evidence

    def _red(self, draft: Draft, evidence: Evidence) -> Problem:
        """What the tests said, for the next answer; where they could not run at all there is none."""
        run = evidence.candidate
        text = "\n".join(evidence.reasons)
        self._help = what_helps(evidence)
        if evidence.verdict is Verdict.NOT_RUN:
            return Problem("tests", text, self._help, final=True)
        tried = draft.candidate.diff.decode("utf-8", "replace")
        return Problem("tests", text, output=run.output if run else "", tried=tried, reply=draft.reply)

    def _ready(self, ground: Ground, draft: Draft, evidence: Evidence) -> Ended:
        lifetime = self._lifetime()
        offer = self._offer(ground, draft, evidence, lifetime)
        save(self._shop.runs, offer)
        subject = {**offer.subject._asdict(), "files": [delta._asdict() for delta in offer.files]}
        self._shop.ledger.append(
            "ready",
            self._key,
            subject=subject,
            digest=offer.digest,
            expires=offer.subject.expires,
            boot=lifetime.boot,
            deadline=lifetime.deadline,
        )
        return Ended(State.READY, "it waits for you", "", offer)

    def _lifetime(self) -> Lifetime:
        return Lifetime.begin(self._shop.minutes, datetime.now(UTC))

    def _offer(self, ground: Ground, draft: Draft, evidence: Evidence, lifetime: Lifetime) -> Offer:
        candidate = draft.candidate
        try:
            draft.prove(ground)
        except PatchRefused as refused:
            why = f"the diff does not say all of the change: {refused}"
            raise Refused("diff", why, "please report this") from None
        subject = Subject(
            repository=self._shop.repository,
            target_ref=ground.snapshot.target_ref,
            base_commit=candidate.base_commit,
            base_tree=candidate.base_tree,
            candidate_tree=candidate.tree,
            files=candidate.files,
            instruction=self._proposal.instruction,
            model=draft.model,
            reply_sha256=draft.reply_sha256,
            policy=self._shop.policy.version,
            test_plan=self._shop.plan.command,
            tier=(evidence.candidate.tier if evidence.candidate else self._shop.plan.minimum).label,
            evidence_sha256=sha256_of(evidence_fields(evidence)),
            diff_sha256=candidate.diff_sha256,
            expires=lifetime.expires,
            nonce=secrets.token_hex(16),
        )
        return Offer(self._key, subject, digest(subject), candidate.diff, evidence, draft.risks, self._refused)

    def _model(self) -> Writer:
        if self._writer is None:
            raise Refused("model", "no model is configured", "set `edit_model` in your config.toml")
        return self._writer
