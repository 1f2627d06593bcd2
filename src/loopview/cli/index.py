"""``loopview index``: the code of the repository as an edit sees it: modules, who imports what, what is tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loopview.cli.arguments import add_json, whole_number
from loopview.cli.desk import add_desk, opened, relative
from loopview.cli.exits import Exit, Stop
from loopview.cli.output import say, say_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator


def index_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--task", metavar="TEXT", help="the files that a task in these words is about")
    parser.add_argument(
        "--file", metavar="PATH", help="one file: what is in it, who imports it, whether it is tested"
    )
    parser.add_argument("--summary", action="store_true", help="the summary that a model is given")
    parser.add_argument("--tokens", type=whole_number, default=4000, metavar="N", help="with --summary: its budget")
    add_desk(parser)
    add_json(parser)


def index(options: Namespace) -> int:
    """Bring the index up to date and answer from it."""
    with opened(options) as desk, desk.code() as (indexer, done):
        answer: dict[str, Any] = {"index": done._asdict(), "failures": dict(indexer.failures())}
        if options.task:
            answer["relevant"] = [each._asdict() for each in indexer.get_relevant_files(options.task, 10)]
        if options.file:
            answer["file"] = _file(indexer, relative(desk, options.file))
        if options.summary:
            answer["summary"] = indexer.get_summary(options.tokens)
    if options.json:
        say_json(answer)
    else:
        say(_lines(answer))
    return Exit.OK


def _file(indexer: Any, path: str) -> dict[str, Any]:
    info = indexer.get_module_info(path)
    if info is None:
        raise Stop(Exit.FAILED, f"{path} is no Python file of the index", "name one from the top of the repository")
    importers = indexer.get_dependency_chain(path)
    return {
        "path": path,
        "module": info.module,
        "docstring": info.docstring,
        "lines": info.lines,
        "classes": [each.name for each in info.classes],
        "functions": [each.name for each in info.functions],
        "imports": list(info.imported),
        "imported_by": list(importers.direct),
        "reached_by": list(importers.transitive),
        "tested": indexer.has_test_coverage(path),
    }


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    done = answer["index"]
    yield ", ".join(f"{name} {done[name]}" for name in ("indexed", "failed", "skipped", "removed"))
    if done["ended"]:
        yield f"not all of it: {done['ended']}"
    for path, why in answer["failures"].items():
        yield f"✗ {path}: {why}"
    for each in answer.get("relevant", ()):
        yield f"{each['score']:>8.2f}  {each['path']}"
    for name, value in answer.get("file", {}).items():
        words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield f"{name:<12} {words or '-'}"
    yield from answer.get("summary", "").splitlines()
