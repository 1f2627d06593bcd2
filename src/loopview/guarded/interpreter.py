"""What a program needs to read to run: for an interpreter its own tree and the one it was made from."""

from __future__ import annotations

import os
import sys

_SYSTEM = ("/usr", "/opt", "/nix", "/gnu")
_LONGEST_FILE = 64 * 1024  #: bytes of a pyvenv.cfg


def prefixes(executable: str) -> tuple[str, ...]:
    """Directories that ``executable``, an absolute path, and what it loads live in.

    Where it lives in no such directory (in ``~/.local/bin``, or beside credentials) it is the program's file alone.
    """
    executable = os.path.abspath(executable)
    found = [_tree(executable), _tree(os.path.realpath(executable))]
    if executable == os.path.abspath(sys.executable):
        found += [sys.prefix, sys.base_prefix]
    for tree in tuple(found):
        base = _base(os.path.join(tree, "pyvenv.cfg"))
        if base:
            found += [base, os.path.realpath(base)]
    trees = [tree for tree in found if _is_tree(tree)]
    return tuple(dict.fromkeys((*trees, executable, os.path.realpath(executable))))


def _tree(executable: str) -> str:
    """What stands around ``bin/``; the program's own file when it is in no such place."""
    folder = os.path.dirname(executable)
    return os.path.dirname(folder) if os.path.basename(folder) in {"bin", "sbin"} else executable


def _base(config: str) -> str:
    """The tree of the interpreter that a virtual environment was made from."""
    try:
        with open(config, "rb") as file:
            lines = file.read(_LONGEST_FILE).decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        name, _, value = line.partition("=")
        if name.strip() == "home" and os.path.isabs(value.strip()):
            return _tree(os.path.join(value.strip(), "python"))
    return ""


def _is_tree(path: str) -> bool:
    """Whether a directory is a program's own: an interpreter's or the system's, and no home is in it."""
    real = os.path.realpath(path)
    if any(real == top or real.startswith(f"{top}/") for top in _SYSTEM):
        return True
    home = os.path.realpath(os.path.expanduser("~"))
    if home == real or home.startswith(real.rstrip("/") + "/") or real == os.path.join(home, ".local"):
        return False
    return os.path.isfile(os.path.join(real, "pyvenv.cfg")) or _has_libraries(os.path.join(real, "lib"))


def _has_libraries(folder: str) -> bool:
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return any(name.startswith(("python3", "node_modules")) for name in names)
