"""A git repository written by hand: loose objects and one branch, so that the demo starts no process for it."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

AUTHOR = "demo loop <demo@loopview.invalid>"
CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"


class Repository:
    """A branch ``main`` with flat trees of text files."""

    def __init__(self, root: Path) -> None:
        """Lay out ``root/.git``; the first commit makes the branch."""
        self._root = root
        self._git = root / ".git"
        self._files: dict[str, str] = {}
        self.head = ""  #: hash of the newest commit, empty before the first
        for directory in ("objects", "refs/heads"):
            (self._git / directory).mkdir(parents=True)
        (self._git / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        (self._git / "config").write_text(CONFIG, encoding="ascii")

    def append(self, name: str, text: str) -> None:
        """Add text at the end of a file of the work tree; ``commit`` takes it up."""
        self._files[name] = self._files.get(name, "") + text
        (self._root / name).write_text(self._files[name], encoding="utf-8")

    def commit(self, message: str, when: datetime) -> str:
        """Commit every file as it is and return the commit's hash."""
        entries = (
            b"100644 " + name.encode() + b"\0" + bytes.fromhex(self._store("blob", text.encode()))
            for name, text in sorted(self._files.items())
        )
        tree = self._store("tree", b"".join(entries))
        signed = f"{AUTHOR} {int(when.timestamp())} +0000"
        parent = f"parent {self.head}\n" if self.head else ""
        body = f"tree {tree}\n{parent}author {signed}\ncommitter {signed}\n\n{message}\n"
        self.head = self._store("commit", body.encode())
        (self._git / "refs" / "heads" / "main").write_text(f"{self.head}\n", encoding="ascii")
        return self.head

    def _store(self, kind: str, content: bytes) -> str:
        whole = f"{kind} {len(content)}\0".encode() + content
        name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        path = self._git / "objects" / name[:2] / name[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
        return name
