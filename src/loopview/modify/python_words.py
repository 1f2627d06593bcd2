"""What Python source imports, names and calls, read from its tokens: nothing of it is parsed, compiled or run here.

A parser can be brought down by what it parses, so source that a model wrote is parsed in the jail only. Tokens are
enough to say what a reader should look at; where even they end, lines are looked at as text.
"""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIXES = (".py", ".pyi", ".pyw")

_BREAKS = frozenset({tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING})
_SILENT = frozenset({tokenize.NL, tokenize.COMMENT})
_FALLBACK = re.compile(r"(?P<import>\b(?:import|from)\s+[\w.]+)|(?P<word>(?<![\w.])[^\W\d]\w*(?:\.\w+)?)")
_WORD = re.compile(r"[^\W\d]\w*")
_IN_A_STRING = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.\w+)?(?=\s*\()")


class Word(NamedTuple):
    """A name in the source with the attribute that follows it: ``os.system``; or one that is imported."""

    text: str
    line: int  #: from 1
    imported: bool = False


def is_python(path: str, text: str) -> bool:
    """Whether a file is Python source, by its name or its first line."""
    first = text[:200].split("\n", 1)[0]
    return path.lower().endswith(SUFFIXES) or (first.startswith("#!") and "python" in first)


def words(text: str) -> list[Word]:
    """Every import and every name of a source, in order. Never raises, whatever the text is."""
    tokens = _tokens(text)
    return list(_by_line(text) if tokens is None else _read(tokens))


def names(text: str) -> frozenset[str]:
    """Every identifier of a source; strings and comments are left out, formatted strings are not."""
    tokens = _tokens(text)
    if tokens is None:
        return frozenset(_WORD.findall(text))
    found = {token.string for token in tokens if token.type == tokenize.NAME}
    formatted = [token.string for token in tokens if token.type == tokenize.STRING and "f" in _prefix(token)]
    return frozenset(found.union(*map(_WORD.findall, formatted)))


def _tokens(text: str) -> list[tokenize.TokenInfo] | None:
    """The tokens of a source; None when it does not end where its tokens do, as with an open bracket."""
    try:
        return list(tokenize.generate_tokens(io.StringIO(text, newline="\n").readline))
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        return None


def _by_line(text: str) -> Iterator[Word]:
    """The same, roughly, from lines as text: nothing that could matter is left out."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in _FALLBACK.finditer(line):
            if found["import"]:
                yield Word(found["import"].split()[-1], number, imported=True)
            else:
                yield Word(found["word"], number)


def _read(tokens: Sequence[tokenize.TokenInfo]) -> Iterator[Word]:
    kept = [token for token in tokens if token.type not in _SILENT]
    starts, importing, depth = True, False, 0
    for at, token in enumerate(kept):
        if starts:
            importing = token.string in {"import", "from"}
        if starts and importing:
            yield from _imported(kept, at)
        elif token.type == tokenize.NAME and not importing:
            yield from _name(kept, at)
        elif token.type == tokenize.STRING:
            yield from _in_a_string(token)
        depth += (token.string in {"(", "[", "{"}) - (token.string in {")", "]", "}"})
        starts = token.type in _BREAKS or token.string == ";" or (token.string == ":" and depth <= 0)


def _imported(tokens: Sequence[tokenize.TokenInfo], at: int) -> Iterator[Word]:
    """The modules that one import statement names, with what is taken out of them."""
    line, statement = tokens[at].start[0], []
    for token in tokens[at:]:
        if token.type in {tokenize.NEWLINE, tokenize.ENDMARKER} or token.string == ";":
            break
        statement.append(token.string)
    text = " ".join(statement).replace(" . ", ".").replace("(", " ").replace(")", " ")
    if statement[0] == "import":
        for part in text.removeprefix("import").split(","):
            yield from (Word(name, line, imported=True) for name in part.split()[:1])
        return
    module, _, names = text.removeprefix("from").partition(" import ")
    if module.strip().startswith("."):
        return
    yield Word(module.strip(), line, imported=True)
    for part in names.split(","):
        yield from (Word(f"{module.strip()}.{name}", line, imported=True) for name in part.split()[:1])


def _name(tokens: Sequence[tokenize.TokenInfo], at: int) -> Iterator[Word]:
    """A name that is not itself an attribute, a parameter of a call or what ``def`` names."""
    before = tokens[at - 1].string if at else ""
    after = tokens[at + 1].string if at + 1 < len(tokens) else ""
    if before == ".":
        return
    name = tokens[at].string
    if after == "." and at + 2 < len(tokens):
        name += "." + tokens[at + 2].string
    elif before in {"def", "class"} or (after == "=" and before in {"(", ","}):
        return
    yield Word(name, tokens[at].start[0])


def _in_a_string(token: tokenize.TokenInfo) -> Iterator[Word]:
    """What a formatted string calls, where it is one token."""
    if "f" in _prefix(token):
        yield from (Word(found[0], token.start[0]) for found in _IN_A_STRING.finditer(token.string))


def _prefix(token: tokenize.TokenInfo) -> str:
    return token.string[: token.string.find(token.string[-1])].lower()
