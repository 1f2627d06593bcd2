"""What a reader of a change should look at twice: labels on the lines that are new, found without running anything.

A risk refuses nothing. It is shown with the change, and those that are protected are confirmed one by one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from loopview.domain.edit import Risk
from loopview.modify.line_ends import Lines, read_lines
from loopview.modify.masking import hidden
from loopview.modify.protected import why_protected
from loopview.modify.python_risk import python_risks
from loopview.modify.python_words import is_python
from loopview.text import plain, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONG_LINE = 500  #: characters, from which on nobody reads a line
BLANKS = 60  #: blanks in a row, behind which code is out of sight
LARGE_DELETION = 50  #: lines, when they are also half of the file
MOST_OF_A_KIND = 5  #: lines of one file that carry the same label

_BEHIND_BLANKS = re.compile(rf"[ \t]{{{BLANKS}}}(?=\S)")
_SWITCHED_OFF = re.compile(r"\b(?:skip|skipif|skip[A-Z]\w*|xfail|importorskip|collect_ignore\w*|deselect)\b")
_A_TEST = re.compile(r"^\s*(?:async\s+)?(?:def\s+test|class\s+Test)", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]+")
_KINDS = {
    "direction override": "bidi",
    "direction mark": "bidi",
    "zero-width character": "invisible",
    "tag character": "invisible",
    "variation selector": "invisible",
    "soft hyphen": "invisible",
    "invisible filler": "invisible",
    "invisible character": "invisible",
    "line separator": "invisible",
    "private-use character": "invisible",
    "unassigned character": "invisible",
    "space of another kind": "odd space",
    "combining character too many": "invisible",
}


def risks(path: str, new: bytes | None, old: bytes | None, own: Sequence[str] = ()) -> tuple[Risk, ...]:
    """The risks of one change between UTF-8 contents; ``own`` are the operator's protected globs."""
    found = [*_of_the_path(path, own), *_of_the_file(path, new, old)]
    counted = Counter(risk.label for risk in found)
    kept: list[Risk] = []
    for risk in found:
        seen = sum(other.label == risk.label for other in kept)
        if seen < MOST_OF_A_KIND:
            more = counted[risk.label] - MOST_OF_A_KIND
            last = f" (and {more} more)" if more > 0 and seen == MOST_OF_A_KIND - 1 else ""
            kept.append(replace(risk, why=risk.why + last))
    return tuple(kept)


def _of_the_path(path: str, own: Sequence[str]) -> Iterator[Risk]:
    why = why_protected(path, own)
    if why:
        yield Risk("protected", path, f"this is {why}", protected=True)


def _of_the_file(path: str, new: bytes | None, old: bytes | None) -> Iterator[Risk]:
    before = read_lines(old or b"")
    if new is None:
        yield Risk("file removed", path, f"the file goes, with {len(before.texts)} lines")
        yield from _fewer_tests(path, before, read_lines(b""))
        return
    after = read_lines(new)
    yield from _shape(path, before, after, is_new=old is None)
    yield from _less(path, before, after)
    fresh = fresh_lines(before, after)
    for number, line in fresh:
        yield from (Risk(label, path, why, number) for label, why in _of_a_line(path, line))
    text = "\n".join(after.texts)
    if is_python(path, text):
        for label, number, why in python_risks(text, "\n".join(before.texts), dict(fresh)):
            yield Risk(label, path, why, number)


def fresh_lines(before: Lines, after: Lines) -> list[tuple[int, str]]:
    """Number and text of lines that the file did not have, or had fewer times."""
    left = Counter(before.texts)
    fresh = []
    for number, line in enumerate(after.texts, 1):
        if left[line] > 0:
            left[line] -= 1
        else:
            fresh.append((number, line))
    return fresh


def _shape(path: str, before: Lines, after: Lines, *, is_new: bool) -> Iterator[Risk]:
    """What a diff of lines hardly shows."""
    if after.mark and not before.mark:
        yield Risk("byte order mark", path, "the file begins with a byte order mark now", 1)
    if after.mixed and not before.mixed:
        yield Risk("line endings", path, "lines end in more than one way now")
    elif before.ends and after.usual != before.usual:
        yield Risk("line endings", path, "lines end in another way now")
    elif is_new and after.usual == "\r\n":
        yield Risk("line endings", path, "the new file's lines end with CR LF")
    if before.texts and after.closed != before.closed:
        yield Risk("final newline", path, f"the last line {'ends' if after.closed else 'does not end'} now")


def _less(path: str, before: Lines, after: Lines) -> Iterator[Risk]:
    gone = sum((Counter(before.texts) - Counter(after.texts)).values())
    if before.texts and not any(line.strip() for line in after.texts):
        yield Risk("file emptied", path, f"nothing is left of {len(before.texts)} lines")
    elif gone >= LARGE_DELETION and 2 * gone >= len(before.texts):
        yield Risk("large deletion", path, f"{gone} of {len(before.texts)} lines go")
    yield from _fewer_tests(path, before, after)


def _fewer_tests(path: str, before: Lines, after: Lines) -> Iterator[Risk]:
    had, has = (len(_A_TEST.findall("\n".join(lines.texts))) for lines in (before, after))
    if has < had:
        yield Risk("tests removed", path, f"{had - has} of {had} tests go")


def _of_a_line(path: str, line: str) -> Iterator[tuple[str, str]]:
    """Label and reason for one new line of any text file."""
    if len(line) > LONG_LINE:
        yield "long line", f"the line has {len(line):,} characters"
    if _BEHIND_BLANKS.search(line):
        yield "behind blanks", f"something stands behind {BLANKS} blanks or more"
    if "\x0c" in line:
        yield "form feed", "the line holds a form feed, which begins a page and ends an indentation"
    if _SWITCHED_OFF.search(line):
        yield "test switched off", f"the line may keep a test from running: {plain(line.strip(), limit=60)}"
    if hidden(line, path) != line:
        yield "secret", "the line has the shape of a key, a token or a password"
    if not line.isascii():
        yield from _of_characters(line)


def _of_characters(line: str) -> Iterator[tuple[str, str]]:
    for kind in dict.fromkeys(why for _, _, why in safe(line).spans):
        if kind in _KINDS:
            yield _KINDS[kind], f"the line holds a {kind}"
    word = next((word for word in _WORD.findall(line) if len(_scripts(word)) > 1), "")
    if word:
        yield "homoglyph", f"letters of several scripts stand in one word: {plain(word, limit=40)}"


def _scripts(word: str) -> set[str]:
    """The scripts of a word's letters, of those that are written with letters that look alike."""
    if word.isascii():
        return set()
    names = {unicodedata.name(letter, "").split(" ", 1)[0] for letter in word}
    return names & {
        "LATIN",
        "CYRILLIC",
        "GREEK",
        "ARMENIAN",
        "CHEROKEE",
        "COPTIC",
        "LISU",
        "MATHEMATICAL",
        "FULLWIDTH",
    }
