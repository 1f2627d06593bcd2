from __future__ import annotations

import subprocess
import sys

import pytest

import loopview

CHEAP = ["fingerprint", "stall", "line", "health", "clock", "stance", "columns", "records"]
DEAR = {
    "dataclasses",
    "inspect",
    "duckdb",
    "textual",
    "pathlib",
    "asyncio",
    "threading",
    "subprocess",
    "statistics",
}


def loaded(statement):
    program = f"{statement}\nimport sys; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": "src"}
    )
    return set(run.stdout.split())


def test_the_package_itself_imports_nothing(repository, monkeypatch):
    monkeypatch.chdir(repository)
    assert {name for name in loaded("import loopview") - loaded("pass") if name != "loopview"} == {"__future__"}


@pytest.mark.parametrize("room", CHEAP)
def test_rules_that_a_status_segment_needs_are_cheap_to_import(room, repository, monkeypatch):
    monkeypatch.chdir(repository)
    assert loaded(f"import loopview.domain.{room}") & DEAR == set()


def test_the_public_names_are_there_and_no_others():
    assert set(loopview.__all__) == {"__version__", "fingerprint", "introspect", "stall_verdict"}
    assert set(loopview.__all__) <= set(dir(loopview))
    assert all(callable(getattr(loopview, name)) for name in ("fingerprint", "introspect", "stall_verdict"))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        loopview.nothing  # noqa: B018
