"""Settings: built-in < the user's file < the repository's file < ``LOOPVIEW_*`` < flags.

The agent that is watched can write the repository, so its ``loopview.toml`` sets display keys only: nothing that is
executed, opened or written to is ever read from there. An unknown or badly typed key is reported and ignored.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "LOOPVIEW_"
REPOSITORY_FILE = "loopview.toml"
LONGEST_FILE = 256 * 1024  #: bytes of a settings file that are read at most

_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}

Kind = Literal["int", "bool", "text", "path", "choice", "list", "hours", "table", "tables"]

ELSEWHERE = frozenset({"probe_suggestions"})
"""Keys of a repository's file that are no settings: what it suggests is read where it is shown."""


class Key(NamedTuple):
    """One setting: what it may be, where it may come from, and what it means."""

    name: str
    kind: Kind
    default: Any
    meaning: str
    repository: bool = False  #: whether the repository's own file may set it
    low: int = 0
    high: int = 1_000_000
    choices: tuple[str, ...] = ()


KEYS: tuple[Key, ...] = (
    Key("stall_threshold", "int", 3, "K: failures with one fingerprint in a row that make a stall", True, 1, 1000),
    Key("probe_threshold", "int", 3, "failures of a probe in a row that turn it red", True, 1, 1000),
    Key("idle_after", "int", 60, "minutes without a new row after which the loop counts as idle", True, 1),
    Key("silence_after", "int", 60, "minutes without a row of the loop after which you are told; 0 = never"),
    Key("theme", "text", "loopview-dark", "name of a theme in themes/ or of one you dropped in", True),
    Key("ascii", "bool", False, "plain ASCII instead of glyphs", True),
    Key("fps", "int", 4, "repaints a second at most", True, 1, 30),
    Key("slow", "bool", False, "for slow links: one repaint in two seconds, no motion", True),
    Key("reduced_motion", "bool", False, "no animation", True),
    Key("mouse", "bool", True, "whether the console takes the mouse"),
    Key("clipboard", "choice", "auto", "how y copies", choices=("auto", "tmux", "osc52", "none")),
    Key("editor", "text", "", "editor to open a file at a line; empty means $VISUAL, then $EDITOR"),
    Key("read_only", "bool", False, "leave out every action that writes"),
    Key("model", "text", "", "model that writes SQL for questions in plain words, as `ollama list` names it"),
    Key("model_host", "text", "http://127.0.0.1:11434", "where it is: this machine, or another one over https"),
    Key("model_seconds", "int", 120, "seconds that one answer of the model may take", low=1, high=3600),
    Key("model_silence", "int", 30, "seconds that the model may say nothing", low=1, high=3600),
    Key("sql_seconds", "int", 5, "seconds after which a question of yours is stopped", False, 1, 3600),
    Key("cache_dir", "path", "", "where the DuckDB cache lives; empty means $XDG_CACHE_HOME/loopview"),
    Key("state_dir", "path", "", "where private records live; empty means $XDG_STATE_HOME/loopview"),
    Key("edit_model", "text", "", "model that writes edits; empty means `model`"),
    Key(
        "edit_backend",
        "choice",
        "auto",
        "who writes edits; auto: anthropic when only `anthropic_model` is named, else ollama",
        choices=("auto", "ollama", "anthropic"),
    ),
    Key("anthropic_model", "text", "", "model of Anthropic's that writes edits, with ANTHROPIC_API_KEY"),
    Key("edit_tries", "int", 3, "answers that a model may give until the tests pass", low=1, high=10),
    Key("edit_rounds", "int", 1, "times a diagnosis may rewrite an instruction that failed", low=0, high=5),
    Key(
        "allowed_paths",
        "list",
        [],
        "paths that an edit may touch, as globs; empty means all that are not protected",
    ),
    Key(
        "protected_paths",
        "list",
        [],
        "paths that an edit touches only when each is confirmed, beside the built-in ones",
    ),
    Key("most_files", "int", 20, "files that one edit may touch", low=1, high=100),
    Key("most_lines", "int", 2000, "lines that one edit may add and remove", low=1, high=100_000),
    Key("test_command", "list", [], "words of the command that tests a candidate; empty means pytest"),
    Key("test_plugins", "list", [], "pytest plugins to load in the jail; no others are"),
    Key("test_seconds", "int", 120, "seconds that one run of the tests may take", low=1, high=3600),
    Key("jail_tier", "choice", "T2", "lowest jail tier in which tests are run", choices=("T2", "T3")),
    Key("allow_unconfined", "bool", False, "run tests even where no jail holds; shown each time and recorded"),
    Key(
        "approval_minutes",
        "int",
        30,
        "minutes after which a ready candidate can no longer be confirmed",
        low=1,
        high=1440,
    ),
    Key("operator", "text", "", "author of published commits as `Name <mail>`; empty means that of your own git"),
    Key("alert_command", "list", [], "words of a command that is run for each alert; no shell"),
    Key("alert_seconds", "int", 10, "seconds that it may take", low=1, high=600),
    Key("alert_urls", "list", [], "where apprise sends alerts to, with `loopview[apprise]`"),
    Key("quiet_hours", "hours", "", "hours of your own clock in which nothing calls, as `22:00-07:00`"),
    Key("probes_per_hour", "int", 10, "probes that may run within any hour; 0: none", low=0, high=3600),
    Key("probe_runner", "list", [], "words by which the loop runs a shell command, which follows; empty means sh"),
    Key(
        "probe_vault", "path", "", "directory of the notes that multistep_planning tries; empty means a scratch one"
    ),
    Key("probe_memory", "path", "", "JSON lines that memory_write and memory_read try; empty means a scratch file"),
    Key("probe_store", "list", [], "words that store a fact instead, with {key} and {value} in them"),
    Key("probe_recall", "list", [], "words that print a stored fact, with {key} in them"),
    Key("probes", "tables", {}, "[probes.NAME] of your own, or how a built-in one is run"),
    Key("keys", "table", {}, "action id = key, to move a key"),
)


