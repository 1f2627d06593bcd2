"""What every test shares: a copy of the sample loop, private directories, and no habits of the machine it runs on."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from loopview.guarded.ran import COMMANDS, JAILED

REPOSITORY = Path(__file__).parents[1]
SAMPLE_NOW = datetime(2026, 6, 26, 14, 5, 44, tzinfo=UTC)
"""The last stamp of the sample loop's cycles."""

settings.register_profile("lean", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("lean")


@pytest.fixture(autouse=True)
def private_machine(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own for each test: caches, state and settings of the machine stay out, and untouched."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith(("LOOPVIEW_", "GIT_", "TEXTUAL_"))]:
        if not name.startswith("TEXTUAL_SNAPSHOT"):  # where the plugin keeps its report
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "TMUX", "EDITOR", "VISUAL", "PAGER", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    for kind in ("cache", "state", "config", "data"):
        monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", str(home / kind))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    for log in (COMMANDS, JAILED):  # what earlier tests of this process ran
        log.clear()
    return home


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top of the tree."""
    return REPOSITORY


@pytest.fixture
def sample_now() -> datetime:
    """The moment at which the sample loop is looked at."""
    return SAMPLE_NOW


@pytest.fixture
def sample_loop(tmp_path: Path) -> Path:
    """The root of a copy of the sample loop that may be written to: it lacks the marker of a sample."""
    root = tmp_path / "loop"
    shutil.copytree(REPOSITORY / ".loop", root / ".loop")
    (root / ".loop" / "SAMPLE").unlink()
    return root
