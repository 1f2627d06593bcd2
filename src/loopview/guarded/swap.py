"""Renames that lose nothing: two names change places, or a name is taken only when it is free.

Where the system has neither, what comes nearest is done: the caller has looked a moment before.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import Any

_MISSING = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
_DARWIN = sys.platform == "darwin"
_NAME = "renameatx_np" if _DARWIN else "renameat2"
_EXCHANGE = 2
_ONLY_NEW = 4 if _DARWIN else 1


def exchange(folder: int, one: str, other: str) -> bool:
    """Let two names of a directory change places; False when the system cannot and nothing was done.

    Raises ``OSError``.
    """
    return _rename(folder, one, other, _EXCHANGE)


def move_new(folder: int, source: str, target: str) -> None:
    """Rename within a directory; raises ``FileExistsError`` when there is anything at the target."""
    if _rename(folder, source, target, _ONLY_NEW):
        return
    os.link(source, target, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    os.unlink(source, dir_fd=folder)


def _rename(folder: int, source: str, target: str, flags: int) -> bool:
    call = _call()
    if call is None:
        return False
    if call(folder, os.fsencode(source), folder, os.fsencode(target), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in _MISSING:
        return False
    raise OSError(number, os.strerror(number), target)


def _call() -> Any:
    function = getattr(ctypes.CDLL(None, use_errno=True), _NAME, None)
    if function is not None:
        function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return function
