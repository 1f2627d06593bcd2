"""Take the README's screenshots anew: ``make pictures``.

They show a copy of the sample loop in a repository of its own, with private directories, so that nothing of this
machine, of its settings or of this checkout's state is in them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PICTURES = {
    "dash": ("--size", "160x45"),
    "journal": ("--size", "120x40", "--screen", "journal"),
    "ask": ("--size", "120x36", "--question", "fingerprint_cost", "--chart"),
    "narrow": ("--size", "45x30"),
}


def main() -> None:
    """Take every picture."""
    with TemporaryDirectory() as name:
        home = Path(name)
        loop = home / "harbour"
        shutil.copytree(ROOT / ".loop", loop / ".loop")
        environ = private(home)
        commit(loop, environ)
        for picture, options in PICTURES.items():
            out = ROOT / "docs" / f"{picture}.svg"
            command = [sys.executable, "-m", "loopview", "screenshot", str(out), str(loop), *options]
            subprocess.run(command, check=True, env=environ)


def private(home: Path) -> dict[str, str]:
    """Return an environment in which nobody has set anything."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH", "LANG"}}
    places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "STATE", "CONFIG", "DATA")}
    dates = {f"GIT_{who}_DATE": "2026-06-26T14:05:44Z" for who in ("AUTHOR", "COMMITTER")}
    return kept | places | dates | {"HOME": str(home), "TZ": "UTC"}


def commit(loop: Path, environ: dict[str, str]) -> None:
    """Give the loop a repository with one commit, which has the same name every time."""
    identity = ("-c", "user.name=harbour", "-c", "user.email=harbour@example.org")
    for words in (("init", "-q", "-b", "main"), ("add", "."), (*identity, "commit", "-q", "-m", "The sample")):
        subprocess.run(["git", "-C", str(loop), *words], check=True, env=environ)


if __name__ == "__main__":
    main()
