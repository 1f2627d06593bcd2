"""Files of a work tree are replaced in one step, never through a link, and what is found there is never lost."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from loopview.guarded import swap
from loopview.guarded.work_files import Changed, WorkFiles

if TYPE_CHECKING:
    from pathlib import Path

ENOUGH = 10  #: times that a write succeeds, and times that it does not
EXCHANGE = swap._call()


@pytest.fixture(params=["with exchange", "without"])
def files(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> WorkFiles:
    if request.param == "without":
        monkeypatch.setattr(swap, "_call", lambda: None)
    (tmp_path / "top" / "src").mkdir(parents=True)
    (tmp_path / "top" / "src" / "a").write_bytes(b"old")
    return WorkFiles(str(tmp_path / "top"))


def test_a_file_is_replaced_made_and_removed(files: WorkFiles) -> None:
    files.stage("src/a", ".t", b"new", executable=True)
    files.replace("src/a", ".t", b"old")
    assert files.look("src/a") == (b"new", True, "")
    files.stage("src/x/y/b", ".t", b"made", executable=False)
    files.add("src/x/y/b", ".t")
    assert files.look("src/x/y/b") == (b"made", False, "")
    files.remove("src/x/y/b", ".t", b"made")
    files.prune("src/x/y/b")
    assert sorted(os.listdir(f"{files.top}/src")) == ["a"]


def test_what_is_not_expected_stays(files: WorkFiles) -> None:
    files.stage("src/a", ".t", b"new", executable=False)
    with pytest.raises(Changed, match="src/a changed"):
        files.replace("src/a", ".t", b"something else")
    with pytest.raises(Changed):
        files.add("src/a", ".t")
    with pytest.raises(Changed):
        files.remove("src/a", ".u", b"something else")
    for path in ("src/gone", "src/none"):
        with pytest.raises((Changed, FileNotFoundError)):
            files.remove(path, ".u", b"old")
    assert files.look("src/a").content == b"old"
    files.drop("src/a", ".t")
    assert os.listdir(f"{files.top}/src") == ["a"]


def attempt(files: WorkFiles) -> str:
    """One write, with whatever was left before it cleared away."""
    try:
        files.drop("src/a", ".t")
        content = files.look("src/a").content
        files.stage("src/a", ".t", b"new", executable=False)
        files.replace("src/a", ".t", content or b"")
    except (OSError, Changed):
        return "refused"
    return "written"


@pytest.mark.skipif(EXCHANGE is None, reason="two names cannot change places here")
def test_a_directory_that_turns_into_a_link_leads_nowhere(files: WorkFiles, tmp_path: Path) -> None:
    """Somebody swaps a directory and a link to another place as fast as possible."""
    outside, top = tmp_path / "outside", tmp_path / "top"
    outside.mkdir()
    (outside / "a").write_bytes(b"old")
    os.symlink(outside, top / "link")
    folder = os.open(top, os.O_RDONLY)
    ended = threading.Event()

    def flip() -> None:
        while not ended.is_set():
            EXCHANGE(folder, b"src", folder, b"link", 2)

    flipping = threading.Thread(target=flip)
    flipping.start()
    ends = {"written": 0, "refused": 0}
    try:
        while min(ends.values()) < ENOUGH:
            ends[attempt(files)] += 1
    finally:
        ended.set()
        flipping.join()
        os.close(folder)
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == {"a": b"old"}
