"""The lines at the end of a commit's message that tie it to the ledger.

They are read from the last paragraph alone: a title or an instruction that imitates them stands above it.
"""

from __future__ import annotations

import re

PROPOSAL = "Loopview-Proposal"
DIGEST = "Loopview-Digest"  #: what the operator confirmed
LEDGER = "Loopview-Ledger"  #: hash of the ledger's last record when the commit was made
TIER = "Loopview-Tier"
TESTS = "Loopview-Tests"
MODEL = "Loopview-Model"

_LINE = re.compile(r"(Loopview-[A-Za-z]+): (.*)")


def trailers(message: str) -> dict[str, tuple[str, ...]]:
    """Return our lines of a message, each with every value that it is given."""
    found: dict[str, tuple[str, ...]] = {}
    for line in message.rstrip("\n").rpartition("\n\n")[2].split("\n"):
        if match := _LINE.fullmatch(line):
            found[match[1]] = (*found.get(match[1], ()), match[2])
    return found
