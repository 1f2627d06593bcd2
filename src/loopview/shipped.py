"""Where the things that ship with the program lie: the themes and the sample loop.

A wheel carries both inside the package; a checkout, and an editable install of one, keep them at its top.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def themes_dir() -> Path:
    """Return the directory of the shipped themes, one TOML file each.

    Raises ``FileNotFoundError`` when neither place holds it: the installation is broken.
    """
    return _first(PACKAGE / "themes", _checkout() / "themes")


def sample_dir() -> Path:
    """Return the root of the sample loop: the directory that holds its ``.loop``. It is never written to.

    Raises ``FileNotFoundError`` when neither place holds it: the installation is broken.
    """
    return _first(PACKAGE / "sample" / ".loop", _checkout() / ".loop").parent


def _checkout() -> Path:
    """Return the top of the tree, where the package lies in ``src/loopview``."""
    return PACKAGE.parent.parent


def _first(installed: Path, checked_out: Path) -> Path:
    for place in (installed, checked_out):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"loopview is not installed completely: neither {installed} nor {checked_out} is there")
