"""Whatever the operator has in the tree and in the index, a publish changes the touched paths or nothing."""

from __future__ import annotations

import os
import random
import sys
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from loopview.domain.change import Change
from loopview.modify.git_safety import Refused

sys.path.insert(0, str(Path(__file__).parent))
from git_stage import every_byte, publish, repository, run

NAMES = [f"{folder}{name}" for folder in ("", "lib/", "lib/deep/") for name in ("a.py", "b.txt", "c.md", "d.sh")]
OTHERS = ["untracked", "lib/new.py", "other/x", "lib/deep/e.log"]


def disorder(root: Path, chance: random.Random) -> None:
    """One thing that an operator may have done."""
    path = root / chance.choice(NAMES)
    other = root / chance.choice(OTHERS)
    name, rest = str(path.relative_to(root)), str(other.relative_to(root))
    with suppress(OSError, CalledProcessError):
        chance.choice(
            [
                lambda: path.write_text("mine\n"),
                lambda: path.write_text(path.read_text().swapcase()),  # of the same size, in the same moment
                lambda: path.write_text(""),
                path.unlink,
                lambda: path.chmod(0o755),
                lambda: (path.unlink(), path.symlink_to("a.py")),
                lambda: (path.unlink(), path.mkdir(), (path / "inside").write_text("x")),
                lambda: run(root, "add", "-A", "--", name),
                lambda: (path.write_text("staged\n"), run(root, "add", "--", name), path.write_text("and more\n")),
                lambda: run(root, "rm", "-q", "--cached", "--", name),
                lambda: run(root, "mv", name, f"{name}.moved"),
                lambda: run(root, "update-index", "--assume-unchanged", name),
                lambda: run(root, "update-index", "--skip-worktree", name),
                lambda: (other.parent.mkdir(exist_ok=True), other.write_text("untracked\n")),
                lambda: (other.write_text("new\n"), run(root, "add", "--", rest)),
                lambda: (other.write_text("planned\n"), run(root, "add", "-N", "--", rest)),
                lambda: (root / ".gitignore").write_text("*.log\nother/\n"),
                (root / "empty").mkdir,
                lambda: os.utime(path, (1, 1)),
                lambda: (root / "lib").rename(root / "lib2"),
                lambda: run(root, "stash"),
            ]
        )()


def wanted(chance: random.Random) -> list[Change]:
    changes = {name: chance.choice([None, b"edited\n", b""]) for name in chance.sample(NAMES, chance.randint(1, 3))}
    if chance.random() < 0.4:
        changes[chance.choice([*OTHERS, "lib/fresh/new.py"])] = b"made\n"
    return [Change(path, content) for path, content in changes.items()]


def staged(root: Path) -> dict[str, str]:
    """Every entry of the index with its flags."""
    rows = {}
    lines = run(root, "ls-files", "--stage", "-v", "--debug").splitlines()
    for line in lines:
        if not line.startswith("  "):
            entry, _, path = line.partition("\t")
            rows[path] = entry
        elif "flags:" in line:
            rows[path] += line.rpartition("flags:")[2]
    return rows


def rows_of(root: Path, without: set[str]) -> list[str]:
    rows = run(root, "status", "--porcelain=v2", "--untracked-files=all", "--ignored").splitlines()
    return [row for row in rows if row.split(" ", 8)[-1].split("\t")[0] not in without]


def one_disorder(root: Path, seed: int) -> str:
    chance = random.Random(seed)
    git = repository(root)
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"this is {name}\n")
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "names")
    candidate = git.candidate(git.snapshot().commit, wanted(chance))
    for _ in range(chance.randint(0, 5)):
        disorder(root, chance)
    paths = {delta.path for delta in candidate.files}
    folders = {f"{parent}" for path in paths for parent in Path(path).parents}
    before, index, rows = every_byte(root), staged(root), rows_of(root, paths)
    before, index = every_byte(root), staged(root)  # a status writes times into the index
    try:
        publish(git, candidate)
    except Refused as refused:
        assert every_byte(root) == before, seed
        assert staged(root) == index, seed
        return refused.kind
    ours = (*paths, ".git")
    kept = {path: word for path, word in before.items() if not path.startswith(ours) and path not in folders}
    after = {
        path: word for path, word in every_byte(root).items() if not path.startswith(ours) and path not in folders
    }
    assert after == kept, seed
    now = staged(root)
    assert {path: row for path, row in now.items() if path not in paths} == {
        path: row for path, row in index.items() if path not in paths
    }, seed
    assert rows_of(root, paths) == rows, seed
    for delta in candidate.files:
        place = root / delta.path
        content = place.read_bytes() if place.exists() else None
        assert content == git.read(candidate.tree, delta.path), seed
        assert run(root, "status", "--porcelain", "--", delta.path) == "", seed
    return "published"


def test_some_disorders(tmp_path: Path) -> None:
    ends = {one_disorder(tmp_path / str(seed), seed) for seed in range(10)}
    assert {"published", "dirty"} <= ends


@pytest.mark.slow
@pytest.mark.parametrize("ten", range(1, 40))
def test_many_disorders(tmp_path: Path, ten: int) -> None:
    for seed in range(ten * 10, ten * 10 + 10):
        one_disorder(tmp_path / str(seed), seed)
