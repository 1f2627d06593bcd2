"""The index of real repositories: work trees and commits, incremental, rebuilt when damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from pace import at_most

from loopview.modify.code_files import CommitFiles, WorkTreeFiles
from loopview.modify.codebase_indexer import CodebaseIndexer, Importers
from loopview.modify.git_safety import GitSafety
from tests.data.hostile import MODERATE

if TYPE_CHECKING:
    from pathlib import Path

CODE = {
    "README.md": "# A calculator",
    "src/calculator.py": '"""Arithmetic for everybody."""\nfrom numbers_of import Number\n\n\ndef divide(a, b):\n    """Divide safely."""\n',
    "src/numbers_of.py": "class Number:\n    pass\n",
    "src/app.py": "import calculator\n",
    "src/main.py": "import app\n",
    "src/left.py": "import right\n",
    "src/right.py": "import left\n",
    "tests/test_calculator.py": "import calculator\n",
    "tests/test_flow.py": "from app import run\n",
}


@pytest.fixture
def code(tmp_path: Path) -> Path:
    root = tmp_path / "code"
    write(root, CODE)
    return root


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text if isinstance(text, bytes) else text.encode())


def index(root: Path) -> CodebaseIndexer:
    return CodebaseIndexer(WorkTreeFiles(str(root)), str(root.parent / "index.sqlite"))


def age(root: Path) -> None:
    """Let the stamps of all files be old enough to be trusted; ctime cannot be set, so that mtime alone is moved."""
    for path in root.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))


def test_a_repository_is_indexed(code):
    with index(code) as indexer:
        assert indexer.index_all()[:4] == (8, 0, 0, 1)
        info = indexer.get_module_info("src/calculator.py")
        assert info is not None
        assert (info.module, info.docstring, info.lines) == ("calculator", "Arithmetic for everybody.", 6)
        assert info.functions[0].signature == "def divide(a, b)"
        assert info.imported == ("src/numbers_of.py",)
        assert indexer.get_module_info("README.md") is indexer.get_module_info("missing.py") is None
        assert oct((code.parent / "index.sqlite").stat().st_mode & 0o777) == "0o600"


def test_the_blast_radius_is_found_and_cycles_end(code):
    with index(code) as indexer:
        indexer.index_all()
        chain = indexer.get_dependency_chain("src/numbers_of.py")
        assert chain.direct == ("src/calculator.py",)
        assert chain.transitive == ("src/app.py", "src/main.py", "tests/test_calculator.py", "tests/test_flow.py")
        assert len(chain.all) == 5
        assert indexer.get_dependency_chain("src/left.py") == Importers(("src/right.py",), ())
        assert indexer.get_dependency_chain("src/main.py") == Importers((), ())


def test_coverage_goes_by_names_and_by_imports_through_one_module(code):
    with index(code) as indexer:
        indexer.index_all()
        assert indexer.has_test_coverage("src/calculator.py")  # by its name
        assert indexer.has_test_coverage("src/app.py")  # a test imports it
        assert indexer.has_test_coverage("src/numbers_of.py")  # through calculator
        assert not indexer.has_test_coverage("src/main.py")
        assert not indexer.has_test_coverage("src/left.py")
        assert indexer.has_test_coverage("tests/test_flow.py")
        assert not indexer.has_test_coverage("README.md")


def test_relevant_files_are_ranked_by_names_paths_and_docstrings(code):
    with index(code) as indexer:
        indexer.index_all()
        assert (
            indexer.get_relevant_files("Add modulo operation to the calculator", 3)[0].path == "src/calculator.py"
        )
        assert [each.path for each in indexer.get_relevant_files("number", 1)] == ["src/numbers_of.py"]
        assert indexer.get_relevant_files("readme", 5)[0].path == "README.md"
        tied = [each.path for each in indexer.get_relevant_files("left right", 2)]
        assert tied == ["src/left.py", "src/right.py"]
        for text in (*MODERATE.values(), '") OR x', "names:", ""):
            assert len(indexer.get_relevant_files(text, 3)) <= 3
        assert indexer.get_relevant_files("calculator", 0) == []


def test_one_bad_file_is_one_failure(code):
    bad = {
        "bad/syntax.py": "def f(:\n",
        "bad/null.py": b"x = '\0'",
        "bad/bytes.py": b"'\xff'",
        "bad/huge.py": b"x = 1\n" * 200_000,
        "bad/deep.py": b"-" * 200_000 + b"1",
        "bad/hidden.py": b"# coding: utf-7\n",
    }
    write(code, bad)
    with index(code) as indexer:
        assert indexer.index_all()[:2] == (8, 6)
        assert dict(indexer.failures()).keys() == bad.keys()
        assert indexer.get_module_info("bad/syntax.py") is None
        assert "6 Python files that could not be read" in indexer.get_summary()
        write(code, {"bad/syntax.py": "import app\n"})
        assert indexer.index_changed()[0] == 1
        assert "bad/syntax.py" in indexer.get_dependency_chain("src/app.py").direct


def test_only_what_changed_is_read_again(code):
    with index(code) as indexer:
        indexer.index_all()
        assert indexer.index_changed()[:3] == (0, 0, 8)
        age(code)
        assert indexer.index_changed()[:3] == (0, 0, 8)
        write(code, {"src/app.py": "import right\n"})
        assert indexer.index_changed()[:3] == (1, 0, 7)
        assert indexer.get_dependency_chain("src/calculator.py").direct == ("tests/test_calculator.py",)
        assert indexer.get_dependency_chain("src/right.py").direct == ("src/app.py", "src/left.py")
    with index(code) as indexer:
        assert indexer.index_changed()[:3] == (0, 0, 8)
        assert indexer.get_dependency_chain("src/right.py").direct == ("src/app.py", "src/left.py")


def test_a_file_that_comes_or_goes_moves_what_imports_mean(code):
    with index(code) as indexer:
        indexer.index_all()
        (code / "src/calculator.py").unlink()
        assert indexer.index_changed()[:5] == (0, 0, 7, 1, 1)
        assert indexer.get_dependency_chain("src/numbers_of.py") == Importers((), ())
        assert not indexer.get_relevant_files("divide", 5)
        write(
            code,
            {"src/calculator/__init__.py": "from . import core\n", "src/calculator/core.py": "import numbers_of\n"},
        )
        assert indexer.index_changed()[:5] == (2, 0, 7, 1, 0)
        chain = indexer.get_dependency_chain("src/calculator/core.py")
        assert chain.direct == ("src/calculator/__init__.py",)
        assert "tests/test_calculator.py" in chain.transitive


def test_a_change_that_keeps_size_and_time_is_seen(code):
    age(code)
    with index(code) as indexer:
        indexer.index_all()
        write(code, {"src/app.py": "import left_right\n"[:16] + "t\n"})
        os.utime(code / "src/app.py", (1_000_000_000, 1_000_000_000))
        assert indexer.index_changed()[0] == 1


def test_links_devices_and_other_peoples_packages_are_left_out(code, tmp_path):
    (tmp_path / "secret.py").write_text("SECRET = 1\n")
    (code / "src/link.py").symlink_to(tmp_path / "secret.py")
    (code / "linked").symlink_to(tmp_path)
    (code / "loop").symlink_to(code)
    os.mkfifo(code / "src/fifo.py")
    write(code, {".venv/x.py": "", "node_modules/y.py": "", ".git/z.py": ""})
    os.mkdir(os.fsencode(code) + b"/odd")
    with open(os.fsencode(code) + b"/odd/\xff.py", "wb"):
        pass
    with index(code) as indexer:
        assert indexer.index_all()[:2] == (8, 1)
        assert not indexer.get_relevant_files("secret", 5)


def test_files_that_no_prompt_may_hold_are_listed_only(code):
    write(code, {"secrets/keys.py": "def telling_name(): ...\n", ".env": "A=1", "id_rsa": "x"})
    with index(code) as indexer:
        indexer.index_all()
        assert indexer.get_module_info("secrets/keys.py") is None
        assert "telling_name" not in indexer.get_summary()


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@b", *words],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_a_commit_is_indexed_from_objects_and_knows_the_work_trees_files(code, tmp_path):
    (code / "src/link.py").symlink_to("app.py")
    git(code, "init", "-q")
    git(code, "add", ".")
    git(code, "commit", "-q", "-m", "x")
    before = git(code, "status", "--porcelain")
    reader = CommitFiles(GitSafety(str(code), str(tmp_path / "private")), git(code, "rev-parse", "HEAD"))
    write(code, {"src/app.py": "import left\n"})
    with CodebaseIndexer(reader, str(tmp_path / "index.sqlite")) as indexer:
        assert indexer.index_changed()[:4] == (8, 0, 0, 1)
        assert indexer.get_dependency_chain("src/calculator.py").direct == (
            "src/app.py",
            "tests/test_calculator.py",
        )
        assert indexer.index_changed()[:3] == (0, 0, 8)
    with index(code) as indexer:
        assert indexer.index_changed()[:3] == (1, 0, 7)
    git(code, "checkout", "-q", "src/app.py")
    assert git(code, "status", "--porcelain") == before


class Stubborn:
    """A reader of which one file cannot be read, and one that lists hostile paths."""

    def entries(self):
        return [("a.py", "1", 3), ("b.py", "2", 3), ("a.py", "1", 3), ("\udcff.py", "3", 3), ("c\0.py", "4", 3), ("x" * 5000, "5", 0),
                *((f"{name!r}.py"[:900], f"h{number}", 3) for number, name in MODERATE.items())]  # fmt: skip

    def content(self, path: str) -> bytes:
        from loopview.guarded.regular import ReadRefused

        if path == "b.py":
            raise ReadRefused("it is gone")
        return b"x=1"


def test_a_reader_may_fail_for_one_file_and_list_anything(tmp_path):
    with CodebaseIndexer(Stubborn(), str(tmp_path / "index.sqlite")) as indexer:
        done = indexer.index_all()
        assert done.failed == 3
        assert indexer.failures() == (("b.py", "it is gone"),)
        assert len(indexer.get_summary(100_000).split("\n")) == done.indexed + 1


def damage(kind: str, path: Path) -> None:
    if kind == "garbage":
        path.write_bytes(b"not a database at all" * 500)
    elif kind == "torn":
        os.truncate(path, path.stat().st_size // 2)
    elif kind == "zeros":
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(bytes(path.stat().st_size - 4096))
    else:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(
                {
                    "old": "drop table link; pragma user_version = 7",
                    "missing": "drop table link",
                    "columns": "alter table file rename column facts to fact",
                    "facts": "update file set facts = '[1]', imports = '{'",
                    "search": "drop table search_data",
                }[kind]
            )


@pytest.mark.parametrize("open_before", [False, True])
@pytest.mark.parametrize("kind", ["garbage", "torn", "zeros", "old", "missing", "columns", "facts", "search"])
def test_a_damaged_or_old_index_is_made_anew(code, kind, open_before):
    database = code.parent / "index.sqlite"
    indexer = index(code)
    indexer.index_all()
    if not open_before:
        indexer.close()
    damage(kind, database)
    if not open_before:
        indexer = index(code)
        done = indexer.index_changed()
        assert done.indexed + done.skipped == 8
    assert indexer.get_module_info("src/app.py") is not None
    assert indexer.get_relevant_files("calculator", 1)[0].path == "src/calculator.py"
    assert indexer.get_dependency_chain("src/app.py").direct == ("src/main.py", "tests/test_flow.py")
    assert "8 Python modules" in indexer.get_summary()
    indexer.index_changed()
    assert indexer.notice == ""
    indexer.close()


def test_a_run_that_finds_damage_says_what_it_read(code):
    with index(code) as indexer:
        indexer.index_all()
        damage("missing", code.parent / "index.sqlite")
        write(code, {"src/app.py": "import left\n"})
        assert indexer.index_changed()[:3] == (8, 0, 0)
    with pytest.raises(sqlite3.ProgrammingError):
        indexer.get_summary()


def test_an_index_that_somebody_holds_is_made_in_memory(code, monkeypatch):
    monkeypatch.setattr("loopview.modify.index_store.LONGEST_WAIT", 0.05)
    index(code).close()
    database = code.parent / "index.sqlite"
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("begin exclusive")
        with index(code) as indexer:
            assert indexer.index_changed()[0] == 8
            assert "locked" in indexer.notice
            assert indexer.get_dependency_chain("src/app.py").direct
        holder.execute("rollback")
    with index(code) as indexer:
        assert indexer.index_changed()[0] == 8
        assert indexer.notice == ""


@pytest.mark.parametrize("kind", ["link", "folder", "fifo", "nowhere"])
def test_what_is_no_file_of_ours_is_not_written_to(code, tmp_path, kind):
    place = tmp_path / "place" / "index.sqlite"
    if kind != "nowhere":
        place.parent.mkdir()
    (tmp_path / "other").write_bytes(b"precious")
    make = {
        "link": lambda: place.symlink_to(tmp_path / "other"),
        "folder": place.mkdir,
        "fifo": lambda: os.mkfifo(place),
    }
    make.get(kind, lambda: None)()
    with CodebaseIndexer(WorkTreeFiles(str(code)), str(place)) as indexer:
        assert indexer.index_all()[0] == 8
        assert indexer.notice
    assert (tmp_path / "other").read_bytes() == b"precious"


WRITER = """
import sys
from loopview.modify.code_files import WorkTreeFiles
from loopview.modify.codebase_indexer import CodebaseIndexer
print("ready", flush=True)
for _ in range(int(sys.argv[3])):
    with CodebaseIndexer(WorkTreeFiles(sys.argv[1]), sys.argv[2]) as indexer:
        assert indexer.index_all().indexed == 8
    print("done", flush=True)
