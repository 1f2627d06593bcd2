"""The only road from foreign text to a terminal: what could drive it, hide or deceive becomes a visible stand-in.

Everything a loop, a model, a repository or a file system wrote passes `safe` (one line), `safe_block` (many) or
`plain` (for standard output) before it is shown. What comes out has a known width in cells and holds no control,
bidirectional, invisible or unassigned character: control characters become their pictures (`␛`), the others a mark
with their code point in angle quotes. Letters that merely look like other letters are shown as they are.

The module imports nothing, and character data only when a text is not plain ASCII: a tmux status segment uses it.
"""

from __future__ import annotations

TAB = "    "
"""What a tab becomes: its true width depends on where it stands, which nobody who measures a text knows."""

WIDE_GAP = " " * 40
"""Blanks in the middle of a line from which on they are shown as dots where blanks are looked at."""

MARKS_KEPT = 2
"""Combining marks kept on one base: as many as living orthographies stack, too few to climb over other lines."""

ELLIPSIS = "…"

Span = tuple[int, int, str]
"""One run of stand-ins in a `Safe`: start and end (in characters), and what stood there, in words."""


class Safe(str):
    """A text that may be shown: a `str` that also knows where its stand-ins are.

    `spans` says which parts are not the text's own but stand for something, in order and without overlap: that
    is how a picture or mark that somebody wrote is told from a real one. Slices and joins are a `str` without them.
    """

    __slots__ = ("spans",)

    spans: tuple[Span, ...]

    def __new__(cls, text: str, spans: tuple[Span, ...] = ()) -> Safe:  # noqa: PYI034  # typing costs the import
        """Wrap `text`, which is safe already: only this module's functions have a reason to call it."""
        self = super().__new__(cls, text)
        self.spans = spans
        return self


def safe(text: object, *, limit: int | None = None) -> Safe:
    """Return `text` as one line that may be shown.

    Line feeds become `⏎`, tabs become spaces, None the empty line, any other value its `str`. With `limit` (cells)
    a longer line ends in `…`, and no more work is done than the limit asks for, however long the text is. Never
    raises.
    """
    line = text if isinstance(text, str) else _written(text)
    cut = limit is not None and len(line) > 4 * limit + 16  # four characters can stand in one cell: see _Line.add
    if cut:
        line = line[: 4 * (limit or 0) + 16]
    result = Safe(line) if line.isascii() and line.isprintable() else _stand_in(line)
    return result if limit is None else _fit(result, limit, cut=cut)


def safe_block(text: object, *, limit: int | None = None) -> list[Safe]:
    r"""Return `text` as lines that may be shown; only `\n` and `\r\n` end a line, every other separator is marked.

    A newline at the very end begins no further line; the empty text has no lines. `limit` is per line, in cells.
    """
    block = text if isinstance(text, str) else _written(text)
    lines = block.replace("\r\n", "\n").split("\n")
    if not lines[-1]:
        del lines[-1]
    return [safe(line, limit=limit) for line in lines]


def revealed(line: str) -> Safe:
    """Return one line of a file as `safe` does, with the blanks that are easily missed made visible.

    Tabs become `⇥` and spaces; spaces at the line's end, and gaps so wide that what stands behind them may be out
    of sight, become dots.
    """
    end = len(line.rstrip(" \t"))
    if end == len(line) and line.isascii() and line.isprintable() and WIDE_GAP not in line:
        return Safe(line)
    made = _Line()
    at = 0
    while at < len(line):
        stop = at + 1
        if line[at] == "\t":
            made.stand("⇥" + TAB[1:], "tab")
        elif line[at] == " ":
            while stop < len(line) and line[stop] == " ":
                stop += 1
            shown, why = _blanks(stop - at, first=at == 0, last=at >= end)
            made.stand(shown, why)
        else:
            made.add(line[at])
        at = stop
    return Safe("".join(made.pieces), tuple(made.spans))


def plain(text: object, *, limit: int | None = None) -> str:
    """Return `safe(text)` as an ordinary string, for standard output."""
    return str(safe(text, limit=limit))


