"""Whether this installation works, end to end, in a temporary directory: nothing outside it is touched."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from loopview.engine.doctor import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOLDENS = (
    ("FAILED test_login at app/auth.py:42  (0x7ffd, 2026-06-24T10:00:00Z) 1.3s", "dced59bf9ed5"),
    ("FAILED test_login at app/auth.py:7  (0x1234ab, 2025-01-02T03:04:05Z) 20.5s", "dced59bf9ed5"),
    ("\u2717 case a\nplain line\n", "b2a471b3bf3c"),
    ("\u2718 case a\nplain line\n", "52d5e80dee2d"),
    ("\u00d7 case a\nplain line\n", "54984e8635bf"),
    ("x case a\nplain line\n", "fd9d230829f7"),
    ("", ""),
)
"""Failure texts and their fingerprints, as the formats give them."""

_EDIT_SECONDS = 60  #: half of it is the time of one run of the tests

NOW = datetime(2026, 6, 24, 12, tzinfo=UTC)


class Broken(Exception):  # noqa: N818 - reads as the finding it is
    """A check did not find what it expects."""


class Lacking(Exception):  # noqa: N818 - reads as the finding it is
    """The installation is fine, and this machine has not what the step needs."""


def examine() -> Iterator[Check]:
    """Run every check, one after the other; each builds on a loop that the ones before it wrote."""
    steps: tuple[tuple[str, Callable[[Path], str]], ...] = (
        ("shipped files", _shipped),
        ("fingerprints", _fingerprints),
        ("append", _append),
        ("verdict", _verdict),
        ("hardened store", _store),
        ("git", _git),
        ("jail", _jail),
        ("an edit", _edit),
    )
    with tempfile.TemporaryDirectory(prefix="loopview-selftest-", ignore_cleanup_errors=True) as folder:
        for name, step in steps:
            try:
                yield Check(name, "ok", step(Path(folder)))
            except Lacking as lack:
                yield Check(
                    name, "note", str(lack), "watching needs none of it; `loopview doctor` says what edits need"
                )
            except Exception as error:  # noqa: BLE001 - whatever goes wrong is the finding
                yield Check(
                    name, "bad", f"{type(error).__name__}: {error}", "install loopview again, or report this"
                )


def _expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise Broken(f"{what}: found {found!r}, expected {wanted!r}")


def _shipped(_: Path) -> str:
    from loopview.shipped import sample_dir, themes_dir

    themes = sorted(path.stem for path in themes_dir().glob("*.toml"))
    _expect(bool(themes), True, "themes")
    _expect((sample_dir() / ".loop" / "SAMPLE").is_file(), True, "marker of the sample loop")
    return f"{len(themes)} themes, the sample loop"


def _fingerprints(_: Path) -> str:
    from loopview.domain.fingerprint import fingerprint

    for text, wanted in GOLDENS:
        _expect(fingerprint(text), wanted, f"fingerprint of {text[:20]!r}")
    return f"{len(GOLDENS)} goldens"


def _append(folder: Path) -> str:
    from loopview.engine.record import JOURNAL, Attempt, record

    tries = [Attempt("pass", action="begin", when=NOW)]
    tries += [Attempt("fail", action="again", output=GOLDENS[0][0], when=NOW) for _ in range(3)]
    for attempt in tries:
        record(str(folder), JOURNAL, attempt)
    rows = [json.loads(line) for line in (folder / JOURNAL).read_text().splitlines()]
    _expect([row["iteration"] for row in rows], [1, 2, 3, 4], "iterations")
    return f"{len(rows)} records, locked and on disk"


def _verdict(folder: Path) -> str:
    from loopview.engine.verdict import loop_verdict
    from loopview.sources.discover import discover

    verdict = loop_verdict(discover(folder), 3).verdict
    _expect((verdict.verdict, verdict.stall_count, verdict.dead_ends), ("STALLED", 3, ("again",)), "verdict")
    return f"{verdict.verdict} ×{verdict.stall_count}, {verdict.fingerprint}"


def _store(folder: Path) -> str:
    from loopview.config import Settings
    from loopview.engine.settled import settled_reader

    cycle = {"timestamp": "2026-06-24T10:00:00Z", "cycle": 1, "success": False, "reason": GOLDENS[0][0]}
    retro = folder / ".loop" / "retro"
    retro.mkdir(parents=True)
    (retro / "cycles.jsonl").write_text(json.dumps(cycle) + "\nnot json\n" + json.dumps(cycle) + "\n")
    with settled_reader(str(folder), Settings(cache_dir=str(folder / "cache"))) as reader:
        statuses = {row["label"]: row for row in reader.ask("sources_health").records()}
    found = statuses[".loop/retro/cycles.jsonl"]
    _expect((found["rows"], found["rejects"]), (2, 1), "rows and rejects")
    return "2 cycles in, 1 bad line set aside and counted"


def _git(folder: Path) -> str:
    from loopview.guarded.git import GitFailed, head

    try:
        head(str(folder))
    except GitFailed as failure:
        words = str(failure)
        if "could not be started" in words:
            raise Broken(words) from None
        return "answers, and says so where there is no repository"
    return "answers"


def _jail(_: Path) -> str:
    from loopview.domain.evidence import Tier
    from loopview.guarded.jail import probe

    report = probe()
    if report.tier < Tier.CONFINED:
        raise Lacking(report.why)
    return f"{report.tier.label} holds: {len(report.held)} ways out were tried, each was refused"


def _edit(folder: Path) -> str:
    from contextlib import nullcontext

    from loopview.domain.evidence import Tier
    from loopview.engine.desk.rehearsal import rehearse
    from loopview.guarded.jail import probe

    if probe().tier < Tier.CONFINED:
        raise Lacking("not tried: no jail holds here")
    place = folder / "edit"
    place.mkdir()
    return rehearse(str(place), Tier.CONFINED.label, _EDIT_SECONDS, lambda _: nullcontext())
