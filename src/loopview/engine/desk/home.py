"""Where a repository's private records live: one directory, within nobody's reach but the operator's."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from loopview.guarded.private_file import private_folder


@dataclass(frozen=True, slots=True)
class Home:
    """The private directory of one repository."""

    path: str

    @property
    def git(self) -> str:
        """The private git directory, in which candidates are built."""
        return os.path.join(self.path, "git")

    @property
    def index(self) -> str:
        """The index of the code."""
        return os.path.join(self.path, "index.sqlite")

    @property
    def base_runs(self) -> str:
        """What the tests said of bases."""
        return self.folder("base-runs")

    def run(self, proposal: str) -> str:
        """A directory for what an edit leaves: offers, answers, evidence. The name is not the proposal's own."""
        return self.folder("runs", hashlib.sha256(proposal.encode("utf-8", "surrogatepass")).hexdigest()[:16])

    def runs(self) -> tuple[str, ...]:
        """The directories of edits that left something."""
        above = self.folder("runs")
        return tuple(entry.path for entry in os.scandir(above) if entry.is_dir(follow_symlinks=False))

    def folder(self, *names: str) -> str:
        """A directory below, made when it is missing."""
        path = self.path
        for name in names:
            path = os.path.join(path, name)
            _made(path)
        return path


def home_of(state_dir: str, identity: str) -> Home:
    """The private directory of the repository ``identity``, made when missing. Raises `AppendRefused`."""
    os.makedirs(state_dir, mode=0o700, exist_ok=True)
    above = os.path.join(state_dir, "repositories")
    _made(above)
    path = os.path.join(above, identity)
    _made(path)
    return Home(path)


def _made(path: str) -> None:
    """A directory that is ours alone; a link or a directory of somebody else's in its place is refused."""
    with private_folder(path, make=True):
        return
