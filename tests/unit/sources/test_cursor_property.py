"""Whatever happens to a file between two looks: the lines of a generation are the lines of the file, each once."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from loopview.domain.records import SourceFile
from loopview.sources.cursor import Cursor


class LivingFile(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.file = self.folder / "f.jsonl"
        self.cursor = Cursor(SourceFile("f.jsonl", str(self.file), "cycles", "retro"), line_cap=64, poll_cap=48)
        self.seen: dict[int, dict[int, bytes]] = {}
        self.rotated: list[bytes] = []
        self.count = 0

    def teardown(self) -> None:
        self.cursor.close()
        shutil.rmtree(self.folder)

    def fresh(self, lines: int, width: int) -> bytes:
        self.count += 1
        return b"".join(b"%d.%d %s\n" % (self.count, line, b"x" * width) for line in range(lines))

    @rule(lines=st.integers(1, 6), width=st.integers(0, 90))
    def append(self, lines: int, width: int) -> None:
        with self.file.open("ab") as out:
            out.write(self.fresh(lines, width))

    @rule(width=st.integers(0, 90))
    def tear(self, width: int) -> None:
        with self.file.open("ab") as out:
            out.write(self.fresh(1, width)[:-1])

    @rule()
    def glue(self) -> None:
        with self.file.open("ab") as out:
            out.write(b"{}{}\n\n\r\n")

    @rule(lines=st.integers(0, 4))
    def rotate(self, lines: int) -> None:
        self.look()
        if self.file.exists():
            self.file.rename(self.folder / f"old{self.count}")
        self.file.write_bytes(b"new " + self.fresh(lines + 1, 3))

    @rule(keep=st.floats(0, 1))
    @precondition(lambda self: self.file.exists())
    def truncate(self, keep: float) -> None:
        os.truncate(self.file, int(self.file.stat().st_size * keep))

    @rule(lines=st.integers(1, 30))
    def copy_and_truncate(self, lines: int) -> None:
        self.file.write_bytes(b"again " + self.fresh(lines, 5))

    @rule(lines=st.integers(0, 9))
    def replace(self, lines: int) -> None:
        new = self.folder / "new"
        new.write_bytes(b"other " + self.fresh(lines + 1, 5))
        new.replace(self.file)

    @rule()
    def rewrite_in_place(self) -> None:
        if self.file.exists() and (size := self.file.stat().st_size):
            filler = b"same %d " % self.count + b"y" * size
            self.count += 1
            self.file.write_bytes(filler[: size - 1] + b"\n")

    @rule()
    def delete(self) -> None:
        self.file.unlink(missing_ok=True)

    @rule()
    def look(self) -> None:
        for _ in range(400):
            delta = self.cursor.poll()
            taken = self.seen.setdefault(delta.position.generation, {})
            if delta.restarted:
                assert not taken
            for item in (*delta.lines, *delta.rejects):
                assert item.number not in taken, "a line came twice"
                taken[item.number] = item.text if hasattr(item, "text") else item.sample.encode()
            if not delta.backlog and not delta.lines and not delta.rejects:
                return
        raise AssertionError("a look without end")

    @invariant()
    def nothing_is_lost(self) -> None:
        if not self.file.exists():
            return
        self.look()
        taken = self.seen[self.cursor.position.generation]
        lines = self.file.read_bytes().split(b"\n")[:-1]
        assert [taken[number][:64] for number in range(1, len(lines) + 1)] == [line[:64] for line in lines]
        assert len(taken) == len(lines)


class RarelySeenFile(LivingFile):
    """The same, looked at only now and then."""

    @invariant()
    def nothing_is_lost(self) -> None:
        if self.count % 3 == 0:
            super().nothing_is_lost()


TestLivingFile = LivingFile.TestCase
TestLivingFile.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestRarelySeenFile = RarelySeenFile.TestCase
TestRarelySeenFile.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
