"""What new lines of Python source may do beyond computing: start programs, open connections, run text as code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loopview.modify.python_words import Word, names, words
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

REACHES: dict[str, tuple[str, ...]] = {
    "programs and files": (
        *("os", "subprocess", "shutil", "pty", "multiprocessing", "signal", "posix", "nt", "_posixsubprocess"),
        *(
            "fcntl",
            "mmap",
            "pexpect",
            "psutil",
            "sh",
            "plumbum",
            "fabric",
            "tempfile",
            "resource",
            "atexit",
            "_thread",
        ),
    ),
    "the network": (
        *("socket", "ssl", "socketserver", "http", "urllib", "urllib2", "urllib3", "requests", "httpx", "httpcore"),
        *("aiohttp", "websockets", "websocket", "ftplib", "smtplib", "poplib", "imaplib", "telnetlib", "xmlrpc"),
        *("paramiko", "asyncssh", "boto3", "docker", "webbrowser", "_socket", "zmq", "grpc"),
    ),
    "code made at run time": (
        *("importlib", "imp", "runpy", "code", "codeop", "pkgutil", "zipimport", "builtins", "types", "gc", "site"),
        *("ctypes", "cffi", "_ctypes", "pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle"),
        *("jsonpickle", "joblib", "pdb", "bdb", "__builtin__", "sysconfig"),
    ),
    "secrets": ("getpass", "keyring", "netrc"),
}
"""Modules whose import changes what a file can do, by what they reach."""

_MODULES = {module: what for what, modules in REACHES.items() for module in modules}
_RUNS_TEXT = frozenset(
    {"eval", "exec", "compile", "__import__", "breakpoint", "__builtins__", "__loader__", "__spec__", "execfile"}
)
_CALLS = frozenset(
    {
        *("os.system", "os.popen", "os.fork", "os.forkpty", "os._exit", "os.kill", "os.killpg", "os.remove"),
        *("os.unlink", "os.rmdir", "os.removedirs", "os.chmod", "os.chown", "os.symlink", "os.link", "os.environ"),
        *("os.getenv", "os.putenv", "os.setuid", "os.startfile", "os.posix_spawn", "os.posix_spawnp", "os.open"),
        *("shutil.rmtree", "shutil.move", "sys.settrace", "sys.setprofile", "sys.modules", "sys.meta_path"),
        *("sys.path", "sys.path_hooks", "sys.addaudithook", "sys._getframe", "signal.signal", "types.CodeType"),
    }
)
_STARTS = ("os.exec", "os.spawn")
_QUIET = frozenset({"os", "shutil", "types", "http", "tempfile", "signal", "code", "resource", "site", "sh", "gc"})
"""Modules that are used for harmless things, too: only the calls above are looked for in lines that use them."""

_INNER = re.compile(r"__(?:subclasses|globals|code|closure|bases|mro|builtins|reduce|reduce_ex|getattribute)__")


def python_risks(text: str, before: str, fresh: Mapping[int, str]) -> Iterator[tuple[str, int, str]]:
    """Label, line and reason for what is new in a source; ``fresh`` are its new lines by number."""
    found, known = words(text), words(before)
    had = {word.text for word in known if word.imported}
    yield from _imports(found, had)
    modules = {word.text.partition(".")[0] for word in found if word.imported}
    for word in found:
        if word.line in fresh and not word.imported:
            yield from _use(word, modules)
    for number, line in fresh.items():
        if inner := _INNER.search(line):
            yield "dynamic code", number, f"{inner[0]} reaches into Python itself"
    yield from _foreign_names(text, before, fresh)


def _imports(found: Sequence[Word], known: set[str]) -> Iterator[tuple[str, int, str]]:
    """Imports that the source did not have, of what is worth a look."""
    had = {module.partition(".")[0] for module in known}
    for word in found:
        module = word.text.partition(".")[0]
        if not word.imported or word.text in known or (module not in _MODULES and module != "sys"):
            continue
        if module not in had and module != "sys":
            had.add(module)
            yield (
                "new import",
                word.line,
                f"{plain(module, limit=40)} is imported, which reaches {_MODULES[module]}",
            )
        elif _telling(word.text) or word.text.endswith(".*"):
            yield "new import", word.line, f"{plain(word.text, limit=60)} is imported"


def _use(word: Word, modules: set[str]) -> Iterator[tuple[str, int, str]]:
    head, dot, _ = word.text.partition(".")
    name = plain(word.text, limit=60)
    if head in _RUNS_TEXT and (not dot or head.startswith("__")):
        yield "dynamic code", word.line, f"{name} runs text as code"
    elif _telling(word.text):
        yield "reaches out", word.line, f"{name} is used"
    elif head in modules and head in _MODULES and (not dot or head not in _QUIET):
        yield "reaches out", word.line, f"{name} is used, which reaches {_MODULES[head]}"


def _telling(dotted: str) -> bool:
    return dotted in _CALLS or dotted.startswith(_STARTS)


def _foreign_names(text: str, before: str, fresh: Mapping[int, str]) -> Iterator[tuple[str, int, str]]:
    """New identifiers outside ASCII: they may look like one that is there already."""
    if text.isascii():
        return
    for name in sorted(names(text) - names(before)):
        if not name.isascii():
            line = next((number for number, line in fresh.items() if name in line), 0)
            yield "foreign identifier", line, f"the name {plain(name, limit=40)} has letters outside ASCII"
