"""A repository in which everything that git can be told to run is a canary."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEYS = (
    "core.fsmonitor",
    "core.editor",
    "core.pager",
    "core.sshCommand",
    "core.askPass",
    "diff.external",
    "diff.evil.textconv",
    "diff.evil.command",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.evil.driver",
    "gpg.program",
    "gpg.ssh.program",
    "credential.helper",
    "sequence.editor",
    "interactive.diffFilter",
    "uploadpack.packObjectsHook",
    "pager.log",
    "pager.diff",
    "pager.config",
    "pager.rev-parse",
    "alias.log",
)

HOOKS = (
    "applypatch-msg",
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "reference-transaction",
    "post-index-change",
    "fsmonitor-watchman",
)


def run(root: Path, *words: str, **extra: str) -> str:
    """git as the operator runs it, with an identity and without the machine's settings."""
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    identity = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {"GIT_AUTHOR_DATE": "2026-06-24T10:00:00Z", "GIT_COMMITTER_DATE": "2026-06-24T10:00:00Z"}
    environment = {**os.environ, **settings, **identity, **dates, **extra}
    done = subprocess.run(["git", *words], cwd=root, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(root: Path, name: str, text: str, message: str) -> str:
    """Write a file, commit it and return the commit."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    run(root, "add", "--", name)
    run(root, "commit", "-q", "-m", message)
    return run(root, "rev-parse", "HEAD")


def plain_repository(root: Path) -> list[str]:
    """Two commits on branch ``main``; returns them, oldest first."""
    root.mkdir(parents=True, exist_ok=True)
    run(root, "init", "-q", "-b", "main")
    first = commit(root, "kept.txt", "one\ntwo\n", "first")
    second = commit(root, "src/code.py", "a = 1\n", "second: \x1b[31mred")
    return [first, second]


class Canary:
    """A command that leaves a file behind when it runs."""

    def __init__(self, folder: Path) -> None:
        self.sung = folder / "sung"
        self.script = folder / "canary.sh"
        self.script.write_text(f'#!/bin/sh\necho "$0 $*" >> {self.sung}\ncat\n')
        self.script.chmod(0o755)

    @property
    def words(self) -> str:
        return self.sung.read_text() if self.sung.exists() else ""


def arm(root: Path, canary: Canary) -> None:
    """Plant the canary everywhere, and work in the tree that would wake it."""
    for key in KEYS:
        run(root, "config", key, f"!{canary.script}" if key.startswith("alias") else str(canary.script))
    run(root, "config", "filter.evil.required", "true")
    run(root, "config", "log.showSignature", "true")
    for hook in HOOKS:
        place = root / ".git" / "hooks" / hook
        place.parent.mkdir(exist_ok=True)
        place.write_text(canary.script.read_text())
        place.chmod(0o755)
    included = root / "included.cfg"
    included.write_text(f'[filter "also=evil"]\n\tclean = {canary.script}\n\tprocess = {canary.script}\n')
    run(root, "config", "include.path", str(included))
    run(root, "config", "extensions.worktreeConfig", "true")
    (root / ".git" / "config.worktree").write_text(f"[core]\n\tfsmonitor = {canary.script}\n")
    (root / ".gitattributes").write_text("*.txt filter=evil diff=evil merge=evil\n*.py filter=also=evil -diff\n")
    (root / "kept.txt").write_text("one\nchanged\n")
    (root / "src" / "code.py").write_text("a = 2\n")
    os.utime(root / "src" / "code.py", (1, 1))
    (root / "untracked\x1b[31m.txt").write_text("new\n")
