"""Records hold each other: whatever is done to the bytes of a ledger, it no longer fits."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.chain import GENESIS, SEALED, Chain, Torn, line_of, link, read, seal

FIELDS = ({"instruction": "do it"}, {"files": ["a.py"], "n": 1.5}, {}, {"text": "é\ud800\x1b"}, {"reason": None})


def records(count=5):
    made = []
    for number in range(count):
        last = made[-1] if made else None
        made.append(link(last, f"2026-06-24T10:00:0{number}Z", "proposed", f"p{number}", FIELDS[number % 5]))
    return made


def lines(count=5):
    return [line_of(record) for record in records(count)]


WHOLE = b"".join(lines())


def test_what_was_written_is_read_back():
    chain = read(WHOLE)
    assert chain == Chain(tuple(records()), len(WHOLE))
    assert chain.head == records()[-1].hash
    assert chain.records[0].previous == GENESIS == Chain().head
    assert [record.seq for record in chain.records] == [1, 2, 3, 4, 5]
    assert json.loads(lines()[3])["fields"] == FIELDS[3]


def test_reading_can_go_on_where_it_ended():
    whole = read(WHOLE)
    for cut in range(len(WHOLE) + 1):
        first = read(WHOLE[:cut])
        assert first.unended == (WHOLE[cut : cut + 1] == b"\n")
        if first.unended:
            continue
        assert read(WHOLE[first.size :], first._replace(torn=None)) == whole


def test_every_flipped_byte_is_found():
    for place in range(len(WHOLE)):
        for flip in (0x01, 0x20, 0x80):
            changed = bytearray(WHOLE)
            changed[place] ^= flip
            chain = read(bytes(changed))
            assert chain.damage or chain.torn or chain.unended, (place, flip)
            assert len(chain.records) <= WHOLE[:place].count(b"\n")


def test_every_byte_that_is_gone_or_added_is_found():
    for place in range(len(WHOLE)):
        for changed in (WHOLE[:place] + WHOLE[place + 1 :], WHOLE[:place] + b" " + WHOLE[place:]):
            chain = read(changed)
            assert chain.damage or chain.torn or chain.unended, place


def test_lines_dropped_doubled_or_swapped_are_found():
    each = lines()
    for place in range(4):
        assert f"line {place + 1}" in read(b"".join(each[:place] + each[place + 1 :])).damage
        swapped = [*each[:place], each[place + 1], each[place], *each[place + 2 :]]
        assert f"line {place + 1}" in read(b"".join(swapped)).damage
    for place in range(5):
        doubled = read(b"".join([*each[: place + 1], *each[place:]]))
        assert f"line {place + 2}" in doubled.damage
        assert len(doubled.records) == place + 1


def test_other_writings_of_the_same_record_are_found():
    first = json.loads(lines()[0])
    for text in (
        json.dumps(first),
        json.dumps(first, separators=(",", ":"), sort_keys=False),
        lines()[0].decode().replace('"seq":1', '"seq":1,"seq":1').strip(),
        lines()[0].decode().replace('"seq":1', '"seq":true').strip(),
        lines()[0].decode().replace('"seq":1', '"seq":1.0').strip(),
    ):
        assert text.encode() + b"\n" == lines()[0] or read(text.encode() + b"\n" + b"".join(lines()[1:])).damage


def test_a_record_forged_with_its_own_hash_no_longer_holds_the_next():
    forged = link(records()[1], "2026-06-24T10:00:02Z", "proposed", "p2", {"other": True})
    chain = read(b"".join([*lines()[:2], line_of(forged), *lines()[3:]]))
    assert chain.damage == "line 4 (record 4) does not follow the one before it"


def test_a_line_that_was_cut_off_is_no_record_and_is_sealed_by_the_next():
    cut = lines()[2][:50]
    torn = read(b"".join(lines()[:2]) + cut)
    assert (torn.damage, len(torn.records)) == ("", 2)
    assert torn.torn == Torn(len(b"".join(lines()[:2])), 50, torn.torn.sha256)
    sealing = seal(torn.records[-1], "2026-06-24T11:00:00Z", torn.torn)
    after = link(sealing, "2026-06-24T11:00:01Z", "proposed", "p9", {})
    content = b"".join(lines()[:2]) + cut + b"\n" + line_of(sealing) + line_of(after)
    chain = read(content)
    assert (chain.damage, chain.torn, chain.seals) == ("", None, 1)
    assert [record.event for record in chain.records] == ["proposed", "proposed", SEALED, "proposed"]
    start = torn.torn.offset
    for place in range(start, start + 50):
        assert "line 3" in read(content[:place] + b"!" + content[place + 1 :]).damage
    assert "line 3" in read(content[:start] + content[start + 51 :]).damage
    assert "line 3" in read(content[: start + 51]).damage
    assert "line 3" in read(content[: start + 51] + line_of(after)).damage


def test_a_record_that_lacks_its_line_feed_alone_is_one_and_says_so():
    chain = read(WHOLE[:-1])
    assert chain == Chain(tuple(records()), len(WHOLE) - 1, unended=True)


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(lines())), max_size=8).map(b"\n".join))
def test_any_bytes_are_read_or_called_damaged(content):
    chain = read(content)
    whole = b"".join(line_of(record) for record in chain.records)
    assert chain.damage or chain.torn or content == (whole[:-1] if chain.unended else whole)


def test_deep_and_long_lines_are_no_records():
    for line in (
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"1" * 10_000,
        b'"' + b"x" * (2 << 20) + b'"',
        b"",
        b"null",
        b"\xff",
    ):
        assert "line 1" in read(line + b"\n").damage
