"""Colours of the language a file is written in, for what is in sight: a hunk or a part of a long one at a time."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from pygments.token import Token  # type: ignore[import-untyped]  # it has no types of its own
from textual.highlight import HighlightTheme, highlight

from loopview.domain.review import SIGNS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loopview.domain.review import ReviewLine
    from loopview.text import Safe

Spans = tuple[tuple[int, int, str], ...]
"""Runs of characters, each with the name of its tone, in order."""

LINES_AT_ONCE = 400
LONGEST_LINE = 400  #: characters; a longer one is hardly written by hand, and costs
LONGEST_SECONDS = 0.5
"""What colouring one part may take: a text made to take long gets no colours from then on."""

_LANGUAGES = {
    "py pyi": "python",
    "js mjs cjs jsx": "javascript",
    "ts tsx mts": "typescript",
    "json jsonl": "json",
    "toml": "toml",
    "yaml yml": "yaml",
    "sh bash": "bash",
    "sql": "sql",
    "css": "css",
    "tcss scss": "scss",
    "html htm xml svg": "html",
    "c h": "c",
    "cc cpp cxx hh hpp": "cpp",
    "rs": "rust",
    "go": "go",
    "java": "java",
    "kt kts": "kotlin",
    "rb": "ruby",
    "php": "php",
    "swift": "swift",
    "lua": "lua",
    "ini cfg": "ini",
    "makefile mk": "make",
    "dockerfile": "docker",
}
"""By the ends of names, so that no file chooses by its content what is run over it."""

_BY_END = {end: language for ends, language in _LANGUAGES.items() for end in ends.split()}


class ToneTheme(HighlightTheme):
    """Names our tones where Textual's own names colours; each is a component style of the view."""

    STYLES: ClassVar[dict[Any, str]] = {  # type: ignore[misc]
        Token.Comment: "comment",
        Token.Keyword: "keyword",
        Token.Operator.Word: "keyword",
        Token.Literal.Number: "number",
        Token.Literal.String: "string",
        Token.Name.Builtin: "builtin",
        Token.Name.Class: "name",
        Token.Name.Decorator: "builtin",
        Token.Name.Exception: "builtin",
        Token.Name.Function: "name",
        Token.Name.Tag: "keyword",
        Token.Name.Attribute: "name",
        Token.Name.Variable: "name",
    }


TONES = frozenset(ToneTheme.STYLES.values())


class Syntax:
    """The tones of the lines of a review, made when they are asked for and kept."""

    def __init__(self, lines: Sequence[ReviewLine], shown: Callable[[int], Safe]) -> None:
        self._lines = lines
        self._shown = shown
        self._spans: dict[int, Spans] = {}
        self.given_up = False  #: whether a part took too long

    def of(self, index: int) -> Spans:
        """Return the tones of one line."""
        if index not in self._spans:
            self._colour(index)
        return self._spans[index]

    def _colour(self, index: int) -> None:
        part = self._part(index)
        for each in part:
            self._spans[each] = ()
        language = language_of(self._lines[index].path)
        if self.given_up or not language:
            return
        started = monotonic()
        for other in ("added", "removed"):  # the new side last: lines that both have are coloured as they will read
            self._colour_side([each for each in part if self._lines[each].kind != other], language)
        self.given_up = monotonic() - started > LONGEST_SECONDS

    def _part(self, index: int) -> range:
        """Return the lines of the hunk around a line, or of a part of it where it is long."""
        lines, home = self._lines, self._lines[index]
        start = index
        while start > 0 and _same_hunk(lines[start - 1], home):
            start -= 1
        start += (index - start) // LINES_AT_ONCE * LINES_AT_ONCE
        end = index + 1
        while end < min(len(lines), start + LINES_AT_ONCE) and _same_hunk(lines[end], home):
            end += 1
        return range(start, end)

    def _colour_side(self, indices: list[int], language: str) -> None:
        written = [index for index in indices if self._lines[index].kind in SIGNS]
        texts = [_code(self._shown(index)) for index in written]
        spans = highlight("\n".join(texts), language=language, theme=ToneTheme).spans
        starts, place = [], 0
        for text in texts:
            starts.append(place)
            place += len(text) + 1
        found: list[list[tuple[int, int, str]]] = [[] for _ in written]
        line = 0
        for start, end, tone in spans:
            if not isinstance(tone, str) or tone not in TONES:
                continue
            while line + 1 < len(starts) and starts[line + 1] <= start:
                line += 1
            at = line
            while at < len(starts) and starts[at] < end:
                first, last = max(start - starts[at], 0), min(end - starts[at], len(texts[at]))
                if first < last:
                    found[at].append((first, last, tone))
                at += 1
        for index, each in zip(written, found, strict=True):
            self._spans[index] = tuple(each)


def language_of(path: str) -> str:
    """Return the language a file is written in, by its name alone; nothing for one that is not coloured."""
    name = path.rpartition("/")[2].lower()
    return _BY_END.get(name.rpartition(".")[2], "")


def _same_hunk(one: ReviewLine, other: ReviewLine) -> bool:
    return one.hunk == other.hunk and one.path == other.path


def _code(line: Safe) -> str:
    """Return what a lexer may read of a line: blanks for whatever only stands for something."""
    if len(line) > LONGEST_LINE:
        return ""
    code, done = [], 0
    for start, end, _why in line.spans:
        code += [line[done:start], " " * (end - start)]
        done = end
    return "".join([*code, line[done:]])
