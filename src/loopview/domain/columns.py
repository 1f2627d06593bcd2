"""The columns of every family of records: one description that ingest, the Python reader and the docs share.

A *family* is one kind of line (a cycle, an attempt, …) and becomes one table. The first road (SQL) and the second
(plain Python) both type a field by the kind named here, so that they cannot drift apart.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["text", "int", "number", "bool", "time", "json"]
"""How a field is typed.

``text``    a JSON string as it is; any other scalar or value as its JSON text
``int``     an integer of 64 bits; ``7.0`` and ``"7"`` are 7; a fraction is drift
``number``  a finite double; ``"7.5"`` is 7.5; NaN and infinities are drift
``bool``    true or false, also as 1 and 0 and as the words ``"true"`` and ``"false"``; all else is drift
``time``    ISO 8601 (no zone means UTC) or epoch seconds or milliseconds, kept as naive UTC
``json``    any value, as JSON text
"""


class Column(NamedTuple):
    """One field of a record."""

    name: str  #: the column's name in SQL and in JSON answers
    kind: Kind
    meaning: str  #: one line, shown in the column browser and in docs/tables.md
    keys: tuple[str, ...] = ()  #: the JSON keys it is read from, the first present wins; empty = ``(name,)``

    @property
    def sources(self) -> tuple[str, ...]:
        """The JSON keys this column is read from."""
        return self.keys or (self.name,)


class Family(NamedTuple):
    """One kind of record and the table it becomes."""

    name: str  #: the table's name
    noun: str  #: what one row is, in the singular
    meaning: str
    columns: tuple[Column, ...]


CYCLES = Family(
    "cycles",
    "cycle",
    "one cycle of the loop, as the loop wrote it when the cycle ended",
    (
        Column("ts", "time", "when the cycle ended, UTC", ("timestamp",)),
        Column("cycle", "int", "number of the cycle; restarts repeat numbers"),
        Column("issue", "text", "what was worked on; 0, empty and null mean none"),
        Column("type", "text", "bug, feature, refactor …; a missing type is unknown"),
        Column("success", "bool", "whether the cycle reached its goal; null is unknown"),
        Column("duration", "number", "seconds the cycle took; only values above 0 count in averages"),
        Column("lines_added", "int", "lines added"),
        Column("lines_removed", "int", "lines removed"),
        Column("pr", "text", "pull request that was merged, as text"),
        Column("reason", "text", "why it failed"),
        Column("epoch", "text", "epoch of the loop the cycle belongs to"),
        Column("hermes_clean_exit", "bool", "whether the agent ended cleanly"),
        Column("main_green", "bool", "whether the main branch was green afterwards"),
        Column("tests_passed", "int", "tests that passed"),
        Column("tests_added", "int", "tests added"),
        Column("files_changed", "int", "files changed"),
        Column("notes", "text", "free text of the loop"),
    ),
)

ATTEMPTS = Family(
    "attempts",
    "attempt",
    "one attempt in the journal: an action, its hypothesis and what the gate said",
    (
        Column("iteration", "int", "iteration of the loop; may repeat or go back"),
        Column("action", "text", "what was tried"),
        Column("hypothesis", "text", "why it should have worked"),
        Column("note", "text", "free text"),
        Column("gate", "text", "pass, fail or blocked; other words are kept and never count as failures"),
        Column("gate_output", "text", "what the gate printed, where the loop keeps it"),
        Column("fingerprint", "text", "fingerprint of the failure; null, empty and - mean none"),
        Column("ts", "time", "when it was recorded, UTC; often missing: file order is the order"),
        Column("commit", "text", "HEAD when it was recorded", ("commit",)),
        Column("execution_state", "text", "proposed planned dry_run authorized executed verified rejected"),
        Column("stage_id", "text", "stage of the delegation"),
        Column("source_artifact", "text", "artifact the stage worked from"),
        Column("chunk_id", "text", "chunk of the artifact"),
        Column("validator", "text", "who validated"),
        Column("decision", "text", "what was decided"),
        Column("retry_count", "int", "retries so far"),
        Column("blocked_reason", "text", "why it is blocked"),
        Column("next_action", "text", "what comes next"),
        Column("bh_address", "text", "place in the delegation tree: R, R.0, R.0.3"),
        Column("tag", "text", "the loop's own label"),
    ),
)

TRIAGE = Family(
    "triage",
    "triage run",
    "one quick triage run",
    (
        Column("ts", "time", "when it ran, UTC", ("timestamp", "ts")),
        Column("issues_reviewed", "int", "issues looked at"),
        Column("ready", "json", "issues found ready"),
        Column("total_open", "int", "open issues"),
        Column("scored", "int", "issues scored"),
        Column("not_ready", "int", "issues not ready"),
        Column("quarantined", "json", "issues set aside"),
    ),
)

DEEP_TRIAGE = Family(
    "deep_triage",
    "deep triage run",
    "one model-led triage run",
    (
        Column("ts", "time", "when it ran, UTC", ("timestamp",)),
        Column("issues_reviewed", "int", "issues looked at"),
        Column("issues_refined", "json", "issues refined: a list, its length matters"),
        Column("issues_created", "json", "issues created: a list, its length matters"),
        Column("issues_closed", "json", "issues closed: a list, its length matters"),
        Column("timmy_available", "bool", "whether the consultant answered"),
        Column("timmy_feedback", "text", "what the consultant said"),
    ),
)

PROBES = Family(
    "probes",
    "probe result",
    "one result of a capability probe",
    (
        Column("ts", "time", "when it ran, UTC", ("timestamp",)),
        Column("capability", "text", "the capability probed"),
        Column("success", "bool", "whether it worked"),
        Column("details", "text", "what it said, 200 characters at most"),
        Column("error_type", "text", "type of the error, null on success"),
        Column("duration", "number", "seconds it took"),
        Column("placeholder", "bool", "a stand-in that proves nothing: counts for nothing"),
    ),
)

PROPOSALS = Family(
    "proposals",
    "proposal",
    "one proposed modification",
    (
        Column("ts", "time", "when it was proposed, UTC", ("timestamp", "ts")),
        Column("id", "text", "the proposal's own name"),
        Column("title", "text", "what it is about"),
        Column("description", "text", "the instruction, or why"),
        Column("priority", "text", "how urgent the proposer holds it"),
        Column("type", "text", "kind of proposal"),
        Column("proposer", "text", "loop, probe, stall, recommendation or operator", ("proposer", "source")),
        Column("files", "json", "target files", ("files", "target_files")),
        Column("patch", "text", "a ready patch, if there is one"),
        Column("status", "text", "what the proposer says of its state"),
    ),
)

MODIFICATIONS = Family(
    "modifications",
    "modification",
    "one event of a modification's life",
    (
        Column("ts", "time", "when it happened, UTC", ("timestamp", "ts")),
        Column("id", "text", "the modification's name; later lines name the first"),
        Column("task_description", "text", "what was asked"),
        Column("approach", "text", "how it was tried"),
        Column("files_modified", "json", "files touched"),
        Column("diff", "text", "the diff"),
        Column("test_results", "text", "what the tests said"),
        Column("outcome", "text", "success, failure or rollback"),
        Column("failure_analysis", "text", "why it failed"),
        Column("reflection", "text", "what was learned"),
        Column("retry_count", "int", "retries"),
        Column("commit", "text", "the commit that published it"),
        Column("phase", "text", "phase of the event"),
    ),
)

FAMILIES: dict[str, Family] = {
    family.name: family for family in (CYCLES, ATTEMPTS, TRIAGE, DEEP_TRIAGE, PROBES, PROPOSALS, MODIFICATIONS)
}
"""Families whose files hold one record a line, by table name."""

QUARANTINE = Family(
    "quarantine",
    "issue set aside",
    "one issue that the loop has set aside, as its whole-file list stands now",
    (
        Column("issue", "text", "the issue: the key it stands under in the file"),
        Column("reason", "text", "why it was set aside"),
        Column("ts", "time", "when, UTC", ("quarantined_at", "timestamp", "ts")),
        Column("failures", "int", "how often it had failed", ("failures", "failure_count", "count")),
        Column("raw", "json", "everything the file says of it"),
    ),
)
"""Read from a whole file, an object keyed by issue, that the loop writes anew each time."""

STORED: dict[str, Family] = {**FAMILIES, QUARANTINE.name: QUARANTINE}
"""Families that have a table: those of lines, and the entries of the whole file."""
