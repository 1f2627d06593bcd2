"""loopview: the operator console for autonomous coding-agent loops.

Public: `fingerprint(text)`, `stall_verdict(rows, k=3)` and `introspect(cycles, deep_triage, now)`; each is imported
on first use only, so that the package costs nothing until then.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what type checkers take for true; importing typing for it would cost more than the package
if TYPE_CHECKING:
    from loopview.domain.fingerprint import fingerprint
    from loopview.domain.insight import introspect
    from loopview.domain.stall import stall_verdict

__version__ = "0.1.0"
__all__ = ["__version__", "fingerprint", "introspect", "stall_verdict"]

_ROOMS = {
    "fingerprint": "loopview.domain.fingerprint",
    "introspect": "loopview.domain.insight",
    "stall_verdict": "loopview.domain.stall",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    public: object = getattr(import_module(_ROOMS[name]), name)
    globals()[name] = public
    return public


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
