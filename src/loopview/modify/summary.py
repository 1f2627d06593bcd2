"""The code of a repository in few words, for a prompt: what matters most first, and a word on what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.guarded.secrets import masked
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loopview.modify.module_facts import ClassFacts, ModuleFacts

BYTES_A_TOKEN = 4
"""How a budget of tokens is counted: about four bytes of UTF-8 each, so that other scripts than Latin cost more."""

MOST_TOKENS = 1_000_000  #: the largest budget
MOST_LISTED = 60  #: definitions of one module
LONGEST_LINE = 160  #: cells


def summary(
    modules: Iterable[tuple[str, int, ModuleFacts]], count: int, others: int, failed: int, max_tokens: int
) -> str:
    """Return a summary of at most ``max_tokens`` tokens, by the estimate above.

    ``modules`` are paths, numbers of importers and facts, the most important first; ``count`` says how many there
    are, ``others`` how many files are no Python, ``failed`` how many could not be read.
    """
    room = min(max(max_tokens, 0), MOST_TOKENS) * BYTES_A_TOKEN
    head = _head(count, others, failed)
    note = _left_out(count)
    left = room - _size(head) - _size(note)
    if left < 0:
        return head if _size(head) <= room else ""
    lines = [head]
    told = 0
    for path, importers, facts in modules:
        entry = _fitting(path, importers, facts, left)
        if not entry:
            break
        left -= sum(map(_size, entry))
        lines += entry
        told += 1
    if told < count:
        lines.append(_left_out(count - told))
    return "\n".join(lines)


def _fitting(path: str, importers: int, facts: ModuleFacts, room: int) -> list[str]:
    """The lines of a module: all of them, or its first alone, or none, as there is room."""
    first, *rest = (masked(line) for line in _lines(path, importers, facts))
    if _size(first) > room:
        return []
    entry = [first]
    room -= _size(first)
    for number, line in enumerate(rest):
        more = f"  … {len(rest) - number} more"
        if room - _size(line) < (_size(more) if number + 1 < len(rest) else 0):
            return [*entry, more] if _size(more) <= room else entry
        entry.append(line)
        room -= _size(line)
    return entry


def _lines(path: str, importers: int, facts: ModuleFacts) -> Iterator[str]:
    used = f"imported by {importers}" if importers else "imported by none"
    said = f": {_first_line(facts.docstring)}" if facts.docstring else ""
    yield plain(f"{path} ({facts.lines} lines, {used}){said}", limit=LONGEST_LINE)
    listed = [*(_of_class(each) for each in facts.classes), *(each.signature for each in facts.functions)]
    for line in listed[:MOST_LISTED]:
        yield "  " + plain(line, limit=LONGEST_LINE)
    if len(listed) > MOST_LISTED:
        yield f"  … {len(listed) - MOST_LISTED} more"


def _of_class(found: ClassFacts) -> str:
    bases = f"({', '.join(found.bases)})" if found.bases else ""
    methods = ", ".join(method.name for method in found.methods)
    return f"class {found.name}{bases}: {methods}" if methods else f"class {found.name}{bases}"


def _head(count: int, others: int, failed: int) -> str:
    unread = f", {failed} Python files that could not be read" if failed else ""
    return f"{count} Python modules, {others} other files{unread}. The most imported modules come first."


def _left_out(count: int) -> str:
    return f"… {count} more modules are left out"


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]


def _size(line: str) -> int:
    return len(line.encode("utf-8", "replace")) + 1
