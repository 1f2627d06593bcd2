# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""Landlock: which files a process and all that it starts may touch, as far as this kernel knows it."""

from __future__ import annotations

import ctypes
import os
import stat

from kernel import call

_EXECUTE = 1 << 0
_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_MAKE_CHAR = 1 << 6
_MAKE_BLOCK = 1 << 11
_REFER = 1 << 13  # from ABI 2 on
_TRUNCATE = 1 << 14  # from ABI 3 on
_IOCTL_DEV = 1 << 15  # from ABI 5 on
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_TCP = 0b11  # bind and connect, from ABI 4 on
_SCOPES = 0b11  # abstract sockets and signals, from ABI 6 on

READ = _EXECUTE | _READ_FILE | _READ_DIR
DEVICE = _READ_FILE | _WRITE_FILE | _TRUNCATE
TERMINAL = DEVICE | _READ_DIR | _IOCTL_DEV

_VERSION = 1  # flag of landlock_create_ruleset
_PATH_BENEATH = 1  # kind of rule
_O_PATH = getattr(os, "O_PATH", 0)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int:
    """Which landlock this kernel speaks; 0 when none."""
    try:
        return call("landlock_create_ruleset", None, 0, _VERSION)
    except OSError:
        return 0


def everything(version: int) -> int:
    """Every right on files that landlock of this version can handle."""
    handled = (1 << 13) - 1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        handled |= right if version >= since else 0
    return handled


def writable(version: int) -> int:
    """The rights in a directory that is a process's own: everything but making devices."""
    return everything(version) & ~(_MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEV)


def confine(rules: list[tuple[str, int]], *, network: bool) -> None:
    """Deny every path but those of ``rules``, (path, rights); a path that is not there is left out.

    ``network`` is true where another wall keeps the network away. Raises `OSError`.
    """
    version = abi()
    net = 0 if network or version < 4 else _TCP  # noqa: PLR2004 - the ABI that knows it
    scoped = _SCOPES if version >= 6 else 0  # noqa: PLR2004 - the ABI that knows it
    wanted = _Ruleset(everything(version), net, scoped)
    size = 24 if scoped else 16 if version >= 4 else 8  # noqa: PLR2004 - bytes that each ABI reads
    ruleset = call("landlock_create_ruleset", ctypes.byref(wanted), size, 0)
    for path, rights in rules:
        _allow(ruleset, path, rights & wanted.files)
    call("landlock_restrict_self", ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, _O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_FILES
        rule = _Beneath(rights, place)
        call("landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(place)
