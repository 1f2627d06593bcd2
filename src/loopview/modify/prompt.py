"""What a model is told when it is asked for an edit: the rules, the answer's format, and everything else as data.

Nothing that a loop, a repository or an earlier answer says stands outside quotes, the instruction included. Files
that usually hold secrets are left out whatever the caller says, and what has the shape of a secret is masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.guarded.model import Message
from loopview.guarded.secrets import MASK
from loopview.modify.edit_blocks import marks
from loopview.modify.excerpt import excerpt
from loopview.modify.line_ends import read_lines
from loopview.modify.masking import hidden, told
from loopview.modify.quoted import Quotes, quotes
from loopview.modify.reply import code_of
from loopview.modify.withheld import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_CHARACTERS = 40_000  #: of one file that is shown as a whole
FILES_CHARACTERS = 100_000  #: of all files together
MOST_FILES = 20  #: files that are shown
LARGEST_FILE = 400_000  #: bytes of a file that is shown at all, in parts; larger ones cannot be edited anyway
INSTRUCTION_CHARACTERS = 12_000
SUMMARY_CHARACTERS = 16_000
ATTEMPT_CHARACTERS = 1_200  #: of one earlier attempt or dead end
MOST_ATTEMPTS = 8
FAILURE_CHARACTERS = 12_000

RULES = """\
You change the files of a software project. Answer in exactly this format, with nothing before, between or after it:
no explanation, no Markdown, no code fences.

{boundary}
path: src/shop/cart.py
kind: file
def total(prices):
    return sum(prices)
{boundary}
path: src/shop/tax.py
kind: edit
{search}
    rate = 0.19
{replace}
    rate = 0.20
{end}
{boundary}
END 2 files

- Every file begins with the line {boundary}, then `path: ` and the path from the top of the project, then `kind: `.
- kind: file is a new file, or one that was shown to you whole: its complete new content begins on the next line.
- kind: edit changes a file that is there. Each block has a search text: whole lines, copied exactly with their
  indentation from the file, and standing in it exactly once (take more lines until they do). The lines after
  {replace} take their place. Use several blocks for several places; they must not overlap.
- kind: delete removes a file; no line follows.
- The last line says how many files there are. The lines with LV- are for you alone to mark: they never stand in
  the content of a file.
- Leave out files that stay as they are. Change as little as the task needs. Keep the style of the code around.
- Leave tests, build files and configuration alone unless the task is about them.
- {mask} stands for something secret that is not shown: never write it; leave its lines alone.
"""


class Request(NamedTuple):
    """What is asked for. Every text in it is foreign but the boundary."""

    instruction: str
    boundary: str  #: of this one request, from `reply.boundary`
    files: tuple[tuple[str, bytes], ...] = ()  #: path and content, the most important first
    targets: tuple[str, ...] = ()  #: the only files that may change; none: any
    summary: str = ""  #: of the code, from the index
    similar: tuple[str, ...] = ()  #: earlier attempts at similar tasks and what came of them
    dead_ends: tuple[str, ...] = ()  #: what was tried for this very task and did not work


class Failure(NamedTuple):
    """Why the answer before this one was not taken."""

    phase: str  #: where it ended, as ``parse_edits`` or ``tests``
    text: str  #: what was wrong
    output: str = ""  #: what the tests printed
    tried: str = ""  #: the change that was tried, as a diff


class Shown(NamedTuple):
    """A file as it stands in a prompt."""

    path: str
    text: str
    whole: bool  #: every line of it, and nothing masked


def messages(request: Request, previous: Failure | None = None) -> list[Message]:
    """The conversation that asks for an edit; ``previous`` is quoted as data."""
    files = shown(request)
    foreign = [
        request.instruction,
        request.summary,
        *request.similar,
        *request.dead_ends,
        *(each.text for each in files),
    ]
    if previous is not None:
        foreign += previous
    around = quotes(*foreign)
    parts = [*_task(request, around), *_files(request, files, around), *_past(request, around)]
    if previous is not None:
        parts += _failure(previous, around)
    parts.append(f"Answer now, beginning with the line {request.boundary}.")
    return [Message("system", rules(request.boundary) + "\n" + around.rule), Message("user", "\n".join(parts))]


def rules(boundary: str) -> str:
    """The rules and the answer's format with the marks of one request."""
    return RULES.format(boundary=boundary, mask=MASK, **marks(code_of(boundary))._asdict())


def shown_whole(request: Request) -> frozenset[str]:
    """Paths of the files that are in the prompt from the first to the last line: these may be written anew."""
    return frozenset(each.path for each in shown(request) if each.whole)


def shown(request: Request) -> tuple[Shown, ...]:
    """The files as the prompt has them: whole where there is room, else the parts that the task is about."""
    left = FILES_CHARACTERS
    found: list[Shown] = []
    for path, content in request.files:
        if left <= 0 or len(found) == MOST_FILES or len(content) > LARGEST_FILE or not readable(path):
            continue
        each = _shown(path, content, request.instruction, min(left, FILE_CHARACTERS))
        if each is not None:
            left -= len(each.text)
            found.append(each)
    return tuple(found)


def _shown(path: str, content: bytes, about: str, room: int) -> Shown | None:
    try:
        lines = read_lines(content).texts
    except UnicodeDecodeError:
        return None
    text = "\n".join(lines)
    safe = hidden(text, path)
    if len(safe) <= room:
        return Shown(path, safe, safe == text)
    gap = "[[… {count} lines are not shown here …]]"
    return Shown(path, excerpt(tuple(safe.split("\n")), about, room, gap), whole=False)


def _task(request: Request, around: Quotes) -> Iterator[str]:
    yield "The task:"
    yield around.around("task", told(request.instruction, INSTRUCTION_CHARACTERS))
    if request.targets:
        yield "Only these files may be changed or made:"
        yield around.around("files that may change", "\n".join(request.targets))


def _files(request: Request, files: tuple[Shown, ...], around: Quotes) -> Iterator[str]:
    if request.summary:
        yield "What the project consists of:"
        yield around.around("summary", told(request.summary, SUMMARY_CHARACTERS, ".py"))
    for each in files:
        yield "A file, whole:" if each.whole else "Parts of a file; change it with kind: edit only:"
        yield around.around(each.path, each.text)
    missing = [path for path, _ in request.files if path not in {each.path for each in files}]
    if missing:
        yield "Files that are there and are not shown:"
        yield around.around("not shown", "\n".join(missing))


def _past(request: Request, around: Quotes) -> Iterator[str]:
    past = (
        ("Earlier attempts at similar tasks:", request.similar),
        ("What did not work so far:", request.dead_ends),
    )
    for title, texts in past:
        if texts:
            yield title
            for text in texts[:MOST_ATTEMPTS]:
                yield around.around("attempt", told(text, ATTEMPT_CHARACTERS))


def _failure(previous: Failure, around: Quotes) -> Iterator[str]:
    yield "Your answer before this one was not taken. Why:"
    yield around.around("reason", told(f"{previous.phase}: {previous.text}", FAILURE_CHARACTERS))
    if previous.tried:
        yield "The change that was tried:"
        yield around.around("change", told(previous.tried, FAILURE_CHARACTERS, ".py"))
    if previous.output:
        yield "What was printed:"
        yield around.around("output", told(previous.output, FAILURE_CHARACTERS))
    yield "Answer the task anew, with every file that it needs: nothing of the answer before is kept."
