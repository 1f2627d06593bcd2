"""``loopview digest``: what happened since some time, in words, as Markdown or as JSON."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_moment, add_place
from loopview.cli.exits import Exit, Stop
from loopview.cli.output import columns, say, say_json
from loopview.cli.place import place

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.cli.place import Place
    from loopview.engine.digest import Digest

LONGEST = 200  #: cells of a line where there is no terminal
DAY = timedelta(days=1)  #: what is looked at where nobody looked before
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")


def digest_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    parser.add_argument(
        "--since", default="", metavar="TIME", help="30m, 12h, 2d or a moment (default: the last visit, else 24h)"
    )
    add_moment(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--md", action="store_true", help="as Markdown, to be sent to somebody")
    form.add_argument("--json", action="store_true", help="print JSON")


def digest(options: Namespace) -> int:
    """Print what happened."""
    here = place(options)
    found = _load(here, options)
    if options.json:
        say_json(_document(found))
    elif options.md:
        say(_page(found, here.root))
    else:
        say(_text(found), limit=columns(LONGEST))
    return Exit.OK


def _load(here: Place, options: Namespace) -> Digest:
    from loopview.engine.decisions import DecisionLog
    from loopview.engine.digest import load_digest
    from loopview.engine.settled import ReadingFailed, settled_reader

    now = _now(here, options)
    since = _since(options.since, here, now)
    try:
        with settled_reader(here.root, here.settings) as reader:
            return load_digest(
                reader,
                DecisionLog(here.root, here.settings.state_dir),
                since=since,
                now=now,
                stall_threshold=here.settings.stall_threshold,
                probe_threshold=here.settings.probe_threshold,
            )
    except ReadingFailed as problem:
        raise Stop(Exit.FAILED, str(problem)) from None


def _now(here: Place, options: Namespace) -> datetime:
    """The moment asked for; else the present, or a sample's own last stamp."""
    from loopview.engine.snapshot import snapshot

    moment: datetime | None = options.now
    return moment or snapshot(here.root, here.settings, datetime.now(UTC)).now


def _since(words: str, here: Place, now: datetime) -> datetime:
    from loopview.domain.calm import how_long
    from loopview.domain.clock import moment_before, parse_time
    from loopview.engine.visits import last_visit

    if not words:
        visit = last_visit(here.settings.state_dir, here.root)
        return visit if visit is not None and visit < now else moment_before(now, DAY)
    length = how_long(words)
    found = moment_before(now, length) if length is not None else parse_time(words)
    if found is None or found >= now:
        what = "is not before the end of the time" if found else "is no time"
        raise Stop(Exit.USAGE, f"--since {words}: {what}", "write 30m, 12h, 2d, or 2026-06-24T10:00:00Z")
    return found


def _text(found: Digest) -> Iterator[str]:
    from loopview.engine.digest_words import sections, span_words, summary

    yield f"since {_clock(found.since)} ({span_words(found.now - found.since)}): {summary(found)}"
    for section in sections(found):
        yield ""
        yield section.title
        for line in section.lines:
            yield f"  {_clock(line.ts) + '  ' if line.ts else ''}{line.text}"


def _page(found: Digest, root: str) -> Iterator[str]:
    from loopview.engine.digest_words import sections, span_words, summary

    yield f"# {_escaped(root.rstrip('/').rpartition('/')[2] or root)}: {summary(found)}"
    yield ""
    yield f"From {_clock(found.since)} to {_clock(found.now)} UTC, {span_words(found.now - found.since)}."
    for section in sections(found):
        yield ""
        yield f"## {section.title}"
        yield ""
        for line in section.lines:
            yield f"- {_clock(line.ts) + ': ' if line.ts else ''}{_escaped(line.text)}"


def _escaped(text: str) -> str:
    """Foreign text as Markdown that shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", text).replace("&", "&amp;")


def _document(found: Digest) -> dict[str, object]:
    from loopview.engine.digest_words import summary

    lists = ("failures", "verdicts", "probes_turned", "proposals", "modifications", "decisions")
    return {
        **found._asdict(),
        "summary": summary(found),
        "cycles": found.cycles._asdict(),
        "attempts": found.attempts._asdict(),
        **{name: [each._asdict() for each in getattr(found, name)] for name in lists},
        "problem": found.problem or None,
    }


def _clock(stamp: datetime | None) -> str:
    return f"{stamp:%Y-%m-%d %H:%M}" if stamp is not None else "-"
