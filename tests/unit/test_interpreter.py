"""What a program may read of its surroundings."""

from __future__ import annotations

import os
import sys

import pytest

from loopview.guarded.interpreter import prefixes


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def program(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_an_environment_and_what_it_was_made_from(home):
    base = program(home / "versions" / "3.12" / "bin" / "python3.12")
    (home / "versions" / "3.12" / "lib" / "python3.12").mkdir(parents=True)
    folder = home / "project" / ".venv"
    (folder / "bin").mkdir(parents=True)
    os.symlink(base, folder / "bin" / "python")
    (folder / "pyvenv.cfg").write_text(f"home = {home}/versions/3.12/bin\n")
    found = prefixes(str(folder / "bin" / "python"))
    assert {str(folder), str(home / "versions" / "3.12")} <= set(found)
    assert str(home / "project") not in found


@pytest.mark.parametrize("place", [".local/bin/tool", ".cargo/bin/cargo", "bin/tool", "tool"])
def test_a_program_beside_private_files_is_alone(home, place):
    tool = program(home / place)
    (home / ".local" / "lib" / "python3.12").mkdir(parents=True)
    (home / "lib" / "python3.12").mkdir(parents=True)
    assert prefixes(tool) == (tool,)


def test_ours_has_its_trees():
    assert {os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix)} <= set(
        map(os.path.realpath, prefixes(sys.executable))
    )


def test_a_program_of_the_system(home):
    assert "/usr" in prefixes("/usr/bin/env")