class Settings(NamedTuple):
    """What every part of the program is told. Paths are absolute text."""

    stall_threshold: int = 3
    probe_threshold: int = 3
    idle_after: int = 60  #: minutes
    silence_after: int = 60  #: minutes
    theme: str = "loopview-dark"
    ascii: bool = False
    fps: int = 4
    slow: bool = False
    reduced_motion: bool = False
    mouse: bool = True
    clipboard: str = "auto"
    editor: str = ""
    read_only: bool = False
    model: str = ""
    model_host: str = "http://127.0.0.1:11434"
    model_seconds: int = 120
    model_silence: int = 30
    sql_seconds: int = 5
    cache_dir: str = ""
    state_dir: str = ""
    edit_model: str = ""
    edit_backend: str = "auto"
    anthropic_model: str = ""
    edit_tries: int = 3
    edit_rounds: int = 1
    allowed_paths: tuple[str, ...] = ()
    protected_paths: tuple[str, ...] = ()
    most_files: int = 20
    most_lines: int = 2000
    test_command: tuple[str, ...] = ()
    test_plugins: tuple[str, ...] = ()
    test_seconds: int = 120
    jail_tier: str = "T2"
    allow_unconfined: bool = False
    approval_minutes: int = 30  #: minutes
    operator: str = ""
    alert_command: tuple[str, ...] = ()
    alert_seconds: int = 10
    alert_urls: tuple[str, ...] = ()
    quiet_hours: str = ""
    probes_per_hour: int = 10
    probe_runner: tuple[str, ...] = ()
    probe_vault: str = ""
    probe_memory: str = ""
    probe_store: tuple[str, ...] = ()
    probe_recall: tuple[str, ...] = ()
    probes: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = ()  #: each by its name, as it is written
    keys: tuple[tuple[str, str], ...] = ()


class Loaded(NamedTuple):
    """The settings, and one sentence for each thing in them that could not be used."""

    settings: Settings
    problems: tuple[str, ...]


def user_file(environ: Mapping[str, str]) -> str:
    """Path of the user's own settings file, whether or not it exists."""
    return os.path.join(_home_of(environ, "XDG_CONFIG_HOME", ".config"), "config.toml")


def load(root: str, environ: Mapping[str, str], flags: Mapping[str, object] | None = None) -> Loaded:
    """Settle every key for the loop at ``root``; ``flags`` win and hold values of the right type."""
    problems: list[str] = []
    values: dict[str, Any] = {
        "cache_dir": _home_of(environ, "XDG_CACHE_HOME", ".cache"),
        "state_dir": _home_of(environ, "XDG_STATE_HOME", os.path.join(".local", "state")),
    }
    values.update(_from_file(user_file(environ), problems, follow=True))
    values.update(_from_file(os.path.join(root, REPOSITORY_FILE), problems, follow=False))
    values.update(_from_environment(environ, problems))
    values.update({name: value for name, value in (flags or {}).items() if value is not None})
    return Loaded(Settings(**values), tuple(problems))


