"""Evidence from real runs: real git, the real jail, real pytest in it, and every known way to fake a pass."""

from __future__ import annotations

import importlib._bootstrap_external
import os
import subprocess
import sys
import threading

import pytest

from loopview.config import Settings
from loopview.domain.change import Change
from loopview.domain.evidence import SuiteRun, Tier, Verdict
from loopview.guarded.jail import Limits, Report
from loopview.guarded.scratch import remove_tree, scratch
from loopview.modify import evidence as module
from loopview.modify.base_runs import BaseRun, BaseRuns
from loopview.modify.evidence import Gathering, check_syntax, plan_of, sweep
from loopview.modify.git_safety import GitSafety, Refused
from loopview.modify.junit import ReportRefused, read_report
from loopview.modify.overlay import overlaid
from loopview.modify.suite_run import disagreement

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the jail is Linux's")

CALC = "def add(a, b):\n    return a + b\n\n\ndef half(a):\n    return a // 3\n"
BROKEN = "def add(a, b):\n    return 0\n\n\ndef half(a):\n    return a // 2\n"
TESTS = """
import subprocess, sys
import pytest
from calc import add, half

def test_add():
    assert add(2, 3) == 5

def test_half():
    assert half(4) == 2

@pytest.mark.parametrize("n", [1, 2])
def test_twice(n):
    assert add(n, n) == 2 * n

def test_in_a_process():
    assert subprocess.run([sys.executable, "-c", "import calc; print(calc.add(1, 1))"], capture_output=True).stdout == b"2\\n"

def test_left_out():
    pytest.skip("not today")
"""


def git_in(folder, *words):
    who = ("-c", "user.name=A", "-c", "user.email=a@b")
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


