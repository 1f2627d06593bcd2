"""What edits, probes and alerts need from this machine and from the operator's settings: what is, and what to do.

Nothing is asked of a model, nothing of the repository runs, and no directory is made.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from loopview.domain.evidence import Tier
from loopview.engine.doctor import Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopview.config import Settings

_KERNEL = "it wants Linux 5.13 or newer with landlock (T2), or unprivileged user namespaces (T3): docs/jail.md"
_WITHOUT = "without it no edit is tested or merged, and probes that run a command are refused; watching needs none"

_PYTHON = frozenset({"python", "python3"})  #: where there is none on the PATH, the one that runs loopview is taken


def jail(settings: Settings) -> Iterator[Check]:
    """Which jail holds here, tried now (about 0.2 seconds), and whether it is as good as the settings ask for."""
    from loopview.guarded.jail import probe

    report = probe()
    wanted = Tier(int(settings.jail_tier[1:]))
    if report.tier >= wanted:
        yield Check("jail", "ok", f"{report.why}: {len(report.held)} ways out were tried")
    elif report.tier >= Tier.CONFINED:
        advice = f"`jail_tier` in your config.toml asks for {wanted.label}; {_KERNEL}"
        yield Check("jail", "note", f"{report.why}, {wanted.label} is wanted", advice)
    elif settings.allow_unconfined:
        yield Check("jail", "note", report.why, "tests run all the same: your config.toml says `allow_unconfined`")
    else:
        yield Check("jail", "note", report.why, f"{_KERNEL}; {_WITHOUT}")


def records(settings: Settings) -> Iterator[Check]:
    """Whether decisions can be kept: only where nobody else could write them."""
    from loopview.guarded.folder import AppendRefused
    from loopview.guarded.private_file import NotThere, private_folder

    path = os.path.join(settings.state_dir, "repositories")
    try:
        with private_folder(path, make=False):
            yield Check("records of edits", "ok", f"{path}, yours alone")
    except NotThere:
        yield Check("records of edits", "ok", f"none yet; they will be in {path}, yours alone")
    except AppendRefused as refusal:
        yield Check("records of edits", "bad", str(refusal), "give it to yourself alone: `chown` and `chmod 700`")


def trust(root: str | None, settings: Settings) -> Iterator[Check]:
    """Whether the repository is trusted: before that nothing of loopview's changes it."""
    from loopview.engine.decisions import DecisionLog
    from loopview.engine.desk.trust import trust_in
    from loopview.sources.discover import is_sample

    if root is None or is_sample(root):
        return
    found = DecisionLog(root, settings.state_dir).read()
    given = trust_in(found.records)
    if found.problem:
        yield Check("trust", "bad", found.problem, "`loopview audit verify` shows where")
    elif given is None:
        yield Check("trust", "ok", "not given yet: watching needs none, and no edit starts (`loopview trust`)")
    else:
        yield Check("trust", "ok", f"given by {given.operator or 'somebody'} at {given.time}")


def identity(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    """Who the author of a published commit would be."""
    from loopview.guarded.identity import own_identity

    found = own_identity(environ, settings.operator)
    if found is not None:
        yield Check("git identity", "ok", f"{found[0]} <{found[1]}>")
        return
    written = f"`operator` is {settings.operator!r}, not `Name <mail>`" if settings.operator else "none"
    advice = (
        "to merge edits: `git config --global user.name` and user.email,"
        ' or `operator = "Name <mail>"` in your config.toml'
    )
    yield Check("git identity", "note", written, advice)


def writer(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    """Which model writes edits, if any; it is not called."""
    from loopview.guarded.model_failure import ModelFailure
    from loopview.guarded.writer import writer_of

    name = settings.edit_model or settings.model
    try:
        backend = writer_of(settings, environ).name.partition("/")[0]
    except ModelFailure as failure:
        yield Check("edit model", "bad", failure.message, failure.advice)
        return
    if backend == "anthropic":
        yield _anthropic(settings, environ)
    elif name:
        yield Check("edit model", "ok", f"{name} at {settings.model_host} (not called)")
    else:
        advice = "`edit_model`, `model` or `anthropic_model` in your config.toml names one"
        yield Check("edit model", "ok", f"none: an edit then begins with a patch of yours; {advice}")


def _anthropic(settings: Settings, environ: Mapping[str, str]) -> Check:
    from loopview.guarded.anthropic import KEY

    name = "edit model"
    if not settings.anthropic_model:
        return Check(name, "note", "anthropic, without a model", "write `anthropic_model` into your config.toml")
    if find_spec("anthropic") is None:
        return Check(name, "note", "anthropic is not installed", "pip install 'loopview[anthropic]'")
    if not environ.get(KEY, "").strip():
        advice = f"set {KEY} in the environment that loopview starts in"
        return Check(name, "note", f"{settings.anthropic_model} of Anthropic, without a key", advice)
    return Check(name, "ok", f"{settings.anthropic_model} of Anthropic (not called)")


def tests(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    """The command that tests a candidate."""
    from loopview.guarded.own_command import find_command

    words = settings.test_command
    name = "tests of edits"
    if not words:
        yield Check(name, "ok", "pytest, beside loopview; `test_command` in your config.toml names another")
    elif os.sep in words[0] and not os.path.isabs(words[0]):
        yield Check(name, "ok", f"{' '.join(words)} (the program is taken from the tree)")
    elif words[0] in _PYTHON or find_command(words[0], environ.get("PATH", "")):
        yield Check(name, "ok", " ".join(words))
    else:
        advice = "name a program that is there in `test_command` of your config.toml"
        yield Check(name, "bad", f"{words[0]}: there is no such program", advice)


def probes(root: str | None, settings: Settings) -> Iterator[Check]:
    """What can be tried here, and what is wrong in how it is configured; nothing is run."""
    from loopview.engine.probes.board import board
    from loopview.sources.discover import is_sample

    if root is None or is_sample(root):
        return
    here = board(root, settings)
    able = sum(row.runnable for row in here.rows)
    found = f"{able} of {len(here.rows)} can run, {here.left} of {here.per_hour} an hour left"
    if not here.per_hour:
        yield Check("probes", "note", found, "`probes_per_hour` in your config.toml is 0: none is run")
    elif here.problems:
        yield Check("probes", "note", found, "; ".join(here.problems))
    else:
        untrusted = [row.name for row in here.rows if not row.trusted]
        advice = f"suggested by the repository, not trusted: {', '.join(untrusted[:8])}" if untrusted else ""
        yield Check("probes", "note" if untrusted else "ok", found, advice)


def alerts(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    """What carries an alert beyond the bell; nothing is sent."""
    from loopview.guarded.own_command import find_command

    words = settings.alert_command
    if words and not find_command(words[0], environ.get("PATH", "")):
        advice = "name a program that is there in `alert_command` of your config.toml"
        yield Check("alerts", "bad", f"{words[0]}: there is no such program", advice)
        return
    if settings.alert_urls and find_spec("apprise") is None:
        yield Check("alerts", "bad", "alert_urls, but apprise is not installed", "pip install 'loopview[apprise]'")
        return
    carried = [words[0]] if words else []
    carried += [f"apprise to {len(settings.alert_urls)}"] if settings.alert_urls else []
    found = "the bell" + "".join(f", {each}" for each in carried)
    yield Check("alerts", "ok", f"{found} (`loopview alerts test` tries it)" if carried else found)
