"""What is built and locked is what the README promises: a wheel that stands alone, a lock that names public places."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC = ("https://pypi.org/simple", "https://files.pythonhosted.org/packages/")

FINDS_WHAT_SHIPS = """
from pathlib import Path
import sys
sys.path.insert(0, sys.argv[1])
from loopview import shipped
assert shipped.PACKAGE == Path(sys.argv[1], "loopview"), shipped.PACKAGE
assert list(shipped.themes_dir().glob("*.toml")), "no theme"
sample = shipped.sample_dir()
assert sample == Path(sys.argv[1], "loopview", "sample"), sample
assert (sample / ".loop" / "retro" / "cycles.jsonl").stat().st_size > 100_000
assert (sample / ".loop" / "SAMPLE").is_file()
"""


def locked_urls(repository: Path) -> list[str]:
    return re.findall(r'https?://[^"\s]+', (repository / "uv.lock").read_text(encoding="utf-8"))


def test_the_lock_names_public_places_only(repository):
    urls = locked_urls(repository)
    assert len(urls) > 100
    assert [url for url in urls if not url.startswith(PUBLIC)] == []


def test_the_lock_holds_no_path_of_a_machine(repository):
    sources = re.findall(r"source = \{([^}]*)\}", (repository / "uv.lock").read_text(encoding="utf-8"))
    assert {source.strip() for source in sources} == {
        'registry = "https://pypi.org/simple"',
        'editable = "."',
    }


def test_the_lock_has_every_dependency_that_is_declared(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.match(r"[A-Za-z0-9._-]+", entry).group().lower() for entry in declared}
    lock = tomllib.loads((repository / "uv.lock").read_text(encoding="utf-8"))
    locked = {package["name"] for package in lock["package"]}
    assert names <= locked
    own = next(package for package in lock["package"] if package["name"] == "loopview")
    asked = {(entry["name"], entry.get("specifier", "")) for entry in own["metadata"]["requires-dist"]}
    assert {name for name, _ in asked} == names
    for entry in declared:
        name, _, wanted = re.match(r"([A-Za-z0-9._-]+)(\[.*\])?(.*)", entry).groups()
        assert (name.lower(), wanted) in {(found, _ordered(wanted, spec)) for found, spec in asked}, entry


def _ordered(wanted: str, spec: str) -> str:
    """The locked specifier in the order of the declared one: a lock may turn the parts round."""
    return wanted if set(wanted.split(",")) == set(spec.split(",")) else spec


@pytest.fixture(scope="module")
def wheel(repository, tmp_path_factory) -> Path:
    """The wheel, built by the project's own build backend from this tree."""
    pytest.importorskip("hatchling", reason="the build backend is not installed here; CI installs it")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=repository, check=True, capture_output=True, timeout=120)
    return next(out.glob("*.whl"))


def test_an_unpacked_wheel_finds_its_themes_and_its_sample(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-c", FINDS_WHAT_SHIPS, str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_wheel_carries_every_file_that_is_not_python(wheel, repository):
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    package = repository / "src" / "loopview"
    wanted = {
        f"loopview/{path.relative_to(package).as_posix()}"
        for path in package.rglob("*")
        if path.is_file() and path.suffix in {".py", ".sql", ".tcss", ".typed", ".toml"}
    }
    assert wanted - packed == set()


@pytest.mark.slow
def test_a_fresh_environment_runs_the_wheel(wheel, tmp_path):
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True, timeout=300)
    shown = subprocess.run(
        [environment / "bin" / "loopview", "status", "--json", "--sample"],
        capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert '"STALLED"' in shown.stdout