def repository(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git_in(folder, "init", "-q", "-b", "main")
    git_in(folder, "add", "-A")
    git_in(folder, "commit", "-q", "-m", "base")
    return GitSafety(str(folder), str(folder.parent / "private"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A repository whose base has one red test, and the directories of its runs; the base runs once for all."""
    top = tmp_path_factory.mktemp("shop")
    (top / "repo").mkdir()
    files = {
        "src/calc/__init__.py": CALC,
        "tests/test_calc.py": TESTS,
        "tests/conftest.py": "",
        "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-m nothing_at_all'\n",
    }
    git = repository(top / "repo", files)
    (top / "runs").mkdir()
    (top / "bases").mkdir()
    return git, top


def gathered(shop, changes, settings=None, bases="bases"):
    git, top = shop
    commit = git.snapshot().commit
    candidate = git.candidate(
        commit,
        [
            Change(path, text if isinstance(text, bytes) or text is None else text.encode())
            for path, text in changes.items()
        ],
    )
    gathering = Gathering(git, candidate, plan_of(settings or Settings()), str(top / "runs"), str(top / bases))
    said = list(gathering.events())
    assert not os.listdir(top / "runs")
    return gathering.evidence, said


def test_a_good_candidate_passes(shop):
    evidence, said = gathered(shop, {"src/calc/__init__.py": CALC.replace("3", "2")})
    assert evidence.verdict is Verdict.PASSED, evidence
    assert evidence.better == ("tests.test_calc::test_half",)
    assert not evidence.worse + evidence.lost + evidence.new
    assert "tests" in said
    assert b"passed" in b"".join(part for part in said if isinstance(part, bytes))
    assert len(evidence.candidate.passed) == 5
    assert evidence.candidate.skipped == ("tests.test_calc::test_left_out",)
    assert evidence.candidate.tier >= Tier.CONFINED


def test_a_broken_candidate_does_not(shop):
    evidence, _ = gathered(shop, {"src/calc/__init__.py": BROKEN})
    assert evidence.verdict is Verdict.FAILED
    assert "tests.test_calc::test_add" in evidence.worse


def test_the_base_is_run_once(shop):
    changes = {"src/calc/__init__.py": CALC.replace("3", "2")}
    (shop[1] / "fresh").mkdir()
    first = [each for each in gathered(shop, changes, bases="fresh")[1] if isinstance(each, str)]
    second = [each for each in gathered(shop, changes, bases="fresh")[1] if isinstance(each, str)]
    assert first == ["base tests", "tests"]
    assert second == ["tests"]


def test_a_new_test_of_the_candidate_runs(shop):
    test = "from calc import add\n\ndef test_new():\n    assert add(1, 0) == 1\n"
    evidence, _ = gathered(shop, {"src/calc/__init__.py": CALC.replace("3", "2"), "tests/test_new.py": test})
    assert evidence.verdict is Verdict.PASSED, evidence.reasons
    assert evidence.new == ("tests.test_new::test_new",)


def test_a_test_cannot_be_weakened_or_removed(shop):
    weak = "def test_add(): pass\ndef test_half(): pass\n"
    for text in (weak, None):
        evidence, _ = gathered(shop, {"src/calc/__init__.py": BROKEN, "tests/test_calc.py": text})
        assert evidence.verdict is Verdict.FAILED
        assert "tests.test_calc::test_add" in evidence.worse


FORGED = """
import atexit, glob, os, sys
report = next(word.partition("=")[2] for word in sys.argv if word.startswith("--junitxml="))
def forge():
    text = open(report).read()
    import re
    text = re.sub(r"<failure.*?</failure>", "", text, flags=re.S)
    text = re.sub(r'failures="[0-9]+"', 'failures="0"', text)
    open(report, "w").write(text)
    os.write(1, b"\\n5 passed, 1 skipped in 0.01s\\n")
    os._exit(0)
atexit.register(forge)
"""
EARLY = """
import os, sys
report = next(word.partition("=")[2] for word in sys.argv if word.startswith("--junitxml="))
names = ["test_add", "test_half", "test_twice[1]", "test_twice[2]", "test_in_a_process"]
cases = "".join(f'<testcase classname="tests.test_calc" name="{name}"/>' for name in names)
open(report, "w").write(f'<testsuites><testsuite tests="5" failures="0" errors="0" skipped="0">{cases}</testsuite></testsuites>')
os.write(1, b"\\n5 passed in 0.01s\\n")
os._exit(0)
"""
SWALLOW = """
from _pytest import runner
original = runner.CallInfo.from_call.__func__
def from_call(cls, func, when, reraise=None):
    call = original(cls, func, when, reraise)
    call.excinfo = None
    return call
runner.CallInfo.from_call = classmethod(from_call)
"""
ALL_GREEN = """
from _pytest.reports import TestReport
original = TestReport.from_item_and_call.__func__
def green(cls, item, call):
    report = original(cls, item, call)
    report.outcome, report.longrepr = "passed", None
    report.__dict__.pop("wasxfail", None)
    return report
TestReport.from_item_and_call = classmethod(green)
"""
RUNS_NOTHING = "import _pytest.python\n_pytest.python.Function.runtest = lambda self: None\n"
HOOKS_GREEN = """
import pluggy
original = pluggy.HookCaller.__call__
def call(self, **words):
    report = words.get("report")
    if report is not None and self.name == "pytest_runtest_logreport":
        report.outcome, report.longrepr = "passed", None
    return original(self, **words)
pluggy.HookCaller.__call__ = call
"""
NO_FAILURES = """
import _pytest.junitxml as junit, _pytest.terminal as terminal, _pytest.main as main
junit._NodeReporter.append_failure = junit._NodeReporter.append_pass
main.Session.testsfailed = property(lambda self: 0, lambda self, value: None)
"""
SKIPS = "import pytest\npytest.skip('not here', allow_module_level=True)\n"

FAKES = {
    "leave at once": {"src/calc/__init__.py": "import os\nos._exit(0)\n"},
    "leave when called": {"src/calc/__init__.py": "import os\ndef add(a, b): os._exit(0)\ndef half(a): return 2\n"},
    "leave politely": {"src/calc/__init__.py": "import sys\nsys.exit(0)\n"},
    "leave at exit": {"src/calc/__init__.py": "import atexit, os\natexit.register(os._exit, 0)\n" + BROKEN},
    "rewrite the report at exit": {"src/calc/__init__.py": FORGED + BROKEN},
    "write the report and leave": {"src/calc/__init__.py": EARLY},
    "another pytest": {"pytest.py": "raise SystemExit(0)", "src/pytest.py": "raise SystemExit(0)"},
    "another _pytest": {"_pytest/__init__.py": "raise SystemExit(0)"},
    "sitecustomize": {
        "sitecustomize.py": "import os\nos._exit(0)",
        "src/sitecustomize.py": "import os\nos._exit(0)",
    },
    "usercustomize": {"usercustomize.py": "import os\nos._exit(0)"},
    "a site of the home": {".local/lib/python3.11/site-packages/x.pth": "import os; os._exit(0)"},
    "pth": {"x.pth": "import os; os._exit(0)", "src/x.pth": "import os; os._exit(0)"},
    "pytest.ini": {"pytest.ini": "[pytest]\naddopts = --collect-only\n"},
    "hidden ini": {"tests/.pytest.ini": "[pytest]\naddopts = --collect-only\n"},
    "tox.ini": {"tox.ini": "[pytest]\naddopts = -k nothing\n"},
    "setup.cfg": {"setup.cfg": "[tool:pytest]\naddopts = --deselect tests/test_calc.py::test_add\n"},
    "pyproject": {"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--collect-only'\n"},
    "conftest that ignores": {"conftest.py": "collect_ignore_glob = ['*']\n"},
    "conftest that deselects": {"tests/conftest.py": "def pytest_collection_modifyitems(items): items.clear()\n"},
    "conftest that greens": {
        "conftest.py": "import os\ndef pytest_sessionfinish(session): session.exitstatus = 0; session.testsfailed = 0\n"
    },
    "conftest that reports": {"tests/conftest.py": ALL_GREEN},
    "swallowed exceptions": {"src/calc/__init__.py": SWALLOW + BROKEN},
    "reports made green": {"src/calc/__init__.py": ALL_GREEN + BROKEN},
    "reports made green on their way": {"src/calc/__init__.py": HOOKS_GREEN + BROKEN},
    "tests that do not run": {"src/calc/__init__.py": RUNS_NOTHING + BROKEN},
    "failures told as passes": {"src/calc/__init__.py": NO_FAILURES + BROKEN},
    "everything skipped": {"src/calc/__init__.py": SKIPS},
}


@pytest.mark.parametrize("name", FAKES)
def test_no_known_fake_passes(shop, name):
    evidence, _ = gathered(shop, {"src/calc/__init__.py": BROKEN, **FAKES[name]})
    assert evidence.verdict is Verdict.FAILED, evidence
    assert evidence.base is not None
    assert "tests.test_calc::test_add" in evidence.base.passed


def test_compiled_code_is_not_run_in_the_place_of_its_source(shop):
    """A compiled file that says it need not be compared with its source is taken out."""
    good = compile(CALC.replace("3", "2"), "src/calc/__init__.py", "exec")
    made = importlib._bootstrap_external._code_to_hash_pyc(good, b"\0" * 8, checked=False)
    name = f"src/calc/__pycache__/__init__.{sys.implementation.cache_tag}.pyc"
    evidence, _ = gathered(shop, {"src/calc/__init__.py": BROKEN, name: bytes(made)})
    assert evidence.verdict is Verdict.FAILED


def test_the_reasons_say_what_was_faked(shop):
    swallowed, _ = gathered(shop, {"src/calc/__init__.py": SWALLOW + BROKEN})
    assert "has to fail did not" in " ".join(swallowed.reasons)
    left, _ = gathered(shop, FAKES["leave at once"])
    assert "without a report" in " ".join(left.reasons)
    written, _ = gathered(shop, FAKES["write the report and leave"])
    assert "has to fail did not" in " ".join(written.reasons)


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("import time\ntime.sleep(99)\n", "time"),
        ("import os\nwhile True:\n    os.fork()\n", "processes"),
        ("x = [bytearray(1 << 24) for _ in range(200)]\n", "memory"),
        ("import os\nwhile True: os.write(2, b'x' * 65536) if not os.isatty(1) else 0\n", ""),
    ],
)
def test_a_limit_is_named_and_no_pass(shop, code, limit):
    git, top = shop
    candidate = git.candidate(
        git.snapshot().commit, [Change("src/calc/__init__.py", code.encode() + BROKEN.encode())]
    )
    plan = plan_of(Settings())
    bounds = Limits(wall=1.5 if limit == "time" else 20.0, memory=512 << 20, processes=50)
    (top / f"limit-{limit}").mkdir()
    gathered(shop, {"src/calc/__init__.py": BROKEN})  # so that there is a base run to borrow
    small = plan._replace(limits=bounds)
    known = BaseRuns(str(top / "bases")).find(candidate.base_commit, plan, module.probe().tier)
    assert known is not None
    BaseRuns(str(top / f"limit-{limit}")).keep(candidate.base_commit, small, known)
    gathering = Gathering(git, candidate, small, str(top / "runs"), str(top / f"limit-{limit}"))
    list(gathering.events())
    assert gathering.evidence.verdict is Verdict.FAILED
    named = gathering.evidence.candidate.limit
    assert named == limit or (not limit and named)
    assert f"{named} limit" in gathering.evidence.reasons[0]


def test_a_base_that_cannot_be_known_proves_nothing(tmp_path):
    (tmp_path / "repo").mkdir()
    git = repository(tmp_path / "repo", {"a.py": "import os\n", "test_a.py": "import os, a\nos._exit(0)\n"})
    (tmp_path / "runs").mkdir()
    (tmp_path / "bases").mkdir()
    evidence, _ = gathered((git, tmp_path), {"a.py": "x = 1\n"})
    assert evidence.verdict is Verdict.NOT_RUN
    assert "the base's own tests say nothing" in evidence.reasons[0]
    assert not os.listdir(tmp_path / "bases")


def test_cancel_ends_the_run(shop):
    git, top = shop
    candidate = git.candidate(
        git.snapshot().commit, [Change("src/calc/__init__.py", b"import time\nprint('asleep')\ntime.sleep(99)\n")]
    )
    gathering = Gathering(
        git,
        candidate,
        plan_of(
            Settings(
                test_command=(
                    sys.executable,
                    "-c",
                    "import sys; sys.path.insert(0, 'src'); print('go', flush=True); import calc",
                )
            )
        ),
        str(top / "runs"),
        str(top / "bases"),
    )
    timer = None
    for event in gathering.events():
        if event == "tests":
            timer = threading.Timer(0.2, gathering.cancel)
            timer.start()
    assert timer is not None
    assert gathering.evidence.verdict is Verdict.NOT_RUN
    assert gathering.evidence.reasons == ("it was cancelled",)
    assert not os.listdir(top / "runs")


# -- plans -------------------------------------------------------------------------------------------------------


def test_a_command_of_another_kind_counts_by_its_code(tmp_path):
    (tmp_path / "repo").mkdir()
    script = "import sys, a\nsys.exit(0 if a.x == 1 else 3)\n"
    git = repository(tmp_path / "repo", {"a.py": "x = 2\n", "check.py": script})
    for name in ("runs", "bases"):
        (tmp_path / name).mkdir()
    settings = Settings(test_command=(sys.executable, "check.py"))
    good, _ = gathered((git, tmp_path), {"a.py": "x = 1\n"}, settings)
    assert good.verdict is Verdict.PASSED, good
    assert good.better == ("command",)
    bad, _ = gathered((git, tmp_path), {"a.py": "x = 5\n"}, settings)
    assert bad.verdict is Verdict.FAILED
    changed, _ = gathered((git, tmp_path), {"check.py": "print('fine')\n"}, settings)
    assert changed.verdict is Verdict.FAILED  # the script is the base's


def test_a_pytest_command_of_the_operator_reads_the_configuration_of_the_base(tmp_path):
    (tmp_path / "repo").mkdir()
    files = {
        "lib/a.py": "x = 1\n",
        "checks/test_a.py": "import a\ndef test_one(): assert a.x\ndef test_two(): assert a.x\n",
        "pytest.ini": "[pytest]\npythonpath = lib\ntestpaths = checks\n",
    }
    git = repository(tmp_path / "repo", files)
    for name in ("runs", "bases"):
        (tmp_path / name).mkdir()
    settings = Settings(test_command=(sys.executable, "-m", "pytest"))
    plan = plan_of(settings)
    assert plan.pytest
    good, _ = gathered((git, tmp_path), {"lib/a.py": "x = 2\n"}, settings)
    assert good.verdict is Verdict.PASSED, good
    assert len(good.candidate.passed) == 2
    ini = "[pytest]\npythonpath = lib\ntestpaths = checks\naddopts = -k test_two\n"
    bad, _ = gathered((git, tmp_path), {"lib/a.py": "x = 0\n", "pytest.ini": ini}, settings)
    assert len(bad.worse) == 2


def test_tests_beside_the_code_are_found(tmp_path):
    (tmp_path / "repo").mkdir()
    git = repository(
        tmp_path / "repo",
        {
            "pkg/__init__.py": "",
            "pkg/a.py": "x = 1\n",
            "pkg/test_a.py": "from pkg.a import x\ndef test_x(): assert x\n",
        },
    )
    for name in ("runs", "bases"):
        (tmp_path / name).mkdir()
    evidence, _ = gathered((git, tmp_path), {"pkg/a.py": "x = 2\n"})
    assert evidence.verdict is Verdict.PASSED, evidence
    assert evidence.candidate.passed == ("pkg.test_a::test_x",)


def test_words_become_a_plan(monkeypatch, tmp_path):
    tool = tmp_path / "make"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"relative:{tmp_path}")
    plan = plan_of(Settings(test_command=("make", "test"), test_seconds=7, jail_tier="T3", allow_unconfined=True))
    assert plan.command == (str(tool), "test")
    assert (plan.pytest, plan.own, plan.minimum, plan.unconfined) == (False, False, Tier.ISOLATED, True)
    assert (plan.limits.wall, plan.limits.cpu) == (7.0, 14)
    assert plan_of(Settings(test_command=("python", "-m", "pytest"))).command[0] == sys.executable
    assert plan_of(Settings()).own
    assert plan_of(Settings()).key != plan_of(Settings(test_seconds=3)).key


def test_without_a_jail_nothing_runs_unless_the_operator_says_so(shop, monkeypatch):
    monkeypatch.setattr(module, "probe", lambda: Report(Tier.LIMITED, (), (), "no jail holds here"))
    changes = {"src/calc/__init__.py": CALC.replace("3", "2")}
    evidence, said = gathered(shop, changes)
    assert evidence.verdict is Verdict.NOT_RUN
    assert evidence.reasons == ("T2 is wanted, and no jail holds here",)
    assert not said
    git, top = shop
    candidate = git.candidate(git.snapshot().commit, [Change("src/calc/__init__.py", b"x = 1\n")])
    with pytest.raises(Refused, match="no jail holds here"):
        check_syntax(git, candidate, plan_of(Settings()), str(top / "runs"))
    open_, _ = gathered(shop, changes, Settings(allow_unconfined=True))
    assert open_.verdict is Verdict.PASSED, open_
    assert open_.candidate.tier is Tier.LIMITED


def test_the_base_decides_over_tests_and_configuration():
    decides = overlaid({"tests/test_a.py", "src/a.py"}, ("/usr/bin/make", "./run.sh"))
    for path in (
        "tests/test_a.py",
        "conftest.py",
        "src/pkg/conftest.py",
        "pytest.ini",
        "tests/pyproject.toml",
        "run.sh",
        "x.pth",
        "Makefile",
    ):
        assert decides(path), path
    for path in ("src/a.py", "tests/test_new.py", "README.md"):
        assert not decides(path), path


# -- syntax ------------------------------------------------------------------------------------------------------


def test_every_changed_source_is_compiled(shop):
    git, top = shop
    changes = {
        "a.py": "def f(:\n",
        "b.py": "x = '\0'\n",
        "c.py": "x = 1\n",
        "d.py": "# -*- coding: nonsense -*-\n",
        "e.txt": "def f(:",
    }
    candidate = git.candidate(
        git.snapshot().commit, [Change(path, text.encode()) for path, text in changes.items()]
    )
    problems = check_syntax(git, candidate, plan_of(Settings()), str(top / "runs"))
    assert [problem.partition(":")[0] for problem in problems] == ["a.py", "b.py", "d.py"]
    assert problems[0] == "a.py:1: invalid syntax"
    assert not os.listdir(top / "runs")


def test_a_source_that_brings_the_compiler_down_is_said(shop):
    git, top = shop
    deep = "x = " + "-" * 200_000 + "1\n"
    wide = "(" * 90 + "1" + ")" * 90 + "\n"
    candidate = git.candidate(git.snapshot().commit, [Change("a.py", deep.encode()), Change("b.py", wide.encode())])
    problems = check_syntax(git, candidate, plan_of(Settings()), str(top / "runs"))
    assert problems
    assert problems[0].startswith("a.py")


# -- records -----------------------------------------------------------------------------------------------------


def test_a_kept_run_is_the_run(tmp_path):
    plan = plan_of(Settings())
    run = SuiteRun(0, True, ("a", "b\ud800"), ("c",), (), (), 1.25, Tier.CONFINED, "", "out", "", ("x",))
    kept = BaseRuns(str(tmp_path))
    kept.keep("c" * 40, plan, BaseRun(run, True))
    assert kept.find("c" * 40, plan, Tier.CONFINED) == BaseRun(run, True)
    assert kept.find("c" * 40, plan, Tier.ISOLATED) is None
    assert kept.find("c" * 40, plan._replace(plugins=("x",)), Tier.CONFINED) is None
    (name,) = os.listdir(tmp_path)
    (tmp_path / name).write_text("{")
    assert kept.find("c" * 40, plan, Tier.CONFINED) is None
    kept.keep("d" * 40, plan, BaseRun(run._replace(limit="time"), True))
    kept.keep("e" * 40, plan, BaseRun(run._replace(complete=False), True))
    assert os.listdir(tmp_path) == [name]


GOOD = '<testsuites><testsuite errors="0" failures="1" skipped="1" tests="3"><testcase classname="a" name="p"/><testcase classname="a" name="f"><failure/></testcase><testcase classname="a" name="s"><skipped type="pytest.skip"/></testcase></testsuite></testsuites>'


def test_a_report_is_read_or_refused():
    report = read_report(GOOD.encode())
    assert report.named("failed") == ("a::f",)
    assert report.named("passed") == ("a::p",)
    assert disagreement(report, b"noise\n1 failed, 1 passed, 1 skipped in 0.10s\n", wanted=True) == ""
    assert (
        disagreement(
            report,
            b"\x1b[31m== 1 failed, 1 passed, 1 skipped, 2 warnings in 61.10s (0:01:01) ==\x1b[0m\n",
            wanted=True,
        )
        == ""
    )
    assert disagreement(report, b"3 passed in 0.1s\n", wanted=True)
    assert disagreement(report, b"1 failed, 1 passed, 1 skipped in 0.1s\n3 passed in 0.1s\n", wanted=True)
    assert disagreement(report, b"", wanted=True)
    assert not disagreement(report, b"", wanted=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<",
        "<a/>",
        GOOD[:-20],
        GOOD.replace('failures="1"', 'failures="0"'),
        GOOD.replace('tests="3"', 'tests="2"'),
        GOOD.replace('tests="3"', 'tests="x"'),
        GOOD.replace(' name="p"', ""),
        '<!DOCTYPE a [<!ENTITY x "y">]>' + GOOD,
        "<testsuites>" + "<a>" * 20 + "</a>" * 20 + "</testsuites>",
        '<?xml version="1.0" encoding="nonsense"?>' + GOOD,
    ],
)
def test_a_report_that_proves_nothing_is_refused(text):
    with pytest.raises(ReportRefused):
        read_report(text.encode())


def test_a_test_that_is_told_of_twice_counts_as_its_worst():
    text = '<testsuite errors="1" failures="0" skipped="0" tests="2"><testcase classname="a" name="x"/><testcase classname="a" name="x"><error/></testcase></testsuite>'
    report = read_report(text.encode())
    assert report.named("broken") == ("a::x",)
    assert report.named("passed") == ()


# -- directories -------------------------------------------------------------------------------------------------


def test_what_foreign_code_leaves_is_removed(tmp_path):
    keep = tmp_path / "keep"
    keep.write_text("x")
    with scratch(str(tmp_path)) as place:
        os.symlink(keep, os.path.join(place, "link"))
        os.symlink(tmp_path, os.path.join(place, "folder"))
        os.mkdir(os.path.join(place, "shut"))
        open(os.path.join(place, "shut", "f"), "w").close()
        os.chmod(os.path.join(place, "shut"), 0)
        here = os.open(place, os.O_RDONLY)
        for _ in range(3000):
            os.mkdir("d", dir_fd=here)
            below = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(here)
        assert os.stat(place).st_mode & 0o777 == 0o700
        assert sweep(str(tmp_path)) == 0  # we live
    assert os.listdir(tmp_path) == ["keep"]


def test_what_a_dead_console_left_is_swept(tmp_path):
    code = f"import os\nfrom loopview.guarded.scratch import scratch\nwith scratch({str(tmp_path)!r}) as place:\n    open(place + '/x', 'w').close()\n    os._exit(9)\n"
    subprocess.run([sys.executable, "-c", code], check=False)
    (tmp_path / "other").mkdir()
    assert len(os.listdir(tmp_path)) == 2
    assert sweep(str(tmp_path)) == 1
    assert os.listdir(tmp_path) == ["other"]
    assert sweep(str(tmp_path / "nowhere")) == 0


def test_removing_a_link_leaves_what_it_names(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "f").write_text("x")
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "link").symlink_to(tmp_path / "real")
    remove_tree(str(tmp_path / "top"))
    assert (tmp_path / "real" / "f").exists()
    assert not (tmp_path / "top").exists()
