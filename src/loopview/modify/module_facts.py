"""What a Python file says of itself, read from its syntax tree: nothing of it is ever imported or run."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SOURCE = (
    512 << 10
)  #: bytes of a file that is parsed; the parser takes up to a thousand times that in memory
MOST_FACTS = 4_000  #: definitions of one file that are kept, and imports likewise
LONGEST_NAME = 200  #: characters of a name, a base or a module
LONGEST_DOCSTRING = 1_000  #: characters of a docstring
LONGEST_SIGNATURE = 300  #: characters
_SOURCE_NAME = "<indexed source>"
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
_BLANK = re.compile(rb"[ \t\f]*(?:#|\r?\n?$)")
_BOM = b"\xef\xbb\xbf"
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "ascii": "ascii",
    "us-ascii": "ascii",
    "latin-1": "latin-1",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "cp1252": "cp1252",
}
"""Encodings that are read, by the names that files give them: others (as utf-7) are used to hide code."""


class Unreadable(Exception):  # noqa: N818 - reads as the event it is
    """A file has no facts, and the message says why in a few words."""


class FunctionFacts(NamedTuple):
    """A function or method."""

    name: str
    signature: str  #: ``def name(a, b=1) -> int``; what does not stand in one line is left out
    docstring: str
    line: int  #: 1-based


class ClassFacts(NamedTuple):
    """A class; one within another is named ``Outer.Inner``."""

    name: str
    bases: tuple[str, ...]
    methods: tuple[FunctionFacts, ...]
    docstring: str
    line: int  #: 1-based


class ImportFacts(NamedTuple):
    """One import statement's module."""

    module: str  #: dotted; empty in ``from . import x``
    names: tuple[str, ...]  #: of ``from module import names``; none in ``import module``
    level: int  #: dots before the module


class ModuleFacts(NamedTuple):
    """A module. Every text in it is foreign."""

    docstring: str = ""
    classes: tuple[ClassFacts, ...] = ()
    functions: tuple[FunctionFacts, ...] = ()
    imports: tuple[ImportFacts, ...] = ()  #: wherever they stand, also within functions
    lines: int = 0

    def names(self) -> Iterator[str]:
        """Every name that the module defines."""
        for function in self.functions:
            yield function.name
        for each in self.classes:
            yield each.name
            yield from (method.name for method in each.methods)

    def docstrings(self) -> Iterator[str]:
        """Every docstring, the module's first."""
        yield self.docstring
        for function in self.functions:
            yield function.docstring
        for each in self.classes:
            yield each.docstring
            yield from (method.docstring for method in each.methods)


def read_module(content: bytes) -> ModuleFacts:
    """Return the facts of a Python file. Raises `Unreadable`, and nothing else."""
    text = _text(content)
    # only warnings about what is parsed here: a filter of the whole process would hide those of others
    warnings.filterwarnings("ignore", module=re.escape(_SOURCE_NAME))
    try:
        return _Reading(text).facts(ast.parse(text, _SOURCE_NAME))
    except SyntaxError as error:
        raise Unreadable(f"line {error.lineno or 1}: {error.msg}"[:LONGEST_NAME]) from None
    except (RecursionError, MemoryError):
        raise Unreadable("nested too deeply to be read") from None
    except ValueError as error:
        raise Unreadable(str(error)[:LONGEST_NAME]) from None


def _text(content: bytes) -> str:
    """The source as text with plain line ends."""
    if len(content) > LONGEST_SOURCE:
        raise Unreadable(f"longer than {LONGEST_SOURCE >> 10} KiB")
    if b"\0" in content:
        raise Unreadable("holds null bytes")
    encoding = _encoding(content)
    try:
        text = content.removeprefix(_BOM).decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not {encoding} at byte {error.start}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(content: bytes) -> str:
    """The encoding that one of the first two lines names; UTF-8 when none does."""
    for line in content[:2_000].removeprefix(_BOM).splitlines()[:2]:
        found = _COOKIE.match(line)
        if found:
            named = found.group(1).decode("ascii").lower().replace("_", "-")
            if named not in _CODECS:
                raise Unreadable(f"is written in {named[:40]}, which is not read")
            return _CODECS[named]
        if not _BLANK.match(line):
            break
    return "utf-8"


class _Class:
    """A class while its body is read."""

    def __init__(self, node: ast.ClassDef, name: str, bases: tuple[str, ...]) -> None:
        self.name = name
        self.methods: list[FunctionFacts] = []
        self._facts = ClassFacts(name, bases, (), _docstring(node), node.lineno)

    def facts(self) -> ClassFacts:
        return self._facts._replace(methods=tuple(self.methods))


