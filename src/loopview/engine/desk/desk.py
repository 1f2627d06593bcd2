"""The approval desk of one repository: ids and states, no screen. Every front end is a client of it.

Looking changes nothing. What goes on needs a repository that the operator trusts and a decision that a human made;
`Refused` says what stands in the way, and then nothing has happened.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.domain.approval import RUNNING, Decision, Proposal, State
from loopview.engine.desk import deciding, repairing, starting
from loopview.engine.desk.listing import CONTENT, LONGEST_INSTRUCTION, LONGEST_TITLE, OPERATOR
from loopview.engine.desk.office import Office
from loopview.engine.desk.plan import StartPlan
from loopview.engine.desk.telling import tell_loop
from loopview.engine.desk.trust import TAKEN_BACK
from loopview.guarded.executable import executable_configuration
from loopview.guarded.signature import SigningFailed
from loopview.modify.aftermath import summary_of
from loopview.modify.audit import Finding, export, sign, verify
from loopview.modify.code_files import WorkTreeFiles
from loopview.modify.codebase_indexer import CodebaseIndexer, Indexed
from loopview.modify.git_safety import Published, Refused
from loopview.modify.offers import OfferLost, load
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from loopview.config import Settings
    from loopview.domain.edit import Offer
    from loopview.engine.desk.listing import Listed
    from loopview.engine.desk.run import Run

__all__ = ["Desk", "Published", "Refused", "StartPlan", "summary_of"]


class Desk:
    """The desk of the repository at or above a directory."""

    def __init__(self, root: str, settings: Settings) -> None:
        """Raises `GitFailed`, `Refused` or `AppendRefused`."""
        self.office = Office(root, settings)
        self.untold = ""
        """Why the loop could not be told of the newest proposal; empty when it was."""

    # Looking

    def listed(self) -> tuple[Listed, ...]:
        """Every proposal, oldest first; one that nobody works on any more is shown as interrupted."""
        idle = self.office.lock.holder() is None
        return tuple(
            each._replace(state=State.INTERRUPTED) if idle and each.state in RUNNING else each
            for each in self.office.listed()
        )

    def find(self, name: str) -> Listed:
        """One proposal, by its name or the beginning of it. Raises `Refused`."""
        key = self.office.find(name).key
        return next(each for each in self.listed() if each.key == key)

    def offer(self, key: str) -> Offer:
        """What waits for gate 2. Raises `Refused`."""
        standing = self.office.standings().get(key)
        if standing is None or not standing.digest:
            raise Refused("state", f"nothing of {plain(key)} waits for you", "start it: `loopview proposals start`")
        try:
            return load(self.office.home.run(key), standing.digest)
        except OfferLost as lost:
            raise Refused("lost", str(lost), "start it again") from None

    def plan(self, key: str) -> StartPlan:
        """What a start of this proposal would do. Raises `Refused` and `ModelFailure`."""
        return starting.plan(self.office, self.office.find(key))

    def executable(self) -> tuple[str, ...]:
        """Names of what the repository configures that could run a program."""
        return executable_configuration(self.office.root)

    # Trust

    def trust(self, decision: Decision, *, taken_back: bool = False) -> None:
        """Put on record that the operator trusts this repository, or no longer does."""
        self.office.require_writing()
        fields = {"decision": decision._asdict(), "executable": list(self.executable())}
        self.office.ledger.append("trusted", "", **fields, **({TAKEN_BACK: True} if taken_back else {}))

    # Proposing

    def propose(
        self,
        instruction: str,
        *,
        title: str = "",
        files: tuple[str, ...] = (),
        patch: str = "",
        proposer: str = OPERATOR,
        priority: str = "",
        kind: str = "",
        undoes: str = "",
    ) -> Proposal:
        """Put a proposal before the desk, and where the loop can read it. Nothing is asked and nothing runs.

        ``kind`` stands as the proposal's type in the loop's own file; ``undoes`` names the edit that it takes back.
        """
        self.office.require_writing()
        wanted = instruction.strip() or title.strip()
        if not wanted and not patch:
            raise Refused("empty", "there is nothing to do", "say what shall change")
        if len(wanted) > LONGEST_INSTRUCTION:
            raise Refused("long", f"an instruction has at most {LONGEST_INSTRUCTION:,} characters", "ask for less")
        proposal = Proposal(
            id=f"E-{secrets.token_hex(3)}",
            title=(title or wanted.partition("\n")[0] or "a patch")[:LONGEST_TITLE],
            instruction=wanted,
            files=files,
            patch=patch,
            proposer=proposer,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            priority=priority,
        )
        more = {"undoes": undoes} if undoes else {}
        self.office.ledger.append("proposed", proposal.id, proposal=proposal._asdict(), **more)
        fields = {"description": wanted, "files": list(files), CONTENT: proposal.content, "priority": priority}
        self.untold = tell_loop(self.office, proposal, "proposed", **fields, type=kind)
        return proposal

    # Gate 1

    def start(self, key: str, decision: Decision, *, dry_run: bool = False) -> Run:
        """Pass gate 1 with a decision about exactly the plan as it is now. Raises `Refused` and `ModelFailure`."""
        self.office.require_trust()
        return starting.start(self.office, self.office.find(key), decision, dry_run=dry_run)

    def choose(self, key: str, refused: Collection[tuple[str, int]], decision: Decision) -> Run:
        """Leave hunks out of an offer: what is kept is a new candidate, tested again, with a digest of its own.

        ``decision`` is about the offer's digest and carries the reason. Raises `Refused`.
        """
        if not refused:
            raise Refused("empty", "no hunk is left out", "name at least one")
        return self._kept(key, refused, decision)

    def test_again(self, key: str, decision: Decision) -> Run:
        """Run the tests of an offer again; it gets a digest of its own. Raises `Refused`.

        ``decision`` is about the offer's digest, which the operator typed.
        """
        if not decision.confirms:
            raise Refused("decision", "what was typed is not the digest that was shown", "type its first 8 digits")
        return self._kept(key, (), decision)

    def _kept(self, key: str, refused: Collection[tuple[str, int]], decision: Decision) -> Run:
        """The offer without the refused hunks, as a run of its tests."""
        self.office.require_trust()
        return starting.again(self.office, self.office.find(key), self.offer(key), refused, decision)

    # Gate 2, and what is left

    def merge(
        self, key: str, decision: Decision, done: Callable[[Published], None] | None = None
    ) -> deciding.Merged:
        """Pass gate 2: publish exactly what the decision is about. Raises `Refused`.

        ``done`` is called as soon as it is published: what follows (a lesson that a model writes) can take minutes.
        """
        self.office.require_trust()
        return deciding.merge(self.office, self.office.find(key), decision, done)

    def reject(self, key: str, decision: Decision) -> tuple[str, ...]:
        """Say no, with a reason that the loop can read. Raises `Refused`."""
        self.office.require_writing()
        return deciding.reject(self.office, self.office.find(key), decision)

    def undo(self, key: str) -> Proposal:
        """Propose the inverse of a published edit; it goes through the same gates. Raises `Refused`."""
        self.office.require_trust()
        return deciding.undo(self.office, self.office.find(key), self.propose)

    def recover(self) -> tuple[str, ...]:
        """Finish or give up what a console left behind; says what was done. Twice is once."""
        return repairing.recover(self.office)

    # The record, and the code

    def findings(self) -> tuple[Finding, ...]:
        """What in the record of decisions does not fit, and what is worth knowing of it."""
        return verify(self.office.ledger, self.office.git)

    def statements(self) -> bytes:
        """What was published and on whose word, as lines of JSON in in-toto's form."""
        return export(self.office.ledger.records())

    def sign(self, path: str, key: str) -> str:
        """Sign a file with an ssh key of the operator's; returns where the signature is. Raises `Refused`."""
        try:
            return sign(path, key)
        except SigningFailed as failed:
            raise Refused("signature", str(failed), "the file itself is written") from None

    @contextmanager
    def code(self) -> Iterator[tuple[CodebaseIndexer, Indexed]]:
        """The index of the code as the work tree has it now, brought up to date, and what that took."""
        top = self.office.git.repository.top
        with CodebaseIndexer(WorkTreeFiles(top), self.office.home.index) as indexer:
            yield indexer, indexer.index_changed()
