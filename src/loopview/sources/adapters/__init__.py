"""One adapter a loop kind: it tells its files by what is in them, and gives their lines as canonical JSON lines.

An adapter is a module with ``NAME``; ``detect(head) -> bool``; ``family(head) -> str``, the table its lines go to;
and ``lines(lines)``, which returns the lines that the store reads: the very same for native files. Offsets and line
numbers stay those of the file, whatever the text becomes.
"""

from __future__ import annotations

from loopview.sources.adapters import retro, simplicio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from loopview.domain.records import Line

    class Adapter(Protocol):
        """What the module of an adapter has."""

        NAME: str

        def detect(self, head: bytes, /) -> bool:
            """Whether the file that begins with ``head`` is of this kind."""

        def family(self, head: bytes, /) -> str:
            """Return the table of the lines."""

        def lines(self, native: Sequence[Line], /) -> Sequence[Line]:
            """Return canonical lines."""


ADAPTERS: tuple[Adapter, ...] = (simplicio, retro)
"""All adapters, the narrower first: the first that detects a file has it."""


def recognise(head: bytes) -> tuple[str, str] | None:
    """Return (family, adapter) of the file that begins with ``head``; None when no adapter knows it."""
    return next(((adapter.family(head), adapter.NAME) for adapter in ADAPTERS if adapter.detect(head)), None)


def native_lines(name: str, lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines of a file that adapter ``name`` has, as the store reads them."""
    chosen: Adapter = next((each for each in ADAPTERS if name == each.NAME), retro)
    return chosen.lines(lines)