def plain_block(text: object) -> str:
    """Return `safe_block(text)` as one string, its lines joined by newlines, for standard output."""
    return "\n".join(safe_block(text))


def cell_width(text: str) -> int:
    """Return how many terminal cells `text` takes, by the rules of the console's own renderer; it must be safe."""
    return len(text) if text.isascii() else sum(_classes[character][0] for character in text)


def _written(value: object) -> str:
    """Return a value as text without ever raising: numbers can be too long, nesting too deep, `__str__` broken."""
    if value is None:
        return ""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    try:
        return str(value)
    except Exception:  # noqa: BLE001  # whatever a foreign value does, a line has to be shown
        return f"({type(value).__name__} that cannot be written)"


# What a character is, beside its width in cells (the width is that of the stand-in where there is one).
_ITSELF = ""
_COMBINES = "combining"
_OWN = frozenset({_ITSELF, "tab", "wide space"})

_BASELESS = frozenset("\u034f\u17b4\u17b5")  # nonspacing marks that draw nothing
_WIDE_SPACE = "\u3000"  # what a space is in the scripts of East Asia
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")  # letters and symbols that draw nothing
_CLASSES_KEPT = 20_000
_UNSETTLED = "character of unsettled width"

_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x180B, 0x180F, "variation selector"),
    (0xFE00, 0xFE0F, "variation selector"),
    (0xE0100, 0xE01EF, "variation selector"),
    (0xE0000, 0xE007F, "tag character"),
    (0x200B, 0x200D, "zero-width character"),
    (0x2060, 0x2065, "zero-width character"),
    (0xFEFF, 0xFEFF, "zero-width character"),
    (0x200E, 0x200F, "direction mark"),
    (0x061C, 0x061C, "direction mark"),
    (0x202A, 0x202E, "direction override"),
    (0x2066, 0x2069, "direction override"),
    (0x0085, 0x0085, "line separator"),
    (0x2028, 0x2029, "line separator"),
    (0x0080, 0x009F, "control character"),
    (0x00AD, 0x00AD, "soft hyphen"),
    (0xD800, 0xDFFF, "lone surrogate"),
    # Terminals disagree about the width of these, and a row must be as wide as it was measured.
    (0x1F1E6, 0x1F1FF, _UNSETTLED),
    (0x1F3FB, 0x1F3FF, _UNSETTLED),
    (0x2630, 0x2637, _UNSETTLED),
    (0x268A, 0x268F, _UNSETTLED),
    (0x4DC0, 0x4DFF, _UNSETTLED),
    (0x1D300, 0x1D37F, _UNSETTLED),
    (0x16FF0, 0x16FF1, _UNSETTLED),
)

_PRESENTABLE = ((0x2000, 0x32FF), (0x1F000, 0x1FAFF))  # where the symbols are that have two presentations

_JAMO = ((0x1100, 0x115E), (0xA960, 0xA97C), (0xAC00, 0xD7A3))
_JOINING_JAMO = ((0x1161, 0x11FF), (0xD7B0, 0xD7FB))


_PICTURES = {chr(point): (1, "control character", chr(0x2400 + point)) for point in range(0x20)} | {
    "\t": (len(TAB), "tab", TAB),
    "\n": (1, "line feed", "⏎"),
    "\x7f": (1, "control character", "␡"),
}


def _within(point: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= point <= last for first, last in ranges)


class _Classes(dict[str, tuple[int, str, str]]):
    """What each character seen so far is: (cells, kind, stand-in); an empty kind is shown as itself."""

    def __missing__(self, character: str) -> tuple[int, str, str]:
        if len(self) > _CLASSES_KEPT:  # foreign text chooses the keys: the table must not grow without end
            self.clear()
        self[character] = found = _classify(character)
        return found


def _classify(character: str) -> tuple[int, str, str]:
    if character in _PICTURES:
        return _PICTURES[character]
    kind = _why_hidden(character)
    if kind:
        mark = f"‹U+{ord(character):04X}›"  # every console font has these quotes
        return len(mark), kind, mark
    return _visible(character)


