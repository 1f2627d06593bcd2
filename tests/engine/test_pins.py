"""Pins: kept whole or not at all, and thresholds that hold or do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loopview.config import Settings
from loopview.engine.asking import asking
from loopview.engine.pins import (
    MOST,
    Pin,
    PinError,
    Threshold,
    add_pin,
    judge,
    load_pins,
    parse_threshold,
    pins_file,
    remove_pin,
)

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ok_rate >= 0.8", ("ok_rate", ">=", 0.8)),
        ("rows=0", ("rows", "=", 0)),
        ("value < -1.5e3", ("", "<", -1500)),
        ("> 3", ("", ">", 3)),
        ("a b == 1", ("a b", "=", 1)),
        ("x != 2", ("x", "!=", 2)),
        ("lines <= 12345678", ("lines", "<=", 12345678)),
        ("share > 0.123456789", ("share", ">", 0.123456789)),
        ("x < 1e22", ("x", "<", 1e22)),
    ],
)
def test_a_threshold_is_read(text: str, wanted: tuple[str, str, float]) -> None:
    assert parse_threshold(text) == Threshold(*wanted)
    assert parse_threshold(str(parse_threshold(text))) == Threshold(*wanted)


@pytest.mark.parametrize(
    "text", ["", "ok", "ok >", "ok ~ 1", "1 < ok", "ok > one", "ok > 1; drop", "ok >>> 1", "ok =! 1"]
)
def test_what_is_no_threshold_is_said(text: str) -> None:
    with pytest.raises(PinError, match="COLUMN OP NUMBER"):
        parse_threshold(text)


def test_a_number_that_could_not_be_read_back_is_refused() -> None:
    with pytest.raises(PinError, match="too large"):
        parse_threshold("n < 1e999")


def test_pins_are_kept_in_order_and_removed(environ: dict[str, str]) -> None:
    assert load_pins(environ) == ()
    pins = (
        Pin("rate", sql="select 1 as n", threshold=Threshold("n", ">=", 0.5)),
        Pin("stalls", question="stalls", parameters=(("k", "4"),)),
    )
    for pin in pins:
        add_pin(environ, pin)
    assert load_pins(environ) == pins
    with pytest.raises(PinError, match="already"):
        add_pin(environ, pins[0])
    with pytest.raises(PinError, match="no name"):
        add_pin(environ, Pin("../x", sql="select 1"))
    remove_pin(environ, "rate")
    assert load_pins(environ) == pins[1:]
    with pytest.raises(PinError, match="no pin"):
        remove_pin(environ, "rate")
    assert [path.name for path in Path(pins_file(environ)).parent.iterdir()] == ["pins.json"]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"pins": 1}', '{"pins": [1]}', '{"pins": [{"name": "a"}]}', "[" * 100_000]
)
def test_a_broken_file_is_said_and_left_alone(environ: dict[str, str], content: str) -> None:
    path = Path(pins_file(environ))
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with pytest.raises(PinError, match=r"pins\.json"):
        load_pins(environ)
    with pytest.raises(PinError):
        add_pin(environ, Pin("a", sql="select 1"))
    assert path.read_text() == content


def test_there_is_an_end_to_pins(environ: dict[str, str]) -> None:
    path = Path(pins_file(environ))
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"pins": [{"name": f"p{n}", "sql": "select 1"} for n in range(MOST)]}))
    with pytest.raises(PinError, match="100 pins"):
        add_pin(environ, Pin("more", sql="select 1"))


def test_thresholds_are_held_against_the_first_row(tmp_path: Path, environ: dict[str, str]) -> None:
    def checked(sql: str, threshold: str) -> tuple[bool, float | None]:
        pin = Pin("p", sql=sql, threshold=parse_threshold(threshold))
        found = judge(pin, pin.run(loop))
        return found.holds, found.value

    with asking(str(REPOSITORY), Settings(cache_dir=str(tmp_path / "c")), environ) as loop:
        assert checked("select 0.5 as Rate, 2 as n", "rate >= 0.5") == (True, 0.5)
        assert checked("select 0.5 as rate, 2 as n", "value > 0.5") == (False, 0.5)
        assert checked("select * from range(3)", "rows = 3") == (True, 3)
        assert checked("from cycles limit 0", "rows = 0") == (True, 0)
        assert checked("from cycles limit 0", "cycle > 0") == (False, None)
        assert checked("select null as n", "n < 1") == (False, None)
        assert checked("select 'nan'::double as n", "n < 1") == (False, None)
        assert checked("select 'x' as n", "n < 1") == (False, None)
        assert checked("select * from range(200000)", "rows = 100000") == (False, 100_001)
        assert checked("select * from range(200000)", "rows > 100000") == (True, 100_001)
        assert checked("select * from range(200000)", "rows < 150000") == (False, None)
        with pytest.raises(PinError, match="it has: n"):
            checked("select 1 as n", "m > 1")
        pin = Pin("p", question="stalls", parameters=(("k", "3"),), threshold=parse_threshold("rows = 0"))
        assert not judge(pin, pin.run(loop)).holds
        with pytest.raises(PinError, match="no threshold"):
            judge(pin._replace(threshold=None), pin.run(loop))
        pin = Pin("p", sql="select 1234567 as n", threshold=parse_threshold("n < 1234568"))
        assert judge(pin, pin.run(loop)).why == "n is 1234567, wanted n < 1234568"
