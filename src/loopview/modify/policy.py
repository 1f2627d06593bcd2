"""What an edit may touch and what its content must be, from the operator's own configuration only.

Two answers: problems, for which nothing of an edit is taken, and risks, which are shown with it. A policy has a
version, a hash of everything that it goes by; a confirmation holds for one version.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Protocol

from loopview.domain.approval import FileDelta, sha256_of
from loopview.domain.edit import Risk
from loopview.modify.paths import NEVER, covers, parents, path_problem, same_name
from loopview.modify.protected import KINDS, SHADOWED, why_protected
from loopview.modify.python_risk import REACHES
from loopview.modify.reply import LIMITS, Limits
from loopview.modify.risk import risks
from loopview.modify.soundness import problems
from loopview.modify.withheld import WITHHELD, readable
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loopview.config import Settings
    from loopview.domain.change import Change

RULES = 1  #: counted up when a rule changes that is not data
MODES = frozenset({"100644", "100755"})
_OTHERS = {"120000": "a symbolic link", "160000": "a submodule", "040000": "a directory"}


class Placed(Protocol):
    """What a policy asks of an entry of the base tree."""

    @property
    def mode(self) -> str:
        """Git's mode, six digits."""


class Checked(NamedTuple):
    """What a policy says of an edit."""

    problems: tuple[str, ...]  #: plain sentences; with any, nothing of the edit is taken
    risks: tuple[Risk, ...]

    @property
    def protected(self) -> tuple[str, ...]:
        """Paths that have to be confirmed one by one, sorted."""
        return tuple(sorted({risk.path for risk in self.risks if risk.protected}))


