"""``loopview probe`` as a process: what it prints and writes, how it exits, what ends it, and who can trust."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self

import pytest
from pty_console import PtyConsole, unknown_in

from loopview.text import cell_width

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "loopview", "probe"]
HOSTILE = "ESC\x1b]0;stolen\x07 \u202egnp.exe [red]markup[/red]"

OWN = """
[probes.works]
command = ["sh", "-c", "echo it works"]
[probes.fails]
command = ["sh", "-c", "echo it does not; exit 3"]
[probes.long]
command = ["sh", "-c", "echo begun > here; sleep 60"]
timeout = 60
"""


@pytest.fixture
def root(tmp_path: Path, private_machine: Path) -> Path:
    root = tmp_path / "loop"
    (root / ".loop").mkdir(parents=True)
    config = private_machine / "config" / "loopview"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("probes_per_hour = 60\n" + OWN)
    return root


def probe(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], cwd=root, env=os.environ | environment, capture_output=True, text=True, timeout=60,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def recorded(root: Path) -> list[dict]:
    file = root / ".loop" / "probes.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_one_probe_runs_and_its_exit_says_how(root):
    done = probe(root, "run", "works")
    assert (done.returncode, done.stdout.rpartition("  ")[0]) == (0, "✓ ok  works  it works"), done.stderr
    done = probe(root, "run", "fails")
    assert done.returncode == 1
    assert done.stdout.startswith("✗ failed  fails  ExitCode: exit code 3, not 0: it does not")
    assert [row["capability"] for row in recorded(root)] == ["works", "fails"]


def test_three_failures_are_red_and_filed_and_said(root):
    codes = [probe(root, "run", "fails", "--exit-code").returncode for _ in range(2)]
    done = probe(root, "run", "fails", "--exit-code")
    assert (codes, done.returncode) == ([1, 1], 11)
    assert "filed E-" in done.stderr
    assert [probe(root, "list", *more).returncode for more in ((), ("--exit-code",))] == [0, 11]
    assert "Stabilize fails: self-test failing 3x in a row" in (root / ".loop" / "proposals.jsonl").read_text()
    health = subprocess.run(
        [sys.executable, "-m", "loopview", "health", "--json"], cwd=root, capture_output=True, text=True, check=True
    )
    snapshot = json.loads(health.stdout)
    assert list(snapshot) == ["schema", "generated_at", "overall_status", "capabilities"]
    assert snapshot["overall_status"] == "red"
    assert list(snapshot["capabilities"][0]) == ["capability", "status", "last_failed_at", "consecutive_failures"]


def test_all_of_them_run_within_the_budget(root, private_machine):
    (private_machine / "config" / "loopview" / "config.toml").write_text("probes_per_hour = 3\n")
    done = probe(root, "run", "--all", "--json")
    assert done.returncode == 4
    document = json.loads(done.stdout)
    assert [each["capability"] for each in document["results"]] == [
        "tool_use",
        "multistep_planning",
        "memory_write",
    ]
    assert document["refused"]["kind"] == "budget"
    assert "probes_per_hour" in done.stderr
    assert len(recorded(root)) == 3


def test_a_run_of_all_says_what_was_left_out_and_why(root, private_machine):
    (private_machine / "config" / "loopview" / "config.toml").write_text("probes_per_hour = 1\n")
    suggest(root)
    said = probe(root, "run", "--all").stderr
    assert "not run: model: no model is configured" in said
    assert "not run: idea: suggested by the repository and not trusted" in said


def test_one_that_cannot_run_keeps_no_other_from_its_turn(root, private_machine):
    off = "".join(
        f"[probes.{name}]\nenabled = false\n"
        for name in (
            "tool_use",
            "multistep_planning",
            "memory_write",
            "memory_read",
            "self_coding",
            "lightning_econ",
        )
    )
    gone = '[probes.gone]\nentry_point = "nobody_has_it"\n'
    after = '[probes.after]\ncommand = ["echo", "it ran"]\n'
    (private_machine / "config" / "loopview" / "config.toml").write_text(off + gone + after)
    done = probe(root, "run", "--all")
    assert (done.returncode, [row["capability"] for row in recorded(root)]) == (4, ["after"])
    assert "no package has an entry point nobody_has_it" in done.stderr
    document = json.loads(probe(root, "run", "--all", "--json").stdout)
    assert ([it["capability"] for it in document["results"]], document["refused"]["kind"]) == (["after"], "unknown")


def test_the_list_says_whose_turn_it_is(root):
    probe(root, "run")
    probe(root, "run", "--next")
    assert [row["capability"] for row in recorded(root)] == ["tool_use", "multistep_planning"]
    document = json.loads(probe(root, "list", "--json").stdout)
    assert document["next"]["capability"] == "memory_write"
    assert (document["left"], document["probes_per_hour"], document["overall_status"]) == (58, 60, "green")
    rows = {row["capability"]: row for row in document["capabilities"]}
    assert (rows["lightning_econ"]["status"], rows["works"]["origin"]) == ("placeholder", "own")
    assert rows["tool_use"]["results"][0]["success"] is True
    text = probe(root, "list").stdout
    assert re.search(r"✓ tool_use +green +built-in", text)
    assert re.search(r"◌ lightning_econ +placeholder", text)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("run", "nope"), 2, "no probe is called nope"),
        (("run", "works", "--all"), 2, "name a probe"),
        (("list", "works"), 2, "takes no probe"),
        (("trust",), 2, "name a suggested probe"),
        (("run", "works", "--read-only"), 4, "read-only"),
        (("watch", "--read-only"), 4, "read-only"),
        (("run", "model"), 4, "no model is configured"),
        (("run", "--next", "--sample"), 4, "sample"),
        (("run", "--root", "/"), 3, "no loop data"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_refused_is_said_and_changes_nothing(root, words, code, said):
    done = probe(root, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert recorded(root) == []


def test_hostile_text_is_shown_and_does_nothing(root):
    (root / ".loop" / "probe_suggestions.json").write_text(
        json.dumps({"idea": {"command": ["sh", "-c", HOSTILE]}, HOSTILE: {"command": ["true"]}})
    )
    row = {"capability": HOSTILE, "success": False, "details": HOSTILE, "error_type": HOSTILE}
    (root / ".loop" / "probes.jsonl").write_text(json.dumps(row) + "\n")
    for words in (("list",), ("list", "--json"), ("run", "idea"), ("run", HOSTILE)):
        done = probe(root, *words)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.stdout + done.stderr), words


def test_a_long_name_leaves_the_list_readable(root):
    names = ("x" * 5000, "\u65e5\u672c\u8a9e" * 9, "short")
    rows = [json.dumps({"capability": name, "success": False, "details": "it broke"}) for name in names]
    (root / ".loop" / "probes.jsonl").write_text("\n".join(rows) + "\n")
    lines = [line for line in probe(root, "list").stdout.splitlines() if "it broke" in line]
    assert len(lines) == 3
    assert {cell_width(line.partition(" green ")[0]) for line in lines} == {len("  ✓ ") + 40 + 1}


# Beside the loop


class Watch:
    """A running ``probe watch``."""

    def __init__(self, root: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "watch", *words], cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def ended_by(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


def only(private_machine: Path, *names: str) -> None:
    """Leave only these probes, ours among them."""
    built_in = ("tool_use", "multistep_planning", "memory_write", "memory_read", "self_coding", "lightning_econ")
    off = "".join(f"[probes.{name}]\nenabled = false\n" for name in built_in if name not in names)
    own = "".join(f"[probes.{part}" for part in OWN.split("[probes.")[1:] if part.split("]", 1)[0] in names)
    (private_machine / "config" / "loopview" / "config.toml").write_text(f"probes_per_hour = 3600\n{off}{own}")


def test_a_watch_runs_what_is_due_until_a_signal(root, private_machine):
    only(private_machine, "memory_write", "lightning_econ")
    with Watch(root, "--json") as watch:
        lines = [json.loads(watch.process.stdout.readline()) for _ in range(3)]
        assert watch.ended_by(signal.SIGTERM) == 128 + signal.SIGTERM
        assert watch.process.stderr.read().splitlines() == [
            "probes run here one at a time, 3600 within an hour at most; Ctrl-C or a signal ends it"
        ]
    assert [line["capability"] for line in lines] == ["memory_write", "lightning_econ", "memory_write"]
    assert [row["capability"] for row in recorded(root)][:3] == [line["capability"] for line in lines]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_watch_that_is_ended_takes_its_probe_along(root, private_machine, number):
    only(private_machine, "long")
    state = private_machine / "state" / "loopview" / "probes"
    with Watch(root) as watch:
        wait_for(lambda: list(state.glob("*/runs/*/work/here")))
        assert watch.ended_by(number) == 128 + number
        assert watch.process.stderr.read().splitlines() == [
            "probes run here one at a time, 3600 within an hour at most; Ctrl-C or a signal ends it"
        ]
    assert recorded(root) == []
    assert not list(state.glob("*/runs/*"))


def test_a_watch_under_nohup_outlives_its_terminal(root, private_machine):
    only(private_machine, "memory_write")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        watch = Watch(root, "--json")
    finally:
        signal.signal(signal.SIGHUP, before)
    with watch:
        watch.process.stdout.readline()
        watch.process.send_signal(signal.SIGHUP)
        assert json.loads(watch.process.stdout.readline())["capability"] == "memory_write"
        assert watch.ended_by(signal.SIGTERM) == 128 + signal.SIGTERM


def test_a_run_that_is_ended_takes_its_probe_along(root, private_machine):
    state = private_machine / "state" / "loopview" / "probes"
    running = subprocess.Popen([*COMMAND, "run", "long"], cwd=root, stdin=subprocess.DEVNULL)
    wait_for(lambda: list(state.glob("*/runs/*/work/here")))
    running.terminate()
    assert running.wait(60) == 128 + signal.SIGTERM
    assert recorded(root) == []
    assert not list(state.glob("*/runs/*"))


def wait_for(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


# Trust


def suggest(root: Path) -> None:
    idea = {
        "command": ["sh", "-c", "echo an idea"],
        "about": HOSTILE.replace("\x1b", "").replace("\x07", "").replace("\u202e", ""),
    }
    (root / ".loop" / "probe_suggestions.json").write_text(json.dumps({"idea": idea}))


def test_nobody_trusts_without_a_terminal(root):
    suggest(root)
    done = probe(root, "trust", "idea")
    assert (done.returncode, "needs a terminal" in done.stderr) == (4, True)
    done = probe(root, "run", "idea")
    assert (done.returncode, "loopview probe trust idea" in done.stderr) == (4, True)


def test_a_human_trusts_a_text_by_its_digest(root, private_machine):
    suggest(root)
    command = [*COMMAND, "trust", "idea", "--root", str(root)]
    with PtyConsole(command=command, size=(100, 40), home=private_machine, environment=dict(os.environ)) as console:
        console.wait_text("type the first 8 digits of the digest to trust it:")
        assert "echo an idea" in console.shown
        for character in re.findall(r"digest    ([0-9a-f]{8}) ", console.output.decode())[-1]:
            console.press(character)
        console.send(b"\r")
        assert console.wait() == 0, console.shown
        assert unknown_in(re.sub(rb"\x1b\[\?2004[hl]|\r\x1b\[K", b"", console.output)) == []
    assert probe(root, "run", "idea").stdout.startswith("✓ ok  idea  an idea")
    assert probe(root, "trust", "idea", "--take-back").returncode == 0
    assert probe(root, "run", "idea").returncode == 4
