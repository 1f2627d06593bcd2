"""The three roads of a line into a row: plain Python, SQL over given lines, and DuckDB's reader over whole files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from loopview.domain.columns import ATTEMPTS, CYCLES, FAMILIES, TRIAGE, Family
from loopview.domain.line import BLANK, read_line
from loopview.domain.records import Delta, Line, Position, Reject, SourceFile, SourceState
from loopview.store import staging
from loopview.store.database import Store
from loopview.store.schema import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USUAL = {
    "timestamp": "2026-06-24T10:00:00Z",
    "cycle": 7,
    "issue": 231,
    "type": "bug",
    "success": False,
    "duration": 12.5,
    "lines_added": 3,
    "lines_removed": 0,
    "pr": None,
    "reason": "AssertionError: x",
    "epoch": "e1",
}

VALUES = [
    "null", "true", "false", '"true"', '"false"', '"True"', '"yes"', '" true "', '""', '"  "', "0", "1", "-1", "-0", "7.0", "7.5",
    "12.7", "1e3", "1E400", "-1e400", "1e-7", "0.1", "-0.0", "1e22", "1.10", '"7"', '" 7 "', '"7.0"', '"7.5"', '"1e3"', '"1_000"', '"+7"',
    '"0x10"', '"07"', '".5"', '"5."', '"-"', '"1e"', '"inf"', '"nan"', '"NaN"', "NaN", "Infinity", "-Infinity", "nan", "inf", "-inf", "+1", "01", "1.", ".5",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615", "12345678901234567890123", '"9223372036854775807"',
    "9007199254740993", "123456789012345678.0", "1" * 400, "1" * 5000,
    "[]", "[1, 2]", '["a", "b"]', "[[1], [2]]", "[1.10, 1e3]", '["\\u00e9", "\\n", "\\/"]', "{}", '{"a": 1, "a": 2}', '{"b": [1, null]}', '"[1]"', '"{x"', '"[x"', '"~"', '"|"', '"\\\\"',
    '"2026-06-24T10:00:00Z"', '"2026-06-24T10:00:00+02:00"', '"2026-06-24T10:00:00-0330"', '"2026-06-24 10:00:00"', '"2026-06-24T10:00:00.123456Z"',
    '"2026-06-24T10:00:00.1234567Z"', '"2026-06-24T10:00:00.12"', '"2026-06-24"', '"20260624"', '"20260624T100000Z"', '"2026-W26-3"', '"2026-06-24T10:00"', '"2026-06-24T24:00:00Z"',
    '"2026-06-24T10:00:60Z"', '"2026-02-30T10:00:00Z"', '"0000-01-01T00:00:00Z"', '"0001-01-01T00:00:00+02:00"', '"9999-12-31T23:59:59-02:00"', '"202-06-24T10:00:00Z"',
    '"-001-06-24T10:00:00Z"', '" 2026-06-24T10:00:00Z"', '"2026-06-24T10:00:00Z "', '"2026-06-24T10:00:00z"', '"2026-06-24t10:00:00Z"', '"2026-06-24T1:00:00Z"', '"2026- 6-24T10:00:00Z"',
    '"infinity"', '"epoch"', '"now"', '"2026-06-24T10:00:00+99:00"', '"2026-06-24T10:00:00+02:00:30"', '"2026-06-24T10:00:00 UTC"', '"2026-06-24T10:00:00 Europe/Rome"',
    "1782295200", "1782295200000", "1782295200.5", '"1782295200"', '"1782295200000"', "1e30", "-5",
    '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\u0000x"', '"é\u2028\u0085"', '"\U0001f600"', '"a\tb"', '"a\x01b"', '"١٢"', '"\u00a07"', '"a_b"',
]  # fmt: skip

LINES = [
    b"", b" ", b"\t", b"\r", b"not json", b"{", b"}", b"{}", b"[]", b"[1, 2]", b"42", b'"s"', b"null", b"true", b"{}{}", b'{"cycle": 1}{"cycle": 2}', b'{"cycle": 1} {"cycle": 2}',
    b'{"cycle": 1,}', b'{"cycle": 1 , }', b'{"cycle": 1,\t}', b'{"notes": [1,]}', b'{"notes": "a,}"}', b'{"notes": "a, ]"}', b'{"zzz": nan}', b'{"zzz": NaN}', b'{"zzz": [inf]}', b'{"zzz": "nan"}', b'{"a": -Infinity}',
    b'{"cycle": 1, "cycle": 2}', b'{"success": false, "success": true}', b'{"cycle": null, "cycle": 2}', b"{'cycle': 1}", b'{"cycle": 1', b'{"cycle": 1} x', b'  {"cycle": 1}  ', b'{"cycle": 1}\r', b'\t{"cycle": 1}',
    b'\xef\xbb\xbf{"cycle": 1}', b'{"reason": "\xff"}', b"\xff\xfe", b'{"reason": "\xed\xa0\x80"}', b'{"reason": "a\x00b"}', b"\x00\x00\x00", b'{"cycle": 1}\x00', b'{"reason": "half \xc3',
    b'/* c */ {"cycle": 1}', b'{"cycle": 1} // c', b'{"cycle": 0012}', b"{cycle: 1}", b'{"cycle": 1, "new_key": "x", "other": {"a": [1]}}', b'{"": 1}', b'{"__proto__": {"x": 1}, "constructor": 1}',
    b'{"notes": ' + b"[" * 300 + b"]" * 300 + b"}", b'{"zzz": ' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"zzz": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
    b'{"reason": "' + b"x" * 70_000 + b'"}', b'{"ts": "2026-01-01T00:00:00Z"}', b'{"timestamp": null, "ts": "2026-01-01T00:00:00Z"}', b'{"timestamp": "", "ts": "2026-01-01T00:00:00Z"}',
    b'{"source": "x", "generation": 9, "line": 3, "drift": 1, "fingerprint": "mine", "n": 1, "o": 2, "l": 3, "f": {"cycle": 2}, "odd": true}', b'{"Cycle": 5, "CYCLE": 6}', b'{"cycle\\u0000": 5}', b'{"c\\u0079cle": 5}',
]  # fmt: skip


FEW = 64  #: lines from which the SQL roads are taken here: fewer than usual, so that generated files stay small


@pytest.fixture(autouse=True, scope="module")
def sql_roads_from_few_lines() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "FEW_LINES", FEW)
        yield


class Rows(NamedTuple):
    """What a road made of lines: rows by line number, line numbers of rejects, and drift."""

    rows: dict[int, tuple[object, ...]]
    rejects: dict[int, str]
    drift: dict[int, tuple[str, ...]]
    unknown: set[str]


def corpus(family: Family) -> list[bytes]:
    keys = [key for column in family.columns for key in column.sources]
    usual = {key: USUAL.get(key, "x") for key in keys}
    lines = list(LINES)
    for value in VALUES:
        for column in family.columns:
            rest = json.dumps(
                {key: item for key, item in usual.items() if key not in column.sources}, ensure_ascii=False
            )[1:]
            joint = ", " if rest != "}" else ""
            lines.append(f'{{"{column.sources[0]}": {value}{joint}{rest}'.encode("utf-8", "surrogatepass"))
    return lines


def by_python(family: Family, lines: list[bytes]) -> Rows:
    found = Rows({}, {}, {}, set())
    for number, text in enumerate(lines, 1):
        read = read_line(family, Line(0, number, text))
        if isinstance(read, Reject):
            found.rejects[number] = read.why
            continue
        found.rows[number] = tuple(read.values[column.name] for column in family.columns)
        found.drift[number] = read.drift
        found.unknown.update(key[:200] for key in read.extra)
    return found


def in_store(store: Store, family: Family) -> Rows:
    names = ", ".join(quoted(column.name) for column in family.columns)
    writer = store._writer
    rows = writer.execute(f"select line, drift, {names} from {family.name}").fetchall()
    order = [line for (line,) in writer.execute(f"select line from {family.name} order by rowid").fetchall()]
    assert order == sorted(order)
    return Rows(
        {row[0]: row[2:] for row in rows},
        dict(writer.execute("select line, why from rejects").fetchall()),
        {row[0]: tuple(row[1] or ()) for row in rows},
        {key for (key,) in writer.execute("select key from unknown_keys").fetchall()},
    )


def numbered(lines: list[bytes]) -> tuple[Line, ...]:
    offset, found = 0, []
    for number, text in enumerate(lines, 1):
        found.append(Line(offset, number, text))
        offset += len(text) + 1
    return tuple(found)


def by_lines(tmp_path: Path, family: Family, lines: list[bytes]) -> Rows:
    source = SourceFile("f.jsonl", str(tmp_path / "f.jsonl"), family.name, "retro")
    size = sum(len(line) + 1 for line in lines)
    with Store.open(tmp_path, cache_dir=None) as store:
        store.ingest([Delta(source, SourceState.OK, Position(1, size, len(lines)), lines=numbered(lines))])
        return in_store(store, family)


def by_whole_file(tmp_path: Path, family: Family, lines: list[bytes]) -> Rows:
    path = tmp_path / "whole.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with Store.open(tmp_path, cache_dir=tmp_path / "cache") as store:
        delta = store.load_whole_file(SourceFile("f.jsonl", str(path), family.name, "retro"))
        assert delta.position.line == len(lines)
        assert delta.position.offset == path.stat().st_size
        return in_store(store, family)


def same(one: Rows, other: Rows, lines: list[bytes]) -> None:
    assert sorted(one.rows) == sorted(other.rows)
    assert one.rejects == other.rejects
    for number, row in one.rows.items():
        assert repr(other.rows[number]) == repr(row), lines[number - 1][:300]
        assert other.drift[number] == one.drift[number], lines[number - 1][:300]
    assert one.unknown <= other.unknown  # SQL also sees the keys of lines that Python rejects


@pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
def test_sql_over_lines_equals_python(tmp_path: Path, family: Family) -> None:
    lines = corpus(family)
    assert len(lines) > FEW
    same(by_python(family, lines), by_lines(tmp_path, family, lines), lines)


def never(*_: object) -> None:
    pytest.fail("the block went line by line: this test would prove nothing")


@pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
def test_whole_file_equals_python(tmp_path: Path, family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = corpus(family)

    monkeypatch.setattr(staging, "stage_lines", never)
    same(by_python(family, lines), by_whole_file(tmp_path, family, lines), lines)


@pytest.mark.parametrize(
    ("family", "hostile"),
    [
        (CYCLES, b""),
        (CYCLES, b" \t"),
        (CYCLES, b'{"cycle": 1,}'),
        (CYCLES, b'{"zzz": nan}'),
        (CYCLES, b'{"reason": nan}'),
        (CYCLES, b'{"type": -Infinity}'),
        (CYCLES, b'{"issue": -inf, "cycle": 2}'),
        (CYCLES, b'{"zzz": "x", "cycle": 2, }'),
        (CYCLES, b'{"cycle": 1, "zzz": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
        (TRIAGE, b'{"ready": [nan]}'),
        (TRIAGE, b'{"ready": [1, -inf]}'),
        (TRIAGE, b'{"ready": [-6.480942453563078e+16, null]}'),
        (TRIAGE, b'{"ready": [1E5, 1.50, "1.50, [x"]}'),
    ],
)
def test_only_the_lines_that_the_reader_is_lenient_about_are_read_again(
    tmp_path: Path, family: Family, hostile: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "stage_lines", never)
    usual = json.dumps({key: USUAL[key] for key in ("timestamp", "cycle") if family is CYCLES or key != "cycle"})
    lines = [usual.encode()] * 70 + [hostile] + [usual.encode()] * 70
    same(by_python(family, lines), by_whole_file(tmp_path, family, lines), lines)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
def test_many_new_lines_equal_python(tmp_path: Path, family: Family) -> None:
    lines = corpus(family)
    assert len(lines) > FEW
    source = SourceFile("f.jsonl", str(tmp_path / "f.jsonl"), family.name, "retro")
    size = sum(len(line) + 1 for line in lines)
    with Store.open(tmp_path, cache_dir=tmp_path / "cache") as store:
        assert store.file is not None
        store.ingest([Delta(source, SourceState.OK, Position(1, size, len(lines)), lines=numbered(lines))])
        same(by_python(family, lines), in_store(store, family), lines)


def test_lines_with_something_between_them_keep_their_places(tmp_path: Path) -> None:
    """What a foreign adapter rewrites is no longer the block of the file that its lines stand in."""
    usual = json.dumps(USUAL).encode()
    lines = tuple(Line(1000 * number, 2 * number, usual) for number in range(1, FEW + 2))
    source = SourceFile("f.jsonl", str(tmp_path / "f.jsonl"), "cycles", "retro")
    with Store.open(tmp_path, cache_dir=tmp_path / "cache") as store:
        store.ingest([Delta(source, SourceState.OK, Position(1, 1_000_000, 2000), lines=lines)])
        found = store._writer.execute("select line, byte_offset from cycles order by rowid").fetchall()
        assert found == [(line.number, line.offset) for line in lines]


def test_rows_of_a_file_of_several_buffers_stand_in_the_order_of_its_lines(tmp_path: Path) -> None:
    """DuckDB's reader takes 32 MiB at a time in several threads."""
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        for number in range(70_000):
            text = b'{"cycle": %d, "zzz": 1, "notes": "%s"%s}' % (number, b"x" * 1000, b"," * (number % 9_973 == 8))
            file.write((b"" if number % 9_973 == 7 else text) + b"\n")
    assert path.stat().st_size > 64 << 20
    with Store.open(tmp_path, cache_dir=tmp_path / "cache") as store:
        store.load_whole_file(SourceFile("f.jsonl", str(path), "cycles", "retro"))
        rows = store._writer.execute("select cycle, line, rowid from cycles order by rowid").fetchall()
        rejects = store._writer.execute("select line, why from rejects order by line").fetchall()
    assert all(cycle == line - 1 for cycle, line, _ in rows)
    assert [row for *_, row in rows] == list(range(len(rows)))
    assert [line for line, why in rejects if why == BLANK] == list(range(8, 70_000, 9_973))
    assert [line for line, why in rejects if why != BLANK] == list(range(9, 70_000, 9_973))


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["7", "2026-06-24T10:00:00Z", "true"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def written_lines(draw: st.DrawFn) -> tuple[Family, list[bytes]]:
    family = draw(st.sampled_from([CYCLES, ATTEMPTS, TRIAGE]))
    keys = st.sampled_from([key for column in family.columns for key in column.sources] + ["unknown"])
    records = draw(st.lists(st.dictionaries(keys, values, max_size=6), min_size=FEW + 1, max_size=FEW + 30))
    escaped = draw(st.booleans())
    return family, [json.dumps(record, ensure_ascii=escaped).encode("utf-8", "surrogatepass") for record in records]


@settings(
    max_examples=12, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)  # shrinking 500 lines takes minutes
@given(written_lines())
def test_generated_lines_agree(
    tmp_path_factory: pytest.TempPathFactory, written: tuple[Family, list[bytes]]
) -> None:
    family, lines = written
    expected = by_python(family, lines)
    same(expected, by_lines(tmp_path_factory.mktemp("lines"), family, lines), lines)
    same(expected, by_whole_file(tmp_path_factory.mktemp("whole"), family, lines), lines)
