"""Which file a diff's header speaks of: the names of its old and its new side, and what stands around them."""

from __future__ import annotations

import re

from loopview.domain.hunk import PatchRefused
from loopview.domain.quoted_path import path_text, quoted_at, unquoted

NOWHERE = b"/dev/null"

_PREFIXES = {(b"i/", b"w/"), (b"c/", b"i/"), (b"c/", b"w/"), (b"o/", b"w/")}
_PREFIXES |= {(new, old) for old, new in _PREFIXES} | {(b"a/", b"b/")}
_KEPT = (b".orig", b".old", b".bak", b"~")
"""What people put behind the name of the old file that they keep."""

_EPOCH = re.compile(rb"19(69-12-31|70-01-01) (\d\d):(\d\d):00(?:\.0+)? ([+-])(\d\d)(\d\d)")
_DAY = 24 * 60


def git_names(rest: bytes, line: int) -> tuple[bytes, bytes]:
    """The two names behind ``diff --git``; without renames they are equally long, which tells where to cut."""
    if rest.startswith(b'"'):
        first = quoted_at(rest, 0)
        names = (first[0], rest[first[1] + 1 :]) if first and rest[first[1] : first[1] + 1] == b" " else None
    elif (cut := rest.find(b' "')) > 0:
        names = (rest[:cut], rest[cut + 1 :])
    else:
        middle = len(rest) // 2
        names = (rest[:middle], rest[middle + 1 :]) if rest[middle : middle + 1] == b" " else None
    second = unquoted(names[1]) if names else None
    if not names or not second:
        raise PatchRefused("the names behind “diff --git” cannot be told apart, or differ", line)
    return names[0], second


def side_name(rest: bytes, line: int, *, loose: bool) -> tuple[bytes, bytes]:
    """Name and date behind ``---`` or ``+++``; git ends a name that holds a space with a tab."""
    if loose and not rest.startswith(b'"'):
        name, _, date = rest.partition(b"\t")
    elif loose:
        quoted = quoted_at(rest, 0)
        name, date = (rest[: quoted[1]], rest[quoted[1] :].lstrip(b"\t")) if quoted else (b"", b"")
    else:
        name, date = (rest[:-1] if rest.endswith(b"\t") and b" " in rest else rest), b""
    path = unquoted(name)
    if path is None or (not loose and b"\t" in name):
        raise PatchRefused("the name of the file cannot be read", line)
    return path, date


def never(date: bytes) -> bool:
    """Whether ``diff -N`` says with this date that the file is not there: the epoch, in any time zone."""
    found = _EPOCH.fullmatch(date.strip())
    if not found:
        return False
    away = (int(found[5]) * 60 + int(found[6])) * (1 if found[4] == b"+" else -1)
    clock = int(found[2]) * 60 + int(found[3])
    return clock == away + (0 if found[1].startswith(b"70") else _DAY)


def path_of(old: bytes, new: bytes, line: int, *, loose: bool) -> str:
    """The one path that both sides name; raises `PatchRefused` when they name two."""
    if NOWHERE in {old, new}:
        name = new if old == NOWHERE else old
        path: bytes | None = name[2:] if name[:2] in {b"a/", b"b/"} else name if loose else None
    elif (old[:2], new[:2]) == (b"a/", b"b/") and old[2:] == new[2:]:
        path = old[2:]
    else:
        path = _loose_path(old, new) if loose else None
    if not path or path == NOWHERE:
        names = f"{path_text(old)} and {path_text(new)}"
        raise PatchRefused(f"the two sides do not name one file: {names} (renames are not read)", line)
    return path_text(path)


def _loose_path(old: bytes, new: bytes) -> bytes | None:
    if (old[:2], new[:2]) in _PREFIXES and old[2:] == new[2:]:
        return old[2:]
    if old == new or old in {new + kept for kept in _KEPT}:
        return new
    (_, _, below_old), (_, _, below_new) = old.partition(b"/"), new.partition(b"/")
    return below_new if below_old == below_new else None
