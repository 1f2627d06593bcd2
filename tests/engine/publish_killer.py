"""A publish that is killed at one of its steps, in a process of its own, and what must hold afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from git_stage import every_byte, publish, repository, run, safety

from loopview.domain.change import Change
from loopview.modify.git_safety import Intent, Refused, Unfinished

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHANGES = (
    Change("src/code.py", b"a = 2\n"),
    Change("src/tool.sh", b"#!/bin/sh\necho new"),
    Change("new/deep/file.py", b"x = 1\n"),
    Change("gone/soon.txt", None),
)
MINE = "a = 1  # and mine\n"
"""What the operator makes of a file that is to be published."""
OLD = {
    "src/code.py": b"a = 1\n",
    "src/tool.sh": b"#!/bin/sh\necho old\n",
    "new/deep/file.py": None,
    "gone/soon.txt": b"bye\n",
}
TOUCHED = ("src/code.py", "src/tool.sh", "new/deep", "gone", ".git")
CHANGING = (
    "openat",
    "write",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "fsync",
    "fdatasync",
    "utimensat",
    "fchmod",
    "chmod",
    "ftruncate",
)
"""The system calls that can change something."""
_STEPS = frozenset(
    {
        "open",
        "os.rename",
        "os.remove",
        "os.mkdir",
        "os.rmdir",
        "os.link",
        "os.utime",
        "os.chmod",
        "os.posix_spawn",
        "ctypes.dlsym",
        "fcntl.flock",
        "shutil.copyfile",
        "shutil.rmtree",
    }
)
LEFT_BY_US = (
    ".loopview-",
    "index.loopview",
    "index.lock",
    "tmp_obj_",
    "HEAD.lock",
    "main.lock",
    "packed-refs.lock",
)


class Stage(NamedTuple):
    """One repository with work of the operator's in it, and how it looked."""

    root: Path
    bytes: dict[str, str]  #: of everything that a publish has no business with
    status: str


def dirty(root: Path) -> None:
    """Work of every kind that has nothing to do with the edit."""
    (root / "kept.txt").write_text("one\nmine\n")
    (root / "docs" / "page.md").write_text("# staged\n")
    run(root, "add", "docs/page.md")
    (root / "docs" / "page.md").write_text("# and more\n")
    (root / "planned").write_text("later\n")
    run(root, "add", "-N", "planned")
    (root / "new").mkdir()
    (root / "new" / "neighbour").write_text("untracked\n")
    (root / "src" / "other.py").write_text("b = 1\n")


def prepared(root: Path) -> Path:
    """A repository with such work in it, to be copied."""
    repository(root)
    dirty(root)
    return root


def copied(template: Path, to: Path) -> Stage:
    shutil.copytree(template, to, symlinks=True)
    return Stage(to, every_byte(to, without=TOUCHED), work_of(to))


def fresh(template: Path, folder: Path) -> Stage:
    """Another copy in place of the one before."""
    for path in (folder / "repo", folder / "repo-private"):
        shutil.rmtree(path, ignore_errors=True)
    return copied(template, folder / "repo")


def steps_of(template: Path, folder: Path) -> int:
    """How many steps a publish takes when nothing happens to it."""
    stage = copied(template, folder / "repo")
    whole = killed(stage.root, 0)
    assert not whole.died
    in_step(stage, whole.intent, published=True)
    return whole.steps


def work_of(root: Path) -> str:
    """The operator's own rows of the status."""
    return run(root, "status", "--porcelain=v2", "--untracked-files=all", GIT_OPTIONAL_LOCKS="0")


class Run(NamedTuple):
    """A publish in a process of its own, as it ended."""

    intent: Intent
    died: bool
    steps: int  #: taken after the intent; 0 when it was killed


def disturbed(root: Path, at: int, act: Callable[[], object], path: str = "") -> Run:
    """Publish in another process, in which ``act`` is called at the step ``at`` after the intent.

    ``path`` is where it looks for git first.
    """
    record, counted = _record_of(root), root.parent / f"{root.name}.steps"
    for file in (record, counted):
        file.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.environ["PATH"] = f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]
            steps = _Steps(at, act)
            git = safety(root)
            candidate = git.candidate(git.snapshot().commit, CHANGES)
            sys.addaudithook(steps)
            with suppress(Refused, Unfinished, KeyboardInterrupt):
                publish(git, candidate, lambda intent: steps.begin(root, intent))
            counted.write_text(str(steps.taken))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    died = os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    assert died or counted.exists()
    return Run(_intent_of(root), died, 0 if died else int(counted.read_text()))


