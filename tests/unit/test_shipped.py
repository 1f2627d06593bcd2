"""The shipped things are found in the checkout; the wheel's turn is in test_packaging."""

from __future__ import annotations

import pytest

from loopview import shipped


def test_the_checkout_keeps_them_at_its_top(repository):
    assert shipped.themes_dir() == repository / "themes"
    assert shipped.sample_dir() == repository
    assert (shipped.sample_dir() / ".loop" / "SAMPLE").is_file()


def test_a_broken_installation_names_both_places(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path / "src" / "loopview")
    with pytest.raises(FileNotFoundError, match=r"themes.*themes"):
        shipped.themes_dir()


def test_the_package_comes_before_the_checkout(monkeypatch, tmp_path):
    package = tmp_path / "src" / "loopview"
    for place in (package / "sample" / ".loop", tmp_path / ".loop"):
        place.mkdir(parents=True)
    monkeypatch.setattr(shipped, "PACKAGE", package)
    assert shipped.sample_dir() == package / "sample"
