# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""A seccomp filter: system calls that no test needs, and those that lead out of the jail."""

from __future__ import annotations

import ctypes
import errno
import struct

from kernel import MACHINE, PR_SET_SECCOMP, number, prctl

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_KILL_PROCESS = 0x80000000
_MODE_FILTER = 2

_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000  # calls of the x32 ABI, which have other numbers
_FIRST_UNKNOWN = 451  # calls that are younger than this list

_NEW_NAMESPACE = 0x7E020000  # clone flags
_TIOCSTI = 0x5412
_TIOCLINUX = 0x541C
_O_TRUNC = 0o1000
_UNIX, _INET, _INET6 = 1, 2, 10
_STREAM, _DATAGRAM, _SEQPACKET = 1, 2, 5
_KIND = 0xF  # the bits of a socket's type that are not flags

_NEVER = tuple(
    (  # noqa: SIM905 - a list of words
        "ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise process_mrelease "
        "migrate_pages move_pages mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig "
        "fsmount fspick mount_setattr unshare setns keyctl add_key request_key bpf perf_event_open "
        "userfaultfd kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff "
        "acct settimeofday clock_settime adjtimex clock_adjtime quotactl quotactl_fd name_to_handle_at "
        "open_by_handle_at iopl ioperm syslog io_uring_setup io_uring_enter io_uring_register fanotify_init "
        "nfsservctl lookup_dcookie vhangup sethostname setdomainname uselib ustat sysfs modify_ldt shmget "
        "shmat shmctl"
    ).split()
)
#: memory that belongs to no process could not be counted
_UNKNOWN = tuple("clone3 memfd_create memfd_secret openat2".split())  # noqa: SIM905 - a list of words
_SHARED = tuple("semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink".split())  # noqa: SIM905 - a list of words
_SOCKETS = tuple("socket connect bind listen accept accept4".split())  # noqa: SIM905 - a list of words
#: landlock has no rule for these: where no mount is read-only they do nothing and say that they did
_PRETENDED = tuple("chmod fchmod fchmodat chown fchown lchown fchownat utime utimes futimesat utimensat".split())  # noqa: SIM905 - a list of words
_ATTRIBUTES = tuple("setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr".split())  # noqa: SIM905 - a list of words
_OF_OTHERS = tuple("prlimit64 sched_setaffinity sched_setscheduler sched_setparam sched_setattr".split())  # noqa: SIM905 - a list of words
#: name and the first argument that means "one process"
_WHO = (("setpriority", 0), ("ioprio_set", 1))
_SIGNALS = tuple("kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo".split())  # noqa: SIM905 - a list of words


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


class Filter:
    """A filter in the making: blocks that each look at one call, and fall through when it is another."""

    def __init__(self) -> None:
        self._code: list[bytes] = []
        self._put(_LOAD, 4)
        self._put(_EQUAL, _ARCHITECTURE[MACHINE], 1, 0)
        self._put(_RETURN, _KILL_PROCESS)
        self._put(_LOAD, 0)
        self._put(_AT_LEAST, _FIRST_UNKNOWN, 0, 1)
        self._put(_RETURN, _ERRNO | errno.ENOSYS)  # the x32 calls are above that, too

    def deny(self, names: tuple[str, ...], code: int) -> None:
        """Answer these calls with an error; 0: pretend that they worked."""
        for name in names:
            if number(name) >= 0:
                self._put(_EQUAL, number(name), 0, 1)
                self._put(_RETURN, _ERRNO | code)

    def deny_bits(self, name: str, argument: int, bits: int, code: int) -> None:
        """Answer with an error when any of ``bits`` is set in an argument."""
        self._block(name, [(_LOAD, _at(argument)), (_ANY_BIT, bits, 0, 1), (_RETURN, _ERRNO | code)])

    def deny_values(self, name: str, argument: int, values: tuple[int, ...], code: int) -> None:
        """Answer with an error when an argument is one of ``values`` (32 bits of it)."""
        tests = [
            step for value in values for step in ((_EQUAL, value & 0xFFFFFFFF, 0, 1), (_RETURN, _ERRNO | code))
        ]
        self._block(name, [(_LOAD, _at(argument)), *tests])

    def only_values(self, name: str, argument: int, values: tuple[int, ...], code: int, mask: int = -1) -> None:
        """Answer with an error unless an argument, under ``mask``, is one of ``values``."""
        tests = [(_EQUAL, value, len(values) - place, 0) for place, value in enumerate(values)]
        masked = [(_LOAD, _at(argument)), *([(_AND, mask)] if mask >= 0 else [])]
        self._block(name, [*masked, *tests, (_RETURN, _ERRNO | code)])

    def deny_emptying(self, name: str, argument: int) -> None:
        """Answer with an error when a file is opened for reading and emptied by it."""
        steps = [(_LOAD, _at(argument)), (_ANY_BIT, 3, 2, 0), (_ANY_BIT, _O_TRUNC, 0, 1)]
        self._block(name, [*steps, (_RETURN, _ERRNO | errno.EPERM)])

    def install(self) -> None:
        """Put the filter over this process for good; raises `OSError`."""
        self._put(_RETURN, _ALLOW)
        program = _Program(len(self._code), b"".join(self._code))
        prctl(PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program))

    def _block(self, name: str, steps: list[tuple[int, ...]]) -> None:
        if number(name) < 0:
            return
        self._put(_EQUAL, number(name), 0, len(steps) + 1)
        for step in steps:
            self._put(*step)
        self._put(_LOAD, 0)  # the next block looks at the call's number again

    def _put(self, code: int, value: int, yes: int = 0, no: int = 0) -> None:
        self._code.append(struct.pack("HBBI", code, yes, no, value))


