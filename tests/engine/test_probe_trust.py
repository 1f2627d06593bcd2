"""Probes that others bring: what a repository suggests runs only once its text is trusted, and a package's when named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loopview.config import Settings
from loopview.domain.probe import Origin
from loopview.engine.probes.board import board
from loopview.engine.probes.catalog import catalog
from loopview.engine.probes.home import ProbeHome
from loopview.engine.probes.refusals import RunRefused
from loopview.engine.probes.runner import Runner
from loopview.engine.probes.trusting import Trusting, suggestion, take_back, trust

IDEA = {"command": ["sh", "-c", "echo an idea"], "expect": "idea", "about": "an idea of the loop's"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "loop"
    (root / ".loop").mkdir(parents=True)
    return root


def settings(tmp_path: Path, **more: object) -> Settings:
    return Settings(state_dir=str(tmp_path / "state"), probes_per_hour=100, **more)


def suggest(root: Path, **probes: object) -> None:
    (root / ".loop" / "probe_suggestions.json").write_text(json.dumps(probes))


def typed(text: str) -> Trusting:
    return Trusting(text, "olga", "here", "/dev/pts/7")


def trusted(root: Path, chosen: Settings, name: str = "idea") -> None:
    shown = suggestion(str(root), chosen, name)
    trust(str(root), chosen, shown, typed(shown.digest[:8]))


def refusal(root: Path, chosen: Settings, name: str = "idea") -> RunRefused:
    with pytest.raises(RunRefused) as caught:
        Runner(str(root), chosen).run(name)
    return caught.value


def test_a_suggestion_is_shown_and_runs_once_exactly_it_is_trusted(root, tmp_path):
    chosen = settings(tmp_path)
    suggest(root, idea=IDEA)
    row = next(row for row in board(str(root), chosen).rows if row.name == "idea")
    assert (row.origin, row.trusted, row.runnable) == (Origin.SUGGESTED, False, False)
    assert any("echo an idea" in line for line in row.text)
    assert refusal(root, chosen).kind == "untrusted"
    assert "idea" not in Runner(str(root), chosen).turns()
    trusted(root, chosen)
    result = Runner(str(root), chosen).run("idea")
    assert (result.success, result.details) == (True, "an idea")
    suggest(root, idea=IDEA | {"command": ["sh", "-c", "echo an idea; curl evil.example"]})
    assert refusal(root, chosen).kind == "untrusted", "another text is untrusted again"
    suggest(root, idea=IDEA)
    assert Runner(str(root), chosen).run("idea").success, "the text that was trusted is trusted"


def test_trust_is_taken_back_and_is_not_for_read_only(root, tmp_path):
    chosen = settings(tmp_path)
    suggest(root, idea=IDEA)
    trusted(root, chosen)
    shown = suggestion(str(root), chosen, "idea")
    for act in (trust, take_back):
        with pytest.raises(RunRefused, match="read-only"):
            act(str(root), chosen._replace(read_only=True), shown, typed(shown.digest[:8]))
    take_back(str(root), chosen, shown, typed(""))
    assert refusal(root, chosen).kind == "untrusted"
    lines = Path(ProbeHome(chosen.state_dir, str(root)).path, "trusted.jsonl").read_text().splitlines()
    assert [json.loads(line)["trusted"] for line in lines] == [True, False]
    assert json.loads(lines[0])["operator"] == "olga"


@pytest.mark.parametrize("text", ["", "0", "zzzzzzzz"])
def test_only_the_digest_that_was_shown_counts(root, tmp_path, text):
    chosen = settings(tmp_path)
    suggest(root, idea=IDEA)
    shown = suggestion(str(root), chosen, "idea")
    with pytest.raises(RunRefused, match="is not its digest"):
        trust(str(root), chosen, shown, typed(text or shown.digest[:7]))
    assert refusal(root, chosen).kind == "untrusted"


def test_a_text_that_changes_while_it_is_read_is_not_trusted(root, tmp_path):
    chosen = settings(tmp_path)
    suggest(root, idea=IDEA)
    shown = suggestion(str(root), chosen, "idea")
    suggest(root, idea=IDEA | {"about": "another"})
    with pytest.raises(RunRefused, match="another text by now"):
        trust(str(root), chosen, shown, typed(shown.digest[:8]))


def test_the_loops_own_files_cannot_trust(root, tmp_path):
    chosen = settings(tmp_path)
    suggest(root, idea=IDEA)
    digest = suggestion(str(root), chosen, "idea").digest
    for name in ("trusted.jsonl", "probes/trusted.jsonl"):
        (root / ".loop" / name).parent.mkdir(exist_ok=True)
        (root / ".loop" / name).write_text(json.dumps({"digest": digest, "trusted": True}) + "\n")
    assert refusal(root, chosen).kind == "untrusted"
    elsewhere = root.parent / "elsewhere"
    (elsewhere / ".loop").mkdir(parents=True)
    suggest(elsewhere, idea=IDEA)
    trusted(elsewhere, chosen)
    assert refusal(root, chosen).kind == "untrusted", "trust is given in one place"


def test_both_files_are_read_and_nothing_takes_the_place_of_what_is_there(root, tmp_path):
    (root / "loopview.toml").write_text(
        '[probe_suggestions.idea]\ncommand = ["true"]\n[probe_suggestions.tool_use]\ncommand = ["true"]\n'
        '[probe_suggestions.mine]\ncommand = ["true"]\n[probe_suggestions.free]\ncommand = ["true"]\nunconfined = true\n'
    )
    suggest(root, idea={"command": ["false"]}, more={"command": ["false"]}, bad={"command": "x"})
    chosen = settings(tmp_path, probes=(("mine", (("command", ["true"]),)),))
    found = catalog(str(root), chosen)
    assert found.find("idea").command == ("true",)
    assert found.find("more").origin is Origin.SUGGESTED
    assert (found.find("tool_use").origin, found.find("mine").origin) == (Origin.BUILT_IN, Origin.OWN)
    assert found.find("free") is None
    assert len([each for each in found.problems if "a name that is taken" in each]) == 2
    assert any("'free' has no key 'unconfined'" in each for each in found.problems)
    assert any("'bad' command is not" in each for each in found.problems)


def test_a_pattern_that_is_none_is_found_where_it_is_searched_for(root, tmp_path):
    chosen = settings(tmp_path)
    suggest(root, idea=IDEA | {"expect": "("})
    trusted(root, chosen)
    result = Runner(str(root), chosen).run("idea")
    assert (result.error_type, "no regular expression" in result.details) == ("ValueError", True)


@pytest.mark.parametrize(
    "content",
    [b"[", b"\xff", b"[]", b"3", b'"x"', b"null", b'{"a": 3}', b"[" * 100_000, b'{"a\\u001b[2J": {"command": ["x"]}}',
     b" " * 300_000, json.dumps({f"n{n}": {"command": ["true"]} for n in range(60)}).encode()],
)  # fmt: skip
def test_a_hostile_file_of_suggestions_is_said_and_breaks_nothing(root, tmp_path, content):
    (root / ".loop" / "probe_suggestions.json").write_bytes(content)
    found = catalog(str(root), settings(tmp_path))
    assert len(found.problems) == 1
    assert len(found.probes) <= 7 + 50


def test_a_file_of_suggestions_that_is_none_is_not_waited_for(root, tmp_path):
    import os

    os.mkfifo(root / "loopview.toml")
    (root / ".loop" / "probe_suggestions.json").symlink_to("/dev/zero")
    assert len(catalog(str(root), settings(tmp_path)).problems) == 2


def test_a_suggested_program_of_the_repository_is_not_run(root, tmp_path):
    chosen = settings(tmp_path)
    script = root / "check"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    suggest(root, idea={"command": [str(script)]})
    trusted(root, chosen)
    assert refusal(root, chosen).kind == "program"
    link = tmp_path / "link"
    link.symlink_to(script)
    suggest(root, idea={"command": [str(link)]})
    trusted(root, chosen)
    assert refusal(root, chosen).kind == "program"


# Entry points

CODE = """
import atexit, os

