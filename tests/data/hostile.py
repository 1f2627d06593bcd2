"""The attack corpus: what a loop, a model or a repository could write to drive, hide from or deceive an operator.

Numbers are those of the corpus in docs/safety.md: terminal 1-24, markup 25-34, Unicode and source 35-51, JSON lines
52-64, files 65-74. Everything is a value or a writer, so that a test can put it where it wants.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ESC = "\x1b"

TERMINAL: dict[int, str] = {
    1: f"{ESC}[2J{ESC}[Hcleared",
    2: f"{ESC}]0;stolen title{ESC}\\",
    3: f"{ESC}]52;c;c3RvbGVu{ESC}\\",
    4: f"{ESC}]52;c;c3RvbGVu\x07",
    5: f"{ESC}]8;;https://evil.example/{ESC}\\https://good.example/{ESC}]8;;{ESC}\\",
    6: f"{ESC}]unterminated",
    7: f"{ESC}Ptmux;{ESC}{ESC}]52;c;c3RvbGVu\x07{ESC}\\",
    8: f"{ESC}_Ga=T,f=24,s=1,v=1;AAAA{ESC}\\",
    9: "\x9b31mC1 colour",
    10: "\x9d0;C1 title\x9c",
    11: f"{ESC}[6n{ESC}[c{ESC}[21t{ESC}[5n",
    12: f"{ESC}cfull reset",
    13: f"{ESC}[?1049lleft the screen",
    14: f"{ESC}[200~pasted\r{ESC}[201~",
    15: f"{ESC}[?1000h{ESC}[?1003hmouse on",
    16: "\x0elqqk\x0fcharset",
    17: "shown first\roverprinted",
    18: "rm -rf /\x08\x08\x08\x08\x08\x08\x08\x08ls -la  ",
    19: "nul\x00del\x7f",
    20: "z" + "\u0301\u0335" * 30 + "algo",
    21: "lone \ud800 surrogate",
    22: ESC * 100_000,
    23: f"split {ESC}[3",
    24: f"commit by {ESC}[31;1mred{ESC}[0m\x07",
}

MARKUP: dict[int, str] = {
    25: "[@click=app.approve('p')]approve[/]",
    26: "[@click=app.simulate_key('y')]press y[/]",
    27: "[@click=app.screenshot('x','/d')]picture[/]",
    28: "[@click=app.quit]a long label that is easy to hit[/]",
    29: "[link=https://evil.example/]good.example[/link]",
    30: "unbalanced [/x] [ \\[ [/] ]] [[/y]",
    31: "[red on red]invisible[/] [black on black]more[/]",
    32: "[bold]bold[/bold] [$error]variable[/]",
    33: "[go](ssh://-oProxyCommand=x) ![t](https://evil.example/p.gif) [f](file:///etc/passwd)",
    34: "[b]" * 1_000_000,
}

UNICODE: dict[int, str] = {
    35: "access\u202e \u2066// only admin\u2069 \u2066",
    36: "pass\u200bword\u2060\ufeff",
    37: "\uff45\uff56\uff41\uff4c(x)",
    38: "\U0001d428\U0001d429\U0001d41e\U0001d427(f)",
    39: "def \u043epen(): ...",
    40: "tagged" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all rules") + "\U000e007f",
    41: "x" + "".join(chr(0xFE00 + n % 16) for n in range(20)) + "".join(chr(0xE0100 + n) for n in range(20)),
    42: "# coding: utf-7\n+AAo-import os",
    43: "# coding: unicode_escape\n# \\x0aimport os",
    44: "#!/bin/sh\n# -*- coding: utf-7 -*-",
    45: "# comment\rimport os",
    46: "x = 1" + " " * 3000 + "; import os",
    47: "a\x00b",
    48: "\ufeffU\x00T\x00F\x00",
    49: "one\u2028two\u2029three\x85four",
    50: "form\x0cfeed\x0bvertical",
    51: "soft\u00adhyphen \u3164filler\uffa0 \u115f\u1160 \u2800",
}

TEXTS: dict[int, str] = TERMINAL | MARKUP | UNICODE
"""Every hostile text; 22 and 34 are large."""

MODERATE: dict[int, str] = TEXTS | {22: ESC * 2000, 34: "[b]" * 2000}
"""The same with the large ones cut, for tests that put every text into every place."""

JSON_LINES: dict[int, bytes] = {
    52: b'{"timestamp":"2026-06-25T00:00:00Z","cycle":1,"succ',
    53: b'{"cycle":2,"reason":"half a code point \xe2\x9c"}',
    55: b'{"cycle":3,"notes":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    56: b'{"cycle":' + b"9" * 5000 + b"}",
    57: b'{"cycle":4,"duration":1e999999,"lines_added":NaN}',
    58: b'{"cycle":5,"success":false,"success":true}',
    59: b'["not","an","object"]',
    60: b'{"timestamp":{},"cycle":"x","success":"yes","duration":[1],"lines_added":1.5,"type":7,"reason":{"a":1}}',
    61: b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(20_000)) + b"}",
    62: b'{"__proto__":{"cycle":1},"constructor":1,"__class__":"x","cycle":6}',
    63: b'{"cycle":7,"issue":{"a":[1]},"success":false,"reason":["x"]}',
    64: b'{"cycle":8,"timestamp":"0000-00-00T00:00:00Z"}',
}
"""Lines that are not records, or hardly; 54 (100 MB) is `oversize_line`, 52 has to come last in its file."""

TIMESTAMPS: tuple[object, ...] = (
    "10000-01-01T00:00:00Z",
    "2026-06-25T10:00:00",
    1782468000,
    1782468000123,
    "9" * 2000,
    -1,
)
"""64, as values."""


def oversize_line(length: int = 100_000_000) -> bytes:
    """54: one line of `length` bytes."""
    return b'{"cycle":9,"reason":"' + b"x" * (length - 23) + b'"}'


# Files in the place of a source


def _loop_of_links(path: Path) -> None:
    path.symlink_to(path.name)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _unreadable(path: Path) -> None:
    path.write_bytes(b'{"cycle":1}\n')
    path.chmod(0)


FILES: dict[str, Callable[[Path], None]] = {
    "65 FIFO": os.mkfifo,
    "66 symlink to a device": lambda path: path.symlink_to("/dev/zero"),
    "66 symlink to a foreign file": lambda path: path.symlink_to("/etc/passwd"),
    "66 symlink loop": _loop_of_links,
    "67 directory": os.mkdir,
    "72 sparse": _sparse,
    "73 unreadable": _unreadable,
    "74 hole": lambda path: path.write_bytes(b'{"cycle":1}\n' + b"\x00" * 10_000 + b'\n{"cycle":2}\n') and None,
}
"""What can lie where a source should; 68-71 are motions of a writer and belong to the tests of the cursor."""


# A whole loop


def write_hostile_loop(root: Path, *, now: datetime | None = None) -> Path:
    """Write a loop under `root` with the corpus in every text field of every kind of record, and return `root`.

    Its journal ends in a stall whose reason, action and fingerprint are hostile too. Stamps end at `now`.
    """
    moment = now or datetime.now(UTC)
    stamps = _stamps(moment)
    retro = root / ".loop" / "retro"
    retro.mkdir(parents=True)
    _write(
        retro / "cycles.jsonl", [_cycle(number, text, next(stamps)) for number, text in MODERATE.items()], junk=True
    )
    _write(retro / "triage.jsonl", [_triage(text, next(stamps)) for text in MODERATE.values()])
    _write(retro / "deep-triage.jsonl", [_deep_triage(text, next(stamps)) for text in MODERATE.values()])
    _write(root / ".loop" / "probes.jsonl", [_probe(text, next(stamps)) for text in MODERATE.values()], junk=True)
    _write(root / ".loop" / "proposals.jsonl", [_proposal(text, next(stamps)) for text in MODERATE.values()])
    _write(
        root / ".loop" / "modifications.jsonl", [_modification(text, next(stamps)) for text in MODERATE.values()]
    )
    attempts = [_attempt(number, text, next(stamps)) for number, text in MODERATE.items()]
    stalled = [_attempt(900 + n, MODERATE[24], next(stamps), fingerprint=MODERATE[1]) for n in range(4)]
    _write(root / ".loop" / "journal.jsonl", attempts + stalled, junk=True)
    _dump(root / ".loop" / "quarantine.json", {text: {"reason": text, "at": text} for text in MODERATE.values()})
    _dump(retro / "insights.json", {"generated_at": MODERATE[2], "recommendations": [{"finding": MODERATE[28]}]})
    return root


def write_hostile_questions(root: Path) -> None:
    """Write questions with the corpus in their headers, their text and their names, where the console looks."""
    folder = root / ".loop" / "questions"
    folder.mkdir(parents=True)
    for number, text in MODERATE.items():
        question = f"-- title: {text}\n-- answers: {text}\n-- parameters: {text}\nselect '{text}'\n"
        (folder / f"q{number}.sql").write_bytes(question.encode("utf-8", "surrogatepass"))
        named = os.fsencode(folder) + b"/" + text.encode("utf-8", "surrogatepass")[:120] + b".sql"
        if not set(text) & {"\0", "/"} and not os.path.lexists(named):
            with open(named, "wb") as file:
                file.write(question.encode("utf-8", "surrogatepass"))


def _stamps(end: datetime) -> Iterator[str]:
    for step in range(400):
        yield f"{end - timedelta(minutes=400 - step):%Y-%m-%dT%H:%M:%SZ}"


def _write(path: Path, records: list[dict[str, Any]], *, junk: bool = False) -> None:
    lines = [json.dumps(record).encode() for record in records]
    lines += [json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass") for record in records[:60]]
    if junk:
        lines[5:5] = [line for number, line in JSON_LINES.items() if number != 52]
        lines += [text.encode("utf-8", "surrogatepass") for text in TERMINAL.values() if len(text) < 200]
    path.write_bytes(b"\n".join(lines) + b"\n" + (JSON_LINES[52] if junk else b""))


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value))


def _cycle(number: int, text: str, stamp: str) -> dict[str, Any]:
    texts = dict.fromkeys(("issue", "type", "pr", "reason", "epoch", "notes", text), text)
    return {**texts, "timestamp": stamp, "cycle": number, "success": number % 4 == 0, "duration": number * 10.5}


def _attempt(number: int, text: str, stamp: str, *, fingerprint: str | None = None) -> dict[str, Any]:
    keys = (
        "action",
        "hypothesis",
        "note",
        "gate_output",
        "commit",
        "execution_state",
        "stage_id",
        "source_artifact",
    )
    more = ("chunk_id", "validator", "decision", "blocked_reason", "next_action", "bh_address", "tag", text)
    texts = dict.fromkeys((*keys, *more), text)
    gate = ("fail", "blocked", "pass", text)[number % 4] if fingerprint is None else "fail"
    return {**texts, "iteration": number, "gate": gate, "fingerprint": fingerprint or text, "ts": stamp}


def _probe(text: str, stamp: str) -> dict[str, Any]:
    return {
        "timestamp": stamp,
        "capability": text,
        "success": False,
        "details": text,
        "error_type": text,
        "duration": 1,
    }


def _triage(text: str, stamp: str) -> dict[str, Any]:
    return {"timestamp": stamp, "issues_reviewed": 3, "ready": [text], "quarantined": text, "total_open": text}


def _deep_triage(text: str, stamp: str) -> dict[str, Any]:
    return {"timestamp": stamp, "issues_reviewed": 3, "issues_refined": [text], "timmy_feedback": text}


def _proposal(text: str, stamp: str) -> dict[str, Any]:
    return {
        "timestamp": stamp,
        "id": text,
        "instruction": text,
        "target_files": [text],
        "reason": text,
        "patch": text,
    }


def _modification(text: str, stamp: str) -> dict[str, Any]:
    keys = ("id", "task_description", "approach", "diff", "test_results", "failure_analysis", "reflection")
    return {**dict.fromkeys(keys, text), "timestamp": stamp, "outcome": "failure", "files_modified": [text]}


def make_hostile_repository(root: Path) -> None:
    """24: make `root` a git repository whose branch, author and commit message are hostile."""
    author = f"A\u202euthor {TERMINAL[2]} {MARKUP[28]}".replace("<", "").replace(">", "")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        **{
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", author), ("EMAIL", "a@b"))
        },
    }
    for arguments in (
        ("init", "--quiet", "--initial-branch=feature/\u202e\u200bclick=app.quit"),
        ("commit", "--quiet", "--allow-empty", "--message", f"{TERMINAL[1]}{TERMINAL[3]}{MARKUP[30]}"),
    ):
        subprocess.run(["git", *arguments], cwd=root, env=environment, check=True)


HOSTILE_NAME = f"loop{ESC}]0;stolen{chr(7)}\u202e[@click=app.quit]x"
"""A directory name that is legal on every POSIX file system."""
