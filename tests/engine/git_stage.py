"""A repository to publish in, and everything of it that nobody may change."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from hostile_repository import commit, run

from loopview.modify.git_safety import Author, GitSafety, Intent, Published

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from loopview.modify.git_safety import Candidate

AUTHOR = Author("Ada Operator", "ada@example.org")
BASE = {
    "kept.txt": "one\ntwo\n",
    "src/code.py": "a = 1\n",
    "src/tool.sh": "#!/bin/sh\necho old\n",
    "gone/soon.txt": "bye\n",
    "docs/page.md": "# page\n",
}


def repository(root: Path, *words: str) -> GitSafety:
    """A repository with the files of ``BASE``, one of them executable; its private directory stands beside it."""
    root.mkdir(parents=True)
    run(root, "init", "-q", "-b", "main", "--template=", *words)
    for name, text in BASE.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (root / "src" / "tool.sh").chmod(0o755)
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "base")
    return safety(root)


def safety(root: Path) -> GitSafety:
    return GitSafety(str(root), f"{root}-private")


def publish(
    git: GitSafety,
    candidate: Candidate,
    intend: Callable[[Intent], None] = lambda _intent: None,
    **changed: object,
) -> Published:
    """Publish as the desk does."""
    words = {
        "target_ref": "refs/heads/main",
        "message": "Edit\n\nDigest: 12\n",
        "author": AUTHOR,
        "proposal": "p-1",
    }
    return git.publish(candidate, intend=intend, **words | changed)  # type: ignore[arg-type]


def status(root: Path) -> str:
    return run(root, "status", "--porcelain=v2", "--branch", "--untracked-files=all", "--ignored")


def every_byte(root: Path, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Kind, mode and content of everything below a directory; ``without`` are leading parts of names."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            label = os.path.relpath(path, root)
            if label.startswith(without):
                continue
            with suppress(FileNotFoundError):
                found[label] = _print_of(path)
    return found


def _print_of(path: str) -> str:
    facts = os.lstat(path)
    if os.path.islink(path):
        return f"link {os.readlink(path)}"
    if os.path.isdir(path):
        return "directory"
    if not os.path.isfile(path):
        return f"special {facts.st_mode:o}"
    with open(path, "rb") as file:
        return f"{facts.st_mode:o} {hashlib.sha256(file.read()).hexdigest()}"


__all__ = ["AUTHOR", "BASE", "commit", "every_byte", "publish", "repository", "run", "safety", "status"]