def works():
    print("printed")
    atexit.register(print, "and a word at the end")
    return "it returned this"

def raises():
    raise LookupError("nothing here")

def says_no():
    return False

def leaves():
    os._exit(0)

class Deep:
    @staticmethod
    def inside():
        return "deep"

value = 3
"""


def install(folder: Path, **points: str) -> Path:
    """A package with entry points, as an installer lays it out."""
    info = folder / "tried-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "tried.py").write_text(CODE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tried\nVersion: 1.0\n")
    lines = "".join(f"{name} = tried:{target}\n" for name, target in points.items())
    (info / "entry_points.txt").write_text(f"[loopview.probes]\n{lines}")
    return folder


@pytest.mark.parametrize(
    ("target", "kind", "details"),
    [
        ("works", None, "it returned this"),
        ("Deep.inside", None, "deep"),
        ("raises", "LookupError", "nothing here"),
        ("says_no", "AssertionError", "it returned False"),
        ("leaves", "Crash", "exit code 0"),
        ("value", "TypeError", "cannot be called"),
        ("missing", "AttributeError", "missing"),
    ],
)
def test_an_entry_point_is_called_in_the_jail(root, tmp_path, monkeypatch, target, kind, details):  # noqa: PLR0917
    monkeypatch.syspath_prepend(str(install(tmp_path / "site", tried=target)))
    chosen = settings(tmp_path, probes=(("mine", (("entry_point", "tried"),)),))
    result = Runner(str(root), chosen).run("mine")
    assert (result.success, result.error_type) == (kind is None, kind), result
    assert details in result.details


def test_an_entry_point_runs_only_when_the_user_names_it(root, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(install(tmp_path / "site", tried="works")))
    assert catalog(str(root), settings(tmp_path)).find("tried") is None
    chosen = settings(tmp_path, probes=(("mine", (("entry_point", "other"),)),))
    found = refusal(root, chosen, "mine")
    assert (found.kind, found.advice) == ("unknown", "there are: tried")


def test_what_the_watched_repository_installs_is_not_called(root, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(install(root / ".venv" / "site", tried="works")))
    chosen = settings(tmp_path, probes=(("mine", (("entry_point", "tried"), ("unconfined", True))),))
    assert refusal(root, chosen, "mine").kind == "program"
