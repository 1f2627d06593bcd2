"""What every act of the desk begins from: one repository, its private records, and the tools for an edit in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.domain.standing import fold
from loopview.engine.desk.home import home_of
from loopview.engine.desk.listing import Listed, listed
from loopview.engine.desk.trust import Trust, trust_in
from loopview.guarded.identity import own_identity
from loopview.guarded.repository import locate
from loopview.guarded.writer import writer_of
from loopview.modify.evidence import plan_of
from loopview.modify.git_safety import Author, GitSafety, Refused
from loopview.modify.ledger import Ledger
from loopview.modify.modification_journal import ModificationJournal
from loopview.modify.policy import Policy
from loopview.modify.repository_lock import RepositoryLock
from loopview.modify.workshop import Workshop
from loopview.text import plain

if TYPE_CHECKING:
    from loopview.config import Settings
    from loopview.domain.standing import Standing
    from loopview.guarded.writer import Writer


class Office:
    """One repository. Opening it makes its private directory and changes nothing else."""

    def __init__(self, root: str, settings: Settings) -> None:
        """Raises `GitFailed` or `Refused` where no repository can be worked in, `AppendRefused` without a home."""
        self.root = root
        self.settings = settings
        self.identity = locate(root).identity
        self.home = home_of(settings.state_dir, self.identity)
        self.git = GitSafety(root, self.home.git)
        self.ledger = Ledger(self.home.path)
        self.lock = RepositoryLock(self.home.path)
        self.journal = ModificationJournal(root)

    def standings(self) -> dict[str, Standing]:
        """Where each proposal stands that was put before the desk."""
        return fold(self.ledger.records())

    def listed(self) -> tuple[Listed, ...]:
        """Every proposal, oldest first."""
        return listed(self.root, self.standings())

    def find(self, name: str) -> Listed:
        """The proposal of that name, or the only one whose name begins so. Raises `Refused`."""
        every = self.listed()
        found = [each for each in every if each.key == name] or [
            each for each in every if each.key.startswith(name)
        ]
        if len(found) == 1 and name:
            return found[0]
        if not found:
            raise Refused("unknown", f"no proposal is called {plain(name)}", "`loopview proposals list` names them")
        names = ", ".join(plain(each.key) for each in found[:8])
        raise Refused("unknown", f"{plain(name)} could be {names}", "write more of the name")

    def trusted(self) -> Trust | None:
        """Who trusts this repository, if anybody does."""
        return trust_in(self.ledger.records())

    def require_trust(self) -> None:
        """Raise `Refused` unless the operator may write here, and trusts the repository."""
        self.require_writing()
        if self.trusted() is None:
            raise Refused("trust", "this repository is not trusted yet", "look at it, then: `loopview trust`")

    def require_writing(self) -> None:
        """Raise `Refused` where nothing may be written: read-only by choice, or damaged records."""
        if self.settings.read_only:
            raise Refused("read-only", "loopview is read-only here", "leave out --read-only or LOOPVIEW_READ_ONLY")
        if damage := self.ledger.damage:
            raise Refused("ledger", f"the ledger is damaged: {damage}", "`loopview audit verify` shows where")

    def shop(self, key: str) -> Workshop:
        """The tools for one edit."""
        settings = self.settings
        return Workshop(
            repository=self.identity,
            root=self.root,
            git=self.git,
            ledger=self.ledger,
            journal=self.journal,
            policy=Policy.from_settings(settings),
            plan=plan_of(settings),
            index=self.home.index,
            runs=self.home.run(key),
            base_runs=self.home.base_runs,
            tries=settings.edit_tries,
            rounds=settings.edit_rounds,
            minutes=settings.approval_minutes,
        )

    def writer(self) -> Writer:
        """The model that writes edits. Raises `ModelFailure`."""
        return writer_of(self.settings)

    def author(self) -> Author:
        """Who commits. Raises `Refused`."""
        found = own_identity(os.environ, self.settings.operator)
        if found is None:
            raise Refused(
                "identity",
                "git does not know who you are",
                'set `operator = "Name <mail>"` in your config.toml, or user.name and user.email in your own git',
            )
        return Author(*found)
