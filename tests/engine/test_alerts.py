"""Alerts on real files: told once, over restarts and by two at once; commands and services that really run."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from pace import SOON

from loopview.config import Settings
from loopview.domain.alert import Alert, Facts
from loopview.engine import alert_watch
from loopview.engine.alert_calls import call, document, safe_value, variables
from loopview.engine.alert_watch import AlertWatch
from loopview.engine.alerts import RECORD, AlertDesk, Told, budget_is_over, facts_now, recent_alerts
from loopview.engine.headline_view import Headline
from loopview.engine.pins import Pin, add_pin, parse_threshold
from loopview.engine.probes.home import ProbeHome
from loopview.guarded.own_command import LONGEST_INPUT, find_command, run_command

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 26, 14, 0, tzinfo=UTC)
STALLED = Facts(stalled=True, streak=3, fingerprint="9c1e07a4b2d1")
HOSTILE = "\x1b]0;owned\x07 -rf --output=/etc/x\n\u202e$(touch owned)`id`"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=str(tmp_path / "state"), cache_dir="")


def kinds(look) -> list[str]:
    return [told.alert.kind for told in look.told]


def test_a_change_is_told_once_over_restarts_and_by_two_at_once(tmp_path, settings):
    root = str(tmp_path)
    desk, other = AlertDesk(root, settings), AlertDesk(root, settings)
    assert desk.look(Facts(), NOW) == other.look(Facts(), NOW)
    first = desk.look(STALLED, NOW)
    assert first.calls == ("STALLED: 3 failures in a row, fingerprint 9c1e07a4b2d1",)
    assert kinds(first) == ["stalled"]
    second = other.look(STALLED, NOW)
    assert second.calls, "each console rings for itself"
    assert kinds(second) == [], "but only one of them calls outside and keeps the record"
    assert desk.look(STALLED, NOW + timedelta(hours=5)).told == (), "never on a timer"
    again = AlertDesk(root, settings)
    assert not again.look(STALLED, NOW).calls
    assert kinds(AlertDesk(root, settings).look(Facts(), NOW)) == ["recovered"]
    assert [told.alert.kind for told in recent_alerts(settings.state_dir, root)] == ["recovered", "stalled"]


def test_what_happened_while_nobody_looked_is_told_at_the_next_start(tmp_path, settings):
    AlertDesk(str(tmp_path), settings).look(Facts(), NOW)
    look = AlertDesk(str(tmp_path), settings).look(STALLED, NOW + timedelta(days=2))
    assert look.calls
    assert kinds(look) == ["stalled"]


def test_the_first_look_at_a_loop_only_takes_note(tmp_path, settings):
    assert AlertDesk(str(tmp_path), settings).look(STALLED, NOW).told == ()


def test_muted_and_quiet_alerts_are_on_record_and_call_nobody(tmp_path, settings):
    root = str(tmp_path)
    desk = AlertDesk(root, settings._replace(quiet_hours="22:00-07:00"))
    desk.look(Facts(), NOW)
    AlertDesk(root, settings).mute("probes", NOW + timedelta(minutes=30), NOW)
    muted = desk.look(Facts(red=("memory",)), NOW, NOW)
    assert not muted.calls
    assert muted.told[0].held == "probes is muted until 2026-06-26 14:30 UTC"
    later = desk.look(Facts(red=("memory", "tools")), NOW + timedelta(minutes=31), NOW)
    assert later.calls
    quiet = desk.look(STALLED, NOW + timedelta(hours=1), NOW.replace(hour=23))
    assert not quiet.calls
    assert {told.held for told in quiet.told} == {"quiet hours, 22:00-07:00"}
    desk.unmute("all", NOW)
    assert desk.mutes().until == ()
    with pytest.raises(ValueError, match="no topic"):
        desk.mute("weather", None, NOW)


def test_a_loop_that_swings_cannot_ring_without_end(tmp_path, settings):
    desk = AlertDesk(str(tmp_path), settings)
    desk.look(Facts(), NOW)
    looks = [desk.look(STALLED if swing % 2 else Facts(), NOW + timedelta(minutes=swing)) for swing in range(1, 30)]
    assert sum(bool(look.calls) for look in looks) == 10
    assert looks[-1].told[0].held == "20 times about verdict within the hour"
    assert desk.look(Facts(red=("memory",)), NOW + timedelta(minutes=30)).calls, "another topic still calls"
    assert desk.look(STALLED, NOW + timedelta(minutes=90)).calls


def test_a_record_that_cannot_be_kept_is_said_and_the_bell_rings_all_the_same(tmp_path, settings):
    desk = AlertDesk(str(tmp_path), settings)
    desk.look(Facts(), NOW)
    folder = desk.memory.path
    os.rename(folder, folder + ".away")
    os.symlink(folder + ".away", folder)
    look = desk.look(STALLED, NOW)
    assert look.calls
    assert kinds(look) == ["stalled"]
    assert "not kept on record" in look.problem


def test_the_record_is_private_and_survives_lines_that_are_none(tmp_path, settings):
    desk = AlertDesk(str(tmp_path), settings)
    desk.look(Facts(), NOW)
    desk.look(STALLED, NOW)
    assert stat.S_IMODE(os.stat(desk.memory.path).st_mode) == 0o700
    with open(os.path.join(desk.memory.path, RECORD), "ab") as file:
        file.write(b'{"ts": 3}\nnonsense\n\xff\xfe\n[]\n{"torn": ')
    assert [told.alert for told in recent_alerts(settings.state_dir, str(tmp_path))] == [
        Alert("verdict", "stalled", "STALLED: 3 failures in a row, fingerprint 9c1e07a4b2d1", ("9c1e07a4b2d1",))
    ]


def test_without_a_state_directory_changes_are_told_and_nothing_is_kept(tmp_path):
    desk = AlertDesk(str(tmp_path), Settings())
    desk.look(Facts(), NOW)
    assert kinds(desk.look(STALLED, NOW)) == ["stalled"]
    assert recent_alerts("", str(tmp_path)) == ()
    desk.mute("all", None, NOW)
    assert desk.look(Facts(red=("memory",)), NOW).calls == ()


def test_the_facts_are_judged_by_the_settings_and_not_by_a_threshold_that_is_tried(settings):
    headline = Headline(verdict="PROGRESS", stall_count=3, fingerprint="f", last_row=NOW - timedelta(hours=2))
    facts = facts_now(headline, settings, NOW)
    assert facts.stalled
    assert facts.silent_since == "2026-06-26T12:00:00+00:00"
    assert not facts_now(headline, settings._replace(stall_threshold=4, silence_after=0), NOW).silent_since


def test_the_budget_is_over_when_it_went_faster_than_its_hour(tmp_path, settings):
    root, few = str(tmp_path), settings._replace(probes_per_hour=3)
    home = ProbeHome(settings.state_dir, root)
    assert not budget_is_over(root, few, NOW)
    with home.alone():
        for minutes in (40, 20, 0):
            home.begin("memory", NOW - timedelta(minutes=minutes))
            home.end()
    assert not budget_is_over(root, few, NOW + timedelta(seconds=1)), "evenly spread, it is only well used"
    with home.alone():
        for _ in range(3):
            home.begin("memory", NOW + timedelta(minutes=1))
            home.end()
    assert budget_is_over(root, few, NOW + timedelta(minutes=2))
    assert not budget_is_over(root, few, NOW + timedelta(minutes=45)), "the next one is due soon"
    assert not budget_is_over(root, few._replace(probes_per_hour=0), NOW + timedelta(minutes=2))
    assert not budget_is_over(root, few._replace(state_dir=""), NOW)


# --- deliveries -------------------------------------------------------------------------------------------------


def told(sentence: str = "a probe is red: x", *subjects: str) -> Told:
    return Told(Alert("probes", "red", sentence, subjects), NOW)


def script(tmp_path: Path, body: str) -> tuple[str, ...]:
    path = tmp_path / "told.py"
    path.write_text(body, encoding="utf-8")
    return (sys.executable, "-I", "-S", str(path))


KEEPS = """
import json, os, sys
out = sys.argv[1]
json.dump({"env": dict(os.environ), "cwd": os.getcwd(), "in": json.load(sys.stdin), "fds": os.listdir("/proc/self/fd")},
          open(out, "w"))
