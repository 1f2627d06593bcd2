from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from loopview.sources.discover import directories, discover, find_loop, is_sample, source_path

if TYPE_CHECKING:
    from pathlib import Path

CYCLE = '{"timestamp":"2026-06-01T00:00:00Z","cycle":1,"issue":7,"type":"bug","success":true,"duration":3}\n'
ATTEMPT = '{"iteration":1,"action":"try","gate":"fail","fingerprint":"abc"}\n'


def place(root: Path, name: str, text: str = "") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def everything(root: Path) -> dict[str, tuple[str, str, int]]:
    return {source.label: (source.family, source.adapter, source.rank) for source in discover(root)}


def test_every_file_of_a_loop_is_found_with_its_family(tmp_path: Path) -> None:
    expected = {
        ".loop/retro/cycles.jsonl": ("cycles", "retro", 0),
        ".loop/retro/triage.jsonl": ("triage", "retro", 0),
        ".loop/retro/deep-triage.jsonl": ("deep_triage", "retro", 0),
        ".loop/retro/insights.json": ("insights", "retro", 0),
        ".loop/quarantine.json": ("quarantine", "retro", 0),
        ".loop/journal.jsonl": ("attempts", "retro", 0),
        ".loop/probes.jsonl": ("probes", "retro", 0),
        ".loop/proposals.jsonl": ("proposals", "retro", 0),
        ".loop/modifications.jsonl": ("modifications", "retro", 0),
        ".orchestrator/loop/journal.jsonl": ("attempts", "simplicio", 1),
        ".simplicio/orchestrator/loop/journal.jsonl": ("attempts", "simplicio", 2),
    }
    for name in expected:
        place(tmp_path, name)
    assert everything(tmp_path) == expected
    assert list(everything(tmp_path)) == list(expected)
    assert all(source.path == str(tmp_path / source.label) for source in discover(tmp_path))


def test_the_root_is_found_from_anywhere_inside(tmp_path: Path) -> None:
    file = place(tmp_path, ".loop/retro/cycles.jsonl", CYCLE)
    deep = tmp_path / "src" / "deep"
    deep.mkdir(parents=True)
    for start in (tmp_path, deep, tmp_path / ".loop", file.parent, file):
        assert find_loop(start) == tmp_path, start


def test_there_is_no_loop_where_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "other.jsonl").write_text('{"x":1}\n')
    assert find_loop(tmp_path / "a") is None
    assert find_loop(tmp_path / "a" / "other.jsonl") is None
    assert discover(tmp_path / "a") == ()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("copy/retro/cycles.jsonl", "retro/cycles.jsonl"),
        ("copy/journal.jsonl", "journal.jsonl"),
        ("copy/triage.jsonl", "triage.jsonl"),
    ],
)
def test_a_bare_loop_or_retro_directory_is_its_own_root(tmp_path: Path, name: str, label: str) -> None:
    place(tmp_path, ".loop/probes.jsonl")
    place(tmp_path, name)
    assert find_loop(tmp_path / "copy") == tmp_path / "copy"
    assert [source.label for source in discover(tmp_path / "copy")] == [label]


@pytest.mark.parametrize(
    ("text", "family", "adapter"),
    [
        (CYCLE, "cycles", "retro"),
        (ATTEMPT, "attempts", "simplicio"),
        ("\ufeffnot json\n" + ATTEMPT, "attempts", "simplicio"),
        ('{"timestamp":1,"capability":"tool_use","success":false}\n', "probes", "retro"),
        ('{"issues_reviewed":3,"issues_refined":[],"timmy_available":true}\n', "deep_triage", "retro"),
        ('{"issues_reviewed":3,"ready":[]}\n', "triage", "retro"),
        ('{"id":"m1","task_description":"x","outcome":"success"}\n', "modifications", "retro"),
        ('{"id":"p1","title":"x","proposer":"loop"}\n', "proposals", "retro"),
    ],
)
def test_one_file_is_told_by_what_is_in_it(tmp_path: Path, text: str, family: str, adapter: str) -> None:
    file = place(tmp_path, "anything.jsonl", text)
    assert find_loop(file) == file
    assert everything(file) == {"anything.jsonl": (family, adapter, 0)}
    assert source_path(file, "anything.jsonl") == str(file)
    assert directories(file) == (str(tmp_path),)


def test_an_empty_file_is_told_by_its_name(tmp_path: Path) -> None:
    file = place(tmp_path, "journal.jsonl")
    assert everything(file) == {"journal.jsonl": ("attempts", "retro", 0)}


def test_whatever_stands_in_a_file_s_place_is_listed(tmp_path: Path) -> None:
    retro = tmp_path / ".loop" / "retro"
    retro.mkdir(parents=True)
    os.mkfifo(retro / "cycles.jsonl")
    (retro / "triage.jsonl").symlink_to("/dev/zero")
    (tmp_path / ".loop" / "journal.jsonl").symlink_to("journal.jsonl")
    (tmp_path / ".loop" / "probes.jsonl").mkdir()
    assert set(everything(tmp_path)) == {
        ".loop/retro/cycles.jsonl",
        ".loop/retro/triage.jsonl",
        ".loop/journal.jsonl",
        ".loop/probes.jsonl",
    }


def test_a_linked_directory_is_followed_inside_the_root_only(tmp_path: Path) -> None:
    place(tmp_path, "elsewhere/journal.jsonl", ATTEMPT)
    root = tmp_path / "root"
    place(root, "kept/journal.jsonl", ATTEMPT)
    (root / ".loop").symlink_to("kept")
    assert list(everything(root)) == [".loop/journal.jsonl"]
    (root / ".loop").unlink()
    (root / ".loop").symlink_to(tmp_path / "elsewhere")
    assert list(everything(root)) == [".loop"]
    assert str(root / ".loop") not in directories(root)


def test_directories_are_those_where_files_may_appear(tmp_path: Path) -> None:
    place(tmp_path, ".loop/retro/cycles.jsonl")
    assert directories(tmp_path) == (str(tmp_path), str(tmp_path / ".loop"), str(tmp_path / ".loop" / "retro"))


def test_the_sample_is_known_by_its_mark(tmp_path: Path, repository: Path) -> None:
    assert is_sample(repository)
    assert not is_sample(tmp_path)