def _home_of(environ: Mapping[str, str], variable: str, fallback: str) -> str:
    """Our directory below an XDG base; a relative base is ignored, as the XDG specification asks."""
    base = environ.get(variable, "")
    if not os.path.isabs(base):
        base = os.path.join(environ.get("HOME") or os.path.expanduser("~"), fallback)
    return os.path.join(base, "loopview")


def _from_file(path: str, problems: list[str], *, follow: bool) -> dict[str, Any]:
    """The usable keys of one TOML file; ``follow`` is true for the user's file, which may set every key."""
    try:
        content = _read_small(path, follow=follow)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        problems.append(f"{path}: not read ({_reason(error)}); built-in settings stand")
        return {}
    import tomllib

    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        problems.append(f"{path}: not valid TOML ({error}); correct it or remove it")
        return {}
    return dict(_usable(table, path, problems, repository=not follow))


def _read_small(path: str, *, follow: bool) -> bytes:
    """Bytes of a small regular file; a FIFO or a device never blocks, a link is followed only where asked."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("not a regular file")
        content = os.read(descriptor, LONGEST_FILE + 1)
    finally:
        os.close(descriptor)
    if len(content) > LONGEST_FILE:
        raise ValueError(f"longer than {LONGEST_FILE} bytes")
    return content


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _usable(
    table: Mapping[str, object], path: str, problems: list[str], *, repository: bool
) -> Iterator[tuple[str, Any]]:
    known = {key.name: key for key in KEYS}
    for name, value in table.items():
        if repository and name in ELSEWHERE:
            continue
        key = known.get(name)
        if key is None:
            problems.append(f"{path}: unknown key {name!r}; see `loopview init` for the keys there are")
        elif repository and not key.repository:
            problems.append(f"{path}: {name} is not read from a repository; set it in your own config.toml")
        else:
            yield from _checked(key, value, f"{path}: {name}", problems)


def _from_environment(environ: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in KEYS:
        text = environ.get(PREFIX + key.name.upper(), "")
        if text and key.kind not in {"table", "tables"}:
            found.update(_checked(key, _typed(key.kind, text), PREFIX + key.name.upper(), problems))
    return found


def _typed(kind: Kind, text: str) -> object:
    """The value an environment variable's text stands for; text that does not fit is left for the check."""
    if kind == "bool":
        return _WORDS.get(text.lower(), text)
    if kind == "int" and text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004 - far above any limit
        return int(text)
    if kind == "list":
        import shlex

        try:
            return shlex.split(text)
        except ValueError:
            return text
    return text


def _checked(key: Key, value: object, where: str, problems: list[str]) -> Iterator[tuple[str, Any]]:
    """The key with its value when it fits; else one sentence and nothing."""
    wanted = _misfit(key, value)
    if wanted:
        problems.append(f"{where} = {str(value)[:60]!r} is not {wanted}; it is ignored")
    elif key.kind == "path":
        yield key.name, os.path.abspath(os.path.expanduser(str(value)))
    elif key.kind == "tables" and isinstance(value, dict):
        yield key.name, tuple((name, tuple(sorted(fields.items()))) for name, fields in value.items())
    elif isinstance(value, dict):
        yield key.name, tuple(sorted(value.items()))
    elif isinstance(value, list):
        yield key.name, tuple(value)
    else:
        yield key.name, value


def _misfit(key: Key, value: object) -> str:
    """What the key wants, when the value is not that; else nothing."""
    if key.kind == "int":
        fits = isinstance(value, int) and not isinstance(value, bool) and key.low <= value <= key.high
        return "" if fits else f"a whole number from {key.low} to {key.high}"
    if key.kind == "bool":
        return "" if isinstance(value, bool) else "true or false"
    if key.kind == "choice":
        return "" if value in key.choices else "one of " + ", ".join(key.choices)
    if key.kind == "list":
        return "" if isinstance(value, list) and all(_printable(entry) for entry in value) else "a list of words"
    if key.kind in {"table", "tables"}:
        inner = str if key.kind == "table" else dict
        fits = isinstance(value, dict) and all(isinstance(entry, inner) for entry in value.values())
        return "" if fits else 'a table of action = "key"' if inner is str else f"tables written [{key.name}.NAME]"
    hours = key.kind == "hours"
    fits = _printable(value) and (not hours or _are_hours(str(value)))
    return "" if fits else ("two times of the day, as 22:00-07:00" if hours else "printable text")


def _are_hours(text: str) -> bool:
    """Whether it is two times of the day with a dash between them."""
    import re

    return re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", text, re.ASCII) is not None


def _printable(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isprintable()
