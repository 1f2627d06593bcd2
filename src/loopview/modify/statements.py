"""What was published, and on whose word, as statements that other tools read (in-toto's form), one for each commit.

A statement is about a commit and its tree. It says what the ledger says and nothing more: it is worth as much as
the ledger, or as the key that it is signed with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loopview.domain.approval import canonical
from loopview.domain.standing import fold
from loopview.guarded.signature import sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loopview.domain.approval import Subject
    from loopview.domain.chain import Record
    from loopview.domain.standing import Standing

__all__ = ["PREDICATE", "export", "sign", "statements"]

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:loopview:edit:v1"


def export(records: Iterable[Record]) -> bytes:
    """Return the statements as lines of JSON in plain ASCII, in the order of publishing."""
    return b"".join(canonical(statement) + b"\n" for statement in statements(records))


def statements(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    """One statement for each edit that was published, oldest first; texts in them are foreign."""
    published = [each for each in fold(records).values() if each.commit]
    for standing in sorted(published, key=_when):
        if standing.subject:
            yield _statement(standing, standing.subject)


def _when(standing: Standing) -> str:
    times = standing.times
    return str(times.get("published") or times.get("recovered") or "")


def _statement(standing: Standing, subject: Subject) -> dict[str, Any]:
    return {
        "_type": STATEMENT,
        "subject": [
            {"name": subject.target_ref, "digest": {"gitCommit": standing.commit}},
            {"name": f"{subject.target_ref}^{{tree}}", "digest": {"gitTree": subject.candidate_tree}},
        ],
        "predicateType": PREDICATE,
        "predicate": {
            "proposal": standing.proposal._asdict() | {"name": standing.key},
            "digest": {"sha256": standing.digest},
            "confirmed": {**subject._asdict(), "files": [delta._asdict() for delta in subject.files]},
            "start": standing.start._asdict() if standing.start else None,
            "decision": standing.decision._asdict() if standing.decision else None,
            "evidence": {**standing.tested, "sha256": subject.evidence_sha256},
            "tier": subject.tier,
            "model": subject.model,
            "published": _when(standing),
            "ledgerHead": standing.ledger_head,
            "undone": standing.undone,
        },
    }
