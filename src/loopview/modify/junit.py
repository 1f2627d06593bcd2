"""Read a JUnit report that untrusted code may have written: bounded, without entities, and only if it adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 64 * 1024 * 1024  #: bytes of a report
MOST_CASES = 200_000
LONGEST_NAME = 2_000  #: characters of a test's name

_OUTCOMES = {"failure": "failed", "error": "broken", "skipped": "skipped"}
_GRAVEST = ("broken", "failed", "skipped", "passed")


class ReportRefused(Exception):  # noqa: N818 - reads as the event it is
    """The report proves nothing; the message says why."""


class Case(NamedTuple):
    """One entry of a report."""

    name: str  #: ``tests.test_x.TestClass::test_a[1]``: foreign
    outcome: str  #: passed, failed, broken or skipped; the gravest of what is told
    kind: str  #: of a skip: ``pytest.skip``, ``pytest.xfail``


class Report(NamedTuple):
    """What a report tells."""

    cases: tuple[Case, ...]
    failures: int  #: as the report itself counts
    errors: int
    skipped: int
    tests: int

    def without(self, some: Sequence[Case]) -> Report:
        """The report as if these cases had not been."""
        found = [case.outcome for case in some]
        return Report(
            tuple(case for case in self.cases if case not in some),
            self.failures - found.count("failed"),
            self.errors - found.count("broken"),
            self.skipped - found.count("skipped"),
            self.tests - len(found),
        )

    def named(self, outcome: str) -> tuple[str, ...]:
        """Tests with this outcome, each once and in order; a test that is told of twice counts as its worst."""
        worst: dict[str, str] = {}
        for case in self.cases:
            known = worst.get(case.name, "passed")
            worst[case.name] = min(known, case.outcome, key=_GRAVEST.index)
        return tuple(name for name, found in worst.items() if found == outcome)


def read_report(content: bytes) -> Report:
    """Read a report's bytes. Raises `ReportRefused` when they are no report, too many, or do not add up."""
    if len(content) > LONGEST:
        raise ReportRefused(f"the report is longer than {LONGEST:,} bytes")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ReportRefused(f"the report is not whole: {error}") from None
    except (ValueError, KeyError, LookupError) as error:
        raise ReportRefused(f"the report cannot be read: {type(error).__name__}") from None
    return reader.report()


class _Reader:
    def __init__(self) -> None:
        self._cases: list[Case] = []
        self._told = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
        self._found = dict.fromkeys(_OUTCOMES, 0)
        self._suites = 0
        self._open: list[str] = []
        self._name = ""
        self._kinds: dict[str, str] = {}

    def refuse(self, *_: object) -> None:
        raise ReportRefused("the report declares entities or a document type")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        inside = self._open[-1] if self._open else ""
        self._open.append(tag)
        if len(self._open) > 16:  # noqa: PLR2004 - four levels are all that pytest writes
            raise ReportRefused("the report is nested too deep")
        if tag == "testsuite":
            self._suites += 1
            for name in self._told:
                self._told[name] += int(attributes.get(name, "0")[:9])
        elif tag == "testcase":
            self._name = "::".join(filter(None, (attributes.get("classname", ""), attributes["name"])))[
                :LONGEST_NAME
            ]
            self._kinds = {}
        elif inside == "testcase" and tag in _OUTCOMES:
            self._found[tag] += 1
            self._kinds[_OUTCOMES[tag]] = attributes.get("type", "")

    def end(self, tag: str) -> None:
        self._open.pop()
        if tag != "testcase":
            return
        outcome = next(each for each in _GRAVEST if each in self._kinds or each == "passed")
        self._cases.append(Case(self._name, outcome, self._kinds.get(outcome, "")))
        if len(self._cases) > MOST_CASES:
            raise ReportRefused(f"the report names more than {MOST_CASES:,} tests")

    def report(self) -> Report:
        told = self._told
        if not self._suites:
            raise ReportRefused("the report has no test suite")
        found = self._found
        if (found["failure"], found["error"], found["skipped"]) != (
            told["failures"],
            told["errors"],
            told["skipped"],
        ):
            raise ReportRefused("the report's own counts and its tests disagree")
        if len(self._cases) > told["tests"]:
            raise ReportRefused("the report names more tests than it counts")
        return Report(tuple(self._cases), told["failures"], told["errors"], told["skipped"], told["tests"])
