"""``loopview since``: what changed since the last recorded attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json, add_place
from loopview.cli.exits import Exit
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from loopview.engine.since import Since

SHOWN = 20  #: rows of each list in the text form; JSON has them all


def since_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_place(parser)
    parser.add_argument("--commit", metavar="HASH", help="compare with this commit instead of the recorded one")
    add_json(parser)


def since(options: Namespace) -> int:
    """Print commits, lines and the work tree; 1 when git cannot answer."""
    from loopview.cli.place import place
    from loopview.engine.recent import newest_attempts
    from loopview.engine.since import recorded_commit
    from loopview.engine.since import since as compare

    here = place(options)
    answer = compare(here.root, options.commit or recorded_commit(newest_attempts(here.root, 200)))
    if options.json:
        say_json({"root": here.root, **answer.as_dict()})
    else:
        say(since_lines(answer))
    return Exit.OK if answer.head is not None else Exit.FAILED


def since_lines(answer: Since) -> Iterator[str]:
    """The answer in words."""
    if answer.problem:
        yield f"! {answer.problem}"
    if answer.head is None:
        return
    if answer.start and not answer.problem:
        added, removed = answer.lines
        yield f"since {answer.start[:12]}: {answer.extent}, +{added} -{removed}"
        yield from (f"  {entry.commit[:12]}  {entry.subject}" for entry in answer.log.commits[:SHOWN])
        yield from _more(len(answer.log.commits))
        yield from (f"  {change.path}  +{change.added} -{change.removed}" for change in answer.files[:SHOWN])
        yield from _more(len(answer.files))
    tree = answer.worktree
    if not tree.changed and not tree.untracked:
        yield "work tree: clean"
        return
    yield f"work tree: {len(tree.changed)} changed, {len(tree.untracked)} untracked"
    yield from (f"  M {change.path}  +{change.added} -{change.removed}" for change in tree.changed[:SHOWN])
    yield from _more(len(tree.changed))
    yield from (f"  ? {path}" for path in tree.untracked[:SHOWN])
    yield from _more(len(tree.untracked))


def _more(count: int) -> Iterator[str]:
    if count > SHOWN:
        yield f"  … and {count - SHOWN} more"
