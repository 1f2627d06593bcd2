"""The words of the sample: the invented service *harbour*, its modules, its chores and the ways its gate fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from random import Random

MODULES = (
    "sync/client", "sync/fetch", "sync/queue", "mirror/index", "mirror/prune", "mirror/verify", "store/blobs",
    "store/locks", "api/list", "api/upload", "api/auth", "api/health", "jobs/nightly", "jobs/retry", "cli/main",
    "cli/report", "config/load", "config/schema",
)  # fmt: skip

CHORES: dict[str, tuple[str, ...]] = {
    "bug": (
        "close the session when {m} is cancelled", "stop {m} from reading a half-written index",
        "count a retry once in {m}", "honour the time zone in {m}", "answer 404 instead of 500 in {m}",
        "release the lock when {m} fails", "keep the order of entries in {m}", "accept an empty body in {m}",
    ),
    "feature": (
        "add paging to {m}", "let {m} resume after a restart", "stream large files through {m}",
        "show progress from {m}", "cache the last answer of {m}", "add a dry run to {m}",
        "read {m} limits from the config",
    ),
    "refactor": (
        "split {m} by noun", "give {m} one entry point", "move the parsing out of {m}",
        "replace the flags of {m} by a value",
        "drop the dead branch in {m}",
    ),
    "docs": ("describe {m} in the guide", "fix the example for {m}", "say which errors {m} raises"),
    "test": (
        "cover the error path of {m}", "test {m} with a full disk", "replace the sleep in the test of {m}",
        "add a property test for {m}",
    ),
}  # fmt: skip

APPROACHES = (
    "smallest change first: {chore}",
    "write the failing test, then {chore}",
    "{chore}, reuse the existing fixture",
    "{chore} behind the old signature",
    "{chore} and delete the copy in tests",
)

HYPOTHESES = (
    "the caller already holds the lock, so the second take waits for ever",
    "the index is read before the rename has happened",
    "the fixture shares one session between tests, so state leaks",
    "the schema allows null here and the code does not",
    "the value is right, the test compares it before it is flushed",
    "one entry point makes the two callers agree",
    "nothing depends on the order, the test only looks as if it did",
)


class Failure(NamedTuple):
    """One way the gate fails: the lines it prints vary in numbers only, so the fingerprint stays."""

    name: str
    weight: int
    template: str

    def text(self, random: Random, module: str) -> str:
        """What the gate printed this time."""
        return self.template.format(
            module=module,
            name=module.rsplit("/", 1)[1],
            package=module.split("/", maxsplit=1)[0],
            line=random.randint(20, 190),
            few=random.randint(2, 5),
            got=random.randint(3, 40),
            wanted=random.randint(41, 80),
            passed=random.randint(196, 211),
            seconds=random.uniform(9, 31),
            address=random.getrandbits(44),
            commit=random.getrandbits(28),
        )


FAILURES = (
    Failure(
        "assertion",
        7,
        "FAILED tests/test_{name}.py::test_round_trip - AssertionError\n"
        "tests/test_{name}.py:{line}: in test_round_trip\n"
        "E       assert {got} == {wanted}\n"
        "1 failed, {passed} passed in {seconds:.2f}s",
    ),
    Failure(
        "missing module",
        3,
        "ImportError while loading conftest '/home/agent/harbour/tests/conftest.py'.\n"
        "tests/conftest.py:{few}: in <module>\n    import yaml\n"
        "E   ModuleNotFoundError: No module named 'yaml'  # needed by {package}",
    ),
    Failure("dirty tree", 2, "gate not run: working tree dirty ({few} files not committed)"),
    Failure(
        "locked",
        4,
        "Traceback (most recent call last):\n"
        '  File "/home/agent/harbour/store/locks.py", line {wanted}, in take\n'
        '    self._connection.execute("begin immediate")\n'
        "sqlite3.OperationalError: database is locked (owner 0x{address:x})",
    ),
    Failure(
        "types",
        4,
        "{module}.py:{line}: error: Incompatible return value type "
        '(got "str | None", expected "str")  [return-value]\n'
        "Found 1 error in 1 file (checked {wanted} source files)",
    ),
    Failure(
        "conflict",
        2,
        "Auto-merging {module}.py\nCONFLICT (content): Merge conflict in {module}.py\n"
        "error: could not apply {commit:07x}... part {few}\n"
        "Automatic merge failed; fix conflicts and then commit the result.",
    ),
    Failure(
        "timeout",
        1,
        "gate stopped after 9{got:02}s without output\n"
        "last line {passed}: tests/test_nightly.py::test_full_disk\nfatal: timeout",
    ),
    Failure(
        "ticks",
        2,
        "  \u2713 lists packages ({got} ms)\n"
        "  \u2717 shows an upload while it runs (20{wanted} ms)\n"
        "    expected 'uploading', got 'waiting'",
    ),
    Failure("silent", 2, ""),
)

TOO_MANY_REQUESTS = Failure(
    "too many requests",
    0,
    "FAILED tests/test_fetch.py::test_fetch_is_polite - AssertionError (0x{address:x})\n"
    "tests/test_fetch.py:{wanted}: in test_fetch_is_polite\n"
    "    assert response.status == 200\n"
    "E       assert 429 == 200\n"
    "E        +  where 429 = <Response [429]>.status\n"
    "1 failed, {passed} passed in {seconds:.2f}s",
)
"""The failure that the sample ends in: issue 231, four cycles in a row."""


class Ending(NamedTuple):
    """One of the last cycles, written by hand."""

    clock: str  #: time of the last day at which the cycle ended
    issue: int
    kind: str
    gate: str
    seconds: int
    added: int
    removed: int
    action: str
    hypothesis: str


ENDING = (
    Ending(
        "12:33:41",
        228,
        "docs",
        "pass",
        74,
        22,
        3,
        "describe mirror/prune in the guide",
        "the guide is a version behind",
    ),
    Ending(
        "12:40:07",
        226,
        "bug",
        "pass",
        201,
        14,
        6,
        "release the lock when jobs/retry fails",
        "the finally is missing",
    ),
    Ending(
        "12:49:12",
        220,
        "refactor",
        "blocked",
        40,
        0,
        0,
        "split store/blobs by noun",
        "nothing imports the private half",
    ),
    Ending(
        "12:55:30",
        229,
        "feature",
        "pass",
        211,
        88,
        12,
        "add paging to api/list",
        "one cursor serves both endpoints",
    ),
    Ending("13:41:02", 231, "bug", "fail", 362, 2, 0, "retry fetch", "the mirror answers 429 once and then 200"),
    Ending("13:49:18", 231, "bug", "fail", 358, 2, 2, "retry fetch", "the first retry came too soon"),
    Ending(
        "13:57:25",
        231,
        "bug",
        "fail",
        372,
        9,
        4,
        "bump timeout to 30s",
        "the answer would be 200 with more patience",
    ),
    Ending("14:05:44", 231, "bug", "fail", 400, 3, 1, "retry fetch", "with a pause the mirror lets us in"),
)
