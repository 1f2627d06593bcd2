"""The fingerprint of a failure text: equal for the same failure whatever the addresses, stamps, paths and numbers.

The rule is the first generation's, to the last digit: recorded fingerprints stay comparable.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from typing import NamedTuple

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Callable

SIGNAL_LINES = 20  #: signal lines that count, from the first
TAIL_LINES = 5  #: lines taken from the end where no line is a signal
DIGITS = 12  #: hexadecimal digits of a fingerprint

SIGNAL = re.compile(
    "error|fail|failed|assert|assertion|exception|traceback|panic|fatal|undefined"
    "|not found|cannot|unexpected|\u2717|\u2718|\u00d7",
    re.IGNORECASE,
)
"""What makes a line a signal line, anywhere in it."""


class Step(NamedTuple):
    """One replacement of the normalisation; the steps run in order, each over the whole joined text."""

    name: str
    rule: str  #: the pattern as the first generation has it
    pattern: re.Pattern[str]  #: one that finds the same in linear time: a loop can write a megabyte of slashes
    becomes: str | Callable[[re.Match[str]], str]


def _short_path(match: re.Match[str]) -> str:
    """Return a run that begins with a slash, shortened up to its last ``/name.ext`` behind a directory."""
    run = match[0]
    files = deque(_FILE.finditer(run, 2), maxlen=1)
    return f"PATH/{files[0][1]}{run[files[0].end() :]}" if files else run


_FILE = re.compile(r"/(\w+\.\w+)")


def _step(name: str, rule: str, becomes: str, flags: re.RegexFlag = re.NOFLAG) -> Step:
    return Step(name, rule, re.compile(rule, flags), becomes)


STEPS = (
    _step("address", r"0x[0-9a-fA-F]+", "0xADDR"),
    _step("hash", r"\b[0-9a-f]{7,40}\b", "HEX"),
    _step("stamp", r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}:\d{2}\S*", "TS", re.IGNORECASE),
    _step("line number", r"(:|line )\s*\d+(:\d+)?", r"\1N"),
    Step("path", r"[/\\][\w./\\-]+/(\w+\.\w+)", re.compile(r"[/\\][\w./\\-]+"), _short_path),
    Step(
        "duration",
        r"0\.\d+s|\d+(\.\d+)?\s*(ms|s|sec|seconds)",
        re.compile(r"(?<!\d)\d++(\.\d++)?\s*+(ms|s|sec|seconds)", re.IGNORECASE),
        "DUR",
    ),
    _step("number", r"\b\d+\b", "N"),
    _step("white space", r"\s+", " "),
)
"""The normalisation of the first generation."""


class Replacement(NamedTuple):
    """One token that a step replaced."""

    found: str
    became: str


class Applied(NamedTuple):
    """What one step did."""

    name: str
    pattern: str  #: the regular expression as written
    replacements: tuple[Replacement, ...]  #: in the order of the text


class Explanation(NamedTuple):
    """How a fingerprint came about, token by token."""

    fingerprint: str
    signal: bool  #: whether signal lines were found; if not, ``lines`` are the last of the text
    lines: tuple[str, ...]  #: the lines chosen, stripped, before lower-casing
    lines_found: int  #: candidates before the cut at ``SIGNAL_LINES``
    steps: tuple[Applied, ...]
    normalised: str  #: what was hashed


def fingerprint(text: str | None) -> str:
    """Return the fingerprint of a failure text: 12 hexadecimal digits, or ``""`` for an empty or blank text.

    Anything but text is no text and has no fingerprint. Lone surrogates count as three bytes each. Never raises.
    """
    if not isinstance(text, str) or not text.strip():
        return ""
    normalised = "\n".join(_chosen(text)[1][:SIGNAL_LINES]).lower()
    for step in STEPS:
        normalised = step.pattern.sub(step.becomes, normalised)
    return _digest(normalised.strip())


def explain(text: str | None) -> Explanation:
    """Return how the fingerprint of ``text`` comes about: the lines chosen, and every token that was replaced."""
    if not isinstance(text, str) or not text.strip():
        return Explanation("", signal=False, lines=(), lines_found=0, steps=(), normalised="")
    signal, lines = _chosen(text)
    normalised = "\n".join(lines[:SIGNAL_LINES]).lower()
    applied = []
    for step in STEPS:
        applied.append(_applied(step, normalised))
        normalised = step.pattern.sub(step.becomes, normalised)
    normalised = normalised.strip()
    chosen = tuple(lines[:SIGNAL_LINES])
    return Explanation(_digest(normalised), signal, chosen, len(lines), tuple(applied), normalised)


def _chosen(text: str) -> tuple[bool, list[str]]:
    """Return whether there are signal lines, and all of them stripped; without any, the last lines not blank."""
    lines = text.splitlines()
    signals = [line.strip() for line in lines if SIGNAL.search(line)]
    if signals:
        return True, signals
    return False, [line.strip() for line in lines if line.strip()][-TAIL_LINES:]


def _applied(step: Step, text: str) -> Applied:
    tokens = (Replacement(match[0], _became(step, match)) for match in step.pattern.finditer(text))
    return Applied(step.name, step.rule, tuple(token for token in tokens if token.found != token.became))


def _became(step: Step, match: re.Match[str]) -> str:
    return match.expand(step.becomes) if isinstance(step.becomes, str) else step.becomes(match)


def _digest(normalised: str) -> str:
    # SHA-1 names the failure, it protects nothing; surrogates cannot be UTF-8, yet a loop can write them
    return hashlib.sha1(normalised.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:DIGITS]
