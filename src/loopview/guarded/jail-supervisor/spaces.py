# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""Namespaces of its own for a run: users, mounts, processes, network, messages, names."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import struct
from typing import NoReturn

import view
from confine import die_with_parent, ignore
from kernel import call, drop_capabilities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from order import Order

_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_AF_INET, _DGRAM = 2, 2


def leave(order: Order) -> None:
    """Go into a user namespace as who we are; what is started from now on has its own processes.

    Raises `OSError` where this is not allowed.
    """
    user, group = os.geteuid(), os.getegid()
    if order.user:
        _leave_root(order.user)
        return
    call("unshare", _NEWUSER | _NEWPID)
    _map("self", {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"})


def _leave_root(other: int) -> None:
    """Go into a namespace whose root is ``other`` outside, and that knows us; this is granted from outside only."""
    waits, gone = os.pipe()
    us = os.getpid()
    helper = os.fork()
    if not helper:
        try:
            os.close(gone)
            os.read(waits, 1)
            for users in (f"0 {other} 1\n1 0 1\n", "0 0 1\n"):  # a root who is another outside may name nobody
                try:
                    _map(str(us), {"uid_map": users, "gid_map": users})
                    os._exit(0)
                except OSError:
                    continue
        finally:
            os._exit(1)
    os.close(waits)
    try:
        call("unshare", _NEWUSER | _NEWPID)
    finally:
        os.close(gone)
        status = os.waitpid(helper, 0)[1]
    if status:
        raise OSError(1, "no users can be named in a namespace")


def _map(process: str, maps: dict[str, str]) -> None:
    for name, text in maps.items():
        with open(f"/proc/{process}/{name}", "w", encoding="utf-8") as mapping:
            mapping.write(text)


def keep(order: Order, errors: int, status: int, command: Callable[[Order, int], None]) -> NoReturn:
    """Be the first process of the namespaces: build them, start the command, outlive it, end the rest.

    How the command ended is written to ``status`` as JSON, what fails before that to ``errors``.
    """
    try:
        die_with_parent()
        ignore("SIGTERM", "SIGHUP")
        _unshare()
        _loopback()
        view.build(order)
        leader = os.fork()
        if not leader:
            os.close(status)
            command(order, errors)
        os.close(errors)
        drop_capabilities(may_kill=True)
        _close_standard()
        code = _wait(leader)
        os.write(status, json.dumps({"code": code, "survivors": _end_others()}).encode())
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing must run
        os.write(errors, f"{type(error).__name__}: {error}".encode("utf-8", "replace")[:2000])
    finally:
        os._exit(0)


def _unshare() -> None:
    wanted = _NEWNS | _NEWUTS | _NEWIPC | _NEWNET
    try:
        call("unshare", wanted | _NEWCGROUP)
    except OSError:
        call("unshare", wanted)
    name = b"jail"
    call("sethostname", ctypes.c_char_p(name), len(name))


def _loopback() -> None:
    """Bring up the one network there is: from the run to itself."""
    talk = call("socket", _AF_INET, _DGRAM, 0)
    try:
        asked = fcntl.ioctl(talk, _SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0))
        flags = struct.unpack("16sH14x", asked)[1] | _IFF_UP
        fcntl.ioctl(talk, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags))
    finally:
        os.close(talk)


def _close_standard() -> None:
    """Hold none of the run's streams: this process outlives it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)


def _wait(leader: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == leader:
            return os.waitstatus_to_exitcode(status)


def _end_others() -> int:
    """Kill every other process of the namespace; returns how many there were."""
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    ended = 0
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return ended
        ended += 1
