"""What each event of a ledger does to where a proposal stands, and when it is not obeyed.

A rule gives what stands afterwards, or a sentence that says why the record cannot follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from loopview.domain.approval import STEPS, State, digest
from loopview.domain.clock import parse_time
from loopview.domain.ledger_events import LedgerEvent
from loopview.domain.recorded import decision_of, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.domain.approval import Decision, Subject
    from loopview.domain.chain import Record
    from loopview.domain.standing import Standing

    Rule = Callable[[Standing, Record], Standing | str]

CLOCK_SLACK = timedelta(seconds=60)
"""How far a clock may be set back between two records without a question."""

NOTHING: Mapping[str, object] = MappingProxyType({})
"""Fields of no record."""


def _go(known: Standing, state: State, **fields: object) -> Standing | str:
    """Take the step to ``state``, or say that there is none."""
    if state not in STEPS[known.state]:
        return f"what is {known.state} cannot become {state}"
    return known._replace(state=state, decided=False, **fields)  # type: ignore[arg-type]


def _start_decided(known: Standing, record: Record) -> Standing | str:
    decision = decision_of(record.fields.get("decision"))
    if State.STARTED not in STEPS[known.state]:
        return f"what is {known.state} cannot be started"
    if decision is None or (why := _unfit(known, decision, "start")):
        return "it holds no decision" if decision is None else why
    plan = record.fields.get("plan")
    return known._replace(
        start=decision,
        plan=plan if isinstance(plan, Mapping) else NOTHING,
        nonces=known.nonces | {decision.nonce},
        decided=True,
    )


def _started(known: Standing, _: Record) -> Standing | str:
    if not known.decided or known.start is None:
        return "no decision to start it is on record"
    clean = _no_offer(known)._replace(tested=NOTHING, commit="", ledger_head="", reason="")
    return _go(clean, State.STARTED, attempts=known.attempts + 1)


def _works(state: State) -> Rule:
    """The rule of a step on the way to an offer, which voids the one before."""

    def rule(known: Standing, record: Record) -> Standing | str:
        tested = record.fields if state is State.TESTED else NOTHING
        return _go(_no_offer(known), state, tested=tested)

    return rule


def _ready(known: Standing, record: Record) -> Standing | str:
    subject = subject_of(record.fields.get("subject"))
    if subject is None:
        return "it holds no subject"
    found = digest(subject)
    if record.fields.get("digest") != found:
        return "its digest is not that of its subject"
    if found in known.spent:
        return "a publish of this digest was begun before"
    reason = _text(record.fields.get("reason"))
    clean = _no_offer(known)
    return _go(clean, State.READY, ready=record.fields, subject=subject, digest=found, reason=reason)


def _merge_decided(known: Standing, record: Record) -> Standing | str:
    decision = decision_of(record.fields.get("decision"))
    if known.state is not State.READY:
        return f"what is {known.state} waits for no decision"
    if decision is None or (why := _unfit(known, decision, "merge")):
        return "it holds no decision" if decision is None else why
    if decision.digest != known.digest:
        return "the decision is about another digest"
    if not decision.confirms:
        return "what was typed is not the beginning of the digest"
    if why := late(known, record.time):
        return why
    return known._replace(decision=decision, nonces=known.nonces | {decision.nonce}, decided=True)


def _confirmed(known: Standing, record: Record) -> Standing | str:
    if not known.decided or known.decision is None:
        return "no decision about it is on record"
    if record.fields.get("digest", known.digest) != known.digest:
        return "it confirms another digest"
    return _go(known, State.CONFIRMED)


def _publishing(known: Standing, record: Record) -> Standing | str:
    intent = record.fields.get("intent")
    if not isinstance(intent, Mapping) or known.subject is None:
        return "it holds no intent" if known.subject else "nothing was confirmed"
    if any(intent.get(name, value) != value for name, value in _intended(known.subject).items()):
        return "it intends something else than was confirmed"
    return _go(known, State.PUBLISHING, intent=intent, spent=known.spent | {known.digest})


def _intended(subject: Subject) -> dict[str, str]:
    """What an intent has to name, where it names it."""
    return {
        "identity": subject.repository,
        "target_ref": subject.target_ref,
        "base_commit": subject.base_commit,
        "base_tree": subject.base_tree,
        "tree": subject.candidate_tree,
    }


def _published(known: Standing, record: Record) -> Standing | str:
    commit = _text(record.fields.get("commit"))
    if not commit or (known.intent or {}).get("commit", commit) != commit:
        return "its commit is not the one that was intended"
    head = _text(record.fields.get("ledger_head"))
    return _go(known, State.PUBLISHED, commit=commit, ledger_head=head, intent=None)


def _recovered(known: Standing, record: Record) -> Standing | str:
    said = _text(record.fields.get("said"))
    outcome = record.fields.get("outcome")
    if known.state is not State.PUBLISHING:
        return f"what is {known.state} has nothing to be recovered"
    if outcome == "published":
        after = _published(known, record)
        return after if isinstance(after, str) else after._replace(reason=said)
    if outcome == "untouched":
        return _go(known, State.INTERRUPTED, intent=None, reason=said)
    return known._replace(reason=said) if outcome == "needs" else "its outcome is not known"


def _ends(state: State) -> Rule:
    """The rule of an end, which carries its reason."""

    def rule(known: Standing, record: Record) -> Standing | str:
        return _go(known, state, reason=_text(record.fields.get("reason")), intent=None)

    return rule


def _undone(known: Standing, record: Record) -> Standing | str:
    if known.state not in {State.PUBLISHED, State.REFLECTED}:
        return f"what is {known.state} cannot be undone"
    return known._replace(undoers=(*known.undoers, _text(record.fields.get("by")) or record.time))


def _no_offer(known: Standing) -> Standing:
    """Without what was ready to be confirmed: it is void."""
    return known._replace(ready=NOTHING, subject=None, digest="", decision=None)


def _unfit(known: Standing, decision: Decision, gate: str) -> str:
    """Why a decision is not one for this gate of this proposal."""
    if decision.gate != gate or decision.proposal != known.key:
        return "the decision is about something else"
    if not decision.nonce or decision.nonce in known.nonces:
        return "the decision was used before"
    return ""


def late(known: Standing, time: str) -> str:
    """Why a decision at a time (ISO 8601) comes too late, or at a time that cannot be; empty when it does not."""
    now, until = parse_time(time), parse_time(known.expires)
    since = parse_time(known.times.get(LedgerEvent.READY))
    if now is None or until is None or since is None:
        return "its time cannot be read"
    if now < since - CLOCK_SLACK:
        return "the clock was set back since it became ready"
    return "the time to confirm it was over" if now > until else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


RULES: dict[str, Rule] = {
    LedgerEvent.START_DECIDED: _start_decided,
    LedgerEvent.STARTED: _started,
    LedgerEvent.READY: _ready,
    LedgerEvent.MERGE_DECIDED: _merge_decided,
    LedgerEvent.CONFIRMED: _confirmed,
    LedgerEvent.PUBLISHING: _publishing,
    LedgerEvent.PUBLISHED: _published,
    LedgerEvent.RECOVERED: _recovered,
    LedgerEvent.UNDONE: _undone,
    **{state.value: _works(state) for state in (State.GENERATED, State.CHECKED, State.TESTED)},
    **{
        state.value: _ends(state)
        for state in (
            State.REFLECTED,
            State.REJECTED,
            State.EXPIRED,
            State.STALE,
            State.FAILED,
            State.CANCELLED,
            State.INTERRUPTED,
        )
    },
}
"""What each event does to a proposal that is there."""