"""


def test_a_command_gets_the_facts_and_nothing_else(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    monkeypatch.setenv("LD_PRELOAD_NOT", "x")
    out = tmp_path / "out.json"
    wanted = settings._replace(alert_command=(*script(tmp_path, KEEPS), str(out)))
    assert call([told(f"a probe is red: {HOSTILE}", HOSTILE)], str(tmp_path), wanted) == ()
    found = json.loads(out.read_text())
    own = {name: value for name, value in found["env"].items() if name.startswith("LOOPVIEW_ALERT_")}
    assert own["LOOPVIEW_ALERT_TOPIC"] == "probes"
    assert own["LOOPVIEW_ALERT_KIND"] == "red"
    assert own["LOOPVIEW_ALERT_LOOP"] == str(tmp_path)
    assert own["LOOPVIEW_ALERT_TIME"] == "2026-06-26T14:00:00Z"
    assert set(found["env"]) - set(own) <= {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "USER", "LOGNAME", "TZ"}
    for value in own.values():
        assert value.isprintable()
        assert not any(word.startswith("-") for word in value.split())
    assert found["cwd"] == "/"
    assert found["in"]["subjects"] == [HOSTILE]
    assert found["in"]["schema"] == 1
    assert not (tmp_path / "owned").exists()
    assert len(found["fds"]) <= 5


def test_what_a_command_reads_is_whole_however_much_a_loop_names(tmp_path):
    read = json.loads(document(told("\U0001f600" * 9999, *["\U0001f600" * 9999] * 500), str(tmp_path)))
    assert (len(read["subjects"]), read["subjects_in_all"]) == (16, 500)
    assert len(document(told("\U0001f600" * 9999, *["\U0001f600" * 9999] * 500), "/" * 4096)) < LONGEST_INPUT


def test_no_word_of_a_loop_is_an_option():
    assert safe_value("-rf a --b -c") == "\u2010rf a \u2010-b \u2010c"
    assert safe_value("a - b") == "a - b"
    assert variables(told("x", "-e"), "/-loop")["LOOPVIEW_ALERT_SUBJECTS"] == "\u2010e"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("raise SystemExit(3)", "ended with 3"),
        ("import sys; sys.stderr.write('\\x1b[2Jno bus'); raise SystemExit(1)", "no bus"),
        ("import time\nwhile True: time.sleep(9)", "its time was over"),
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", "printed too much"),
        ("import os; os.close(0)", ""),
    ],
)
def test_a_command_that_fails_is_said_and_ended(tmp_path, settings, body, problem):
    began = time.monotonic()
    wanted = settings._replace(alert_command=script(tmp_path, body), alert_seconds=1)
    said = call([told()], str(tmp_path), wanted)
    assert time.monotonic() - began < SOON
    assert (len(said) == 1 and problem in said[0]) if problem else said == ()


def test_nothing_that_a_command_starts_outlives_it(tmp_path):
    note = tmp_path / "pid"
    body = f"import os, time\npid = os.fork()\nif pid:\n open({str(note)!r}, 'w').write(str(pid))\nelse:\n time.sleep(600)"
    assert run_command(script(tmp_path, body), {}, b"", 5) == ""
    deadline = time.monotonic() + SOON
    while alive(int(note.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_command_is_found_on_absolute_places_of_the_path_only(tmp_path, monkeypatch):
    tool = tmp_path / "notify"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    assert find_command("notify", f".:{os.pathsep}{os.pathsep}nowhere") == ""
    assert find_command("./notify", str(tmp_path)) == ""
    assert find_command("notify", str(tmp_path)) == str(tool)
    assert "no such command" in run_command(["notify"], {}, b"", 1)


def test_apprise_sends_to_the_services_of_the_settings(tmp_path, settings):
    got: list[dict[str, str]] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"json://127.0.0.1:{server.server_port}/"
        said = call([told(f"a probe is red: {HOSTILE}")], str(tmp_path), settings._replace(alert_urls=(url,)))
    finally:
        server.shutdown()
        server.server_close()
    assert said == ()
    assert got[0]["title"] == f"loopview: {tmp_path.name}"
    assert got[0]["message"].startswith("a probe is red: ")
    assert got[0]["message"].isprintable()
    assert call([told()], str(tmp_path), settings._replace(alert_urls=(url,)))
    unknown = call([told()], str(tmp_path), settings._replace(alert_urls=("nonsense://user:password@x",)))
    assert "number 1" in unknown[0]
    assert "password" not in unknown[0]


# --- without a console ------------------------------------------------------------------------------------------


def append(path: Path, *rows: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def failing(number: int) -> dict[str, object]:
    return {"iteration": number, "gate": "fail", "fingerprint": "9c1e07a4b2d1", "action": "retry"}


def test_a_watch_tells_a_stall_a_red_probe_a_proposal_and_a_check(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(alert_watch, "PATIENCE", 0.2)
    monkeypatch.setattr(alert_watch, "PAUSE", 0.01)
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    few = parse_threshold("rows < 2")
    add_pin(environ, Pin("few-attempts", sql="select * from attempts", threshold=few))
    root, now = tmp_path / "loop", datetime.now(UTC)
    append(root / ".loop" / "journal.jsonl", {"iteration": 1, "gate": "pass", "ts": now.isoformat()})
    watch = AlertWatch(str(root), settings, environ)
    seen: list[str] = []

    def listen() -> None:
        seen.extend(each.alert.kind if isinstance(each, Told) else each for each in watch.told())

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        until(lambda: watch._desk._seen is not None)
        watch._checks._asked = float("-inf")
        append(root / ".loop" / "journal.jsonl", *map(failing, range(2, 5)))
        append(
            root / ".loop" / "probes.jsonl",
            *[{"timestamp": now.isoformat(), "capability": "memory", "success": False}] * 3,
        )
        append(root / ".loop" / "proposals.jsonl", {"id": "P-1", "title": "one"})
        until(lambda: {"stalled", "red", "waiting", "failed"} <= set(seen), seen)
    finally:
        watch.stop()
        thread.join(60)
    assert not thread.is_alive()
    assert len(seen) == len(set(seen)), "each once"
    assert len(recent_alerts(settings.state_dir, str(root))) == 4


def until(holds, what: object = "") -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.01)