class Policy(NamedTuple):
    """The operator's rules. The built-in ones are part of the program and of the version."""

    allowed: tuple[str, ...] = ()  #: globs; empty: every path that has no problem of its own
    guarded: tuple[str, ...] = ()  #: globs of paths that are protected beside the built-in ones
    most_files: int = 20
    most_lines: int = 2000  #: added and removed, together
    limits: Limits = LIMITS

    @classmethod
    def from_settings(cls, settings: Settings) -> Policy:
        """The policy that the user's configuration describes; the watched repository has no say in it."""
        return cls(
            tuple(settings.allowed_paths),
            tuple(settings.protected_paths),
            settings.most_files,
            settings.most_lines,
            LIMITS._replace(files=settings.most_files),
        )

    @property
    def version(self) -> str:
        """SHA-256 of everything that the policy goes by, 64 hex digits."""
        built_in = [RULES, KINDS, sorted(SHADOWED), WITHHELD, REACHES, NEVER]
        return sha256_of([*self[:-1], tuple(self.limits), built_in])

    def protected(self, path: str) -> str:
        """Why a path is changed only when it is confirmed by itself; empty when it is not protected."""
        return why_protected(path, self.guarded)

    def readable(self, path: str) -> bool:
        """Whether what a path holds may stand in a prompt."""
        return readable(path)

    def judge_paths(
        self, paths: Sequence[str], base: Mapping[str, Placed], targets: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Why these paths may not be changed together, a sentence for each reason.

        ``base`` is the whole base tree by path; ``targets`` are the files that the start was confirmed for, none
        meaning any.
        """
        return tuple(self._judged(paths, _Tree(base), targets))

    def check(
        self,
        changes: Sequence[Change],
        base: Mapping[str, Placed],
        contents: Mapping[str, bytes | None],
        targets: Sequence[str] = (),
    ) -> Checked:
        """Judge an edit: its paths, modes, bytes and size, and what is worth a look in it.

        ``contents`` are the base's bytes of the changed paths. Lines are counted without moves here;
        `judge_deltas` counts them as the diff does.
        """
        paths = [change.path for change in changes]
        wrong = list(self._judged(paths, _Tree(base), targets))
        wrong += self._sizes(changes, contents)
        if wrong:
            return Checked(tuple(wrong), ())
        for change in changes:
            old = contents.get(change.path)
            reasons = _of_a_change(change, old, self.limits.file_bytes)
            wrong += [f"{plain(change.path)} {why}" for why in reasons]
        if wrong:
            return Checked(tuple(wrong), ())
        found = chain.from_iterable(
            _risks(change, contents.get(change.path), base, self.guarded) for change in changes
        )
        return Checked((), tuple(found))

    def judge_deltas(self, files: Sequence[FileDelta]) -> tuple[str, ...]:
        """Why a candidate may not be: modes that an edit may not make, and more lines than it may change."""
        wrong = [
            f"{plain(delta.path)} would change its mode from {delta.old_mode or 'nothing'} to {delta.new_mode}"
            for delta in files
            if delta.new_mode and delta.new_mode != (delta.old_mode if delta.old_mode in MODES else "100644")
        ]
        return (*wrong, *self._too_many(sum(delta.added + delta.removed for delta in files)))

    def _judged(self, paths: Sequence[str], tree: _Tree, targets: Sequence[str]) -> Iterator[str]:
        if not paths:
            yield "the edit changes nothing"
        if len(paths) > self.most_files:
            yield f"the edit touches {len(paths)} files, at most {self.most_files} may be"
            return
        for path in paths:
            why = path_problem(path) or self._outside(path, targets) or tree.against(path)
            if why:
                yield f"{plain(path, limit=120)} {why}"
        yield from _among(paths)

    def _outside(self, path: str, targets: Sequence[str]) -> str:
        if targets and not any(path == target or path.startswith(target.rstrip("/") + "/") for target in targets):
            return "is none of the files that this was started for"
        if self.allowed and not any(covers(glob, path) for glob in self.allowed):
            return "is outside the allowed_paths of your configuration"
        return ""

    def _sizes(self, changes: Sequence[Change], contents: Mapping[str, bytes | None]) -> Iterator[str]:
        total = sum(len(change.content or b"") for change in changes)
        if total > self.limits.total_bytes:
            yield f"the edit holds more than {self.limits.total_bytes:,} bytes"
            return
        yield from self._too_many(sum(_lines(change.content, contents.get(change.path)) for change in changes))

    def _too_many(self, lines: int) -> Iterator[str]:
        if lines > self.most_lines:
            yield f"the edit changes {lines:,} lines, at most {self.most_lines:,} may be"


class _Tree:
    """The base tree, by every writing of its paths."""

    def __init__(self, base: Mapping[str, Placed]) -> None:
        self._base = base
        self._folders = set(chain.from_iterable(parents(path) for path in base))
        self._writings: dict[str, str] = {}
        for path in chain(base, self._folders):
            self._writings[same_name(path)] = path

    def against(self, path: str) -> str:
        """What in the tree stands against a path, in words; empty when nothing does."""
        for place in (*parents(path), path):
            known = self._writings.get(same_name(place), place)
            if known != place and place not in self._base and place not in self._folders:
                return f"is another writing of {plain(known, limit=120)}"
            entry = self._base.get(place)
            if entry is not None and (place != path or entry.mode not in MODES):
                what = _OTHERS.get(entry.mode, "a file" if entry.mode in MODES else "neither file nor directory")
                return f"is {what}" if place == path else f"lies below {plain(place, limit=120)}, which is {what}"
        return "is a directory" if path in self._folders else ""


def _among(paths: Sequence[str]) -> Iterator[str]:
    """Paths of one edit that cannot be together."""
    written = Counter(same_name(path) for path in paths)
    for path in paths:
        if written[same_name(path)] > 1:
            yield f"{plain(path, limit=120)} is named twice"
        elif any(written[same_name(above)] for above in parents(path)):
            yield f"{plain(path, limit=120)} lies below another file of the edit"


def _of_a_change(change: Change, old: bytes | None, most_bytes: int) -> Iterator[str]:
    if change.content == old:
        yield "is not there" if old is None else "stays as it is"
    elif change.content is not None:
        yield from problems(change.path, change.content, old, most_bytes)
    else:
        yield from (why for why in problems(change.path, b"", old, most_bytes) if "UTF-8" in why)


def _risks(change: Change, old: bytes | None, base: Mapping[str, Placed], guarded: Sequence[str]) -> Iterator[Risk]:
    yield from risks(change.path, change.content, old, guarded)
    if not readable(change.path):
        yield Risk("secret", change.path, "files of this name usually hold secrets", protected=True)
    entry = base.get(change.path)
    if entry is not None and entry.mode == "100755":
        yield Risk("executable", change.path, "the file can be run as a program")


def _lines(new: bytes | None, old: bytes | None) -> int:
    """Lines added and removed, moves not counted."""
    after, before = Counter((new or b"").splitlines()), Counter((old or b"").splitlines())
    return sum((after - before).values()) + sum((before - after).values())
