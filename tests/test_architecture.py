"""The habits of the house, kept by looking: what each command imports, and how the source is written."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "loopview"
TUI = SOURCE / "tui"
HEAVY = {"textual", "rich", "duckdb", "ollama", "anthropic", "git", "watchfiles", "apprise"}

REPORTS_ITS_MODULES = """
import atexit, json, sys
atexit.register(lambda: open(sys.argv[1], "w").write(json.dumps(sorted({name.split(".")[0] for name in sys.modules}))))
"""
RUNS_A_COMMAND = REPORTS_ITS_MODULES + "from loopview.cli.main import run\nsys.exit(run(sys.argv[2:]))"


def modules_after(program: str, *arguments: str, directory: Path, expect: int = 0) -> set[str]:
    """Run a program in a clean interpreter and return the top-level modules it ended with."""
    report = directory / "modules.json"
    done = subprocess.run(
        [sys.executable, "-c", program, str(report), *arguments],
        cwd=directory, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == expect, done.stderr
    return set(json.loads(report.read_text()))


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["status", "--json"],
        ["status", "--tmux"],
        ["record", "--iteration", "412", "--action", "read Retry-After", "--gate", "pass"],
        ["stall", "--json"],
        ["resume"],
        ["fingerprint", "gate.txt"],
    ],
    ids=" ".join,
)
def test_commands_called_every_turn_import_nothing_heavy(command, sample_loop):
    (sample_loop / "gate.txt").write_text("E assert 429 == 200\n", encoding="utf-8")
    loaded = modules_after(RUNS_A_COMMAND, *command, directory=sample_loop)
    assert "loopview" in loaded
    assert loaded & HEAVY == set()


def test_the_package_root_imports_nothing_of_its_own(tmp_path):
    program = REPORTS_ITS_MODULES + (
        "import loopview\n"
        "extra = [name for name in sys.modules if name.startswith('loopview.')]\n"
        "assert not extra, extra\n"
    )
    assert modules_after(program, directory=tmp_path) & HEAVY == set()


def test_the_public_rules_are_reached_without_weight(tmp_path):
    program = REPORTS_ITS_MODULES + (
        "import loopview\n"
        "assert loopview.fingerprint('\\u2717 case a\\nplain line\\n') == 'b2a471b3bf3c'\n"
        "assert loopview.stall_verdict([]).verdict == 'PROGRESS'\n"
        "assert callable(loopview.introspect)\n"
    )
    assert modules_after(program, directory=tmp_path) & HEAVY == set()


def test_the_console_is_imported_with_textual_alone(tmp_path):
    program = REPORTS_ITS_MODULES + "import loopview.tui.app\n"
    loaded = modules_after(program, directory=tmp_path)
    assert "textual" in loaded
    assert loaded & (HEAVY - {"textual", "rich"}) == set()


# --- how the source is written --------------------------------------------------------------------------------


def trees(directory: Path) -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(directory.rglob("*.py"))]


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def called(node: ast.Call) -> str:
    """The last part of what is called: ``run_worker`` for ``self.app.run_worker(…)``."""
    return (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )


def calls(tree: ast.AST, *names: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in names]


def given(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def workers() -> list[tuple[Path, ast.Module, ast.Call]]:
    return [(path, tree, call) for path, tree in trees(TUI) for call in calls(tree, "run_worker", "work")]


def test_every_worker_says_what_it_is():
    wanted = {"thread", "exclusive", "group", "description", "exit_on_error"}
    found = [(path, call) for path, _, call in workers()]
    assert found, "no worker was found: this test looks in the wrong place"
    unsaid = [
        f"{place(path, call)} lacks {wanted - set(given(call))}"
        for path, call in found
        if wanted - set(given(call))
    ]
    assert unsaid == []
    ends_the_app = [
        place(path, call)
        for path, call in found
        if getattr(given(call)["exit_on_error"], "value", True) is not False
    ]
    assert ends_the_app == []


TOUCHES_THE_SCREEN = {
    "query", "query_one", "mount", "mount_all", "remove", "remove_children", "refresh", "update", "notify", "push_screen",
    "pop_screen", "switch_screen", "focus", "scroll_to", "set_class", "add_class", "remove_class", "toggle_class",
    "call_later", "call_after_refresh", "set_timer", "set_interval", "run_worker", "exit", "suspend", "batch_update",
}  # fmt: skip


def reached(tree: ast.Module, first: str) -> list[ast.AST]:
    """The functions of one module that a worker's function reaches, by name."""
    functions: dict[str, list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions.setdefault(node.name, []).append(node)
    seen: set[str] = set()
    waiting = [first]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        waiting += [
            called(node) for body in functions[name] for node in ast.walk(body) if isinstance(node, ast.Call)
        ]
    return [body for name in seen for body in functions[name]]


def named(target: ast.expr) -> str:
    """The last part of a name: ``_look`` for ``self._look``."""
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def threads() -> list[tuple[Path, ast.Module, str]]:
    """Module and name of every function that runs as a thread worker."""
    found = []
    for path, tree, call in workers():
        if called(call) == "run_worker" and getattr(given(call).get("thread"), "value", True):
            found.append((path, tree, named(call.args[0])))
    for path, tree in trees(TUI):
        found += [(path, tree, named(call.args[1])) for call in calls(tree, "in_thread")]
    for path, tree in trees(TUI):
        found += [
            (path, tree, node.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            and any(isinstance(mark, ast.Call) and called(mark) == "work" for mark in node.decorator_list)
        ]
    return found


def test_thread_workers_post_and_touch_nothing_on_the_screen():
    found = threads()
    assert found
    assert all(name for _, _, name in found), "a worker's function must have a name to be judged by"
    touching = [
        f"{place(path, call)} {called(call)}"
        for path, tree, name in found
        for body in reached(tree, name)
        for call in calls(body, *TOUCHES_THE_SCREEN)
    ]
    assert touching == []


TAKES_CONTENT = {
    "Static",
    "Label",
    "Button",
    "Checkbox",
    "Option",
    "Tab",
    "TabPane",
    "Collapsible",
    "Digits",
    "Link",
}
SHOWS_TEXT = {"border_title", "border_subtitle", "tooltip"}


def is_made_text(node: ast.expr) -> bool:
    """Whether an expression builds a str at run time: an f-string, a sum, ``%`` or ``.format``."""
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return isinstance(node.left, ast.Constant | ast.JoinedStr) and is_text(node.left)
    return isinstance(node, ast.Call) and called(node) in {"format", "join", "str", "plain", "safe"}


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_foreign_text_reaches_widgets_as_content_only():
    wrong = []
    for path, tree in trees(TUI):
        wrong += [
            f"{place(path, call)} {called(call)} of text made at run time"
            for call in calls(tree, *TAKES_CONTENT)
            if call.args
            and is_made_text(call.args[0])
            and getattr(given(call).get("markup"), "value", True) is not False
        ]
        wrong += [
            f"{place(path, node)} {target.attr} of text made at run time"
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Attribute) and target.attr in SHOWS_TEXT and is_made_text(node.value)
        ]
    assert wrong == []


def test_nothing_in_the_console_reads_markup():
    wrong = [
        f"{place(path, call)} {called(call)}"
        for path, tree in trees(TUI)
        for call in calls(tree, "from_markup", "render_markup", "to_content", "visualize")
    ]
    wrong += [
        place(path, node)
        for path, tree in trees(SOURCE)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in {"rich.markup", "textual.markup"}
    ]
    assert wrong == []


def test_output_belongs_to_the_command_line():
    """Data goes to standard output in ``cli`` alone, and one module there owns standard error."""
    wrong = []
    for path, tree in trees(SOURCE):
        room = path.relative_to(SOURCE).parts[0]
        wrong += [f"{place(path, call)} print" for call in calls(tree, "print")]
        flushed = {
            id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "flush"
        }
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys"
            ):
                continue
            if id(node) in flushed:
                continue
            if node.attr in {"stdout", "__stdout__"} and room not in {"cli", "tui"}:
                wrong.append(f"{place(path, node)} sys.{node.attr}")
            if node.attr in {"stderr", "__stderr__"} and path != SOURCE / "cli" / "exits.py" and room != "tui":
                wrong.append(f"{place(path, node)} sys.{node.attr}")
    assert wrong == []


COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![\w-]*\s*\{)|\b(rgb|rgba|hsl|hsla)\(|\bansi_\w+")
NAMED = re.compile(
    r":[^;{]*?(?<![$\w-])(black|white|red|green|blue|yellow|magenta|cyan|grey|gray|orange|purple|pink|brown)(?![\w-])"
)


def test_colours_are_theme_variables():
    sheets = sorted(TUI.rglob("*.tcss"))
    assert [path.relative_to(TUI).as_posix() for path in sheets] == ["loopview.tcss"], "layout lives in one file"
    rules = re.sub(r"/\*.*?\*/", "", sheets[0].read_text(encoding="utf-8"), flags=re.DOTALL)
    values = [line for line in rules.splitlines() if ":" in line and not line.rstrip().endswith(("{", ","))]
    assert [line.strip() for line in values if COLOUR.search(line) or NAMED.search(line)] == []


def test_no_test_waits_by_sleeping():
    """A test may sleep only inside a loop that asks for a condition: a poll with a deadline."""
    wrong = []
    for path, tree in trees(ROOT / "tests"):
        polled = {
            id(call)
            for loop in ast.walk(tree)
            if isinstance(loop, ast.While | ast.For | ast.AsyncFor)
            for call in calls(loop, "sleep")
        }
        wrong += [place(path, call) for call in calls(tree, "sleep") if id(call) not in polled]
    assert wrong == []


def test_snapshots_stay_few():
    assert len(list((ROOT / "tests").rglob("*.svg"))) <= 12


@pytest.mark.parametrize("word", ["utils", "helpers", "manager", "misc", "common"])
def test_no_room_is_called_after_nothing(word):
    assert [path for path in SOURCE.rglob("*.py") if word in path.stem.split("_")] == []


def test_files_keep_to_one_noun():
    """A report, not a gate: what grew past 300 lines is named, and only twice that is refused."""
    sizes = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCE.rglob("*.py")
    }
    long = sorted(((lines, path.as_posix()) for path, lines in sizes.items() if lines > 300), reverse=True)
    if long:
        warnings.warn(
            "files to split by noun: " + ", ".join(f"{path} ({lines})" for lines, path in long), stacklevel=1
        )
    assert [path for lines, path in long if lines > 600] == []


# --- the looking itself -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("f'{reason}'", True),
        ("'reason: ' + reason", True),
        ("'%s' % reason", True),
        ("'{}'.format(reason)", True),
        ("str(reason)", True),
        ("'Cycles'", False),
        ("content(reason)", False),
        ("label", False),
    ],
)
def test_made_text_is_told_from_content(source, made):
    assert is_made_text(ast.parse(source, mode="eval").body) is made


def test_a_worker_that_touches_the_screen_is_found():
    tree = ast.parse("def work(self):\n    self.show()\n\ndef show(self):\n    self.query_one('#a').update('b')\n")
    touched = {called(call) for body in reached(tree, "work") for call in calls(body, *TOUCHES_THE_SCREEN)}
    assert touched == {"query_one", "update"}


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("color: #ff0000;", True),
        ("background: red 20%;", True),
        ("border: round ansi_blue;", True),
        ("color: $fail;", False),
        ("background: $surface-lighten-1;", False),
        ("border-title-color: $text-error;", False),
        ("width: 1fr;", False),
    ],
)
def test_a_colour_is_told_from_a_variable(rule, wrong):
    assert bool(COLOUR.search(rule) or NAMED.search(rule)) is wrong
