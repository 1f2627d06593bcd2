"""The records of one edit's life, from the proposal to the lesson, as the desk writes them."""

from __future__ import annotations

from loopview.domain.approval import Decision, FileDelta, Proposal, Subject, digest
from loopview.domain.chain import link

DELTA = FileDelta("a.py", "100644", "100644", "1" * 40, "2" * 40, "3" * 64, "4" * 64, 1, 1)
SUBJECT = Subject(
    "repo", "refs/heads/main", "b" * 40, "c" * 40, "d" * 40, (DELTA,), "do it", "ollama/m", "e" * 64, "p1", ("pytest",),
    "T2", "f" * 64, "0" * 64, "2026-06-24T10:30:00+00:00", "subject-nonce",
)  # fmt: skip
COMMIT = "9" * 40


def decision(gate="merge", key="p1", subject=SUBJECT, **other):
    """A decision as fields; typed as it has to be unless ``other`` says otherwise."""
    whole = digest(subject)
    made = Decision(
        gate, key, whole, whole[:8], "op", "host", "/dev/pts/1", "2026-06-24T10:10:00Z", f"{gate}-nonce"
    )
    return made._replace(**other)._asdict()


def subject_fields(subject=SUBJECT):
    return {**subject._asdict(), "files": [delta._asdict() for delta in subject.files]}


def life(key="p1", subject=SUBJECT, commit=COMMIT, head="a" * 64):
    """Events and fields, in order."""
    return [
        ("proposed", {"proposal": Proposal(key, "Title", subject.instruction)._asdict()}),
        ("start-decided", {"decision": decision("start", key, subject), "plan": {"command": ["pytest"]}}),
        ("started", {}),
        ("generated", {"model": "ollama/m", "attempt": 1}),
        ("checked", {"tree": subject.candidate_tree}),
        ("tested", {"verdict": "passed", "reasons": []}),
        ("ready", {"subject": subject_fields(subject), "digest": digest(subject), "boot": "x", "deadline": 1.5}),
        ("merge-decided", {"decision": decision("merge", key, subject)}),
        ("confirmed", {"digest": digest(subject)}),
        ("publishing", {"intent": {"commit": commit, "tree": subject.candidate_tree}}),
        ("published", {"commit": commit, "ledger_head": head}),
        ("reflected", {"reason": "went well"}),
    ]


def chained(events, key="p1", times=None):
    """Records of events, a second apart, or at ``times``."""
    records = []
    for number, (event, fields) in enumerate(events):
        time = times[number] if times else f"2026-06-24T10:{number // 60:02}:{number % 60:02}+00:00"
        records.append(link(records[-1] if records else None, time, event, key, fields))
    return records
