from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.columns import ATTEMPTS, CYCLES, DEEP_TRIAGE, FAMILIES, TRIAGE
from loopview.domain.line import BLANK, Row, read_line
from loopview.domain.records import Line, Reject

TEN = datetime.fromisoformat("2026-06-24T10:00:00")  # naive, as the store keeps it


def read(text, family=CYCLES):
    return read_line(family, Line(40, 7, text if isinstance(text, bytes) else text.encode()))


def field(name, literal, family=CYCLES):
    row = read(f'{{"{name}": {literal}}}', family)
    column = next(one.name for one in family.columns if name in one.sources)
    return row.values[column], bool(row.drift)


@pytest.mark.parametrize(
    ("literal", "value", "drifted"),
    [
        ("7", 7, False), ("7.0", 7, False), ('"7"', 7, False), ('" 7.0 "', 7, False), ("-0", 0, False), ("1e3", 1000, False),
        ("7.5", None, True), ('"7.5"', None, True), ("true", None, True), ('"seven"', None, True), ("[7]", None, True),
        ("9223372036854775807", 2**63 - 1, False), ("9223372036854775808", None, True), ('"1_0"', None, True),
        ("NaN", None, True), ("1e400", None, True), ('""', None, False), ("null", None, False), ("9" * 5000, None, True),
    ],
)  # fmt: skip
def test_whole_numbers(literal, value, drifted):
    assert field("cycle", literal) == (value, drifted)


@pytest.mark.parametrize(
    ("literal", "value", "drifted"),
    [
        ("7.5", 7.5, False), ("7", 7.0, False), ('"7.5"', 7.5, False), ('"1e2"', 100.0, False), ("-1", -1.0, False),
        ("NaN", None, True), ("Infinity", None, True), ("-Infinity", None, True), ("1e400", None, True), ('"nan"', None, True),
        ('"inf"', None, True), ('"1_0"', None, True), ('"\u0663"', None, True), ("false", None, True), ('"1 min"', None, True),
        ("9" * 400, None, True), ('" "', None, False), ("null", None, False),
    ],
)  # fmt: skip
def test_numbers(literal, value, drifted):
    assert field("duration", literal) == (value, drifted)


@pytest.mark.parametrize(
    ("literal", "value", "drifted"),
    [
        ("true", True, False), ("false", False, False), ('"true"', True, False), ('"false"', False, False), ("1", True, False),
        ("0", False, False), ("2", None, True), ('"yes"', None, True), ('"TRUE"', None, True), ("[]", None, True),
        ('""', None, False), ("null", None, False),
    ],
)  # fmt: skip
def test_truths(literal, value, drifted):
    assert field("success", literal) == (value, drifted)


@pytest.mark.parametrize(
    ("literal", "value", "drifted"),
    [
        ('"2026-06-24T12:00:00+02:00"', TEN, False), ("1782295200", TEN, False),
        ("1782295200000", TEN, False), ('"soon"', None, True), ("true", None, True), ('""', None, False),
    ],
)  # fmt: skip
def test_times_are_naive_utc(literal, value, drifted):
    assert field("timestamp", literal) == (value, drifted)


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"x"', "x"), ('""', ""), ("5", "5"), ("5.50", "5.5"), ("true", "true"), ('{"a": [1, "\u00e9"]}', '{"a":[1,"\u00e9"]}'),
        ("[1, 2]", "[1,2]"), ("1e400", "1e400"), ("NaN", "NaN"), ('"a\\u0000b"', "a\0b"), ("1e20", "1e+20"), ("null", None),
    ],
)  # fmt: skip
def test_text_is_any_value(literal, value):
    assert field("issue", literal) == (value, False)


def test_json_columns_keep_their_value():
    assert field("issues_created", '[1, {"n": "\u00e9"}]', DEEP_TRIAGE) == ('[1,{"n":"\u00e9"}]', False)
    assert field("issues_created", '"x"', DEEP_TRIAGE) == ('"x"', False)


def test_the_first_key_with_a_value_and_the_first_of_two_equal_keys_count():
    assert read('{"ts": "2026-06-24", "timestamp": null}', TRIAGE).values["ts"] == TEN.replace(hour=0)
    assert read('{"cycle": 1, "cycle": 2}').values["cycle"] == 1


def test_unknown_keys_and_the_raw_object_are_kept():
    row = read('{"cycle": 1, "mood": "good"}')
    assert row.extra == ("mood",)
    assert row.raw == {"cycle": 1, "mood": "good"}
    assert row.place == Line(40, 7, b'{"cycle": 1, "mood": "good"}')


def test_bad_bytes_are_repaired_and_said_to_be():
    row = read(b'{"cycle": 1, "reason": "a\xffb", "notes": "\\ud800x", "epoch": "ok"}')
    assert (row.values["reason"], row.values["notes"], row.values["epoch"]) == ("a\ufffdb", "\ufffdx", "ok")
    assert row.drift == ("reason", "notes")


@pytest.mark.parametrize(
    "text", [b'\xef\xbb\xbf{"cycle": 1}', b'{"cycle": 1}\r', b' \t{"cycle": 1} ', b'{"cycle":\n1}']
)
def test_marks_and_white_space_around_do_not_matter(text):
    assert read(text).values["cycle"] == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", BLANK),
        (b" \t\r", BLANK),
        (b"[1]", "not an object but a list"),
        (b"5", "not an object but a number"),
        (b"null", "not an object but null"),
        (b'{"a":1}{"b":2}', "more than one value in one line: the second begins at column 8"),
        (b'{"a":1', "not JSON: expecting ',' delimiter at column 7"),
        (b"<<<<<<< HEAD", "not JSON: expecting value at column 1"),
        (b'{"a":1,}', "not JSON: expecting property name enclosed in double quotes at column 8"),
        (b"\0\0", "not JSON: expecting value at column 1"),
        (b"[" * 200_000, "nested too deeply to be read"),
        (b'{"a":' * 200_000, "nested too deeply to be read"),
    ],
)
def test_rejects_say_why(text, why):
    reject = read(text)
    assert isinstance(reject, Reject)
    assert (reject.offset, reject.number, reject.length) == (40, 7, len(text))
    assert reject.why.lower() == why.lower()
    assert len(reject.sample) <= 200


@given(st.sampled_from(sorted(FAMILIES)), st.binary(max_size=60))
def test_any_bytes_give_a_row_or_a_reject(name, text):
    assert isinstance(read(text, FAMILIES[name]), Row | Reject)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["1e5", "7", "true"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
KINDS = {"text": str, "json": str, "int": int, "number": float, "bool": bool, "time": datetime}


@given(st.data())
def test_any_object_gives_a_row_of_the_right_types(data):
    family = data.draw(st.sampled_from([CYCLES, ATTEMPTS, DEEP_TRIAGE]))
    keys = sorted(key for column in family.columns for key in column.sources)
    found = data.draw(st.dictionaries(st.sampled_from(keys), VALUES))
    row = read(json.dumps(found), family)
    assert isinstance(row, Row)
    for column in family.columns:
        value = row.values[column.name]
        assert value is None or type(value) is KINDS[column.kind]
        if isinstance(value, str):
            value.encode("utf-8")  # the store takes it
