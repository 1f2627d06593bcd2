"""A publish may be killed at any point: one recovery, and main is old or new, with the work tree in step."""

from __future__ import annotations

import shutil
import sys
from itertools import product
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from git_stage import run
from mortal_git import MortalGit
from publish_killer import (
    CHANGES,
    CHANGING,
    MINE,
    OLD,
    disturbed,
    fresh,
    in_step,
    killed,
    killed_by_trace,
    nothing_left,
    prepared,
    settled,
    steps_of,
    traced,
)

SAMPLE = 10


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("template") / "repo")


@pytest.fixture(scope="module")
def steps(template: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    return steps_of(template, tmp_path_factory.mktemp("counted"))


def some(steps: int, many: int) -> list[int]:
    return [1 + number * steps // many for number in range(many)]


def killed_at(template: Path, tmp_path: Path, numbers: list[int]) -> None:
    for number in numbers:
        stage = fresh(template, tmp_path)
        cut = killed(stage.root, number)
        if not cut.died:  # the last steps are not always as many
            assert number > 1
            break
        settled(stage, cut.intent)


def test_a_kill_at_some_steps_is_repaired(template: Path, tmp_path: Path, steps: int) -> None:
    killed_at(template, tmp_path, some(steps, SAMPLE))


@pytest.mark.slow
def test_a_kill_at_every_step_is_repaired(template: Path, tmp_path: Path, steps: int) -> None:
    killed_at(template, tmp_path, list(range(1, steps + 1)))


def saved_at(template: Path, tmp_path: Path, numbers: list[int]) -> None:
    """The operator's editor saves a touched file in the middle of a publish; both ways of saving there are."""
    for number in numbers:
        for way in ("in place", "by rename"):
            stage = fresh(template, tmp_path)
            file = stage.root / "src" / "code.py"

            def save(file: Path = file, way: str = way) -> None:
                if way == "in place":
                    file.write_text(MINE)
                else:
                    (file.parent / ".save").write_text(MINE)
                    (file.parent / ".save").rename(file)

            done = disturbed(stage.root, number, save)
            if done.steps < number:
                return
            assert file.read_text() == MINE, (number, way)
            published = run(stage.root, "rev-parse", "main") == done.intent.commit
            for path, content in (dict(CHANGES) if published else OLD).items():
                place = stage.root / path
                if place != file:
                    assert (place.read_bytes() if place.exists() else None) == content, (number, way, path)
            assert run(stage.root, "diff", "--cached", "--name-only") == "docs/page.md"
            nothing_left(stage.root)


def test_what_an_editor_saves_at_some_steps_is_kept(template: Path, tmp_path: Path, steps: int) -> None:
    saved_at(template, tmp_path, some(steps, 4))


@pytest.mark.slow
def test_what_an_editor_saves_at_any_step_is_kept(template: Path, tmp_path: Path, steps: int) -> None:
    saved_at(template, tmp_path, list(range(1, steps + 1)))


def interrupted_at(template: Path, tmp_path: Path, numbers: list[int]) -> None:
    """The operator's Ctrl-C in the middle of a publish: it is taken back at once, or it is published."""
    for number in numbers:
        stage = fresh(template, tmp_path)
        done = disturbed(stage.root, number, interrupt)
        if done.steps < number:
            return
        published = run(stage.root, "rev-parse", "main") == done.intent.commit
        if not published:
            in_step(stage, done.intent, published=False)
        else:
            settled(stage, done.intent)


def interrupt() -> None:
    raise KeyboardInterrupt


def test_an_interrupt_at_some_steps_is_taken_back(template: Path, tmp_path: Path, steps: int) -> None:
    interrupted_at(template, tmp_path, some(steps, 5))


@pytest.mark.slow
def test_an_interrupt_at_any_step_is_taken_back(template: Path, tmp_path: Path, steps: int) -> None:
    interrupted_at(template, tmp_path, list(range(1, steps + 1)))


def with_mortal_git(template: Path, tmp_path: Path, git: MortalGit, *ends: tuple[int, str, str, int]) -> None:
    """One git of a publish dies, and the publish with it or alone."""
    for call, how, name, when in ends:
        stage = fresh(template, tmp_path)
        git.arm(call, how, name, when)
        done = disturbed(stage.root, 0, lambda: None, str(git.folder))
        if how == "alone" and done.steps:
            nothing_left(stage.root)  # the publish itself has cleared away
        if done.died or how == "alone":
            settled(stage, done.intent)


@pytest.fixture
def git(template: Path, tmp_path: Path) -> MortalGit:
    """Knows how many calls a whole publish makes."""
    git = MortalGit(tmp_path / "bin")
    git.arm(0, "never")
    disturbed(fresh(template, tmp_path).root, 0, lambda: None, str(git.folder))
    return git


def test_a_git_that_dies_with_its_publish_is_repaired(template: Path, tmp_path: Path, git: MortalGit) -> None:
    calls = git.calls
    with_mortal_git(
        template, tmp_path, git, (2, "before", "", 0), (calls - 2, "after", "", 0), (calls, "before", "", 0)
    )
    if shutil.which("strace"):
        with_mortal_git(template, tmp_path, git, (calls - 2, "half", "rename", 1), (calls - 2, "alone", "write", 1))
        assert "update-ref" in git.called


@pytest.mark.slow
def test_every_call_of_git_may_be_the_last(template: Path, tmp_path: Path, git: MortalGit) -> None:
    ends = [(call, how, "", 0) for call in range(1, git.calls + 1) for how in ("before", "after")]
    with_mortal_git(template, tmp_path, git, *ends)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("how", ["half", "alone"])
def test_git_may_die_at_every_system_call(template: Path, tmp_path: Path, git: MortalGit, how: str) -> None:
    ended = 0
    for call in range(1, git.calls + 1):
        for name, when in product(CHANGING, range(1, 500)):
            if when > 1 and git.was_whole:
                continue
            with_mortal_git(template, tmp_path, git, (call, how, name, when))
            ended += not git.was_whole
            if "update-ref" not in git.called:  # the others only read, or write to the private directory
                break
    assert ended > SAMPLE


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_a_kill_at_every_system_call_is_repaired(template: Path, tmp_path: Path) -> None:
    calls = traced(fresh(template, tmp_path).root)
    assert len(calls) > SAMPLE
    for name, number in calls:
        stage = fresh(template, tmp_path)
        cut = killed_by_trace(stage.root, name, number)
        if cut is not None:
            settled(stage, cut)
