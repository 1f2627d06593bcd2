# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""What a process does to itself before it becomes the command: limits, no privileges, landlock, seccomp."""

from __future__ import annotations

import os
import resource
import signal
import sys

import landlock
import seccomp
from kernel import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    call,
    drop_capabilities,
    leave_root,
    prctl,
)
from order import CONFINED, ISOLATED, Order

LINUX = sys.platform == "linux"

SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld-musl-x86_64.path", "/etc/alternatives"),
    *("/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/hosts", "/etc/host.conf", "/etc/protocols"),
    *(
        "/etc/services",
        "/etc/localtime",
        "/etc/timezone",
        "/etc/mime.types",
        "/etc/os-release",
        "/etc/debian_version",
    ),
    *("/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ssl/cert.pem", "/etc/pki/tls", "/etc/ca-certificates"),
    *("/etc/python3", "/etc/locale.alias"),
    *(f"/etc/python3.{minor}" for minor in range(11, 20)),
)
"""What an interpreter and the programs of a system read; nothing in it is anybody's own."""

KERNEL = (
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/uptime", "/proc/loadavg", "/proc/version"),
    *("/proc/filesystems", "/proc/sys/kernel/osrelease", "/proc/sys/vm/overcommit_memory"),
    "/sys/devices/system/cpu",
)
"""What says how large the machine is; nothing in it is about a process."""

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

_SPARE = 64  #: processes that the kernel's own limit lies above ours, so that ours is the one that is named
_NICE = 5


def keep_as_family() -> None:
    """Make orphans of the jail ours, and end in order when somebody ends us."""
    ignore("SIGINT", "SIGQUIT", "SIGPIPE")
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), lambda *_: sys.exit(1))
    if LINUX:
        prctl(PR_SET_CHILD_SUBREAPER, 1)


def ignore(*names: str) -> None:
    """Let these signals do nothing."""
    for name in names:
        signal.signal(getattr(signal, name), signal.SIG_IGN)


def hide() -> None:
    """Keep what is in this process's memory, descriptors and environment from others of the same user."""
    if LINUX:
        prctl(PR_SET_DUMPABLE, 0)


def die_with_parent() -> None:
    """Be killed when the process that started this one ends."""
    if LINUX:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def become(order: Order, errors: int) -> None:
    """Confine this process and execute the command in it; never returns. What fails is written to ``errors``."""
    try:
        errors = _close_all_but(errors)
        os.setsid()
        for name in ("SIGINT", "SIGQUIT", "SIGPIPE", "SIGTERM", "SIGHUP"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        os.chdir(order.inside)
        os.umask(0o077)
        _limit(order)
        if LINUX:
            _confine(order)
        os.execve(order.argv[0], list(order.argv), order.environment)  # noqa: S606 - no shell is wanted
    except Exception as error:  # noqa: BLE001 - whatever it is, the command must not run
        os.write(errors, f"{type(error).__name__}: {error}".encode("utf-8", "replace")[:2000])
    finally:
        os._exit(127)


def _limit(order: Order) -> None:
    bounds = {
        "CPU": (order.cpu, order.cpu + 5),
        "FSIZE": (order.file_size,) * 2,
        "NOFILE": (order.open_files,) * 2,
        "CORE": (0, 0),
        # address space is reserved more freely than it is used; what is used is counted from outside
        "AS": (2 * order.memory,) * 2,
        "NPROC": (_threads_of_user(order) + order.processes + _SPARE,) * 2,
    }
    for name, (soft, hard) in bounds.items():
        which = getattr(resource, f"RLIMIT_{name}")
        highest = resource.getrlimit(which)[1]
        if highest != resource.RLIM_INFINITY:
            soft, hard = min(soft, highest), min(hard, highest)  # noqa: PLW2901 - within what we have ourselves
        try:
            resource.setrlimit(which, (soft, hard))
        except (OSError, ValueError):
            if LINUX:
                raise
    os.nice(_NICE)


def _threads_of_user(order: Order) -> int:
    """Threads that the user has already: the kernel counts them in, unless a new user or namespace starts anew."""
    if not LINUX or order.tier >= ISOLATED or (order.user and order.tier >= CONFINED):
        return 0
    count, user = 0, os.getuid()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == user:
                    count += len(os.listdir(f"/proc/{name}/task"))
            except OSError:
                continue
    return count


def _confine(order: Order) -> None:
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    _first_to_go()
    # in a namespace of its own it is still called root
    if not order.user or order.tier < CONFINED or not leave_root(0 if order.tier >= ISOLATED else order.user):
        drop_capabilities()
    if order.tier < CONFINED:
        return
    version = landlock.abi()
    isolated = order.tier >= ISOLATED
    if version:
        landlock.confine(_rules(order, version), network=isolated)
    elif not isolated:
        raise OSError(95, "this kernel has no landlock")
    if not seccomp.available():
        raise OSError(95, "no filter is known for this processor")
    protected = (os.getppid(), -os.getppid(), order.console, -order.console, -1)
    seccomp.confine(isolated=isolated, abi=version, protected=protected)


def _first_to_go() -> None:
    """When memory runs out, the kernel takes a process of the jail before any other."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="utf-8") as score:
            score.write("1000")
    except OSError:
        return


def _rules(order: Order, version: int) -> list[tuple[str, int]]:
    own = [order.directory]
    terminals = ("/dev/pts",) if order.tier >= ISOLATED else ()
    if order.tier >= ISOLATED:  # a view of its own, made for it
        readable: tuple[str, ...] = ("/",)
        own += ["/tmp", "/dev/shm"]  # noqa: S108 - the jail's own, empty and small
    else:
        readable = (*SYSTEM, *KERNEL, *order.readable)
    return [
        *((path, landlock.READ) for path in readable),
        *((path, landlock.TERMINAL) for path in terminals),
        *((path, landlock.DEVICE) for path in DEVICES),
        *((path, landlock.writable(version)) for path in own),
    ]


def _close_all_but(errors: int) -> int:
    """Close every descriptor above the standard ones but this; returns it, which closes itself at the command."""
    if LINUX:
        os.dup2(errors, 3, inheritable=False)
        call("close_range", 4, 1 << 20, 0)
        return 3
    os.set_inheritable(errors, False)
    for descriptor in range(3, 4096):
        if descriptor != errors:
            try:
                os.close(descriptor)
            except OSError:
                continue
    return errors
