"""What a diff makes of files: apply it, take a part of it, and prove that it says everything.

A diff that was shown is proved by going the other way: re-applying it to the base's bytes has to give the
candidate's bytes, and each id in it has to be that of the content. Then nothing of the change was left out.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from loopview.domain.change import Change
from loopview.domain.hunk import Hunk, PatchRefused, apply
from loopview.domain.patch_reader import FilePatch, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    Read = Callable[[str], bytes | None]
    """The content of a path in the base; None where there is none. A mapping's ``get`` is one."""

__all__ = ["FilePatch", "Hunk", "PatchRefused", "apply", "changes", "choose", "parse", "prove"]

_PLAIN = "100644"
_HASHES = {40: hashlib.sha1, 64: hashlib.sha256}  #: by the hex digits of a whole id


def changes(patch: bytes, read: Read) -> tuple[Change, ...]:
    """Return what a patch that somebody wrote makes of the base; raises `PatchRefused`.

    An edit keeps the modes of files and makes plain ones: a patch that wants others is refused.
    """
    files = parse(patch, loose=True)
    for file in files:
        if file.old_mode and file.new_mode and file.old_mode != file.new_mode:
            raise PatchRefused(f"the mode of {file.path} would change, and an edit keeps modes", file.line)
        if file.created and file.new_mode not in {"", _PLAIN}:
            raise PatchRefused(f"{file.path} would be made with mode {file.new_mode}: only {_PLAIN} is", file.line)
    return tuple(_change(file, file.hunks, read) for file in files)


def choose(diff: bytes, refused: Collection[tuple[str, int]], read: Read) -> tuple[Change, ...]:
    """Return what the diff makes of the base without the refused hunks: pairs of path and place, from 0.

    A file that is made or removed goes as a whole: it is left out when any hunk of it is refused, and one without
    lines is refused as hunk 0. Files with nothing left are not in the answer. Raises `PatchRefused`, also for a
    hunk that is not there.
    """
    files = parse(diff)
    there = {(file.path, number) for file in files for number in range(max(len(file.hunks), 1))}
    for path, number in refused:
        if (path, number) not in there:
            raise PatchRefused(f"hunk {number} of {path} is not in the diff")
    chosen = []
    for file in files:
        numbers = {number for path, number in refused if path == file.path}
        kept = [hunk for number, hunk in enumerate(file.hunks) if number not in numbers]
        if not numbers or (kept and not (file.created or file.deleted)):
            chosen.append(_change(file, kept, read))
    return tuple(chosen)


def prove(diff: bytes, read: Read, candidate: Iterable[Change]) -> None:
    """Check that re-applying ``diff`` to the base gives ``candidate`` and nothing else; raises `PatchRefused`.

    ``diff`` is read strictly, as git prints it with ``--full-index``.
    """
    made = {change.path: change.content for change in candidate}
    files = parse(diff)
    if made.keys() != {file.path for file in files}:
        odd = sorted(made.keys() ^ {file.path for file in files})
        raise PatchRefused(f"the diff and the candidate are not about the same files: {', '.join(odd)}")
    for file in files:
        content = _change(file, file.hunks, read).content
        if content != made[file.path]:
            raise PatchRefused(
                f"re-applying the diff to the base of {file.path} does not give the candidate", file.line
            )
        for name, side in ((file.old_id, read(file.path)), (file.new_id, content)):
            if name and name != _blob_id(side, len(name)):
                raise PatchRefused(f"an id of {file.path} in the diff is not that of its content", file.line)


def _change(file: FilePatch, hunks: Iterable[Hunk], read: Read) -> Change:
    base = read(file.path)
    if file.created and base is not None:
        raise PatchRefused(f"{file.path} would be made, and is there already", file.line)
    if not file.created and base is None:
        raise PatchRefused(f"{file.path} is not there", file.line)
    try:
        content = apply(base or b"", hunks)
    except PatchRefused as error:
        raise PatchRefused(f"{file.path}: {error.reason}", error.line) from None
    if file.deleted and content:
        raise PatchRefused(f"{file.path} would be removed, and the patch shows only a part of it", file.line)
    return Change(file.path, None if file.deleted else content)


def _blob_id(content: bytes | None, digits: int) -> str:
    """The whole id that git gives to a content, or to none."""
    if content is None or digits not in _HASHES:
        return "0" * digits
    return _HASHES[digits](b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
