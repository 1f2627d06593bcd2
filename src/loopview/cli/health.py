"""``loopview health``: what the probes say of the loop's abilities."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.cli import wording
from loopview.cli.arguments import add_json, add_moment, add_place
from loopview.cli.exits import Exit, Stop
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.cli.place import Place
    from loopview.domain.health import Health

READ = 100_000  #: newest probe results
LONGEST = 64 * 1024 * 1024  #: bytes of them

GLYPHS = {"green": "✓", "yellow": "!", "red": "✗", "placeholder": "◌"}


def health_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    add_moment(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit 11 when red")
    add_json(parser)


def health(options: Namespace) -> int:
    """Print the health snapshot."""
    from loopview.cli.place import place
    from loopview.domain.health import health as rule
    from loopview.engine.recent import first_with_rows
    from loopview.sources.discover import discover

    here = place(options)
    probes = first_with_rows(discover(here.root), "probes", READ, LONGEST)
    if probes is None:
        raise Stop(Exit.NO_LOOP, f"no probe results in {here.root}", "a loop writes them to .loop/probes.jsonl")
    found = rule([row.raw for row in probes.rows], here.settings.probe_threshold)
    now = options.now or _moment(here)
    if options.json:
        say_json(found.as_dict(now))
    else:
        say(_lines(found, now))
    return Exit.RED if options.exit_code and found.overall_status == "red" else Exit.OK


def _moment(here: Place) -> datetime:
    """Now; for a sample the moment as of which it is shown."""
    from loopview.engine.snapshot import snapshot
    from loopview.sources.discover import is_sample

    now = datetime.now(UTC)
    return snapshot(here.root, here.settings, now).now if is_sample(here.root) else now


def _lines(found: Health, now: datetime) -> Iterator[str]:
    yield f"{GLYPHS.get(found.overall_status, '?')} {found.overall_status.upper()}"
    for each in found.capabilities:
        failed = f"  ✗{each.consecutive_failures} in a row" if each.consecutive_failures else ""
        last = f"  last failed {wording.age(each.last_failed_at, now)}" if each.last_failed_at else ""
        yield f"  {GLYPHS.get(each.status, '?')} {each.capability:<20} {each.status}{failed}{last}"