def killed(root: Path, at: int) -> Run:
    """Publish in another process and kill it at the step ``at`` after the intent."""
    return disturbed(root, at, lambda: os.kill(os.getpid(), signal.SIGKILL))


def traced(root: Path) -> list[tuple[str, int]]:
    """Publish under strace; returns the system calls after the intent: name, and which one of that name it was."""
    log = root.parent / "calls"
    _strace(root, "-o", str(log))
    calls, counts, begun = [], Counter[str](), False
    for line in log.read_text(errors="replace").splitlines():
        name = line.partition("(")[0]
        if name not in CHANGING:
            continue
        counts[name] += 1
        if begun and "O_RDONLY" not in line:
            calls.append((name, counts[name]))
        begun = begun or f"{root.name}.intent" in line
    return calls[1:]  # the first one is still the intent's


def killed_by_trace(root: Path, name: str, number: int) -> Intent | None:
    """Publish and kill the process at a system call; None when it got to its end."""
    done = _strace(root, "-o", "/dev/null", "-e", f"inject={name}:signal=KILL:when={number}")
    return _intent_of(root) if done != 0 else None


def _strace(root: Path, *words: str) -> int:
    _record_of(root).unlink(missing_ok=True)
    command = [sys.executable, "-c", "import publish_killer as k; k.publish_here()", str(root)]
    inside = {**os.environ, "PYTHONPATH": os.path.dirname(__file__), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        ["strace", "-qq", "-e", f"trace={','.join(CHANGING)}", *words, *command],
        env=inside,
        check=False,
        timeout=60,
    ).returncode


def publish_here() -> None:
    """Publish in the repository that the command line names."""
    from pathlib import Path

    root = Path(sys.argv[1])
    git = safety(root)
    candidate = git.candidate(git.snapshot().commit, CHANGES)
    publish(git, candidate, lambda intent: _keep(root, intent))


def _record_of(root: Path) -> Path:
    return root.parent / f"{root.name}.intent"


def _keep(root: Path, intent: Intent) -> None:
    _record_of(root).write_text(json.dumps(intent.as_record()))


def _intent_of(root: Path) -> Intent:
    return Intent.from_record(json.loads(_record_of(root).read_text()))


class _Steps:
    """Counts what the interpreter is about to do to files and processes."""

    def __init__(self, at: int, act: Callable[[], object]) -> None:
        self.taken = -1
        self._at = at
        self._act = act

    def begin(self, root: Path, intent: Intent) -> None:
        _keep(root, intent)
        self.taken = 0

    def __call__(self, event: str, _words: tuple[object, ...]) -> None:
        if self.taken < 0 or event not in _STEPS:
            return
        self.taken += 1
        if self.taken == self._at:
            self._act()


def settled(stage: Stage, intent: Intent) -> str:
    """Recover once, look at everything, recover again; returns what became of the publish."""
    done = safety(stage.root).recover(intent)
    assert done.outcome in {"published", "untouched"}, done
    in_step(stage, intent, published=done.outcome == "published")
    everything = every_byte(stage.root)
    again = safety(stage.root).recover(intent)
    assert again.outcome == done.outcome
    assert every_byte(stage.root) == everything
    return done.outcome


def in_step(stage: Stage, intent: Intent, *, published: bool) -> None:
    """Main is old or new, the touched paths with it; the operator's work is there and nothing of ours."""
    root = stage.root
    assert run(root, "rev-parse", "main") == (intent.commit if published else intent.base_commit)
    for path, content in (dict(CHANGES) if published else OLD).items():
        place = root / path
        assert (place.read_bytes() if place.exists() else None) == content, path
    assert os.access(root / "src" / "tool.sh", os.X_OK)
    assert every_byte(root, without=TOUCHED) == stage.bytes
    assert work_of(root) == stage.status
    nothing_left(root)


def nothing_left(root: Path) -> None:
    """No reference, lock or temporary file of ours."""
    assert run(root, "for-each-ref", "refs/loopview") == ""
    names = [path.name for path in root.rglob("*")]
    assert [name for name in names if name.startswith(LEFT_BY_US)] == []
