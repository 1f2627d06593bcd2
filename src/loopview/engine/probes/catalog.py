"""Every probe of a loop: the built-in ones, the user's own, and those that the repository suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.probe_reader import ProbeRefused, own_probe, set_up
from loopview.engine.probes.built_in import built_in
from loopview.engine.probes.suggested import suggestions

if TYPE_CHECKING:
    from loopview.config import Settings
    from loopview.domain.probe import Probe


class Catalog(NamedTuple):
    """The probes in the order of their turns, and what is wrong in what was written down."""

    probes: tuple[Probe, ...]
    problems: tuple[str, ...]  #: sentences, partly foreign

    def find(self, name: str) -> Probe | None:
        """The probe of that name."""
        return next((probe for probe in self.probes if probe.name == name), None)


def catalog(root: str, settings: Settings) -> Catalog:
    """Read them. Never raises and runs nothing; a suggestion never takes the place of a probe that is there."""
    written = {name: dict(fields) for name, fields in settings.probes}
    problems: list[str] = []
    found: dict[str, Probe] = {}
    known = {probe.name: probe for probe in built_in(settings)}
    for name in (*known, *(name for name in written if name not in known)):
        fields = written.get(name, {})
        try:
            probe = set_up(known[name], fields) if name in known else own_probe(name, fields)
        except ProbeRefused as refused:
            problems.append(f"your config.toml: [probes.{name[:40]}] {refused}; it is left out")
            continue
        if probe is not None:
            found[name] = probe
    suggested = suggestions(root)
    taken = {*known, *written}
    for probe in suggested.probes:
        if probe.name in taken:
            problems.append(f"the repository suggests a probe {probe.name}, a name that is taken: it is left out")
        else:
            found[probe.name] = probe
    return Catalog(tuple(found.values()), (*problems, *suggested.problems))
