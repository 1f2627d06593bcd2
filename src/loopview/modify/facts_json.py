"""The facts of a module as JSON, as the index keeps them: imports apart, since they are read without the rest."""

from __future__ import annotations

import json
from typing import Any

from loopview.modify.module_facts import ClassFacts, FunctionFacts, ImportFacts, ModuleFacts


def encode(value: object) -> str:
    """Return facts as JSON: tuples become lists."""
    return json.dumps(value, separators=(",", ":"))


def decode_imports(written: str) -> tuple[ImportFacts, ...]:
    """Return imports. Raises ``ValueError`` or ``TypeError`` when the text holds none."""
    return tuple(ImportFacts(module, tuple(names), level) for module, names, level in json.loads(written))


def decode(imports: str, facts: str) -> ModuleFacts:
    """Return all facts. Raises ``ValueError`` or ``TypeError`` when the texts hold none."""
    docstring, classes, functions, _, lines = json.loads(facts)
    return ModuleFacts(
        docstring,
        tuple(map(_class, classes)),
        tuple(FunctionFacts(*each) for each in functions),
        decode_imports(imports),
        lines,
    )


def _class(found: list[Any]) -> ClassFacts:
    name, bases, methods, docstring, line = found
    return ClassFacts(name, tuple(bases), tuple(FunctionFacts(*each) for each in methods), docstring, line)
