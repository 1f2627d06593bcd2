"""Settings come from five places in order, and none of them can hurt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loopview.config import KEYS, LONGEST_FILE, Settings, load, user_file


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, dict[str, str]]:
    """A repository, the user's file, and an environment that leads to it."""
    environ = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    mine = Path(user_file(environ))
    mine.parent.mkdir(parents=True)
    root = tmp_path / "repo"
    root.mkdir()
    return root, mine, environ


def test_each_place_overrules_the_one_below(places: tuple[Path, Path, dict[str, str]]) -> None:
    root, mine, environ = places
    assert load(str(root), environ).settings.stall_threshold == 3
    mine.write_text("stall_threshold = 4\nfps = 9\n")
    assert load(str(root), environ).settings.stall_threshold == 4
    (root / "loopview.toml").write_text("stall_threshold = 5\n")
    assert load(str(root), environ).settings.stall_threshold == 5
    environ["LOOPVIEW_STALL_THRESHOLD"] = "6"
    assert load(str(root), environ).settings.stall_threshold == 6
    found = load(str(root), environ, {"stall_threshold": 7, "theme": None})
    assert (found.settings.stall_threshold, found.settings.fps, found.problems) == (7, 9, ())
    assert found.settings.theme == Settings().theme


@pytest.mark.parametrize("key", [key for key in KEYS if not key.repository], ids=lambda key: key.name)
def test_a_repository_sets_display_keys_only(key, places: tuple[Path, Path, dict[str, str]]) -> None:
    root, _, environ = places
    value = {"bool": "true", "table": '{ quit = "x" }'}.get(key.kind, '"none"')
    before = load(str(root), environ).settings
    (root / "loopview.toml").write_text(f"{key.name} = {value}\n")
    found = load(str(root), environ)
    assert found.settings == before
    assert "not read from a repository" in found.problems[0]


@pytest.mark.parametrize(
    "text",
    [
        "stall_threshold = 0",
        "stall_threshold = true",
        'stall_threshold = "3"',
        "stall_threshold = 3.0",
        "ascii = 1",
        'theme = ""',
        'theme = "a\\u001b[31m"',
        "fps = 100000000000000000000000",
        "nonsense = 1",
        "[nested]\nstall_threshold = 3",
        "not toml at all",
        "x = [[[[",
    ],
)
def test_a_mistake_is_said_and_ignored(text: str, places: tuple[Path, Path, dict[str, str]]) -> None:
    root, mine, environ = places
    for file in (mine, root / "loopview.toml"):
        file.write_text(text + "\n")
        found = load(str(root), environ)
        assert found.settings == Settings(cache_dir=found.settings.cache_dir, state_dir=found.settings.state_dir)
        assert len(found.problems) == 1
        assert str(file) in found.problems[0]
        file.unlink()


@pytest.mark.parametrize("kind", ["fifo", "folder", "link", "device", "long", "bytes"])
def test_what_stands_in_the_place_of_a_file_never_blocks(
    kind: str, places: tuple[Path, Path, dict[str, str]]
) -> None:
    root, _, environ = places
    file = root / "loopview.toml"
    if kind == "fifo":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    elif kind in {"link", "device"}:
        (root / "other").write_text("stall_threshold = 9\n")
        file.symlink_to(root / "other" if kind == "link" else Path("/dev/zero"))
    else:
        file.write_bytes(b"#" * (LONGEST_FILE + 1) if kind == "long" else b"theme = '\xff'\n")
    found = load(str(root), environ)
    assert found.settings.stall_threshold == 3
    assert len(found.problems) == 1


def test_environment_values_are_typed(places: tuple[Path, Path, dict[str, str]]) -> None:
    root, _, environ = places
    environ |= {"LOOPVIEW_ASCII": "1", "LOOPVIEW_MOUSE": "no", "LOOPVIEW_CLIPBOARD": "osc52", "LOOPVIEW_FPS": "٣"}
    found = load(str(root), environ)
    assert (found.settings.ascii, found.settings.mouse, found.settings.clipboard) == (True, False, "osc52")
    assert found.settings.fps == 4
    assert "LOOPVIEW_FPS" in found.problems[0]


def test_directories_follow_xdg_and_may_be_named(places: tuple[Path, Path, dict[str, str]]) -> None:
    root, mine, environ = places
    home = environ["HOME"]
    assert load(str(root), environ).settings.cache_dir == f"{home}/.cache/loopview"
    assert load(str(root), {**environ, "XDG_STATE_HOME": "/s"}).settings.state_dir == "/s/loopview"
    assert (
        load(str(root), {**environ, "XDG_CACHE_HOME": "relative"}).settings.cache_dir == f"{home}/.cache/loopview"
    )
    mine.write_text('cache_dir = "/elsewhere"\n[keys]\nquit = "x"\n')
    found = load(str(root), environ).settings
    assert (found.cache_dir, found.keys) == ("/elsewhere", (("quit", "x"),))


def test_a_loop_that_is_one_file_has_no_repository_file(places: tuple[Path, Path, dict[str, str]]) -> None:
    root, _, environ = places
    lone = root / "journal.jsonl"
    lone.write_text("")
    assert load(str(lone), environ).problems == ()


def test_probes_are_tables_of_the_users_alone(places: tuple[Path, Path, dict[str, str]]) -> None:
    root, mine, environ = places
    mine.write_text('[probes.disk]\ncommand = ["df"]\ntimeout = 5\n')
    (root / "loopview.toml").write_text(
        'probes_per_hour = 99\nprobe_runner = ["sh"]\nprobe_vault = "/"\nprobe_memory = "/m"\nprobe_store = ["x"]\n'
        'probe_recall = ["x"]\n[probes.evil]\ncommand = ["rm"]\nunconfined = true\n[probes.disk]\ncommand = ["rm"]\n'
        '[probe_suggestions.idea]\ncommand = ["true"]\n'
    )
    found = load(str(root), environ)
    assert found.settings.probes == (("disk", (("command", ["df"]), ("timeout", 5))),)
    assert found.settings[:] == load("/nowhere", environ).settings[:]
    assert len(found.problems) == 7
    assert all("is not read from a repository" in problem for problem in found.problems)


@pytest.mark.parametrize("written", ['probes = "df"', "probes = 3", 'probes = {disk = "df"}'])
def test_probes_that_are_no_tables_are_said(places: tuple[Path, Path, dict[str, str]], written: str) -> None:
    root, mine, environ = places
    mine.write_text(written)
    found = load(str(root), environ)
    assert found.settings.probes == ()
    assert "tables written [probes.NAME]" in found.problems[0]


def test_every_key_is_a_setting() -> None:
    assert [key.name for key in KEYS] == list(Settings._fields)
    for key in KEYS:
        built_in = getattr(Settings(), key.name)
        assert built_in == (tuple(key.default) if key.kind in {"table", "tables", "list"} else key.default)


def test_a_list_is_words_of_text(places: tuple[Path, Path, dict[str, str]]) -> None:
    root, mine, environ = places
    mine.write_text('test_command = ["python", "-m", "unittest"]\nprotected_paths = ["ops/**", 7]\n')
    found = load(str(root), environ)
    assert found.settings.test_command == ("python", "-m", "unittest")
    assert found.settings.protected_paths == ()
    assert "is not a list of words" in found.problems[0]
    environ["LOOPVIEW_TEST_COMMAND"] = "make 'quick test'"
    assert load(str(root), environ).settings.test_command == ("make", "quick test")
    environ["LOOPVIEW_TEST_COMMAND"] = "never 'closed"
    assert load(str(root), environ).settings.test_command == ("python", "-m", "unittest")
