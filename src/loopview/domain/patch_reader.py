"""Read unified diffs: to the last byte as git prints them, or as people make and mail them.

Read strictly, every byte of a diff belongs to a file's header or to a hunk, and both sides of a hunk say where they
stand. Read loosely, words may stand before and between the files, names may carry dates and other prefixes, and the
new side's line numbers are not looked at. What would change a file without showing its lines is refused either way:
binary patches, renames, copies.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from loopview.domain.hunk import Hunk, PatchRefused
from loopview.domain.patch_names import NOWHERE, git_names, never, path_of, side_name

_GIT = b"diff --git "
_NO_NEWLINE = b"\\ No newline at end of file"
_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)", re.DOTALL)
_INDEX = re.compile(rb"index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?")
_WHOLE_ID = frozenset({40, 64})  #: hex digits
_MODE = re.compile(rb"(old mode|new mode|deleted file mode|new file mode) ([0-7]{6})")
_LOST = re.compile(
    rb"GIT binary patch|Binary files .* differ|Files .* differ|Only in [^:]*: |diff --(?:cc|combined) |@@@? -"
    rb"|(?:rename|copy) (?:from|to) |(?:dis)?similarity index ",
)
_WHY_LOST = (
    (b"@@", "a hunk stands there without the names of its file"),
    (b"Only in", "a file is named that is not shown: make the patch with diff -N"),
    (b"diff --c", "a merge's combined diff cannot be applied"),
    (
        (b"rename", b"copy", b"similarity", b"dissimilarity"),
        "renames and copies are not read: use git's --no-renames",
    ),
    (b"", "a binary change is not shown line by line: use git's or diff's --text"),
)


class FilePatch(NamedTuple):
    """What a diff does to one path. Modes and ids are empty where the diff does not give them."""

    path: str  #: foreign; bytes that are no UTF-8 are lone surrogates
    hunks: tuple[Hunk, ...]
    created: bool = False
    deleted: bool = False
    old_mode: str = ""
    new_mode: str = ""
    old_id: str = ""
    new_id: str = ""
    line: int = 0  #: of the diff, from 1, where the file's header begins


def parse(diff: bytes, *, loose: bool = False) -> tuple[FilePatch, ...]:
    """Return the files of a diff in its order; raises `PatchRefused` with reason and line."""
    if diff and not diff.endswith(b"\n"):
        raise PatchRefused("the last line is cut off: a patch ends with a line feed", diff.count(b"\n") + 1)
    reader = _Reader(diff.split(b"\n")[:-1], loose=loose)
    files = reader.files()
    if loose and not files:
        raise PatchRefused("no change of a file was found in the patch")
    return tuple(files)


class _Reader:
    """A place in the lines of a diff."""

    def __init__(self, lines: list[bytes], *, loose: bool) -> None:
        self._lines = lines
        self._loose = loose
        self._at = 0

    def files(self) -> list[FilePatch]:
        files: dict[str, FilePatch] = {}
        while self._to_next_file():
            file = self._git_file() if self._here().startswith(_GIT) else self._plain_file()
            if file.path in files:
                raise PatchRefused(f"{file.path} is changed twice in one patch", file.line)
            files[file.path] = file
        return list(files.values())

    def _here(self) -> bytes:
        return self._lines[self._at] if self._at < len(self._lines) else b""

    def _refuse(self, reason: str) -> PatchRefused:
        return PatchRefused(reason, min(self._at, len(self._lines) - 1) + 1)

    def _to_next_file(self) -> bool:
        """Skip words where they are allowed; False at the end."""
        while self._at < len(self._lines):
            if self._here().startswith(_GIT) or (self._loose and self._sides()):
                if self._loose and self._here().endswith(b"\r"):
                    raise self._refuse("the patch's own lines end with CR LF: give it as it was made")
                return True
            if not self._loose:
                raise self._refuse(_why_lost(self._here()) or "“diff --git” is expected here")
            if why := _why_lost(self._here()):
                raise self._refuse(why)
            self._at += 1
        return False

    def _sides(self) -> bool:
        following = self._lines[self._at + 1 : self._at + 2]
        return self._here().startswith(b"--- ") and following != [] and following[0].startswith(b"+++ ")

    def _git_file(self) -> FilePatch:
        line = self._at + 1
        names = git_names(self._here().removeprefix(_GIT), line)
        path = path_of(*names, line, loose=self._loose)
        self._at += 1
        modes, ids = self._extended()
        created, deleted = "new file mode" in modes, "deleted file mode" in modes
        hunks: tuple[Hunk, ...] = ()
        if self._sides():
            self._check_sides(names, created=created, deleted=deleted)
            hunks = self._hunks()
        elif not (modes and ids) and "new mode" not in modes:
            raise PatchRefused(f"nothing is changed in {path}", line)
        if created and deleted:
            raise PatchRefused(f"{path} is made and removed at once", line)
        if not self._loose and (hunks or created or deleted) and {len(ids[0]), len(ids[1])} - _WHOLE_ID:
            raise PatchRefused(f"the whole ids of {path} are missing", line)
        old_mode = modes.get("old mode") or modes.get("deleted file mode") or ("" if created else ids[2])
        new_mode = modes.get("new mode") or modes.get("new file mode") or ("" if deleted else ids[2])
        return FilePatch(path, hunks, created, deleted, old_mode, new_mode, ids[0], ids[1], line)

    def _extended(self) -> tuple[dict[str, str], tuple[str, str, str]]:
        """Modes and ids between ``diff --git`` and the names of the sides."""
        modes: dict[str, str] = {}
        ids = ("", "", "")
        while True:
            line = self._here()
            if (mode := _MODE.fullmatch(line)) and mode[1].decode() not in modes:
                modes[mode[1].decode()] = mode[2].decode()
            elif (index := _INDEX.fullmatch(line)) and not ids[0]:
                ids = (index[1].decode(), index[2].decode(), (index[3] or b"").decode())
            elif why := _why_lost(line):
                raise self._refuse(why)
            else:
                return modes, ids
            self._at += 1

    def _check_sides(self, names: tuple[bytes, bytes], *, created: bool, deleted: bool) -> None:
        """The names at ``---`` and ``+++`` are those of the header, or nothing where the file is not there."""
        for name, gone in zip(names, (created, deleted), strict=True):
            found, _ = side_name(self._here()[4:], self._at + 1, loose=self._loose)
            if found != (NOWHERE if gone else name):
                raise self._refuse("this is not the name that stands behind “diff --git”")
            self._at += 1

    def _plain_file(self) -> FilePatch:
        """A file with nothing but the names of its sides, as diff writes it."""
        line = self._at + 1
        old, old_date = side_name(self._here()[4:], line, loose=True)
        new, new_date = side_name(self._lines[self._at + 1][4:], line + 1, loose=True)
        path = path_of(old, new, line, loose=True)
        self._at += 2
        hunks = self._hunks()
        created = old == NOWHERE or (never(old_date) and hunks[0].old_count == 0)
        deleted = new == NOWHERE or (never(new_date) and hunks[0].new_count == 0)
        return FilePatch(path, hunks, created, deleted, line=line)

    def _hunks(self) -> tuple[Hunk, ...]:
        hunks: list[Hunk] = []
        grown = 0
        while self._here().startswith(b"@@ "):
            hunk = self._hunk()
            if not self._loose and hunk.new_offset != hunk.old_offset + grown:
                raise PatchRefused("the hunk's two places do not agree", hunk.line)
            if hunks and hunk.old_offset < hunks[-1].old_offset + hunks[-1].old_count:
                raise PatchRefused("the hunk begins before the one above it ends", hunk.line)
            grown += hunk.new_count - hunk.old_count
            hunks.append(hunk)
        if not hunks:
            raise self._refuse("a hunk is expected here")
        if self._loose and self._here()[:1] in {b"+", b"-", b" ", b"\\"} and not self._closes():
            raise self._refuse("the hunk's header promises fewer lines than there are")
        return tuple(hunks)

    def _closes(self) -> bool:
        """Whether this line, though it begins like a hunk's, is the next file or the end of a mail."""
        return self._sides() or self._here().rstrip() == b"--"

    def _hunk(self) -> Hunk:
        header = _HUNK.fullmatch(self._here())
        if not header:
            raise self._refuse("the hunk's header cannot be read")
        line = self._at + 1
        old_count, new_count = (int(header[group] or 1) for group in (2, 4))
        self._at += 1
        lines = self._body(old_count, new_count)
        if all(each[:1] == b" " for each in lines):
            raise PatchRefused("the hunk changes nothing", line)
        if (old_count and header[1] == b"0") or (new_count and header[3] == b"0"):
            raise PatchRefused("lines are counted from 1", line)
        return Hunk(int(header[1]), old_count, int(header[3]), new_count, header[5], tuple(lines), line)

    def _body(self, old: int, new: int) -> list[bytes]:
        """The lines that a hunk's header promises, ``old`` of one side and ``new`` of the other."""
        lines: list[bytes] = []
        old_ended = new_ended = False
        while old or new:
            line = self._here() or (b" " if self._loose and self._at < len(self._lines) else b"")
            sign = line[:1]
            if sign not in {b" ", b"-", b"+"}:
                raise self._refuse("the hunk's header promises more lines than there are")
            old -= sign != b"+"
            new -= sign != b"-"
            if old < 0 or new < 0:
                raise self._refuse("the hunk's header promises fewer lines of this sign")
            if (old_ended and sign != b"+") or (new_ended and sign != b"-"):
                raise self._refuse("a line follows the one that has no line feed")
            self._at += 1
            ended = self._no_newline()
            old_ended |= ended and sign != b"+"
            new_ended |= ended and sign != b"-"
            lines.append(line if ended else line + b"\n")
        return lines

    def _no_newline(self) -> bool:
        """Take the mark that the line before it ends without a line feed; diff writes it in any language."""
        here = self._here()
        if here == _NO_NEWLINE or (self._loose and here.startswith(b"\\ ")):
            self._at += 1
            return True
        return False


def _why_lost(line: bytes) -> str:
    if not _LOST.match(line):
        return ""
    return next(why for begins, why in _WHY_LOST if line.startswith(begins))
