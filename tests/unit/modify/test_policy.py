"""What a policy lets through, what it refuses, and what it labels: in bytes, as git would store them."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hostile import TEXTS
from hostile_paths import FORMS, PROTECTED
from hypothesis import given
from hypothesis import strategies as st
from pace import at_most

from loopview.config import Settings, load
from loopview.domain.approval import FileDelta
from loopview.domain.change import Change
from loopview.guarded.secrets import MASK
from loopview.modify.policy import Checked, Policy


class Entry(NamedTuple):
    path: str
    mode: str = "100644"


TREE = {
    entry.path: entry
    for entry in (
        Entry("a.py"),
        Entry("src/a.py"),
        Entry("src/run.py", "100755"),
        Entry("link", "120000"),
        Entry("lib/link", "120000"),
        Entry("vendor/sub", "160000"),
        Entry("tests/test_a.py"),
        Entry("Both.py"),
        Entry("both.py"),
        Entry(".env"),
    )
}
POLICY = Policy()


def check(new: bytes | None, old: bytes | None = None, path: str = "src/a.py", policy: Policy = POLICY) -> Checked:
    tree = {**TREE, path: TREE.get(path, Entry(path))} if old is not None else TREE
    return policy.check([Change(path, new)], tree, {path: old})


def labels(new: bytes | None, old: bytes | None = None, path: str = "src/a.py") -> set[str]:
    checked = check(new, old, path)
    assert checked.problems == ()
    return {risk.label for risk in checked.risks}


@pytest.mark.parametrize("path", FORMS, ids=ascii)
def test_no_hostile_path_gets_through(path: str) -> None:
    (why,) = POLICY.judge_paths([path], TREE)
    assert why.isprintable()
    assert POLICY.check([Change(path, b"x\n")], TREE, {}).problems


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("A.py", "is another writing of a.py"),
        ("SRC/new.py", "is another writing of src"),
        ("src/A.PY", "is another writing of src/a.py"),
        ("BOTH.py", "is another writing of"),
        ("src", "is a directory"),
        ("a.py/b.py", "lies below a.py, which is a file"),
        ("link", "is a symbolic link"),
        ("link/a.py", "lies below link, which is a symbolic link"),
        ("lib/link/x/a.py", "lies below lib/link, which is a symbolic link"),
        ("vendor/sub", "is a submodule"),
        ("vendor/sub/a.py", "lies below vendor/sub, which is a submodule"),
    ],
)
def test_what_the_tree_holds_stands_against_a_path(path: str, why: str) -> None:
    assert [said for said in POLICY.judge_paths([path], TREE) if why in said]


@pytest.mark.parametrize("path", ["a.py", "src/a.py", "both.py", "Both.py", "src/new/b.py", "lib/b.py"])
def test_what_stands_beside_it_does_not(path: str) -> None:
    assert POLICY.judge_paths([path], TREE) == ()


def test_paths_of_one_edit_must_fit_together() -> None:
    assert POLICY.judge_paths(["n.py", "N.py"], {})
    assert POLICY.judge_paths(["n.py", "n.py"], {})
    assert POLICY.judge_paths(["n", "n/a.py"], {})
    assert POLICY.judge_paths(["n.py", "n/a.py"], {}) == ()
    assert POLICY.judge_paths([], {})


def test_only_the_confirmed_targets_may_change() -> None:
    assert POLICY.judge_paths(["src/a.py", "lib/x/y.py"], TREE, ["src/a.py", "lib/x/"]) == ()
    for path in ("src/a.pyc", "src/a.py.bak", "a.py", "lib/x-evil/y.py", "lib/x"):
        (why,) = POLICY.judge_paths([path], {}, ["src/a.py", "lib/x/"])
        assert "none of the files that this was started for" in why


def test_allowed_paths_are_the_only_ones() -> None:
    policy = Policy(allowed=("src", "docs/*.md"))
    assert policy.judge_paths(["src/x.py", "docs/a.md"], {}) == ()
    assert len(policy.judge_paths(["src-evil/x.py", "docs/a/b.md", "a.py"], {})) == 3


@pytest.mark.parametrize("path", PROTECTED)
def test_a_protected_path_is_a_risk_to_confirm_and_no_problem(path: str) -> None:
    checked = POLICY.check([Change(path, b"x = 1\n")], {}, {})
    assert checked.problems == ()
    assert checked.protected == (path,)


def test_files_of_secrets_are_confirmed_one_by_one() -> None:
    assert check(b"A=1\n", b"A=2\n", ".env").protected == (".env",)


def test_limits_on_files_and_lines() -> None:
    many = [Change(f"n{number}.py", b"x\n") for number in range(21)]
    assert "touches 21 files" in POLICY.check(many, {}, {}).problems[0]
    assert POLICY.check(many[:20], {}, {}).problems == ()
    assert "at most 20" in POLICY.check([Change(f"n{n}", b"") for n in range(10_000)], {}, {}).problems[0]
    long = b"".join(b"%d\n" % number for number in range(2001))
    assert "changes 2,001 lines" in check(long).problems[0]
    assert check(long[: long.index(b"2000")]).problems == ()
    assert "changes 4,002 lines" in check(long, long.replace(b"\n", b"x\n")).problems[0]
    assert "larger than 200,000 bytes" in check(b"x" * 200_001).problems[0]
    assert "more than 1,000,000 bytes" in check(b"x" * 50_000_000).problems[0]


def test_what_git_counts_is_held_to_the_same_limits() -> None:
    def delta(old: str, new: str, added: int = 1) -> FileDelta:
        return FileDelta("a.py", old, new, "", "", "", "", added, 0)

    assert POLICY.judge_deltas([delta("100644", "100644"), delta("100755", "100755"), delta("", "100644")]) == ()
    assert POLICY.judge_deltas([delta("100644", "")]) == ()
    for old, new in (
        ("100644", "100755"),
        ("", "100755"),
        ("100644", "120000"),
        ("", "160000"),
        ("120000", "120000"),
    ):
        assert "mode" in POLICY.judge_deltas([delta(old, new)])[0]
    assert "2,001 lines" in POLICY.judge_deltas([delta("100644", "100644", 2001)])[0]


@pytest.mark.parametrize(
    ("new", "old", "why"),
    [
        (b"a\x00b", None, "NUL"),
        ("x = 1\n".encode("utf-16"), None, "UTF-16"),
        ("x = 1\n".encode("utf-32-be"), None, "NUL"),
        (b"\xfe\xff\x00x", None, "UTF-16"),
        (b"caf\xe9\n", None, "not UTF-8 text (byte 3)"),
        (b"\xed\xa0\x80\n", None, "not UTF-8"),
        (b"\xc0\xaf\n", None, "not UTF-8"),
        (b"x\n", b"\xff\x00", "not UTF-8"),
        (None, b"\xff\x00", "not UTF-8"),
        (b"# coding: utf-7\n+AAo-import os\n", None, "source encoding utf-7"),
        (b"# coding: unicode_escape\n# \\x0aimport os\n", None, "unicode-escape"),
        (b"#!/bin/sh\n# -*- coding: utf-7 -*-\n", None, "utf-7"),
        (b"\n# vim: set fileencoding=latin-1 :\n", None, "iso8859-1"),
        (b"# coding: no-such-thing\n", None, "cannot be used"),
        (b"\xef\xbb\xbf# coding: latin-1\n", None, "encoding"),
        (b"# comment\rimport os\n", None, "U+000D"),
        (b"x = 1\x08\n", None, "U+0008"),
        (b"x = '\x1b[2J'\n", None, "U+001B"),
        ("x = '\x9b'\n".encode(), None, "U+009B"),
        ("\uff45\uff56\uff41\uff4c(x)\n".encode(), None, "Python reads as eval"),
        ("f'{\uff45val(x)}'\n".encode(), None, "Python reads as eval"),
        ("x = (\n\U0001d428\U0001d429\U0001d41e\U0001d427(f)\n".encode(), None, "Python reads as open"),
        (f"key = '{MASK}'\n".encode(), b"key = 'real'\n", "was not shown"),
        (b"same\n", b"same\n", "stays as it is"),
        (None, None, "is not there"),
    ],
)
def test_bytes_that_are_not_taken(new: bytes | None, old: bytes | None, why: str) -> None:
    checked = check(new, old)
    assert why in checked.problems[0]
    assert checked.problems[0].isprintable()


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (b"# coding: utf-8\nx = 1\n", None),
        (b"# -*- coding: UTF8 -*-\nx = 1\n", None),
        (b"x = 1\n\n# coding: latin-1 was here once\n", None),
        ("name = 'é日本🙂'  # 5 µs, O(n²)\n".encode(), None),
        (b"a\r\nb\r\n", None),
        (b"old\x0bone\nnew\n", b"old\x0bone\n"),
        ("ｎ = 1\nx = 2\n".encode(), "ｎ = 1\n".encode()),
        (f"key = '{MASK}'\nx = 1\n".encode(), f"key = '{MASK}'\n".encode()),
    ],
)
def test_bytes_that_are(new: bytes, old: bytes | None) -> None:
    assert check(new, old).problems == ()


def test_an_encoding_is_looked_for_in_python_only() -> None:
    assert check(b"# coding: latin-1\n", None, "notes.txt").problems == ()
    assert check(b"#!/usr/bin/env python3\n# coding: latin-1\n", None, "bin/run").problems


OLD = b"import os\n\n\ndef f(x):\n    return os.path.join(x)\n"

LABELS = [
    ("bidi", "access = '\u202e \u2066'\n"),
    ("bidi", "x = 1  # \u200f\n"),
    ("invisible", "pass\u200bword = 1\n"),
    ("invisible", "x = '\U000e0069\U000e0067'\n"),
    ("invisible", "x = 'a\U000e0100'\n"),
    ("invisible", "# soft\u00adhyphen\n"),
    ("invisible", "# one\u2028two\n"),
    ("odd space", "x =\u00a01\n"),
    ("homoglyph", "def \u043epen(): ...\n"),
    ("homoglyph", "# p\u0430ypal\n"),
    ("foreign identifier", "\u043e = 1\n"),
    ("behind blanks", "x = 1" + " " * 3000 + "; y = 2\n"),
    ("behind blanks", "x = 1" + "\t" * 100 + "# no\n"),
    ("long line", "x = " + "1+" * 300 + "1\n"),
    ("form feed", "x = 1\n\x0cy = 2\n"),
    ("secret", "KEY = 'sk-abcdefghijklmnop1234'\n"),
    ("test switched off", "@pytest.mark.skip(reason='later')\n"),
    ("test switched off", "    @unittest.skipIf(True, '')\n"),
    ("new import", "import subprocess\n"),
    ("new import", "import re, socket as s\n"),
    ("new import", "if 1: import ctypes\n"),
    ("new import", "from importlib import (\n    import_module,\n)\n"),
    ("new import", "from pickle import loads as x\n"),
    ("new import", "import urllib.request\n"),
    ("new import", "x = 1; import pty\n"),
    ("new import", "def g():\n    from os import system\n"),
    ("new import", "from os import *\n"),
    ("new import", "x = (\nimport subprocess\n"),
    ("reaches out", "os.system('x')\n"),
    ("reaches out", "os.execv('x', [])\n"),
    ("reaches out", "getattr(os, 'sys' + 'tem')\n"),
    ("reaches out", "f'{os.popen(1)}'\n"),
    ("reaches out", "import sys\nsys.modules['x'] = 1\n"),
    ("dynamic code", "eval('1')\n"),
    ("dynamic code", "run = exec\n"),
    ("dynamic code", "compile(x, '', 'exec')\n"),
    ("dynamic code", "__import__('os')\n"),
    ("dynamic code", "__builtins__.eval\n"),
    ("dynamic code", "().__class__.__base__.__subclasses__()\n"),
    ("dynamic code", "f'{eval(x)}'\n"),
    ("dynamic code", "x = '''\neval('1')\n"),
]


@pytest.mark.parametrize(("label", "added"), LABELS, ids=lambda text: ascii(text)[:40])
def test_what_a_reader_should_look_at_is_labelled(label: str, added: str) -> None:
    assert label in labels(OLD + added.encode(), OLD)


@pytest.mark.parametrize(("label", "there"), LABELS, ids=lambda text: ascii(text)[:40])
def test_what_was_there_already_is_not_labelled_again(label: str, there: str) -> None:
    old = OLD + there.encode()
    assert labels(old + b"y = 2\n", old) == set()


@pytest.mark.parametrize(
    "added",
    [
        "import re\nfrom pathlib import Path\nx = re.compile('a')\n",
        "model.eval()\nself.exec = 1\nrun(eval=1)\n",
        "def compile(self): ...\n",
        "os.path.exists(x)\n",
        "text = 'import subprocess; eval(1)'  # import socket\n",
        "from .subprocess import x\nfrom . import socket\n",
        "name = 'é日本🙂 ❤️'\n",
        "token = next(tokens)\n",
    ],
)
def test_ordinary_code_carries_no_label(added: str) -> None:
    assert labels(OLD + added.encode(), OLD) == set()


def test_labels_of_the_file_as_a_whole() -> None:
    tests = b"def test_a():\n    pass\n\n\nclass TestB:\n    def test_c(self):\n        pass\n"
    assert "tests removed" in labels(tests[: tests.index(b"class")], tests, "src/checks.py")
    assert {"file removed", "tests removed", "protected"} <= labels(None, tests, "tests/test_a.py")
    assert "file emptied" in labels(b"\n", OLD)
    assert "file emptied" in labels(b"", OLD)
    long = b"".join(b"x%d = 1\n" % number for number in range(120))
    assert "large deletion" in labels(long[:200], long)
    assert "large deletion" not in labels(long[:-50], long)
    assert "line endings" in labels(OLD.replace(b"\n", b"\r\n"), OLD)
    assert "line endings" in labels(OLD.replace(b"\n", b"\r\n", 1), OLD)
    assert "line endings" in labels(b"a\r\n")
    assert "line endings" not in labels(b"a\r\nb\r\n", b"a\r\n")
    assert "final newline" in labels(OLD[:-1], OLD)
    assert "final newline" in labels(OLD, OLD[:-1])
    assert "byte order mark" in labels(b"\xef\xbb\xbf" + OLD, OLD)
    assert "byte order mark" not in labels(b"\xef\xbb\xbf" + OLD + b"x\n", b"\xef\xbb\xbf" + OLD)
    assert "executable" in labels(b"y = 1\n", b"x = 1\n", "src/run.py")


def test_a_risk_names_its_line() -> None:
    (risk,) = check(OLD + b"x = 1\nimport socket\n", OLD).risks
    assert (risk.path, risk.line, risk.protected) == ("src/a.py", 7, False)
    assert "socket" in risk.why


def test_many_lines_of_one_label_are_told_in_a_few() -> None:
    found = check(OLD + b"eval(x)\n" * 1000, OLD).risks
    assert len(found) == 5
    assert "and 995 more" in found[-1].why


@given(st.binary(max_size=300), st.one_of(st.none(), st.binary(max_size=300)))
def test_any_bytes_are_judged(new: bytes, old: bytes | None) -> None:
    checked = check(new, old)
    assert all(said.isprintable() for said in checked.problems)
    assert all(risk.why.isprintable() for risk in checked.risks)


@pytest.mark.parametrize("number", sorted(TEXTS))
def test_the_corpus_of_texts_is_judged(number: int) -> None:
    content = ("x = 1\n" + TEXTS[number] + "\n").encode("utf-8", "surrogatepass")
    checked = check(content[:190_000], b"x = 1\n")
    assert all(said.isprintable() for said in [*checked.problems, *(risk.why for risk in checked.risks)])


@pytest.mark.parametrize(
    "body",
    [
        "(" * 60_000,
        "-" * 60_000 + "1",
        "'" * 60_000,
        '"""' * 20_000,
        "\\\n" * 30_000,
        " " * 60_000 + "x",
        "\n".join(" " * depth + "if x:" for depth in range(500)),
        "f'" + "{" * 60_000,
        "import " + "a," * 30_000,
        "from os import (" + "a\n," * 60_000,
        "é" * 30_000,
        "password=" * 20_000,
        "\u0301" * 30_000,
        "0x" * 30_000,
        "1_" * 30_000,
        "# " * 30_000,
    ],
    ids=lambda body: ascii(body[:12]),
)
def test_hostile_source_is_judged_in_bounded_time(body: str) -> None:
    with at_most(400):
        Policy(most_lines=100_000).check([Change("n.py", body.encode())], {}, {})


def test_a_version_covers_everything_that_is_configured() -> None:
    policies = [
        Policy(),
        Policy(allowed=("src",)),
        Policy(guarded=("src",)),
        Policy(most_files=19),
        Policy(most_lines=1999),
        Policy(limits=Policy().limits._replace(file_bytes=1)),
    ]
    assert len({policy.version for policy in policies}) == len(policies)
    assert Policy().version == Policy.from_settings(Settings()).version
    assert len(Policy().version) == 64


def test_only_the_user_configures_it(tmp_path) -> None:
    home, root = tmp_path / "config", tmp_path / "repo"
    (home / "loopview").mkdir(parents=True)
    root.mkdir()
    (root / "loopview.toml").write_text('allowed_paths = ["**"]\nprotected_paths = []\nmost_files = 100\n')
    (home / "loopview" / "config.toml").write_text('allowed_paths = ["src"]\nprotected_paths = ["src/core"]\n')
    loaded = load(str(root), {"XDG_CONFIG_HOME": str(home), "HOME": str(tmp_path)})
    assert Policy.from_settings(loaded.settings) == Policy(allowed=("src",), guarded=("src/core",))
    assert len(loaded.problems) == 3
