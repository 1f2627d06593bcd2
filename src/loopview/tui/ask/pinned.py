"""Pins as the console shows them: each run again as the store moves on, held against its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from loopview.engine.pins import Pin
    from loopview.store.result import Result
    from loopview.tui.ask.desk import Desk

MOST_CELLS = 4
"""Columns of the first row that a tile shows."""
REMEMBERED = 40
"""Refreshes that the sparkline shows."""


class Tile(NamedTuple):
    """One pin after one refresh."""

    name: str
    sql: str  #: what runs, for the Ask screen
    cells: tuple[tuple[str, str], ...] = ()  #: column and value of the first row; foreign text
    rows: int = 0
    number: float | None = None  #: what the sparkline shows
    holds: bool | None = None  #: whether the threshold holds; None = it has none
    says: str = ""  #: why it does not hold, or what went wrong
    failed: bool = False  #: whether it could not be run


def load_tiles(desk: Desk, root: str, environ: Mapping[str, str], now: datetime) -> tuple[Tile, ...]:
    """Run every pin; called in a worker. What goes wrong with one is said on its tile."""
    from loopview.engine.pins import PinError, load_pins

    try:
        pins = load_pins(environ)
    except PinError as problem:
        return (Tile("pins", "", says=str(problem), failed=True),)
    texts = _questions(pins, root, environ)
    return tuple(_tile(desk, pin, texts.get(pin.name, pin.sql), now) for pin in pins)


def keep_pin(environ: Mapping[str, str], wanted: tuple[str, str], question: str, sql: str, now: datetime) -> str:
    """Keep a pin under a name with a threshold; return one sentence: that it is kept, or why not."""
    from loopview.engine.pins import Pin, PinError, add_pin, parse_threshold
    from loopview.tui.ask.parameters import standing_alone

    name, threshold = wanted
    try:
        held = parse_threshold(threshold) if threshold else None
        add_pin(environ, Pin(name, question, "" if question else standing_alone(sql, now), (), held))
    except PinError as problem:
        return str(problem)
    return f"{name} is on the Dash; `loopview check {name}` checks it" if held else f"{name} is on the Dash"


def drop_pin(environ: Mapping[str, str], name: str) -> str:
    """Forget a pin; return one sentence."""
    from loopview.engine.pins import PinError, remove_pin

    try:
        remove_pin(environ, name)
    except PinError as problem:
        return str(problem)
    return f"{name} is no longer pinned"


def _questions(pins: tuple[Pin, ...], root: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the SQL of the pins that name a question, headed by their values."""
    if not any(pin.question for pin in pins):
        return {}
    from loopview.engine.questions import known

    by_name = {it.name: it.question for it in known(root, environ) if it.question is not None and not it.problem}
    texts = {}
    for pin in pins:
        question = by_name.get(pin.question)
        if question is not None:
            given = dict(pin.parameters)
            values = [f"{it.name} {it.type} = {given.get(it.name, it.default)}" for it in question.parameters]
            texts[pin.name] = (f"-- parameters: {', '.join(values)}\n" if values else "") + question.sql
    return texts


def _tile(desk: Desk, pin: Pin, sql: str, now: datetime) -> Tile:
    if not sql:
        return Tile(pin.name, "", says=f"there is no question {pin.question}", failed=True)
    outcome = desk.run(sql, now)
    if outcome.result is None:
        return Tile(
            pin.name, sql, says=outcome.problem, failed=True, holds=None if pin.threshold is None else False
        )
    return _judged(pin, sql, outcome.result)


def _judged(pin: Pin, sql: str, result: Result) -> Tile:
    from loopview.engine.pins import PinError, judge

    first = result.page(0, 1)
    cells = tuple(
        (column.name, "null" if value is None else value[:80])
        for column, value in list(zip(result.columns, first[0], strict=True))[:MOST_CELLS]
    ) if first else ()  # fmt: skip
    if pin.threshold is None:
        return Tile(pin.name, sql, cells, result.total, _first_number(result))
    try:
        checked = judge(pin, result)
    except PinError as problem:
        return Tile(pin.name, sql, cells, result.total, says=str(problem), failed=True, holds=False)
    return Tile(pin.name, sql, cells, result.total, checked.value, checked.holds, checked.why)


def _first_number(result: Result) -> float | None:
    """Return the first number of the first row; without one, how many rows there are."""
    for index, column in enumerate(result.columns):
        if column.kind == "number":
            found = result.numbers(index, 1)
            return found[0] if found else None
    return float(result.total)