"""


def test_processes_share_an_index_and_one_that_is_killed_does_no_harm(code):
    database = str(code.parent / "index.sqlite")
    command = [sys.executable, "-c", WRITER, str(code), database]
    steady = subprocess.Popen([*command, "20"], stdout=subprocess.DEVNULL)
    for _ in range(3):
        victim = subprocess.Popen([*command, "1000"], stdout=subprocess.PIPE)
        assert victim.stdout is not None
        for _ in range(3):
            victim.stdout.readline()
        victim.kill()
        victim.wait()
        victim.stdout.close()
    assert steady.wait(60) == 0
    with index(code) as indexer:
        indexer.index_changed()
        assert len(indexer.get_dependency_chain("src/numbers_of.py").all) == 5
        assert indexer.notice == ""


def test_a_run_in_another_thread_can_be_ended(code):
    reached, go_on = threading.Event(), threading.Event()

    class Slow(WorkTreeFiles):
        def content(self, path: str) -> bytes:
            reached.set()
            go_on.wait(60)
            return super().content(path)

    done = []
    indexer = CodebaseIndexer(Slow(str(code)), str(code.parent / "index.sqlite"))
    thread = threading.Thread(target=lambda: done.append(indexer.index_all()))
    thread.start()
    reached.wait(60)
    indexer.cancel()
    go_on.set()
    thread.join()
    assert done[0].indexed == 0
    assert "cancelled" in done[0].ended
    assert indexer.index_changed().indexed == 8
    indexer.close()


def test_two_thousand_files_take_seconds_and_one_takes_little(tmp_path):
    root = tmp_path / "code"
    template = '"""Module {n}."""\nimport pkg.m{m}\n\n\n' + "".join(
        f'def function_{k}(a: int, b: str = "x") -> int:\n    """Do {k}."""\n    return a + {k}\n\n\n'
        for k in range(20)
    )
    write(
        root, {f"src/pkg/m{n}.py": template.format(n=n, m=n + 1) for n in range(2000)} | {"src/pkg/__init__.py": ""}
    )
    with index(root) as indexer:
        with at_most(1500):
            assert indexer.index_all().indexed == 2001
        write(root, {"src/pkg/m7.py": "import pkg.m9\n"})
        with at_most(60):
            assert indexer.index_changed().indexed == 1
        assert len(indexer.get_dependency_chain("src/pkg/m1999.py").all) == 1999
    shutil.rmtree(root)
