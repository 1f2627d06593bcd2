"""What the watched repository suggests to probe: text to be shown, never run before exactly it is trusted."""

from __future__ import annotations

import json
import os
import tomllib
from typing import TYPE_CHECKING, NamedTuple

from loopview.config import LONGEST_FILE, REPOSITORY_FILE
from loopview.domain.probe_reader import ProbeRefused, suggested_probe
from loopview.guarded.regular import NotThere, ReadRefused, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.domain.probe import Probe

KEY = "probe_suggestions"
LABEL = ".loop/probe_suggestions.json"
MOST = 50  #: suggestions that are looked at


class Suggestions(NamedTuple):
    """The probes that a repository suggests, and one sentence for each thing that is none."""

    probes: tuple[Probe, ...]
    problems: tuple[str, ...]


def suggestions(root: str) -> Suggestions:
    """Read what the loop at ``root`` suggests. Never raises; of one name the first text counts."""
    found: dict[str, Probe] = {}
    problems: list[str] = []
    for label, table in _tables(root, problems):
        for place, (name, fields) in enumerate(table.items()):
            if place >= MOST:
                problems.append(f"{label}: more than {MOST} suggestions; the rest is left out")
                break
            try:
                found.setdefault(str(name), suggested_probe(str(name), fields))
            except ProbeRefused as refused:
                problems.append(f"{label}: {str(name)[:40]!r} {refused}")
    return Suggestions(tuple(found.values()), tuple(problems))


def _tables(root: str, problems: list[str]) -> Iterator[tuple[str, dict[str, object]]]:
    if not os.path.isdir(root):
        return
    for label, reader in ((REPOSITORY_FILE, _of_toml), (LABEL, _of_json)):
        try:
            table = reader(read_regular(root, label, LONGEST_FILE))
        except NotThere:
            continue
        except ReadRefused as refused:
            problems.append(f"suggestions are not read from {refused}")
            continue
        except (ValueError, RecursionError):
            problems.append(f"{label}: cannot be read, so that nothing of it is suggested")
            continue
        if isinstance(table, dict):
            yield label, table
        else:
            problems.append(f"{label}: suggestions are a table of NAME = {{command = [...]}}")


def _of_toml(content: bytes) -> object:
    return tomllib.loads(content.decode("utf-8")).get(KEY, {})


def _of_json(content: bytes) -> object:
    return json.loads(content)
