from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loopview.guarded.folder import AppendRefused
from loopview.guarded.replace import replace

if TYPE_CHECKING:
    from pathlib import Path


def test_a_link_in_the_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("keep")
    (tmp_path / ".loop").mkdir()
    (tmp_path / ".loop/insights.json").symlink_to(tmp_path / "outside")
    replace(str(tmp_path), ".loop/insights.json", b"{}")
    assert (tmp_path / "outside").read_text() == "keep"
    assert (tmp_path / ".loop/insights.json").read_bytes() == b"{}"


def test_a_replacement_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / ".loop/insights.json").mkdir(parents=True)
    with pytest.raises(AppendRefused, match="Is a directory"):
        replace(str(tmp_path), ".loop/insights.json", b"{}")
    assert [it.name for it in (tmp_path / ".loop").iterdir()] == ["insights.json"]
