"""GitPython's reading of a commit, over bytes that were verified.

Only its values are used. Its repository would look for directories where the operator's environment says, and its
object store would start a git in that environment.
"""

from __future__ import annotations

import io
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

from loopview.guarded.hardened import program

if TYPE_CHECKING:
    from git import Commit


def commit_of(name: str, content: bytes) -> Commit:
    """The commit with a name, read from its content; what it points to is known by name only."""
    os.environ["GIT_PYTHON_GIT_EXECUTABLE"] = program()  # its import runs `git version`, from the PATH if it may
    import git
    from gitdb import OStream  # type: ignore[import-untyped]

    binary = bytes.fromhex(name)
    store = SimpleNamespace(stream=lambda _name: OStream(binary, "commit", len(content), io.BytesIO(content)))
    return git.Commit(SimpleNamespace(odb=store), binary)  # type: ignore[arg-type]
