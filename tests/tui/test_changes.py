"""What a commit changed, from the cycles and the journal: with real git, real keys, and a hostile repository."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hostile import HOSTILE_NAME, MODERATE
from live_console import append, attempt, cycle, live
from pty_console import PtyConsole, assert_only_known_sequences

if TYPE_CHECKING:
    from pathlib import Path

JOURNAL, CYCLES = ".loop/journal.jsonl", ".loop/retro/cycles.jsonl"
ESCAPE, ENTER, CTRL_Q = "\x1b", "\r", "\x11"


def git(root: Path, *words: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *identity, *words], cwd=root, check=True, capture_output=True,
        env={"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"},
    )  # fmt: skip
    return done.stdout.decode().strip()


def committed(root: Path, name: str, content: bytes, message: str = "change") -> str:
    (root / name).write_bytes(content)
    git(root, "add", "--", name)
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    """Attempt 1 passed, 2 and 3 failed, each with a commit; 4 names a commit that is not there, 5 none."""
    root = tmp_path / "loop"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commits = [
        committed(root, "fetch.py", "".join(f"line {n}\n" for n in range(40)).replace("line 20", made).encode())
        for made in ("tries = 1", "tries = 2", "tries = 3")
    ]
    failed = {"gate": "fail", "fingerprint": "aaaabbbbcccc"}
    append(
        root / JOURNAL,
        attempt(1, commit=commits[0]),
        attempt(2, commit=commits[1][:10], **failed),
        attempt(3, commit=commits[2], **failed),
        attempt(4, commit="deadbeefdeadbeef", **failed),
        attempt(5, **failed),
    )
    append(root / CYCLES, *(cycle(n) for n in range(1, 6)))
    return root


def shown(screen) -> str:
    reader = screen.query_one("DiffReader")
    return "\n".join(reader.render_line(y).text.rstrip() for y in range(reader.size.height))


@pytest.mark.parametrize("name", ["journal", "cycles"])
async def test_a_key_shows_what_the_commit_of_a_record_changed_and_escape_leaves_it(loop, name):
    async with live(loop, name) as console:
        screen = console.screen
        await console.until(lambda: screen.browser.table.standing.count == 5)
        await console.press("j", "j")
        await console.until(lambda: screen.detail_shown() is not None and screen.detail_shown().commit)
        await console.press("d")
        await console.until(lambda: screen.query("DiffReader") and "+ tries = 3" in shown(screen))
        assert "- tries = 2" in shown(screen)
        assert screen.trail()[-1] == "change"
        assert screen.copy_text().startswith("--- a/fetch.py\n+++ b/fetch.py\n@@ -18,7 +18,7 @@")
        assert screen.copy_json() == screen.copy_text()
        assert not screen.browser.display or screen.browser.size.height == 0
        await console.press("slash", *"tries", "enter", "escape", "escape")
        await console.until(lambda: not screen.showing_change)
        assert screen.browser.table.has_focus


async def test_the_other_key_shows_what_changed_since_the_last_pass(loop):
    async with live(loop, "journal") as console:
        screen = console.screen
        await console.until(lambda: screen.browser.table.standing.count == 5)
        await console.press("j", "j", "D")
        await console.until(lambda: screen.query("DiffReader") and "+ tries = 3" in shown(screen))
        assert "- tries = 1" in shown(screen)
        await console.press("escape", "k", "k")
        await console.until(lambda: screen.detail_shown().value("iteration") == 5)
        await console.press("D")
        await console.until(
            lambda: "- tries = 1" in shown(screen), "an attempt without a commit is held against HEAD"
        )


async def test_more_and_fewer_lines_around_are_asked_of_git(loop):
    async with live(loop, "journal") as console:
        screen = console.screen
        await console.until(lambda: screen.browser.table.standing.count == 5)
        await console.press("j", "j", "d")
        await console.until(lambda: screen.query("DiffReader") and "@@ -18,7 +18,7 @@" in shown(screen))
        await console.press("c")
        await console.until(lambda: "@@ -13,17 +13,17 @@" in shown(screen))
        await console.press("C", "C", "C")
        await console.until(lambda: "@@ -21,1 +21,1 @@" in shown(screen))
        await console.press("C")
        assert screen.query_one("#change").border_subtitle.startswith("0 lines around")


async def test_what_cannot_be_shown_is_said(loop):
    async with live(loop, "journal") as console:
        screen = console.screen
        await console.until(lambda: screen.browser.table.standing.count == 5)
        await console.press("j", "d")
        await console.until(lambda: screen.query("DiffReader") and "is not in this repository" in shown(screen))
        await console.press("escape", "k", "d")
        await console.until(lambda: "no commit is recorded with it" in shown(screen))
        await console.press("escape", "G", "D")
        await console.until(lambda: "no earlier attempt that passed" in shown(screen))


async def test_beside_the_proof_the_key_shows_what_changed_since_the_last_recorded_turn(loop):
    append(loop / JOURNAL, attempt(6, commit=git(loop, "rev-parse", "HEAD~1"), gate="fail"))
    async with live(loop, "journal") as console:
        screen = console.screen
        await console.until(lambda: screen._since is not None)
        screen.changes.focus()
        await console.press("d")
        await console.until(lambda: screen.query("DiffReader") and "+ tries = 3" in shown(screen))
        await console.press("escape")
        assert not screen.showing_change


# -- a hostile repository, in a real terminal --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile_change(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A commit whose every line, and whose file's name, is hostile."""
    root = tmp_path_factory.mktemp("hostile") / HOSTILE_NAME
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    texts = [text.encode("utf-8", "surrogatepass") for text in MODERATE.values()]
    committed(root, "x.py", b"\n".join(texts))
    name = "\x1b]0;stolen\x07\u202e[@click=app.quit]x.py"
    committed(root, name, b"\n".join(texts))
    made = committed(root, name, b"\n".join(text.replace(b"e", b"E") + b" \t" for text in texts), "\x1b[2J")
    append(root / JOURNAL, attempt(1, commit=made), attempt(2, commit=made))
    append(root / CYCLES, cycle(1), cycle(2))
    return root


@pytest.mark.parametrize("size", [(160, 45), (40, 10)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_of_a_hostile_change_reaches_the_terminal(size, hostile_change, tmp_path):
    with PtyConsole(hostile_change, size=size, home=tmp_path) as console:
        console.wait_until(
            lambda: b"\x1b[?1049h" in console.output and "LOADING" not in console.shown, "the console"
        )
        console.settle()
        console.press("4")
        console.wait_until(lambda: "pass" in console.shown or "✓" in console.shown, "the journal")
        console.press("d")
        console.wait_text("1/1 ")
        console.press(
            "n", "\x1b[6~" * 5, "wllh", "w", "d" + "\x1b[6~" * 5, "G", "gu", "/click" + ENTER, "n", ESCAPE, "c"
        )
        console.press(ESCAPE, "D", ESCAPE)
        console.send(CTRL_Q.encode())
        assert console.wait() == 0, console.shown
        assert_only_known_sequences(console.output)
        assert b"\x1b]52;" not in console.output
