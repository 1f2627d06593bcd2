"""``loopview audit claims``: what the loop's rows say was done, held against git and the record of decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.cli.exits import Exit, Stop
from loopview.cli.output import say, say_json
from loopview.cli.place import place
from loopview.domain.claims import KINDS

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from loopview.engine.claims import ClaimsAudit


def claims(options: Namespace) -> int:
    """Say which claims do not hold; 1 when there are any. Nothing is written, and no trust is needed."""
    from loopview.engine.claims import audit_claims
    from loopview.engine.decisions import DecisionLog
    from loopview.engine.settled import ReadingFailed, settled_reader

    here = place(options)
    try:
        with settled_reader(here.root, here.settings) as reader:
            decisions = DecisionLog(here.root, here.settings.state_dir).read()
            found = audit_claims(reader, here.root, decisions)
    except ReadingFailed as failed:
        raise Stop(Exit.FAILED, f"the loop cannot be read: {failed}") from None
    if options.json:
        say_json(found.as_dict())
    else:
        say(_lines(found))
    return Exit.FAILED if found.claims else Exit.OK


def _lines(found: ClaimsAudit) -> Iterator[str]:
    for claim in found.claims:
        row = claim.row
        where = f"  {row.source}:{row.line}" if row.table else ""
        when = f"{row.ts:%Y-%m-%d %H:%M}" if row.ts else "-"
        yield f"✗ {KINDS[claim.kind]:<24} {when:<16} {row.subject}: {claim.why}{where}"
    yield from (f"· {note}" for note in found.notes)
    counts = ", ".join(f"{count} {KINDS[kind]}" for kind, count in found.counts.items() if count)
    looked = f"{found.checked:,} claims of success, {found.commits:,} commits"
    yield f"{looked}: {counts or 'every claim holds'}"
