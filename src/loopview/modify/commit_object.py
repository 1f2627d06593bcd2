"""The commit of a publish, byte for byte: its only parent is the base, author and committer are the operator."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from loopview.modify.git_values import Refused

if TYPE_CHECKING:
    from loopview.guarded.private_git import PrivateGit
    from loopview.modify.git_values import Author

_UNFIT = re.compile(r"[<>\x00-\x1f\x7f]")
_CRUD = " .,:;\"'\\"


def written(author: Author) -> str:
    """An author as git writes one: ``Name <mail>``; raises `Refused` (identity)."""
    name, mail = author.name.strip(_CRUD), author.mail.strip(_CRUD)
    if not name or not mail:
        advice = 'git config user.name "…" and git config user.email "…"'
        raise Refused("identity", "git does not know who you are", advice)
    if _UNFIT.search(name) or _UNFIT.search(mail):
        raise Refused("identity", "your name or mail address has characters that git does not take in one")
    return f"{name} <{mail}>"


def write_commit(private: PrivateGit, tree: str, parent: str, author: str, message: str) -> str:
    """Write the commit into the private directory and return its name; raises `Refused` (diff) or `GitFailed`."""
    if not message.strip() or "\0" in message:
        raise Refused("diff", "the commit has no message that git could keep")
    now = time.time()
    minutes = time.localtime(now).tm_gmtoff // 60
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    who = f"{author} {int(now)} {sign}{hours:02}{rest:02}"
    text = f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\n{message.rstrip()}\n"
    return private.write("commit", [text.encode("utf-8", "replace")])[0]
