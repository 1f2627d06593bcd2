"""What a gate shows, and when it no longer holds: digest, state, base, policy, time, trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loopview.domain.approval import State
from loopview.engine.desk.desk import Refused
from loopview.engine.desk.gates import AGAIN, MERGE, START, TRUST, Watch, asked, still
from loopview.engine.desk.queue import look
from loopview.modify import lifetime
from tests.engine.edit_repository import WITH_MODULO, decide, ended, git, repository, settings, started, trusted
from tests.engine.ollama_server import edits, ollama

if TYPE_CHECKING:
    from pathlib import Path

MODULO = "Add modulo operation to calculator"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app")


@pytest.fixture
def ready(root: Path, tmp_path: Path) -> str:
    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(MODULO).id
        assert ended(started(desk, key)).state is State.READY
    return key


def test_trust_comes_first_then_a_start_then_a_merge(root, tmp_path, ready):
    desk = trusted(root, settings(tmp_path))
    waiting = desk.propose("something else").id
    assert asked(str(root), desk.office.settings, ready).gate == MERGE
    assert asked(str(root), desk.office.settings, ready, again=True).gate == AGAIN
    assert asked(str(root), desk.office.settings, waiting).gate == START
    desk.trust(decide("trust", "", "", typed=""), taken_back=True)
    shown = asked(str(root), desk.office.settings, waiting)
    assert (shown.gate, shown.digest) == (TRUST, "")
    git(root, "config", "core.fsmonitor", "true")
    assert "changed" in still(str(root), desk.office.settings, shown)


def test_a_gate_no_longer_holds_when_what_it_rests_on_changes(root, tmp_path, ready, monkeypatch, private_machine):
    chosen = settings(tmp_path)
    merge = asked(str(root), chosen, ready)
    desk, watch = trusted(root, chosen), Watch(str(root), chosen, merge)
    main, config = git(root, "rev-parse", "main"), private_machine / "config/loopview/config.toml"
    (offer,) = (tmp_path / "state").rglob(f"{merge.digest}.json")
    kept, awake = offer.read_text(), lifetime._awake()

    def changed(why: str) -> None:
        assert why in watch.why_not()

    def holds() -> None:
        assert watch.why_not() == ""

    git(root, "commit", "-q", "--allow-empty", "-m", "elsewhere")
    changed("has moved on")
    git(root, "update-ref", "refs/heads/main", main)
    holds()
    git(root, "checkout", "-q", "-b", "other")
    changed("has moved on")
    git(root, "checkout", "-q", "main")
    holds()
    desk.trust(decide("trust", "", "", typed=""), taken_back=True)
    changed("not trusted")
    desk.trust(decide("trust", "", "", typed="trust"))
    holds()
    config.parent.mkdir(parents=True)
    config.write_text('allowed_paths = ["docs/**"]\n')
    changed("configuration has changed")
    config.unlink()
    holds()
    assert "policy" in still(str(root), settings(tmp_path, allowed_paths=("docs/**",)), merge)
    offer.write_text(kept.replace("a % b", "a * b"))
    changed("is not what was recorded")
    offer.write_text(kept)
    holds()
    monkeypatch.setattr(lifetime, "_awake", lambda: awake + 31 * 60)
    changed("time to confirm")
    monkeypatch.setattr(lifetime, "_awake", lambda: awake)
    holds()
    desk.reject(ready, decide("reject", ready, "", typed="", reason="no"))
    changed("rejected now")


def test_what_has_lapsed_is_started_again_on_the_new_base(root, tmp_path, ready):
    chosen = settings(tmp_path)
    git(root, "commit", "-q", "--allow-empty", "-m", "elsewhere")
    with pytest.raises(Refused, match="moved on"):
        asked(str(root), chosen, ready)
    assert trusted(root, chosen).find(ready).state is State.READY, "looking changes nothing"
    again = asked(str(root), chosen, ready, again=True)
    assert again.gate == START
    with ollama(edits({"calculator.py": WITH_MODULO})) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        assert ended(started(desk, ready)).state is State.READY
    assert asked(str(root), chosen, ready).gate == MERGE


def test_tests_run_again_give_another_digest(root, tmp_path, ready):
    desk = trusted(root, settings(tmp_path))
    digest = desk.offer(ready).digest
    with pytest.raises(Refused, match="not the digest"):
        desk.test_again(ready, decide("drop", ready, digest, typed="y"))
    end = ended(desk.test_again(ready, decide("drop", ready, digest)))
    assert end.state is State.READY
    assert end.offer.digest != digest
    assert end.offer.diff == desk.offer(ready).diff
    assert end.offer.refused == ()


def test_the_queue_says_what_each_asks_of_the_operator(root, tmp_path, ready):
    queue = look(str(root), settings(tmp_path))
    entry = queue.find(ready)
    assert (entry.tests, entry.passed, entry.base, entry.added) == ("passed", 1, "fresh", 4)
    assert (queue.problem, queue.trusted, queue.top) == ("", "olga", str(root))
    git(root, "commit", "-q", "--allow-empty", "-m", "elsewhere")
    assert look(str(root), settings(tmp_path)).find(ready).base == "stale"


def test_without_a_repository_or_a_home_the_loops_file_is_shown_alone(sample_loop, root, tmp_path):
    alone = look(str(sample_loop), settings(tmp_path))
    assert "no git repository" in alone.problem
    assert alone.entries
    assert "state directory" in look(str(root), settings(tmp_path, state_dir="")).problem
    assert "sample" in look(str(root), settings(tmp_path), sample=True).problem
    (tmp_path / "state").write_text("a file where the directory should be")
    assert look(str(root), settings(tmp_path)).problem
