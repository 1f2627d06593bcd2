"""The grammar of a model's answer: what follows it becomes exactly those bytes, and everything else becomes a reason."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import at_most

from loopview.domain.change import Change
from loopview.guarded.secrets import MASK
from loopview.modify.edit_blocks import marks
from loopview.modify.line_ends import read_lines, write_lines
from loopview.modify.reply import Limits, ReplyRefused, boundary, code_of, read_reply

CODE = "0123456789abcdef"
EDGE = f"===LV-{CODE}==="
MARKS = marks(CODE)
OTHER = "===LV-fedcba9876543210==="
BASE = {
    "a.py": b"one\ntwo\nthree\n",
    "crlf.txt": b"one\r\ntwo\r\nthree\r\n",
    "open.txt": b"one\ntwo",
    "mixed.txt": b"one\r\ntwo\nthree\r\nfour\n",
    "mark.txt": b"\xef\xbb\xbfone\ntwo\n",
    "twice.py": b"x = 1\ny = 2\nx = 1\n",
    "empty.py": b"",
    "binary.bin": b"\xff\xfe\x00",
    "doc.md": f"A boundary looks so:\n{OTHER}\nend\n".encode(),
    "masked.py": f"a = '{MASK}'\nb = 1\n".encode(),
}


def answer(*parts: str, count: int | None = None) -> str:
    return (
        "".join(f"{EDGE}\n{part}" for part in parts)
        + f"{EDGE}\nEND {len(parts) if count is None else count} files\n"
    )


def whole(path: str, body: str) -> str:
    return f"path: {path}\nkind: file\n{body}"


def block(search: str, replace: str) -> str:
    return f"{MARKS.search}\n{search}{MARKS.replace}\n{replace}{MARKS.end}\n"


def edit(path: str, *blocks: str) -> str:
    return f"path: {path}\nkind: edit\n{''.join(blocks)}"


def read(text: str, **more) -> tuple[Change, ...]:
    return read_reply(text, EDGE, BASE.get, **more)


ACCEPTED = {
    "a new file": (whole("n.py", "x\n"), Change("n.py", b"x\n")),
    "a new empty file": (whole("n/__init__.py", ""), Change("n/__init__.py", b"")),
    "a file anew": (whole("a.py", "one\n"), Change("a.py", b"one\n")),
    "lines end as they did": (whole("crlf.txt", "one\nzwei\n"), Change("crlf.txt", b"one\r\nzwei\r\n")),
    "an open end stays open": (whole("open.txt", "one\nzwei\n"), Change("open.txt", b"one\nzwei")),
    "a byte order mark stays": (whole("mark.txt", "one\nzwei\n"), Change("mark.txt", b"\xef\xbb\xbfone\nzwei\n")),
    "a block": (edit("a.py", block("two\n", "zwei\n")), Change("a.py", b"one\nzwei\nthree\n")),
    "a block removes": (edit("a.py", block("two\n", "")), Change("a.py", b"one\nthree\n")),
    "two blocks in any order": (
        edit("a.py", block("three\n", "drei\n"), "\n", block("one\n", "eins\n")),
        Change("a.py", b"eins\ntwo\ndrei\n"),
    ),
    "a block in CRLF": (
        edit("crlf.txt", block("two\n", "a\nb\n")),
        Change("crlf.txt", b"one\r\na\r\nb\r\nthree\r\n"),
    ),
    "a block at an open end": (edit("open.txt", block("two\n", "two\n3\n")), Change("open.txt", b"one\ntwo\n3")),
    "the last line goes": (edit("open.txt", block("two\n", "")), Change("open.txt", b"one")),
    "other lines of a mixed file stay": (
        edit("mixed.txt", block("three\n", "drei\n")),
        Change("mixed.txt", b"one\r\ntwo\ndrei\nfour\n"),
    ),
    "a unique block of lines that are not": (
        edit("twice.py", block("y = 2\nx = 1\n", "y = 2\nx = 3\n")),
        Change("twice.py", b"x = 1\ny = 2\nx = 3\n"),
    ),
    "a file goes": ("path: a.py\nkind: delete\n", Change("a.py", None)),
    "an empty file gets content": (whole("empty.py", "x\n"), Change("empty.py", b"x\n")),
    "content like the format": (
        whole("n.md", "path: x\nkind: file\nEND 1 files\n===LV-xyz===\n<<<<<<< a\n=======\n```\n</file>\n"),
        Change("n.md", b"path: x\nkind: file\nEND 1 files\n===LV-xyz===\n<<<<<<< a\n=======\n```\n</file>\n"),
    ),
    "another request's boundary that stands there already": (
        edit("doc.md", block("end\n", "END\n")),
        Change("doc.md", f"A boundary looks so:\n{OTHER}\nEND\n".encode()),
    ),
    "a mask that stands there already": (
        edit("masked.py", block("b = 1\n", "b = 2\n")),
        Change("masked.py", f"a = '{MASK}'\nb = 2\n".encode()),
    ),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_follows_the_grammar_is_taken_to_the_byte(case: str) -> None:
    part, change = ACCEPTED[case]
    assert read(answer(part)) == (change,)
    assert read("\n\n" + answer(part).replace("\n", "\r\n") + "\n") == (change,)


def test_files_that_stay_as_they_are_are_left_out() -> None:
    text = answer(whole("a.py", "one\ntwo\nthree\n"), whole("n.py", "x\n"))
    assert read(text) == (Change("n.py", b"x\n"),)


def test_the_answer_in_the_documents_is_one(repository) -> None:
    page = (repository / "docs" / "modify.md").read_text(encoding="utf-8")
    shown = page[page.index("===LV-<16 hex>===") :].partition("```")[0].replace("<16 hex>", CODE)
    base = {"shop/tax.py": b"class Tax:\n    rate = 0.19\n", "shop/old.py": b"x = 1\n"}
    assert read_reply(shown, EDGE, base.get) == (
        Change("shop/cart.py", b"def total(prices):\n    return sum(prices)\n"),
        Change("shop/tax.py", b"class Tax:\n    rate = 0.20\n"),
        Change("shop/old.py", None),
    )


REFUSED = {
    "nothing": ("", "no line"),
    "prose": ("Sure! I changed it.", "no line"),
    "a code fence": ("```python\nx = 1\n```\n", "no line"),
    "prose before": ("Here:\n" + answer(whole("n.py", "x\n")), "before the first boundary stands `Here:`"),
    "prose after": (answer(whole("n.py", "x\n")) + "Done.\n", "after the END line stands `Done.`"),
    "a fence around": ("```\n" + answer(whole("n.py", "x\n")) + "```\n", "before the first boundary"),
    "no end": (f"{EDGE}\n{whole('n.py', 'x')}\n", "has no file|after the last boundary stands `path: n.py`"),
    "cut off": (f"{EDGE}\n{whole('n.py', 'x')}\n{EDGE}\n", "after the last boundary"),
    "a wrong count": (answer(whole("n.py", "x\n"), count=2), "says END 2 files and has 1"),
    "no files": (f"{EDGE}\nEND 0 files\n", "has no file"),
    "a count with a sign": (answer(whole("n.py", "x\n")).replace("END 1", "END +1"), "after the last boundary"),
    "another code": (answer(whole("n.py", "x\n")).replace(CODE, "f" * 16), "no line"),
    "a boundary in upper case": (answer(whole("n.py", f"{EDGE.upper()}\n")), "none of its marks"),
    "an indented boundary": (answer(whole("n.py", f"  {EDGE}\n")), "none of its marks"),
    "a boundary with a blank behind": (answer(whole("n.py", f"{EDGE} \n")), "none of its marks"),
    "a boundary inside a line": (answer(whole("n.py", f"x = '{EDGE}'\n")), "none of its marks"),
    "a boundary in wide digits": (
        answer(whole("n.py", "===LV-" + "".join(chr(ord(digit) + 0xFEE0) for digit in CODE) + "===\n")),
        "none of its marks",
    ),
    "the boundary as content": (answer(whole("n.md", f"quote:\n{EDGE}\nend\n")), "says END 1 files and has 2"),
    "nested files": (answer(whole("n.py", f"{EDGE}\n{whole('m.py', 'x')}\n")), "says END 1 files and has 2"),
    "another request's boundary": (answer(whole("n.py", f"{OTHER}\n")), "shape of a mark"),
    "another request's boundary, nearly": (answer(whole("n.py", f" == lv-{'A' * 16} ==\n")), "shape of a mark"),
    "a mark of blocks in a whole file": (answer(whole("n.py", f"{MARKS.search}\n")), "shape of a mark"),
    "no path": (answer("kind: file\nx\n"), "it must be `path: …`"),
    "a boundary alone": (answer(""), "after a boundary stands nothing"),
    "no kind": (answer("path: n.py\nx\n"), "kind: file, kind: edit or kind: delete"),
    "an unknown kind": (answer("path: n.py\nkind: patch\nx\n"), "kind: file, kind: edit or kind: delete"),
    "a kind in upper case": (answer("path: n.py\nKind: file\nx\n"), "kind: file, kind: edit or kind: delete"),
    "a blank line before the path": (answer("\n" + whole("n.py", "x\n")), "after a boundary stands ``"),
    "one path twice": (answer(whole("n.py", "x\n"), whole("n.py", "y\n")), "names one file twice"),
    "one path in two writings": (answer(whole("n.py", "x\n"), whole("N.py", "y\n")), "names one file twice"),
    "./ before a path": (answer(whole("./n.py", "x\n")), "component that is empty"),
    "a path above": (answer(whole("../n.py", "x\n")), "component that is empty"),
    "an absolute path": (answer(whole("/etc/passwd", "x\n")), "is absolute"),
    "a path with an escape": (answer(whole("a\x1b[2J.py", "x\n")), "holds a control character"),
    "a path with bidi": (answer(whole("a\u202eyp.exe", "x\n")), "holds a direction override"),
    "a path with two blanks": (answer(whole(" n.py", "x\n")), "begins or ends with a space"),
    "git's directory": (answer(whole(".git/config", "x\n")), "git's own directory"),
    "no change": (answer(whole("a.py", "one\ntwo\nthree\n")), "changes nothing"),
    "a file emptied": (answer(whole("a.py", "")), "left empty"),
    "a file emptied but for blanks": (answer(whole("open.txt", " \n\n")), "left empty"),
    "a file emptied by blocks": (answer(edit("a.py", block("one\ntwo\nthree\n", ""))), "left empty"),
    "no blocks": (answer(edit("a.py")), "has no block"),
    "blocks and words": (
        answer(edit("a.py", "Change:\n", block("two\n", "2\n"))),
        "outside a block stands `Change:`",
    ),
    "an empty search": (answer(edit("a.py", block("", "x\n"))), "searches for nothing"),
    "a block that changes nothing": (answer(edit("a.py", block("two\n", "two\n"))), "by the same lines"),
    "a search that is not there": (
        answer(edit("a.py", block("four\n", "4\n"))),
        "no such place has the line `four`",
    ),
    "a part of a line": (answer(edit("a.py", block("tw\n", "2\n"))), "does not stand there"),
    "other white space": (answer(edit("a.py", block("  two\n", "2\n"))), "at line 2 with other white space"),
    "a search that is there twice": (answer(edit("twice.py", block("x = 1\n", "x = 3\n"))), "more than once"),
    "overlapping blocks": (
        answer(edit("a.py", block("one\ntwo\n", "1\n"), block("two\nthree\n", "2\n"))),
        "two blocks overlap",
    ),
    "the same block twice": (
        answer(edit("a.py", block("two\n", "2\n"), block("two\n", "2\n"))),
        "two blocks overlap",
    ),
    "an unclosed block": (answer(edit("a.py", f"{MARKS.search}\ntwo\n{MARKS.replace}\n2\n")), "lacks its line"),
    "a block without a replacement": (
        answer(edit("a.py", f"{MARKS.search}\ntwo\n{MARKS.end}\n")),
        "lacks its line",
    ),
    "nested blocks": (answer(edit("a.py", f"{MARKS.search}\n", block("two\n", "x\n"))), "lacks its line"),
    "blocks of a file that is not there": (answer(edit("n.py", block("a\n", "b\n"))), "there is no such file"),
    "removing a file that is not there": (answer("path: n.py\nkind: delete\n"), "there is no such file"),
    "removing with a body": (answer("path: a.py\nkind: delete\nx\n"), "nothing may stand there"),
    "a binary file": (answer(whole("binary.bin", "x\n")), "not UTF-8"),
    "half a character": (answer(whole("n.py", "x = '\ud800'\n")), "half of a character"),
    "a mask": (answer(whole("n.py", f"key = '{MASK}'\n")), "was not shown"),
    "a masked line copied": (answer(edit("a.py", block("two\n", f"{MASK}\n"))), "was not shown"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_everything_else_is_refused_with_a_reason(case: str) -> None:
    text, reason = REFUSED[case]
    with pytest.raises(ReplyRefused, match=reason) as caught:
        read(text)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


def test_a_file_that_was_not_shown_whole_is_not_written_anew() -> None:
    with pytest.raises(ReplyRefused, match="use kind: edit"):
        read(answer(whole("a.py", "x\n")), whole=())
    assert read(answer(whole("a.py", "x\n")), whole={"a.py"})
    assert read(
        answer(whole("n.py", "x\n"), whole("empty.py", "x\n"), edit("open.txt", block("two\n", "2\n"))), whole=()
    )


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(files=1), "more than 1 files"),
        (Limits(file_bytes=3), "larger than 3 bytes"),
        (Limits(total_bytes=7), "more than 7 bytes in all"),
        (Limits(characters=50), "longer than 50 characters"),
    ],
)
def test_an_answer_has_limits(limits: Limits, reason: str) -> None:
    with pytest.raises(ReplyRefused, match=reason):
        read(answer(whole("n.py", "xxx\n"), whole("m.py", "yyy\n")), limits=limits)


def test_the_built_in_limits() -> None:
    assert Limits() == (20, 200_000, 1_000_000, 4_000_000)


def test_boundaries_are_new_each_time() -> None:
    made = {boundary() for _ in range(100)}
    assert len(made) == 100
    assert all(code_of(each) in each for each in made)
    with pytest.raises(ValueError, match="not a boundary"):
        code_of("===LV-123===")


LINES = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20),
        st.sampled_from(
            ["", " ", "===LV-===", "END 1 files", "path: a", "kind: edit", "\t", "\x0c", "=======", "lv-0"]
        ),
    ).filter(lambda line: not line.endswith("\r") and MASK not in line),
    max_size=12,
)


@given(lines=LINES, ending=st.sampled_from(["\n", "\r\n"]), closed=st.booleans())
def test_any_content_survives_the_way(lines: list[str], ending: str, *, closed: bool) -> None:
    """A file written anew comes out as it was meant, in the manner of the file that was there."""
    was = ("base" + ending + "more" + (ending if closed else "")).encode()
    meant = ending.join(lines) + (ending if closed and lines else "")
    text = answer(whole("x.txt", "".join(line + "\n" for line in lines)))
    if not meant.strip() or meant.encode() == was:
        with pytest.raises(ReplyRefused):
            read_reply(text, EDGE, {"x.txt": was}.get)
        return
    (change,) = read_reply(text, EDGE, {"x.txt": was}.get)
    assert change.content == meant.encode()


@given(lines=LINES.filter(bool), start=st.integers(0, 11), length=st.integers(1, 4), new=LINES)
def test_a_block_changes_its_lines_and_no_others(lines: list[str], start: int, length: int, new: list[str]) -> None:
    kept = [f"{number}: {line}" for number, line in enumerate(lines)]
    start = min(start, len(kept) - 1)
    search, wanted = kept[start : start + length], [f"n{line}" for line in new]
    meant = "".join(line + "\n" for line in [*kept[:start], *wanted, *kept[start + length :]])
    text = answer(
        edit("x", block("".join(f"{line}\n" for line in search), "".join(f"{line}\n" for line in wanted)))
    )
    base = "".join(line + "\n" for line in kept).encode()
    if not meant:
        with pytest.raises(ReplyRefused, match="left empty"):
            read_reply(text, EDGE, {"x": base}.get)
        return
    (change,) = read_reply(text, EDGE, {"x": base}.get)
    assert change.content == meant.encode()


@given(st.text(max_size=300))
def test_lines_are_read_and_written_back_to_the_byte(text: str) -> None:
    content = text.encode("utf-8", "replace")
    assert write_lines(read_lines(content)) == content


@given(st.text(max_size=400))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    for tried in (text, f"{EDGE}\n{text}", answer(whole("a.py", text)), answer(edit("a.py", text))):
        with suppress(ReplyRefused):
            read(tried)


SLOW = {
    "equals signs": whole("n.py", "=" * 190_000 + "lv-\n"),
    "a mark that never ends": whole("n.py", "===LV-0000000000000000" + "=" * 190_000 + "x\n"),
    "blanks": whole("n.py", (" " * 1000 + "\n") * 190),
    "a search almost found": edit("long.txt", block("a\n" * 50_000 + "b\n", "c\n")),
    "many blocks": edit("long.txt", *(block(f"b{number}\n", "c\n") for number in range(300))),
    "short lines": whole("n.py", "\n" * 190_000),
}


@pytest.mark.parametrize("case", SLOW)
def test_hostile_answers_are_read_in_bounded_time(case: str) -> None:
    base = {"long.txt": b"a\n" * 99_000}
    with at_most(100), suppress(ReplyRefused):
        read_reply(answer(SLOW[case]), EDGE, base.get)
