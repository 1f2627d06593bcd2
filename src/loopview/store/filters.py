"""The filter line of a table to an SQL predicate with parameters.

Terms are joined by *and*; a leading ``!`` inverts the whole line, a ``-`` before a term that term::

    word "two words"     stands in any text column, whatever the case
    type:bug issue:231   the column is exactly that, whatever the case; ``type:`` alone: it is empty
    #231                 the same as issue:231
    duration>300         compared as a number; also >= < <= =
    ok  fail  blocked    the outcome
    outlier              a duration that stands out by one of two rules:
    outlier:mean         it is above three times the mean of all
    outlier:type         it is above three times the median of its type, and far outside that type's usual spread
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loopview.store.schema import quoted, table_columns

if TYPE_CHECKING:
    from loopview.domain.columns import Family

_TERM = re.compile(r'-?(?:[\w#]+[:<>=]+)?"[^"]*"?|\S+')
_COMPARED = re.compile(r"(\w+)(>=|<=|>|<|=|:)(.*)", re.DOTALL)
_NUMBERS = ("BIGINT", "DOUBLE", "INTEGER")
_OVER_MEAN = "duration > 3 * (select avg(duration) from cycles where duration > 0)"
_OVER_TYPE = """\
duration > (
    select map_from_entries(list((kind, seconds))) from (
        select coalesce(type, 'unknown') as kind,
               greatest(3 * median(duration), median(duration) + 3 * 1.4826 * mad(duration)) as seconds
        from cycles where duration > 0 group by kind having count(*) >= 5
    )
)[coalesce(type, 'unknown')]"""  # the limits of domain.robust.outlier_limit, by type


@dataclass(frozen=True, slots=True)
class Predicate:
    """An SQL condition and its parameters; ``true`` when nothing is filtered."""

    sql: str = "true"
    parameters: tuple[tuple[str, object], ...] = ()


def parse_filter(family: Family, text: str) -> Predicate:
    """Return the predicate of a filter line over the family's table. Never raises: what is no term is a word."""
    text = text.strip()
    inverted = text.startswith("!")
    terms: list[str] = []
    values: dict[str, object] = {}
    for term in _TERM.findall(text[1:] if inverted else text):
        negated = term.startswith("-") and len(term) > 1
        sql = _term(family, term[1:] if negated else term, values)
        terms.append(f"not coalesce({sql}, false)" if negated else sql)
    if not terms:
        return Predicate()
    joined = " and ".join(f"({term})" for term in terms)
    return Predicate(f"not coalesce({joined}, false)" if inverted else joined, tuple(values.items()))


def _term(family: Family, term: str, values: dict[str, object]) -> str:
    kinds = dict(table_columns(family))
    outcome = _outcome(kinds, term.lower())
    if outcome is not None:
        return outcome
    if term.startswith("#") and len(term) > 1 and "issue" in kinds:
        term = f"issue:{term[1:]}"
    found = _COMPARED.fullmatch(term)
    if found is not None and found[1] in kinds:
        return _compared(found[1], kinds[found[1]], found[2], _unquoted(found[3]), values)
    return _word(kinds, _unquoted(term), values)


def _outcome(kinds: dict[str, str], word: str) -> str | None:
    """Return the condition of a word that names an outcome in this table."""
    if "success" in kinds:
        named = {"ok": "success", "pass": "success", "fail": "not success", "unknown": "success is null"}
    elif "gate" in kinds:
        named = {
            "ok": "gate = 'pass'",
            "pass": "gate = 'pass'",
            "fail": "gate = 'fail'",
            "blocked": "gate = 'blocked'",
        }
    else:
        named = {}
    if "duration" in kinds and "fingerprint" in kinds:
        named["outlier:mean"], named["outlier:type"] = _OVER_MEAN, _OVER_TYPE
        named["outlier"] = f"coalesce({_OVER_MEAN}, false) or coalesce({_OVER_TYPE}, false)"
    return named.get(word)


def _compared(name: str, kind: str, sign: str, value: str, values: dict[str, object]) -> str:
    column = quoted(name)
    if sign == ":":
        if not value:
            return f"coalesce(cast({column} as varchar), '') = ''"
        sign = "="
    number = _number(value)
    if kind in _NUMBERS and number is not None:
        return f"{column} {sign} {_bind(values, number)}"
    return f"lower(cast({column} as varchar)) {sign} {_bind(values, value.lower())}"


def _word(kinds: dict[str, str], word: str, values: dict[str, object]) -> str:
    name = _bind(values, word.lower())
    texts = [column for column, kind in kinds.items() if kind == "VARCHAR" and column != "source"]
    texts += [column for column in ("cycle", "iteration") if column in kinds]
    return " or ".join(
        f"coalesce(contains(lower(cast({quoted(text)} as varchar)), {name}), false)" for text in texts
    )


def _bind(values: dict[str, object], value: object) -> str:
    name = f"where_{len(values)}"
    values[name] = value
    return f"${name}"


def _unquoted(text: str) -> str:
    return text[1:].removesuffix('"') if text.startswith('"') else text


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
