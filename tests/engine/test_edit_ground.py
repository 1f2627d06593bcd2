"""What doctor and selftest say of edits, probes and alerts: found on this machine, with advice where it is missing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loopview.config import Settings
from loopview.domain.evidence import Tier
from loopview.engine import edit_ground, selftest
from loopview.engine.doctor import examine
from loopview.guarded import jail_probe
from loopview.guarded.jail import Report
from tests.engine.edit_repository import repository, trusted
from tests.engine.edit_repository import settings as edit_settings

if TYPE_CHECKING:
    from loopview.engine.doctor import Check

NO_JAIL = Report(Tier.LIMITED, (), ("T2: no landlock",), "no jail holds here: T2: no landlock")


@pytest.fixture
def without_jail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which the trial of this process found no jail."""
    monkeypatch.setattr(jail_probe, "_known", NO_JAIL)


def one(checks) -> Check:
    (found,) = checks
    return found


def test_doctor_looks_at_all_of_it_and_makes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "app"
    (root / ".loop").mkdir(parents=True)
    (root / ".loop" / "journal.jsonl").write_text('{"iteration": 1, "gate": "pass"}\n')
    settings = Settings(state_dir=str(tmp_path / "state"), cache_dir=str(tmp_path / "cache"))
    found = {check.name: check for check in examine(str(root), settings, {"PATH": "/usr/bin:/bin"})}
    wanted = {
        "git identity",
        "jail",
        "edit model",
        "tests of edits",
        "records of edits",
        "trust",
        "probes",
        "alerts",
    }
    assert wanted <= found.keys()
    assert not any(check.state == "bad" for check in found.values())
    assert all(check.advice for check in found.values() if check.state != "ok")
    assert not (tmp_path / "state").exists()
    assert not (tmp_path / "cache").exists()


def test_trust_is_told_with_who_gave_it(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    chosen = edit_settings(tmp_path)
    assert "not given yet" in one(edit_ground.trust(str(root), chosen)).found
    desk = trusted(root, chosen)
    assert one(edit_ground.trust(str(root), chosen)).found.startswith("given by ")
    with (Path(desk.office.home.path) / "ledger.jsonl").open("ab") as record:
        record.write(b"{}\n")
    assert one(edit_ground.trust(str(root), chosen)).state == "bad"


@pytest.mark.usefixtures("without_jail")
def test_a_missing_jail_is_told_with_what_it_wants() -> None:
    found = one(edit_ground.jail(Settings()))
    assert found.state == "note"
    assert "no landlock" in found.found
    assert "Linux 5.13" in found.advice
    assert "no edit is tested" in found.advice
    assert "allow_unconfined" in one(edit_ground.jail(Settings(allow_unconfined=True))).advice


def test_a_jail_that_holds_less_than_is_wanted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail_probe, "_known", Report(Tier.CONFINED, ("x",), (), "T2 holds"))
    assert one(edit_ground.jail(Settings())).state == "ok"
    found = one(edit_ground.jail(Settings(jail_tier="T3")))
    assert (found.state, found.found) == ("note", "T2 holds, T3 is wanted")
    assert "jail_tier" in found.advice


def test_the_author_is_the_one_of_the_operators_own_git(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    assert "user.email" in one(edit_ground.identity(Settings(), environ)).advice
    (tmp_path / ".gitconfig").write_text("[user]\nname = Olga\nemail = olga@example.org\n")
    assert one(edit_ground.identity(Settings(), environ)).found == "Olga <olga@example.org>"
    wrong = one(edit_ground.identity(Settings(operator="Olga"), environ))
    assert (wrong.state, wrong.found) == ("note", "`operator` is 'Olga', not `Name <mail>`")


@pytest.mark.parametrize(
    ("settings", "state", "said"),
    [
        (Settings(), "ok", "none"),
        (Settings(model="qwen3:4b"), "ok", "qwen3:4b at http://127.0.0.1:11434 (not called)"),
        (Settings(edit_model="big", model="small"), "ok", "big at"),
        (Settings(edit_model="big", model_host="http://example.org"), "bad", "https only"),
        (Settings(edit_backend="anthropic"), "note", "without a model"),
    ],
)
def test_the_model_of_edits_is_named(settings: Settings, state: str, said: str) -> None:
    found = one(edit_ground.writer(settings, {}))
    assert found.state == state
    assert said in found.found


def test_a_model_of_anthropics_wants_its_library_and_a_key() -> None:
    pytest.importorskip("anthropic")
    settings = Settings(anthropic_model="large")
    assert "without a key" in one(edit_ground.writer(settings, {})).found
    assert one(edit_ground.writer(settings, {"ANTHROPIC_API_KEY": "k"})).state == "ok"


def test_programs_that_are_not_there_are_named(tmp_path: Path) -> None:
    environ = {"PATH": str(tmp_path)}
    for look, settings in (
        (edit_ground.tests, Settings(test_command=("nose2", "-v"))),
        (edit_ground.alerts, Settings(alert_command=("send", "-x"))),
    ):
        found = one(look(settings, environ))
        assert (found.state, bool(found.advice)) == ("bad", True)
        assert "there is no such program" in found.found
    assert one(edit_ground.tests(Settings(test_command=(sys.executable, "-m", "pytest")), environ)).state == "ok"
    assert one(edit_ground.tests(Settings(test_command=("python", "-m", "pytest")), environ)).state == "ok"
    assert "from the tree" in one(edit_ground.tests(Settings(test_command=("./run",)), environ)).found


def test_records_that_others_could_write_are_told(tmp_path: Path) -> None:
    settings = Settings(state_dir=str(tmp_path))
    assert "none yet" in one(edit_ground.records(settings)).found
    (tmp_path / "repositories").mkdir(mode=0o700)
    assert one(edit_ground.records(settings)).state == "ok"
    (tmp_path / "repositories").chmod(0o777)
    found = one(edit_ground.records(settings))
    assert (found.state, "chmod 700" in found.advice) == ("bad", True)


def test_probes_that_cannot_run_are_told(tmp_path: Path) -> None:
    (tmp_path / ".loop").mkdir()
    settings = Settings(state_dir=str(tmp_path / "state"))
    assert one(edit_ground.probes(str(tmp_path), settings)).state == "ok"
    none = one(edit_ground.probes(str(tmp_path), settings._replace(probes_per_hour=0)))
    assert (none.state, "probes_per_hour" in none.advice) == ("note", True)
    (tmp_path / "loopview.toml").write_text('[probe_suggestions.disk]\nabout = "room"\ncommand = ["df"]\n')
    suggested = one(edit_ground.probes(str(tmp_path), settings))
    assert (suggested.state, "disk" in suggested.advice) == ("note", True)


@pytest.mark.usefixtures("without_jail")
def test_selftest_tells_a_machine_without_a_jail_from_a_broken_installation() -> None:
    states = {check.name: check.state for check in selftest.examine()}
    assert (states["jail"], states["an edit"]) == ("note", "note")
    assert "bad" not in states.values()


def test_selftest_takes_an_edit_to_a_candidate() -> None:
    found = {check.name: check for check in selftest.examine()}
    assert "holds" in found["jail"].found
    assert "passes 1 test" in found["an edit"].found
