"""How an alert reaches an operator who is elsewhere: a command of the operator's own, and apprise.

Both come from the user's own settings, never from the watched repository. What a loop wrote is made safe: it is
never a word of the command, and a value that holds it cannot be taken for an option. A failure is said and changes
nothing.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from loopview.text import plain

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator

    from loopview.config import Settings
    from loopview.engine.alerts import Told

VARIABLE = "LOOPVIEW_ALERT_"
LONGEST_VALUE = 500  #: cells
MOST_SUBJECTS = 16  #: of one alert that a command is told
LONGEST_SUBJECT = 120  #: characters
LONGEST_SENTENCE = 600  #: characters
_OPTION = re.compile(r"(^|\s)-(?=\S)")


def call(
    told: Iterable[Told], root: str, settings: Settings, ending: threading.Event | None = None
) -> tuple[str, ...]:
    """Deliver what is not held back; return a sentence for each road that failed. Never raises.

    Once ``ending`` is set nothing more is begun, and a command that runs has two seconds left.
    """
    problems = [
        problem
        for each in told
        if not each.held and not (ending is not None and ending.is_set())
        for problem in _deliver(each, root, settings, ending)
    ]
    return tuple(dict.fromkeys(problems))


def variables(told: Told, root: str) -> dict[str, str]:
    """Return the facts as a command finds them in its environment."""
    alert = told.alert
    values = {
        "TOPIC": alert.topic,
        "KIND": alert.kind,
        "SENTENCE": alert.sentence,
        "SUBJECTS": ", ".join(alert.subjects),
        "URGENT": "1" if alert.urgent else "0",
        "TIME": _stamp(told),
        "LOOP": root,
    }
    return {VARIABLE + name: safe_value(value) for name, value in values.items()}


def document(told: Told, root: str) -> bytes:
    """Return the facts as the JSON that a command reads on its standard input."""
    alert = told.alert
    facts = {
        **alert._asdict(),
        "schema": 1,
        "sentence": alert.sentence[:LONGEST_SENTENCE],
        "subjects": [subject[:LONGEST_SUBJECT] for subject in alert.subjects[:MOST_SUBJECTS]],
        "subjects_in_all": len(alert.subjects),
        "time": _stamp(told),
        "loop": root,
    }
    return json.dumps(facts).encode() + b"\n"


def safe_value(text: str) -> str:
    """Return a text without control characters, and without an option: a dash that leads a word becomes U+2010."""
    return _OPTION.sub("\\1\u2010", plain(text, limit=LONGEST_VALUE))


def _deliver(told: Told, root: str, settings: Settings, ending: threading.Event | None) -> Iterator[str]:
    if settings.alert_command:
        from loopview.guarded.own_command import run_command

        problem = run_command(
            settings.alert_command, variables(told, root), document(told, root), settings.alert_seconds, ending
        )
        if problem:
            yield f"alert_command: {problem}"
    if settings.alert_urls:
        from loopview.guarded.notifier import send_notice

        problem = send_notice(settings.alert_urls, f"loopview: {_project(root)}", plain(told.alert.sentence))
        if problem:
            yield problem


def _stamp(told: Told) -> str:
    return told.time.isoformat(timespec="seconds").replace("+00:00", "Z")


def _project(root: str) -> str:
    return plain(root.rstrip("/").rpartition("/")[2] or root, limit=60)
