"""The first records of a file: what adapters recognise it by."""

from __future__ import annotations

import json

LOOKED_AT = 20  #: objects


def objects(head: bytes) -> list[dict[str, object]]:
    """Return the first JSON objects among the complete lines of ``head``; junk between them is passed over."""
    found: list[dict[str, object]] = []
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
        if len(found) == LOOKED_AT:
            break
    return found