def _at(argument: int) -> int:
    """Where the low half of an argument stands in what a filter sees."""
    return 16 + 8 * argument


def available() -> bool:
    """Whether we know this processor's calls."""
    return MACHINE in _ARCHITECTURE


def confine(*, isolated: bool, abi: int, protected: tuple[int, ...]) -> None:
    """Put the filter over this process. Raises `OSError`.

    ``isolated``: namespaces stand around it, so that sockets lead nowhere and files outside are read-only.
    ``abi``: what landlock holds; the filter makes up for what it can. ``protected``: processes that must not be
    signalled where landlock knows nothing of signals.
    """
    rules = Filter()
    rules.deny(_NEVER, errno.EPERM)
    rules.deny(_UNKNOWN, errno.ENOSYS)
    rules.deny_bits("clone", 0, _NEW_NAMESPACE, errno.EPERM)
    rules.deny_values("ioctl", 1, (_TIOCSTI, _TIOCLINUX), errno.EPERM)
    rules.only_values("socketpair", 0, (_UNIX,), errno.EACCES)
    if isolated:
        rules.only_values("socketpair", 1, (_STREAM, _DATAGRAM, _SEQPACKET), errno.EACCES, _KIND)
        rules.only_values("socket", 0, (_INET, _INET6), errno.EACCES)  # a name of a file could lead out
        rules.only_values("socket", 1, (_STREAM, _DATAGRAM), errno.EACCES, _KIND)
        rules.only_values("socket", 2, (0, 6, 17), errno.EACCES)  # as it comes, TCP, UDP
    else:
        _shut(rules)
    if abi < 3:  # noqa: PLR2004 - from there on landlock knows what emptying a file is
        rules.deny(("truncate",), errno.EPERM)
        rules.deny_emptying("open", 1)
        rules.deny_emptying("openat", 2)
    if abi < 6 and not isolated:  # noqa: PLR2004 - from there on landlock knows of signals
        rules.deny(("pidfd_send_signal",), errno.ENOSYS)
        for name in _SIGNALS:
            rules.deny_values(name, 0, protected, errno.EPERM)
    rules.install()


def _shut(rules: Filter) -> None:
    """What nothing else holds where there are no namespaces."""
    rules.deny(_SOCKETS, errno.EACCES)
    rules.only_values("socketpair", 1, (_STREAM,), errno.EACCES, _KIND)
    rules.deny(_SHARED, errno.EPERM)
    rules.deny(_PRETENDED, 0)
    rules.deny(_ATTRIBUTES, errno.ENOTSUP)
    for name in _OF_OTHERS:
        rules.only_values(name, 0, (0,), errno.EPERM)
    for name, one_process in _WHO:
        rules.only_values(name, 0, (one_process,), errno.EPERM)
        rules.only_values(name, 1, (0,), errno.EPERM)
