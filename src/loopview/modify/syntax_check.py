"""Whether what an edit made of Python files compiles, found out in the jail: a parser can be brought down, too."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Protocol

from loopview.guarded.interpreter import prefixes
from loopview.guarded.jail import Ended, Jail, Limits
from loopview.guarded.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.domain.evidence import Tier

_LIMITS = Limits(wall=30.0, cpu=30, memory=1 << 30)
_LONGEST = 300  #: characters of a message

_PROGRAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
for number, path in enumerate(json.loads(sys.argv[1])):
    with open(str(number), "rb") as file:
        source = file.read()
    try:
        compile(source, path, "exec", dont_inherit=True)
        said = None
    except SyntaxError as error:
        said = [error.lineno or 0, error.msg]
    except Exception as error:
        said = [0, f"{type(error).__name__}: {error}"]
    print(json.dumps([number, said]), flush=True)
"""


class Source(Protocol):
    """Where contents come from."""

    def read(self, commit_or_tree: str, path: str) -> bytes | None:
        """The content of a file."""


def compile_all(
    source: Source, tree: str, paths: Sequence[str], *, python: str, tier: Tier, runs: str
) -> list[str]:
    """Compile the files of a tree, run nothing; returns one sentence for each that does not compile.

    Raises `JailFailed` when there was no jail to do it in.
    """
    with scratch(runs) as place:
        for number, path in enumerate(paths):
            with open(os.path.join(place, str(number)), "xb") as file:
                file.write(source.read(tree, path) or b"")
        jail = Jail(tier, _LIMITS, prefixes(python))
        ended = jail.run((python, "-I", "-S", "-B", "-c", _PROGRAM, json.dumps(list(paths))), place)
    return _problems(paths, ended)


def _problems(paths: Sequence[str], ended: Ended) -> list[str]:
    told = dict(filter(None, map(_told, ended.output.splitlines())))
    problems = []
    for number, path in enumerate(paths):
        if number not in told:
            why = f"{ended.limit} limit" if ended.limit else f"code {ended.code}"
            problems.append(f"{path}: it cannot be compiled: the compiler ended with {why}")
            break  # it never came to the ones after it
        if told[number]:
            problems.append(f"{path}{told[number]}")
    return problems


def _told(line: bytes) -> tuple[int, str] | None:
    """File number and what is wrong with it; nothing where the line is not ours."""
    try:
        number, said = json.loads(line)
        if said is None:
            return int(number), ""
        where = f":{int(said[0])}" if said[0] else ""
        return int(number), f"{where}: {str(said[1])[:_LONGEST]}"
    except (ValueError, TypeError, IndexError, KeyError):
        return None


def interpreter_of(command: Sequence[str]) -> str:
    """The interpreter whose syntax counts: the one that runs the tests, else ours."""
    first = command[0] if command else ""
    return first if os.path.isabs(first) and os.path.basename(first).startswith("python") else sys.executable
