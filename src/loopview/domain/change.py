"""One change that an edit wants: what a path shall hold, or that it shall go."""

from __future__ import annotations

from typing import NamedTuple


class Change(NamedTuple):
    """A path below the top of the repository and its new content; the mode stays, a new file is 100644."""

    path: str
    content: bytes | None  #: None: the file is removed
