"""A probe as somebody wrote it down: in the user's configuration, or as a suggestion of the watched repository."""

from __future__ import annotations

import os
import re
import warnings
from typing import TYPE_CHECKING

from loopview.domain.probe import LONGEST_TIMEOUT, TIMEOUT, Origin, Probe

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
MOST_WORDS = 64
LONGEST_WORD = 4000  #: characters of a word of a command
LONGEST_ABOUT = 200
LONGEST_PATTERN = 500

OF_ANY = frozenset({"command", "timeout", "expect_code", "expect", "about"})
OF_OWN = OF_ANY | {"entry_point", "unconfined", "readable", "enabled"}
OF_BUILT_IN = frozenset({"timeout", "enabled"})

RUN_COMMANDS = frozenset({"tool_use", "memory_write", "memory_read"})
"""Built-in probes that run a command of the configuration's, in the jail or not."""


class ProbeRefused(ValueError):  # noqa: N818 - reads as the event it is
    """What is written is no probe; the message says why. It may quote foreign text."""


def own_probe(name: str, fields: Mapping[str, object]) -> Probe | None:
    """A probe of the user's configuration; None when it is switched off there. Raises `ProbeRefused`."""
    _named(name)
    _only(fields, OF_OWN)
    if not _flag(fields, "enabled", otherwise=True):
        return None
    command, entry_point = _words(fields, "command"), _text(fields, "entry_point", LONGEST_ABOUT)
    if bool(command) == bool(entry_point):
        raise ProbeRefused("wants a command = [...] or an entry_point, and not both")
    probe = Probe(
        name,
        Origin.OWN,
        about=_text(fields, "about", LONGEST_ABOUT),
        command=command,
        entry_point=entry_point,
        unconfined=_flag(fields, "unconfined"),
        readable=_paths(fields, "readable"),
    )
    _require_pattern(_text(fields, "expect", LONGEST_PATTERN))
    return _with_expectations(probe, fields)


def suggested_probe(name: str, fields: object) -> Probe:
    """A probe that a repository suggests: a command in the jail, nothing else. Raises `ProbeRefused`."""
    _named(name)
    if not isinstance(fields, dict):
        raise ProbeRefused("is no table")
    _only(fields, OF_ANY)
    command = _words(fields, "command")
    if not command:
        raise ProbeRefused("has no command = [...]")
    about = _text(fields, "about", LONGEST_ABOUT)
    return _with_expectations(Probe(name, Origin.SUGGESTED, about=about, command=command), fields)


def set_up(probe: Probe, fields: Mapping[str, object]) -> Probe | None:
    """A built-in probe as the user's configuration wants it; None: switched off there. Raises `ProbeRefused`."""
    if "command" in fields or "entry_point" in fields:
        return own_probe(probe.name, fields)
    _only(fields, OF_BUILT_IN | ({"unconfined"} if probe.name in RUN_COMMANDS else set()))
    if not _flag(fields, "enabled", otherwise=True):
        return None
    return probe._replace(
        timeout=_number(fields, "timeout", probe.timeout, 1, LONGEST_TIMEOUT),
        unconfined=_flag(fields, "unconfined"),
    )


def _named(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ProbeRefused("a name has at most 40 letters, digits, and _ . - between them")


def _with_expectations(probe: Probe, fields: Mapping[str, object]) -> Probe:
    return probe._replace(
        timeout=_number(fields, "timeout", TIMEOUT, 1, LONGEST_TIMEOUT),
        expect_code=_number(fields, "expect_code", 0, 0, 255),
        expect=_text(fields, "expect", LONGEST_PATTERN),
    )


def _require_pattern(text: str) -> None:
    """Refuse what is no regular expression. A suggested one is foreign: only its search reads it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ProbeRefused(f"expect is no regular expression ({error})") from None


def _only(fields: Mapping[str, object], known: frozenset[str]) -> None:
    unknown = sorted(set(fields) - known)
    if unknown:
        raise ProbeRefused(f"has no key {unknown[0][:40]!r}; there are {', '.join(sorted(known))}")


def _text(fields: Mapping[str, object], name: str, longest: int) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str) or len(value) > longest or (value and not value.isprintable()):
        raise ProbeRefused(f"{name} is not printable text of at most {longest} characters")
    return value


def _words(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = fields.get(name, [])
    fits = isinstance(value, list | tuple) and len(value) <= MOST_WORDS and all(_is_word(word) for word in value)
    if not fits or (value and not value[0]):  # type: ignore[index]
        raise ProbeRefused(f"{name} is not a list of at most {MOST_WORDS} words")
    return tuple(value)  # type: ignore[arg-type]


def _is_word(word: object) -> bool:
    if not isinstance(word, str) or len(word) > LONGEST_WORD or "\0" in word:
        return False
    return word.isascii() or not any("\ud800" <= character <= "\udfff" for character in word)


def _paths(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    paths = tuple(os.path.expanduser(path) for path in _words(fields, name))
    if not all(os.path.isabs(path) for path in paths):
        raise ProbeRefused(f"{name} is not a list of absolute paths")
    return paths


def _number(fields: Mapping[str, object], name: str, otherwise: int, low: int, high: int) -> int:
    value = fields.get(name, otherwise)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ProbeRefused(f"{name} is not a whole number from {low} to {high}")
    return value


def _flag(fields: Mapping[str, object], name: str, *, otherwise: bool = False) -> bool:
    value = fields.get(name, otherwise)
    if not isinstance(value, bool):
        raise ProbeRefused(f"{name} is not true or false")
    return value
