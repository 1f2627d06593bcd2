"""Which calls of a function pass the gate: by its name, and where that is not enough by its arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from loopview.store import admitted

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SPAN = 10_000  #: values of a list made by range()
SHORT = 500  #: characters that functions of quadratic time take
WIDEST = 3  #: digits of a width in a format
LONG_NUMBER = 20  #: digits
LARGEST_FRAME = 1_000  #: rows before and after, where each frame is computed anew

_WIDE = re.compile(rf"[0-9]{{{WIDEST + 1},}}|\*|\{{[^}}]*\{{")


def check_function(node: dict[str, Any], *, in_from: bool) -> Iterator[str]:
    """Give why a call (a node of the parsed tree) is refused: nothing, or one sentence or more."""
    path = node.get("qualified_name", {}).get("path") or [node.get("function_name", "")]
    name = str(path[-1]).lower()
    if in_from:  # looked up where the source of rows is
        return
    if name not in admitted.FUNCTIONS:
        yield _unknown(name)
        return
    arguments = [argument.get("expression", {}) for argument in node.get("arguments", ())]
    if len(path) > 1 and (
        name in admitted.LITERAL_SIZES or name in admitted.SHORT_TEXTS or name in admitted.PATTERNS
    ):
        yield f"write {name}(value, …), not value.{name}(…)"
        return
    if node.get("class") == "WINDOW":
        yield from _window(node, name)
    else:
        yield from _arguments(name, arguments)


def _unknown(name: str) -> str:
    where = admitted.DOORS.get(name)
    if where:
        return f"{name}() leads to {where}, and only ingested data can be asked"
    return f"{name}() is not among the functions that may be used"


def _arguments(name: str, arguments: list[dict[str, Any]]) -> Iterator[str]:
    if name in admitted.LITERAL_SIZES:
        yield from _size_written_out(name, arguments)
    elif name in admitted.SHORT_TEXTS and not all(map(_is_short, arguments)):
        yield f"{name}() takes time with the product of two lengths: give it left(…, {SHORT}) of both"
    elif name in admitted.PATTERNS and not all(map(_is_given, arguments[1:2])):
        yield f"the pattern of {name}() has to be written out"
    elif name in {"printf", "format"} and _WIDE.search(_text(arguments[:1]) or "*"):
        yield f"the format of {name}() has to be written out, with widths of {WIDEST} digits at most"
    elif name in admitted.BY_NAME and (_text(arguments[1:2]) or "").lower() not in admitted.AGGREGATES:
        yield f"the aggregate that {name}() uses has to be written out"
    elif name in admitted.SPANS and not _is_small_span(arguments):
        yield f"{name}() of more than {LONGEST_SPAN:,} values, or of values not written out, may only stand in FROM"


def _size_written_out(name: str, arguments: list[dict[str, Any]]) -> Iterator[str]:
    place, most = admitted.LITERAL_SIZES[name]
    length = _number(arguments[place]) if len(arguments) > place else 0
    if name == "repeat" and not all(map(_is_given, arguments[:1])):
        yield "the text that repeat() repeats has to be written out"
    elif length is None or length > most:
        yield f"the length that {name}() makes has to be written as a number, {most:,} at most"


def _window(node: dict[str, Any], name: str) -> Iterator[str]:
    if name not in admitted.WHOLE_PARTITION and not node.get("distinct"):
        return
    whole = not node.get("orders") and not _frame(node)
    if not (whole or _is_small_frame(node)):
        yield (
            f"{name}() over a moving window is computed anew for every row: leave the ORDER BY of the window out,"
            f" or bound it to {LARGEST_FRAME:,} rows"
        )


def _frame(node: dict[str, Any]) -> bool:
    return "start_expr" in node or "end_expr" in node


def _is_small_frame(node: dict[str, Any]) -> bool:
    start, end = str(node.get("start", "")), str(node.get("end", ""))
    if not (start.endswith("_ROWS") and end.endswith("_ROWS")):
        return False
    return all(
        side == "CURRENT_ROW_ROWS" or 0 <= _size(node.get(f"{key}_expr", {})) <= LARGEST_FRAME
        for key, side in (("start", start), ("end", end))
    )


def _size(node: dict[str, Any]) -> int:
    number = _number(node)
    return LARGEST_FRAME + 1 if number is None else number


def _is_short(node: dict[str, Any]) -> bool:
    if node.get("class") in {"CONSTANT", "PARAMETER"}:
        return True
    names = {"left": 1, "substr": 2, "substring": 2}
    place = names.get(str(node.get("function_name", "")).lower())
    arguments = [argument.get("expression", {}) for argument in node.get("arguments", ())]
    if place is None:
        return str(node.get("function_name", "")).lower() in {"lower", "upper", "trim"} and all(
            map(_is_short, arguments)
        )
    number = _number(arguments[place]) if len(arguments) > place else None
    return number is not None and 0 <= number <= SHORT


def _is_given(node: dict[str, Any]) -> bool:
    return node.get("class") in {"CONSTANT", "PARAMETER"}


def _is_small_span(arguments: list[dict[str, Any]]) -> bool:
    numbers = [_number(argument) for argument in arguments]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or not known:
        return False
    start, stop = (0, known[0]) if len(known) == 1 else (known[0], known[1])
    step = known[2] if len(known) > 2 else 1  # noqa: PLR2004 - start, stop, step
    return step != 0 and abs((stop - start) // step) <= LONGEST_SPAN


def _number(node: dict[str, Any]) -> int | None:
    """Return the whole number that is written there, or None."""
    if node.get("class") == "FUNCTION" and node.get("function_name") == "-" and len(node.get("arguments", ())) == 1:
        inner = _number(node["arguments"][0].get("expression", {}))
        return None if inner is None else -inner
    literal = node.get("literal", {})
    text = str(literal.get("text", ""))
    if (
        node.get("class") == "CONSTANT"
        and literal.get("kind") == "INTEGER"
        and text.lstrip("-").isdigit()
        and len(text) < LONG_NUMBER
    ):
        return int(text)
    return None


def _text(first: list[dict[str, Any]]) -> str | None:
    """Return the text that is written there, or None."""
    literal = first[0].get("literal", {}) if first else {}
    return str(literal.get("text", "")) if literal.get("kind") == "STRING" else None
