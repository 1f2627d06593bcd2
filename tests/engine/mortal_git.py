"""A git in front of the real one, for which a test can choose the call and the system call at which it dies."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT = """#!/bin/sh
[ -e {record} ] || exec {real} "$@"
number=$(($(cat {count} 2>/dev/null || echo 0) + 1))
echo $number > {count}
[ $number = {call} ] || exec {real} "$@"
echo "$*" > {called}
case {how} in
before) kill -9 $PPID; exit 1 ;;
after) {real} "$@"; kill -9 $PPID ;;
half) {strace} -qq -o /dev/null -e trace={name} -e inject={name}:signal=KILL:when={when} {real} "$@"
    [ $? = 0 ] && echo whole > {called}.whole
    kill -9 $PPID ;;
alone) {strace} -qq -o /dev/null -e trace={name} -e inject={name}:signal=KILL:when={when} {real} "$@"
    code=$?
    [ $code = 0 ] && echo whole > {called}.whole
    [ $code = 137 ] && kill -9 $$
    exit $code ;;
esac
"""


class MortalGit:
    """Stands first on the PATH of a publish; counts the calls after the intent is on record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder.parent / "repo.intent"
        self._count = folder / "count"
        self._called = folder / "called"
        folder.mkdir(exist_ok=True)

    def arm(self, call: int, how: str, name: str = "openat", when: int = 0) -> None:
        """Let the call with a number end: before or after its work, at a system call, with the publish or alone.

        The system call has a name and a number among those of its name.
        """
        for path in (self._count, self._called, self.folder / "called.whole"):
            path.unlink(missing_ok=True)
        script = self.folder / "git"
        script.write_text(
            _SCRIPT.format(
                record=self._record,
                count=self._count,
                called=self._called,
                real=shutil.which("git", path=os.defpath),
                strace=shutil.which("strace"),
                name=name,
                call=call,
                how=how,
                when=when,
            )
        )
        script.chmod(0o755)

    @property
    def calls(self) -> int:
        """How many calls there were after the intent."""
        return int(self._count.read_text())

    @property
    def called(self) -> str:
        """The words of the call that was to end; empty when there was none."""
        return self._called.read_text() if self._called.exists() else ""

    @property
    def was_whole(self) -> bool:
        """Whether the call had ended before the system call came."""
        return (self.folder / "called.whole").exists()