def _why_hidden(character: str) -> str:
    """Return what makes a character unfit to be shown, in words, or the empty string."""
    point = ord(character)
    for first, last, kind in _RANGES:
        if first <= point <= last:
            return kind
    if character in _BLANK or character in _BASELESS:
        return "invisible filler"
    if character.isprintable():
        return ""
    import unicodedata

    words = {"Cf": "invisible character", "Co": "private-use character", "Cn": "unassigned character"}
    category = unicodedata.category(character)
    return "" if category == "Zs" else words.get(category, "control character")


def _visible(character: str) -> tuple[int, str, str]:
    import unicodedata

    category = unicodedata.category(character)
    if character in _WIDE_SPACE:
        return 2, "wide space", "  "
    if category == "Zs" and character != " ":  # a blank that is not a space must not pass for one
        return 1, "space of another kind", "⍽"
    if category[0] == "M" or _within(ord(character), _JOINING_JAMO):
        return 0, _COMBINES, character
    return (2 if unicodedata.east_asian_width(character) in "WF" else 1), _ITSELF, character


_classes = _Classes()


class _Line:
    """One line while its stand-ins are put in."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.spans: list[Span] = []
        self.base = ""  # the character that a combining mark would sit on, when it is fit for one
        self.marks = 0
        self.presented = False

    def put(self, shown: str, why: str) -> None:
        """Append `shown`, noting what it stands for unless it is the text's own."""
        start, self.length = self.length, self.length + len(shown)
        self.pieces.append(shown)
        if not why:
            return
        if self.spans and self.spans[-1][1:] == (start, why):  # one run, however long
            start = self.spans.pop()[0]
        self.spans.append((start, self.length, why))

    def add(self, character: str) -> None:
        """Append one character or what stands for it.

        Per cell at most four characters come through or vanish: a base, its marks, a presentation selector.
        """
        _cells, kind, shown = _classes[character]
        if (kind == _COMBINES and self.combine(character)) or self.present(character):
            return
        if kind == _COMBINES:
            kind, shown = "combining character too many", "◌"
        self.put(shown, "" if kind in _OWN else kind)
        self.base = character if kind == _ITSELF and character != " " else ""
        self.marks, self.presented = 0, False

    def stand(self, shown: str, why: str) -> None:
        """Append what stands for blanks; no combining mark sits on it."""
        self.put(shown, why)
        self.base, self.marks, self.presented = "", 0, False

    def present(self, character: str) -> bool:
        """Leave out the emoji or text presentation of one symbol: which of the two it is tells a reader nothing."""
        if character not in "\ufe0e\ufe0f" or self.presented or not self.base:
            return False
        self.presented = _within(ord(self.base), _PRESENTABLE) or self.base in "0123456789#*©®"
        return self.presented

    def combine(self, character: str) -> bool:
        """Put a combining mark on its base; False when there is none, or no room on it."""
        point = ord(character)
        if not self.base or self.marks >= MARKS_KEPT:
            return False
        if _within(point, _JOINING_JAMO) and not _within(ord(self.base), _JAMO):
            return False
        self.marks += 1
        self.put(character, "")
        return True


def _blanks(count: int, *, first: bool, last: bool) -> tuple[str, str]:
    """Return how so many spaces are shown, and why, if they are not shown as themselves."""
    if last:
        return "·" * count, "blank at the end"
    if count >= len(WIDE_GAP) and not first:
        return "·" * count, "wide gap"
    return " " * count, ""


def _stand_in(line: str) -> Safe:
    made = _Line()
    add = made.add
    for character in line:
        add(character)
    return Safe("".join(made.pieces), tuple(made.spans))


def _fit(line: Safe, limit: int, *, cut: bool) -> Safe:
    """Return `line` in at most `limit` cells, ending in an ellipsis when something is left out."""
    if not cut and cell_width(line) <= limit:
        return line
    room, end = limit - 1, 0
    if room < 0:
        return Safe("")
    for end, character in enumerate(line):  # noqa: B007  # the position is the result
        room -= _classes[character][0]
        if room < 0:
            break
    else:
        end = len(line)
    spans = tuple((start, min(stop, end), why) for start, stop, why in line.spans if start < end)
    return Safe(line[:end] + ELLIPSIS, (*spans, (end, end + 1, "cut here")))
