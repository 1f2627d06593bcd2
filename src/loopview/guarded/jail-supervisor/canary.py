# ruff: noqa: INP001 - a program that is run in a jail, not a module
"""Tries, inside a jail, everything that the jail must not let happen; writes as JSON what was refused.

Its words are JSON: the paths, sockets and processes outside that it tries its ways to.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import socket
import sys
import time

_X86 = platform.machine() == "x86_64"
_libc = ctypes.CDLL(None, use_errno=True)


def _call(x86: int, arm: int, *words: object) -> None:
    """A system call that has to fail, by number."""
    ctypes.set_errno(0)
    values = [ctypes.c_long(word) if isinstance(word, int) else word for word in words]
    if _libc.syscall(ctypes.c_long(x86 if _X86 else arm), *values) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def _write(path: str) -> None:
    with open(path, "a", encoding="ascii") as file:
        file.write("x")


def _read(path: str) -> None:
    if os.path.isdir(path):
        os.listdir(path)
    else:
        open(path, "rb").close()


def _connect(family: int, kind: int, address: str | tuple[str, int]) -> None:
    with socket.socket(family, kind) as talk:
        talk.settimeout(1)
        talk.connect(address)
        if kind == socket.SOCK_DGRAM:
            talk.send(b"x")
            raise ConnectionError("sent; whether it arrived is seen at the other end")


def _signal(process: int, namespace: int) -> None:
    try:
        if os.stat("/proc/self/ns/pid").st_ino != namespace:
            raise ProcessLookupError("other processes have no name in here")
    except PermissionError:
        pass
    os.kill(process, 0)


def _environment(process: int) -> None:
    with open(f"/proc/{process}/environ", "rb") as file:
        if os.getpid() != process:
            file.read(1)


def _daemon() -> int:
    """Leave a process behind that has nothing to do with us any more; returns its id."""
    ours, theirs = os.pipe()
    if not os.fork():
        os.setsid()
        if os.fork():
            os._exit(0)
        os.write(theirs, b"%d" % os.getpid())
        time.sleep(60)
        os._exit(0)
    return int(os.read(ours, 32))


def _trials(told: dict[str, object]) -> dict[str, object]:
    ring = ctypes.create_string_buffer(256)
    process = int(str(told["process"]))
    local = ("127.0.0.1", int(str(told["tcp"])))
    return {
        "write outside": lambda: _write(f"{told['folder']}/new"),
        "change a file outside": lambda: _write(str(told["secret"])),
        "remove a file outside": lambda: os.unlink(str(told["secret"])),
        "read a file outside": lambda: _read(str(told["secret"])),
        "list a directory outside": lambda: os.listdir(str(told["folder"])),
        "read from home": lambda: _read(str(told["home"])),
        "link from outside": lambda: os.link(str(told["secret"]), "linked"),
        "TCP": lambda: _connect(socket.AF_INET, socket.SOCK_STREAM, local),
        "UDP": lambda: _connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int(str(told["udp"])))),
        "unix socket": lambda: _connect(socket.AF_UNIX, socket.SOCK_STREAM, str(told["unix"])),
        "abstract socket": lambda: _connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + str(told["abstract"])),
        "signal the console": lambda: _signal(process, int(str(told["namespace"]))),
        "read the console's environment": lambda: _environment(process),
        "ptrace": lambda: _call(101, 117, 1, 0, 0, 0),
        "mount": lambda: _call(165, 40, None, None, None, 0, None),
        "user namespace": lambda: _call(272, 97, 0x10000000),
        "io_uring": lambda: _call(425, 425, 4, ctypes.byref(ring)),
        "keyring": lambda: _call(250, 219, 0, -3, 1),
        "bpf": lambda: _call(321, 280, 0, ctypes.byref(ring), 128),
        "type into a terminal": lambda: _call(16, 29, 0, 0x5412, ctypes.byref(ring)),
    }


def main() -> None:
    """Try everything; write name -> errno of the refusal, 0 where nothing refused."""
    told = json.loads(sys.argv[1])
    refused: dict[str, int] = {}
    for name, trial in _trials(told).items():
        try:
            trial()  # type: ignore[operator]
            refused[name] = 0
        except OSError as error:
            refused[name] = error.errno or -1
    with contextlib.suppress(OSError):  # it may be told that this worked; whether it did is seen outside
        os.chmod(str(told["secret"]), 0o777)  # noqa: S103 - it must not
    os.write(1, json.dumps({"refused": refused, "landlock": _landlock(), "daemon": _daemon()}).encode())


def _landlock() -> int:
    version: int = _libc.syscall(ctypes.c_long(444), None, ctypes.c_long(0), ctypes.c_long(1))
    return max(version, 0)


main()
