# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""System calls that Python has no name for, by number, for the processors we know."""

from __future__ import annotations

import ctypes
import os
import platform

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47

_RAISE, _CLEAR_ALL = 2, 4
_CAP_DAC_OVERRIDE, _CAP_FOWNER, _CAP_KILL, _CAP_SETPCAP = 1, 3, 5, 8
_CAPABILITIES_VERSION = 0x20080522
_HIGHEST_CAPABILITY = 63
#: no root magic, no fix-up on a change of user, no ambient capabilities; each of them locked
_SECUREBITS = 0x01 | 0x02 | 0x04 | 0x08 | 0x40 | 0x80

MACHINE = platform.machine()

#: name -> number, first x86_64, then arm64; -1 where a processor has no such call
_NUMBERS: dict[str, tuple[int, int]] = {
    "accept": (43, 202),
    "accept4": (288, 242),
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bind": (49, 200),
    "bpf": (321, 280),
    "capset": (126, 91),
    "chmod": (90, -1),
    "chown": (92, -1),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": (435, 435),
    "close_range": (436, 436),
    "connect": (42, 203),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "finit_module": (313, 273),
    "fremovexattr": (199, 16),
    "fsconfig": (431, 431),
    "fsetxattr": (190, 7),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "futimesat": (261, -1),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioctl": (16, 29),
    "ioperm": (173, -1),
    "iopl": (172, -1),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "kill": (62, 129),
    "landlock_add_rule": (445, 445),
    "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446),
    "lchown": (94, -1),
    "listen": (50, 201),
    "lookup_dcookie": (212, 18),
    "lremovexattr": (198, 15),
    "lsetxattr": (189, 6),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "migrate_pages": (256, 238),
    "modify_ldt": (154, -1),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "msgctl": (71, 187),
    "msgget": (68, 186),
    "msgrcv": (70, 188),
    "msgsnd": (69, 189),
    "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42),
    "open": (2, -1),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "openat": (257, 56),
    "openat2": (437, 437),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "pivot_root": (155, 41),
    "prlimit64": (302, 261),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "removexattr": (197, 14),
    "request_key": (249, 218),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "semctl": (66, 191),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "setpriority": (141, 140),
    "settimeofday": (164, 170),
    "setxattr": (188, 5),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmget": (29, 194),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "sysfs": (139, -1),
    "syslog": (103, 116),
    "tgkill": (234, 131),
    "tkill": (200, 130),
    "truncate": (76, 45),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "uselib": (134, -1),
    "userfaultfd": (323, 282),
    "ustat": (136, -1),
    "utime": (132, -1),
    "utimensat": (280, 88),
    "utimes": (235, -1),
    "vhangup": (153, 58),
}
_COLUMN = {"x86_64": 0, "aarch64": 1}.get(MACHINE, -1)

_libc = ctypes.CDLL(None, use_errno=True)


def number(name: str) -> int:
    """The number of a system call on this machine; -1 when it has none or we do not know the processor."""
    return -1 if _COLUMN < 0 else _NUMBERS[name][_COLUMN]


def call(name: str, *arguments: object) -> int:
    """Make a system call; integers and ctypes values as arguments. Raises `OSError`."""
    which = number(name)
    if which < 0:
        raise OSError(38, f"no system call {name} on {MACHINE}")
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    ctypes.set_errno(0)
    result: int = _libc.syscall(ctypes.c_long(which), *words)
    return _checked(result, name)


def prctl(option: int, *arguments: object) -> int:
    """Make a prctl call; raises `OSError`."""
    words = [ctypes.c_ulong(word) if isinstance(word, int) else word for word in arguments]
    words += [ctypes.c_ulong(0)] * (4 - len(words))
    ctypes.set_errno(0)
    return _checked(_libc.prctl(ctypes.c_int(option), *words), f"prctl {option}")


def _checked(result: int, name: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def drop_capabilities(*, may_kill: bool = False) -> None:
    """Give up every capability, for this process and all that it starts. Raises `OSError`.

    ``may_kill``: but that to end processes of another user in our namespace.
    """
    _bound()
    _allowed_to_fail(PR_SET_SECUREBITS, _SECUREBITS)
    _allowed_to_fail(PR_CAP_AMBIENT, _CLEAR_ALL)
    _set_capabilities(1 << _CAP_KILL if may_kill else 0, 0)


def leave_root(user: int) -> bool:
    """Become ``user``, who is not the root that we are, with root's rights on files only; False where we may not.

    No limit on processes holds for root itself. What it may touch is decided by landlock and by mounts, as before.
    """
    kept = (1 << _CAP_DAC_OVERRIDE) | (1 << _CAP_FOWNER)
    _bound(kept)
    try:
        prctl(PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:
        return False
    _set_capabilities(kept | (1 << _CAP_SETPCAP), kept)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_FOWNER):
        prctl(PR_CAP_AMBIENT, _RAISE, capability)
    _allowed_to_fail(PR_SET_SECUREBITS, _SECUREBITS)
    _set_capabilities(kept, kept)
    return True


def _bound(kept: int = 0) -> None:
    for capability in range(_HIGHEST_CAPABILITY + 1):
        if not kept >> capability & 1:
            _allowed_to_fail(PR_CAPBSET_DROP, capability)


def _set_capabilities(permitted: int, inherited: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    values = (ctypes.c_uint32 * 6)(permitted, permitted, inherited, 0, 0, 0)
    call("capset", ctypes.byref(header), ctypes.byref(values))


def _allowed_to_fail(option: int, argument: int) -> None:
    """A process without the capability to set this needs none of it: the last step is what counts."""
    try:
        prctl(option, argument)
    except OSError:
        return
