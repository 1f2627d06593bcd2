"""What this machine, this terminal and this loop offer, and what to do where something is missing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal, NamedTuple

from loopview.guarded.git import GitFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from loopview.config import Settings

TMUX_LINES = (
    'set -as terminal-features ",*:RGB"',
    "set -ga update-environment COLORTERM",
    "set -sg escape-time 10",
    "set -g focus-events on",
)
"""For ``~/.tmux.conf``: true colour, a quick Esc, and a refresh when the pane gets the focus."""

LITTLE_SPACE = 256 * 1024 * 1024  #: bytes; below this a cache may not fit


class Check(NamedTuple):
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "note", "bad"]  #: ``note``: works, but could be better; ``bad``: something will not work
    found: str
    advice: str = ""


def examine(root: str | None, settings: Settings, environ: Mapping[str, str]) -> tuple[Check, ...]:
    """Look at everything; a check that fails itself is a finding, not an error."""
    looks: tuple[Callable[[], Iterator[Check]], ...] = (
        lambda: _terminal(environ),
        _engine,
        lambda: _folder("cache", settings.cache_dir),
        lambda: _folder("state", settings.state_dir),
        lambda: _model(settings),
        lambda: _git(root or os.getcwd()),
        *_ground(root, settings, environ),
        lambda: _loop(root),
    )
    return tuple(check for look in looks for check in _guarded(look))


def _ground(
    root: str | None, settings: Settings, environ: Mapping[str, str]
) -> tuple[Callable[[], Iterator[Check]], ...]:
    """What edits, probes and alerts need."""
    from loopview.engine import edit_ground

    return (
        lambda: edit_ground.identity(settings, environ),
        lambda: edit_ground.jail(settings),
        lambda: edit_ground.writer(settings, environ),
        lambda: edit_ground.tests(settings, environ),
        lambda: edit_ground.records(settings),
        lambda: edit_ground.trust(root, settings),
        lambda: edit_ground.probes(root, settings),
        lambda: edit_ground.alerts(settings, environ),
    )


def _guarded(look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    try:
        yield from look()
    except Exception as error:  # noqa: BLE001 - a doctor reports, whatever it meets
        yield Check("check", "bad", f"{type(error).__name__}: {error}", "please report this")


def _terminal(environ: Mapping[str, str]) -> Iterator[Check]:
    ends = [os.isatty(descriptor) for descriptor in (0, 1)]
    size = os.get_terminal_size(1) if ends[1] else None
    shape = f"{size.columns}×{size.lines}" if size else "no terminal on standard output"
    kind = environ.get("TERM", "")
    yield Check(
        "terminal",
        "ok" if all(ends) else "note",
        f"{shape}, TERM={kind or 'unset'}",
        "" if all(ends) else "the console needs a terminal on both ends; without one it prints the status",
    )
    if environ.get("NO_COLOR"):
        yield Check("colour", "ok", "NO_COLOR is set: glyphs and words carry the meaning")
    elif environ.get("COLORTERM") in {"truecolor", "24bit"}:
        yield Check("colour", "ok", "true colour")
    else:
        yield Check("colour", "note", "256 colours or fewer", "set COLORTERM=truecolor if the terminal has it")
    if environ.get("TMUX"):
        advice = "these lines in ~/.tmux.conf help, unless they are there: " + "; ".join(TMUX_LINES)
        yield Check("tmux", "note", "inside tmux, whose settings are not read", advice)
    else:
        yield Check("tmux", "ok", "not inside tmux")


def _engine() -> Iterator[Check]:
    from importlib.metadata import PackageNotFoundError, version

    yield Check("python", "ok", sys.version.split()[0])
    for package in ("duckdb", "textual", "watchfiles"):
        try:
            yield Check(package, "ok", version(package))
        except PackageNotFoundError:
            yield Check(package, "bad", "not installed", "install loopview again, with its dependencies")


def _folder(name: str, path: str) -> Iterator[Check]:
    """A directory of ours, or the nearest one above it that exists: whether it may be written to, and its space."""
    there = path
    while not os.path.isdir(there) and os.path.dirname(there) != there:
        there = os.path.dirname(there)
    if not os.access(there, os.W_OK | os.X_OK):
        yield Check(name, "bad", f"{path}: {there} may not be written to", f"set {name}_dir in your config.toml")
        return
    space = os.statvfs(there)
    free = space.f_bavail * space.f_frsize
    words = f"{path}, {free // (1024 * 1024)} MiB free"
    little = free < LITTLE_SPACE
    yield Check(name, "note" if little else "ok", words, "make room: the cache may not fit" if little else "")


def _model(settings: Settings) -> Iterator[Check]:
    """Which model is asked for questions in plain words, if any; it is not called."""
    from loopview.guarded.address import parse_address
    from loopview.guarded.model_failure import HostRefused

    if not settings.model:
        yield Check(
            "model", "ok", "none: questions in plain words need `model` in your config.toml; SQL needs none"
        )
        return
    try:
        address = parse_address(settings.model_host)
    except HostRefused as refusal:
        yield Check("model", "bad", refusal.message, refusal.advice)
    else:
        yield Check("model", "ok", f"{settings.model} at {address.url} (not called)")


def _git(place: str) -> Iterator[Check]:
    from loopview.guarded import git
    from loopview.guarded.executable import executable_configuration

    try:
        head = git.head(place)
    except GitFailed as failure:
        yield Check("git", "note", str(failure), "commits and `loopview since` need a git repository")
        return
    yield Check("git", "ok", f"{head.branch or 'detached'}@{head.commit[:12] or 'no commit yet'}")
    names = executable_configuration(place)
    found = f"{len(names)} names that could run a program: {', '.join(names[:12])}" if names else "none"
    advice = "nothing of it runs here; look at it before you trust the repository" if names else ""
    yield Check("executable git configuration", "note" if names else "ok", found, advice)


def _loop(root: str | None) -> Iterator[Check]:
    if root is None:
        yield Check("loop", "bad", "no loop data at or above here", "`loopview record` starts a journal here")
        return
    from loopview.sources.discover import discover, is_sample

    yield Check("loop", "ok", root + (" (the sample: never written to)" if is_sample(root) else ""))
    for source in discover(root):
        yield _source(source.label, source.path)


def _source(label: str, path: str) -> Check:
    try:
        size = os.lstat(path).st_size
    except OSError as error:
        return Check(label, "bad", error.strerror or "unreadable", "look at the file")
    if os.path.islink(path) or not os.path.isfile(path):
        return Check(label, "bad", "not a regular file", "loopview reads regular files only")
    if not os.access(path, os.R_OK):
        return Check(label, "bad", "may not be read", "give yourself read permission")
    return Check(label, "ok", f"{size} bytes{'' if os.access(path, os.W_OK) else ', may not be written to'}")
