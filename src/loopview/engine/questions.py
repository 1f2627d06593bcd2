"""The questions that can be asked by name, and the asking of them: for the console and for the commands.

Ready questions come with the program; the operator's own are ``.sql`` files in the user's configuration
directory. Files in the watched repository (``.loop/questions``) are data: they are listed and shown as text, and
never run until the operator has copied one over. All of them pass the same gate.
"""

from __future__ import annotations

import os
import re
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from loopview.config import user_file
from loopview.store.gate import SqlRefused, admit
from loopview.store.questions import Question, question_of
from loopview.store.ready import ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopview.store.asker import Asker
    from loopview.store.questions import Parameter
    from loopview.store.result import Result

FOLDER = "questions"
IN_REPOSITORY = os.path.join(".loop", FOLDER)
MOST_FILES = 500
LONGEST_FILE = 64 * 1024  #: bytes
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SPAN = re.compile(r"([0-9]{1,6})\s*(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Origin = Literal["ready", "own", "repository"]


class Known(NamedTuple):
    """One question of the list."""

    origin: Origin
    name: str
    text: str  #: the whole file, with its header
    path: str = ""  #: the file, where it is not one of ours
    question: Question | None = None  #: None: it is text only
    problem: str = ""  #: why it cannot be asked


class QuestionError(Exception):
    """A question cannot be asked: one plain sentence."""


def own_folder(environ: Mapping[str, str]) -> str:
    """Directory of the operator's own questions, whether or not it exists."""
    return os.path.join(os.path.dirname(user_file(environ)), FOLDER)


def known(root: str, environ: Mapping[str, str]) -> tuple[Known, ...]:
    """Return every question: the ready ones, the operator's own, and the repository's, which are text only."""
    built_in = [Known("ready", name, _written(question), question=question) for name, question in ready().items()]
    own = [_own(name, path) for name, path in _sql_files(own_folder(environ), follow=True)]
    repository = [
        Known("repository", name, _read(path, follow=False)[0], path)
        for name, path in _sql_files(os.path.join(root, IN_REPOSITORY), follow=False)
    ]
    return (*built_in, *own, *repository)


def problems(questions: tuple[Known, ...]) -> tuple[str, ...]:
    """Return one sentence for each of the operator's own files that cannot be asked."""
    return tuple(f"{each.path}: {each.problem}" for each in questions if each.problem)


def find(name: str, questions: tuple[Known, ...]) -> Question:
    """Return the question of that name; raise `QuestionError` saying why there is none to ask."""
    for each in questions:
        if each.name == name and each.question is not None and not each.problem:
            return each.question
    named = [each for each in questions if each.name == name]
    if any(each.origin == "repository" for each in named):
        raise QuestionError(
            f"{name} stands in the repository, which the agent can write: it is not run. "
            f"`loopview questions show {name}` shows it, `loopview questions copy {name}` makes it yours"
        )
    if named:
        raise QuestionError(f"{named[0].path}: {named[0].problem}")
    raise QuestionError(f"there is no question {name!r}; `loopview questions list` names those there are")


def ask(asker: Asker, question: Question, given: Mapping[str, str], now: datetime) -> Result:
    """Ask a question with parameters as written; raise `QuestionError`, or what ``Asker.run`` raises."""
    return asker.run(admit(question.sql), values_of(question, given, now))


def values_of(question: Question, given: Mapping[str, str], now: datetime) -> dict[str, object]:
    """Return the typed value of each parameter: as given, else its default. Raises `QuestionError`."""
    by_name = {parameter.name: parameter for parameter in question.parameters}
    for name in given:
        if name not in by_name:
            takes = ", ".join(by_name) or "none"
            raise QuestionError(f"{question.name} has no parameter {name!r}; it takes: {takes}")
    values: dict[str, object] = {"now": now}
    for name, parameter in by_name.items():
        text = given.get(name, parameter.default)
        values[name] = None if text.strip().lower() in {"null", ""} else _typed(parameter, text.strip(), now)
    return values


def _typed(parameter: Parameter, text: str, now: datetime) -> object:
    kind = parameter.type.lower()
    try:
        match kind:
            case "bigint" | "integer":
                return int(text)
            case "double":
                return float(text)
            case "boolean":
                return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[text.lower()]
            case "timestamp" | "date":
                return _moment(text, now)
    except (ValueError, KeyError, OverflowError):
        wanted = {
            "timestamp": "a time (2026-06-24T10:00:00Z) or a span back from now (7d, 24h)",
            "double": "a number",
            "bigint": "a whole number",
            "integer": "a whole number",
            "boolean": "true or false",
        }
        raise QuestionError(
            f"{parameter.name} = {text[:60]!r} is not {wanted.get(kind, f'of type {kind}')}"
        ) from None
    return text


def _moment(text: str, now: datetime) -> datetime | None:
    """A moment as loops write it, or as a span back from now."""
    from loopview.domain.clock import parse_time

    if text.lower() == "all":
        return None
    span = span_of(text)
    if span is not None:
        return now.astimezone(UTC) - span
    found = parse_time(text)
    if found is None:
        raise ValueError(text)
    return found


def span_of(text: str) -> timedelta | None:
    """Return the length that is written as ``7d`` or ``24h``; None when it is something else."""
    span = _SPAN.fullmatch(text.strip().lower())
    return timedelta(**{_UNITS[span[2]]: int(span[1])}) if span else None


def copy_over(name: str, questions: tuple[Known, ...], environ: Mapping[str, str]) -> str:
    """Copy a question of the repository to the operator's own; return the path. Raises `QuestionError`, OSError."""
    found = [each for each in questions if each.origin == "repository" and each.name == name]
    if not found:
        raise QuestionError(f"there is no question {name!r} in the repository's {IN_REPOSITORY}")
    if any(each.name == name and each.origin != "repository" for each in questions):
        raise QuestionError(f"{name} is the name of another question already; nothing was copied")
    checked = _checked(found[0])
    if checked.problem:
        raise QuestionError(f"{found[0].path}: {checked.problem}; nothing was copied")
    folder = own_folder(environ)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, f"{name}.sql")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(found[0].text)
    return path


