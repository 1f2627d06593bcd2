"""The only writer of standard output: lines that are safe for a terminal, and JSON that carries its schema."""

from __future__ import annotations

import sys

from loopview.text import plain

TYPE_CHECKING = False  # typing is not needed to run
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMA = 1


def say(lines: Iterable[str], *, limit: int | None = None) -> None:
    """Write lines, every one through `plain` and, with a limit, in at most so many cells."""
    _write("".join(plain(line, limit=limit) + "\n" for line in lines))


def columns(otherwise: int) -> int:
    """The cells of a line of the terminal that standard output is; ``otherwise`` where it is none."""
    if sys.stdout is None or not sys.stdout.isatty():
        return otherwise
    import os

    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or otherwise
    except OSError:
        return otherwise


def say_json(answer: Mapping[str, object], *, compact: bool = False) -> None:
    """Write one JSON document with its schema number; ``compact`` puts it on one line.

    All that is not printable ASCII is escaped: JSON may be looked at in a terminal, too.
    """
    _write(_document({"schema": SCHEMA, **answer}, None if compact else 2) + "\n")


def say_json_list(answer: Mapping[str, object], key: str, items: Iterable[object]) -> None:
    """Write the document that `say_json` would write with the items as the list at ``key``, one after the other."""
    head, _, tail = _document({"schema": SCHEMA, **answer, key: []}, 2).partition(f'\n  "{key}": []')
    _write(f'{head}\n  "{key}": [')
    before = "\n    "
    for item in items:
        _write(before + _document(item, 2).replace("\n", "\n    "))
        before = ",\n    "
    _write(f"]{tail}\n" if before == "\n    " else f"\n  ]{tail}\n")


def _document(value: object, indent: int | None) -> str:
    import json

    return json.dumps(value, indent=indent, default=_as_text).replace("\x7f", "\\u007f")


def say_raw(text: str) -> None:
    """Write text of our own making as it is: tmux tags, a shell script."""
    _write(text)


def flush() -> None:
    """Push out what is buffered, so that a failure to write is noticed here and not at exit."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _write(text: str) -> None:
    if sys.stdout is None:  # closed by whoever started us
        return
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    except BrokenPipeError:
        raise
    except OSError as error:
        from loopview.cli.exits import Exit, Stop

        raise Stop(Exit.FAILED, f"standard output could not be written: {error.strerror}") from None


def _as_text(value: object) -> str:
    """Moments as ISO 8601 in UTC with a Z; anything else that JSON does not know as its text."""
    from datetime import UTC, datetime

    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat().replace("+00:00", "Z")
    return str(value)
