# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""The file system that an isolated run sees: the system and its interpreter to read, its directory to write."""

from __future__ import annotations

import ctypes
import os
import stat

from confine import DEVICES, SYSTEM
from kernel import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from order import Order

_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC = 1, 2, 4, 8, 32, 4096, 16384
_PRIVATE = 1 << 18
_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_ROOM = "size=64m,nr_inodes=20000,mode=1777"
_O_PATH = getattr(os, "O_PATH", 0)
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}


class _Attributes(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns"))


def build(order: Order) -> None:
    """Make the view in this mount namespace and change its root to it. Raises `OSError`."""
    _mount("none", "/", "", _REC | _PRIVATE)
    sources = _sources(order)
    old = "/tmp"  # noqa: S108 - any directory that there is: what it holds is covered in here only
    _mount("tmpfs", old, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    _lay_out(old)
    for path, source in sources:
        _bind(source, old + path, read_only=path != order.directory and path not in DEVICES)
    _processes(old + "/proc")
    os.chdir(old)
    call("pivot_root", _text("."), _text("."))
    call("umount2", _text("."), _DETACH)
    _read_only("/", recursive=False)
    os.chdir("/")


def _terminals(devices: str) -> None:
    """Terminals of the run's own; a system that has none to give leaves it without."""
    try:
        os.mkdir(f"{devices}/pts", 0o755)
        _mount("devpts", f"{devices}/pts", "devpts", _NOSUID | _NOEXEC, "newinstance,ptmxmode=0666,mode=0620")
        os.symlink("pts/ptmx", f"{devices}/ptmx")
    except OSError:
        return


def _lay_out(top: str) -> None:
    """The directories and links that every view has."""
    for name in ("proc", "dev", "tmp", "etc"):
        os.mkdir(f"{top}/{name}", 0o755)
    _mount("tmpfs", f"{top}/tmp", "tmpfs", _NOSUID | _NODEV, _ROOM)  # noqa: S108 - the jail's own
    shared = f"{top}/dev/shm"  # noqa: S108 - the jail's own
    os.mkdir(shared, 0o755)
    _mount("tmpfs", shared, "tmpfs", _NOSUID | _NODEV, _ROOM)
    _terminals(f"{top}/dev")
    for name, target in _LINKS.items():
        os.symlink(target, f"{top}/dev/{name}")


def _sources(order: Order) -> list[tuple[str, int | str]]:
    """Path in the view and a descriptor of what stands there, or the text of a link; outer paths first.

    Everything is opened before the view covers it.
    """
    wanted: dict[str, int | str] = {}
    for path in (*SYSTEM, *DEVICES, *order.readable, order.directory):
        _want(path, wanted)
    return sorted(wanted.items())


def _want(path: str, wanted: dict[str, int | str]) -> None:
    try:
        real = os.path.realpath(path, strict=True)
        if real != path:
            wanted[path] = real
        if real not in wanted:
            wanted[real] = os.open(real, _O_PATH | os.O_CLOEXEC)
    except OSError:
        return


def _bind(source: int | str, target: str, *, read_only: bool) -> None:
    if isinstance(source, str) and os.path.lexists(target):  # the directory around it was bound and has it
        return
    os.makedirs(os.path.dirname(target), 0o755, exist_ok=True)
    if isinstance(source, str):
        os.symlink(source, target)
        return
    if stat.S_ISDIR(os.fstat(source).st_mode):
        os.makedirs(target, 0o755, exist_ok=True)
    elif not os.path.lexists(target):
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    _mount(f"/proc/self/fd/{source}", target, "", _BIND | _REC)
    os.close(source)
    if read_only:
        _read_only(target, recursive=True)


def _read_only(path: str, *, recursive: bool) -> None:
    wanted = _Attributes(_ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV)
    flags = _AT_RECURSIVE if recursive else 0
    call("mount_setattr", _AT_FDCWD, _text(path), flags, ctypes.byref(wanted), ctypes.sizeof(wanted))


def _processes(place: str) -> None:
    """The run's own processes; a system that hides parts of its own list gives none, and a run can do without."""
    try:
        _mount("proc", place, "proc", _NOSUID | _NODEV | _NOEXEC)
    except OSError:
        return


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    call("mount", _text(source), _text(target), _text(kind), flags, _text(options) if options else None)


def _text(word: str) -> ctypes.c_char_p:
    return ctypes.c_char_p(os.fsencode(word))