def _own(name: str, path: str) -> Known:
    text, problem = _read(path, follow=True)
    if name in ready():
        problem = problem or "a ready question has that name; give the file another"
    each = Known("own", name, text, path, problem=problem)
    return each if problem else _checked(each)


def _checked(each: Known) -> Known:
    """Return it with its question, or with why it cannot be asked."""
    try:
        question = question_of(each.name, _with_title(each))
        values = values_of(question, {}, datetime.now(UTC))
        unnamed = admit(question.sql).parameters - values.keys()
    except SqlRefused as refused:
        return each._replace(problem=str(refused))
    except (ValueError, QuestionError) as error:
        return each._replace(problem=str(error))
    if unnamed:
        wanted = ", ".join(f"${name}" for name in sorted(unnamed))
        return each._replace(problem=f"its header names no parameter for {wanted}")
    return each._replace(question=question)


def _with_title(each: Known) -> str:
    """Return the text of a file with a header; one that has none is called by its name."""
    missing = [key for key in ("title", "answers") if not re.search(rf"^-- {key}:", each.text, re.MULTILINE)]
    return "".join(f"-- {key}: {each.name}\n" for key in missing) + each.text


def _sql_files(folder: str, *, follow: bool) -> Iterator[tuple[str, str]]:
    """Name and path of each ``.sql`` file in a folder, by name; none where it cannot be read."""
    if not follow and os.path.islink(folder):
        return
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".sql"))
    except OSError:
        return
    for name in names[:MOST_FILES]:
        if NAME.fullmatch(name.removesuffix(".sql")):
            yield name.removesuffix(".sql"), os.path.join(folder, name)


def _read(path: str, *, follow: bool) -> tuple[str, str]:
    """Return the text of a small regular file, and why it could not be read; never blocks."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        return "", error.strerror or "cannot be opened"
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return "", "not a regular file"
        content = os.read(descriptor, LONGEST_FILE + 1)
    except OSError as error:
        return "", error.strerror or "cannot be read"
    finally:
        os.close(descriptor)
    if len(content) > LONGEST_FILE:
        return "", f"longer than {LONGEST_FILE // 1024} KiB"
    return content.decode("utf-8", "replace"), ""


def _written(question: Question) -> str:
    """Return a question as its file reads."""
    takes = ", ".join(
        f"{each.name} {each.type}" + (f" = {each.default}" if each.default != "null" else "")
        for each in question.parameters
    )
    header = [f"-- title: {question.title}", f"-- answers: {question.answers}"]
    header += [f"-- parameters: {takes}"] if takes else []
    header += [f"-- chart: {question.chart}"] if question.chart else []
    return "\n".join((*header, question.sql)) + "\n"
