"""Trust in a probe that the watched repository suggests: given by a human, to exactly the text that was shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import DIGEST_PREFIX
from loopview.domain.probe import Origin
from loopview.domain.probe_board import text_lines
from loopview.engine.probes.catalog import catalog
from loopview.engine.probes.home import ProbeHome
from loopview.engine.probes.refusals import RunRefused

if TYPE_CHECKING:
    from loopview.config import Settings
    from loopview.domain.probe import Probe


class Trusting(NamedTuple):
    """Who decides, and what was typed."""

    typed: str  #: the beginning of the digest that was shown
    operator: str
    host: str
    tty: str


def suggestion(root: str, settings: Settings, name: str) -> Probe:
    """The suggested probe of that name, as its text is now. Raises `RunRefused`."""
    found = catalog(root, settings).find(name)
    if found is None or found.origin is not Origin.SUGGESTED:
        why = "is your own: it needs no trust" if found else "is suggested by nothing in this repository"
        raise RunRefused("unknown", f"{name} {why}", "`loopview probe list` names what is suggested")
    return found


def trust(root: str, settings: Settings, shown: Probe, who: Trusting) -> None:
    """Let the suggestion run from now on, as long as its text is the one that was ``shown``.

    Raises `RunRefused` when what was typed is not the beginning of its digest or the text is another by now,
    `AppendRefused` and `AppendFailed`.
    """
    _require_writing(settings)
    if len(who.typed) < DIGEST_PREFIX or not shown.digest.startswith(who.typed.lower()):
        raise RunRefused("decision", f"{shown.name} is not trusted: what was typed is not its digest")
    if suggestion(root, settings, shown.name).digest != shown.digest:
        raise RunRefused("decision", f"{shown.name} has another text by now", "look at it again")
    ProbeHome(settings.state_dir, root).trust(_record(shown, who) | {"trusted": True})


def take_back(root: str, settings: Settings, shown: Probe, who: Trusting) -> None:
    """Let it run no longer. Raises `RunRefused`, `AppendRefused` and `AppendFailed`."""
    _require_writing(settings)
    ProbeHome(settings.state_dir, root).trust(_record(shown, who) | {"trusted": False})


def _record(shown: Probe, who: Trusting) -> dict[str, object]:
    return {
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "name": shown.name,
        "digest": shown.digest,
        "text": list(text_lines(shown)),
        **who._asdict(),
    }


def _require_writing(settings: Settings) -> None:
    if settings.read_only:
        raise RunRefused("read-only", "loopview is read-only here", "leave out --read-only")