_WITHIN = object()  #: the owner of what stands inside a function: it is not listed


class _Reading:
    """One walk over the statements of a tree; expressions are not entered, so that a large file stays quick."""

    def __init__(self, text: str) -> None:
        self._lines = text.encode().split(b"\n")
        self._count = text.count("\n") + (not text.endswith("\n")) if text else 0
        self._functions: list[FunctionFacts] = []
        self._classes: list[_Class] = []
        self._imports: dict[ImportFacts, None] = {}
        self._left = MOST_FACTS

    def facts(self, tree: ast.Module) -> ModuleFacts:
        pending: list[tuple[ast.AST, object]] = [(node, None) for node in reversed(tree.body)]
        while pending:
            node, owner = pending.pop()
            below = self._take(node, owner)
            pending.extend((child, below) for child in reversed(_statements(node)))
        classes = tuple(each.facts() for each in self._classes)
        imports = tuple(self._imports)
        return ModuleFacts(_docstring(tree), classes, tuple(self._functions), imports, self._count)

    def _take(self, node: ast.AST, owner: object) -> object:
        """Note a statement, and return whose its own statements are."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            if len(self._imports) < MOST_FACTS:
                self._imports.update(dict.fromkeys(_imports(node)))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._function(node, owner)
            return _WITHIN
        elif isinstance(node, ast.ClassDef):
            return self._class(node, owner)
        return owner

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: object) -> None:
        if owner is _WITHIN or self._left <= 0:
            return
        self._left -= 1
        found = FunctionFacts(_name(node.name), self._signature(node), _docstring(node), node.lineno)
        (owner.methods if isinstance(owner, _Class) else self._functions).append(found)

    def _class(self, node: ast.ClassDef, owner: object) -> object:
        if owner is _WITHIN or self._left <= 0:
            return _WITHIN
        self._left -= 1
        name = f"{owner.name}.{node.name}" if isinstance(owner, _Class) else node.name
        found = _Class(node, _name(name), tuple(self._source(base) for base in node.bases[:20]))
        self._classes.append(found)
        return found

    def _signature(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        returns = f" -> {self._source(node.returns)}" if node.returns else ""
        written = f"{word} {node.name}({', '.join(self._parameters(node.args))}){returns}"
        return written if len(written) <= LONGEST_SIGNATURE else written[: LONGEST_SIGNATURE - 1] + "…"

    def _parameters(self, given: ast.arguments) -> Iterator[str]:
        plain = given.posonlyargs + given.args
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(given.defaults))
        defaults.extend(given.defaults)
        for number, (argument, default) in enumerate(zip(plain, defaults, strict=True), 1):
            yield self._parameter(argument, default)
            if number == len(given.posonlyargs):
                yield "/"
        if given.vararg:
            yield "*" + self._parameter(given.vararg, None)
        elif given.kwonlyargs:
            yield "*"
        for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            yield self._parameter(argument, default)
        if given.kwarg:
            yield "**" + self._parameter(given.kwarg, None)

    def _parameter(self, argument: ast.arg, default: ast.expr | None) -> str:
        named = f"{argument.arg}: {self._source(argument.annotation)}" if argument.annotation else argument.arg
        if default is None:
            return named
        return f"{named}{' = ' if argument.annotation else '='}{self._source(default)}"

    def _source(self, node: ast.expr) -> str:
        """An expression as it is written, when it stands in one line and is not long."""
        end = node.end_col_offset or 0
        if node.end_lineno != node.lineno or end - node.col_offset > LONGEST_NAME:
            return "…"
        return self._lines[node.lineno - 1][node.col_offset : end].decode("utf-8", "replace")


_PARTS = ("body", "handlers", "cases", "orelse", "finalbody")


def _statements(node: ast.AST) -> list[ast.AST]:
    """The statements within a statement, in order."""
    if not hasattr(node, "body") and not isinstance(node, ast.Match):
        return []
    return [child for part in _PARTS for child in getattr(node, part, ())]


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[ImportFacts]:
    names = tuple(_name(alias.name) for alias in node.names[:MOST_FACTS])
    if isinstance(node, ast.Import):
        yield from (ImportFacts(name, (), 0) for name in names)
    else:
        yield ImportFacts(_name(node.module or ""), names, node.level)


def _name(text: str) -> str:
    return text[:LONGEST_NAME]


def _docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The docstring's lines, stripped; what is no character becomes a question mark."""
    text = ast.get_docstring(node, clean=False)
    if not text:
        return ""
    kept = "\n".join(line.strip() for line in text[: LONGEST_DOCSTRING * 2].strip().split("\n"))
    return kept[:LONGEST_DOCSTRING].encode("utf-8", "replace").decode()
