"""Values read back from JSON: exactly the fields that a value has, each of its kind, or nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loopview.domain.approval import Decision, FileDelta, Proposal, Subject

if TYPE_CHECKING:
    from collections.abc import Callable


_MOST = 1 << 53  #: numbers that every reader of JSON keeps


def proposal_of(value: object) -> Proposal | None:
    """The proposal that was written down; None when it is none."""
    fields = _fields_of(Proposal, value, files=_texts)
    return Proposal(**fields) if fields is not None else None


def subject_of(value: object) -> Subject | None:
    """The subject that was written down; None when it is none."""
    fields = _fields_of(Subject, value, files=_deltas, test_plan=_texts)
    return Subject(**fields) if fields is not None else None


def decision_of(value: object) -> Decision | None:
    """The decision that was written down; None when it is none."""
    fields = _fields_of(Decision, value, protected=_texts)
    return Decision(**fields) if fields is not None else None


def _fields_of(kind: type[Any], value: object, **readers: Callable[[object], Any]) -> dict[str, Any] | None:
    """The fields of a ``kind`` of named tuple in ``value``: texts, unless ``readers`` has another way to read one.

    Those with a default may be missing.
    """
    if not isinstance(value, dict):
        return None
    missing = set(kind._fields) - value.keys() - kind._field_defaults.keys()
    if missing or value.keys() - set(kind._fields):
        return None
    found = {name: readers.get(name, _text)(each) for name, each in value.items()}
    return None if None in found.values() else found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if type(value) is int and abs(value) < _MOST else None


def _texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        return None
    return tuple(value)


def _deltas(value: object) -> tuple[FileDelta, ...] | None:
    if not isinstance(value, list | tuple):
        return None
    found = [_fields_of(FileDelta, each, added=_count, removed=_count) for each in value]
    return None if None in found else tuple(FileDelta(**fields) for fields in found if fields is not None)
