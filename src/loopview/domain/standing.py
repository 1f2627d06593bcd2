"""Where each proposal stands: the fold of the ledger's records, and nothing else.

A record is obeyed when it can follow what stands there (`STEPS`) and says what its event has to say
(:mod:`loopview.domain.ledger_events`). One that cannot is kept as an irregularity and changes no state: a decision
that is played again, a digest that is not that of its subject, a publish without a decision open nothing. Reading
more records never changes what was made of the earlier ones.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import State
from loopview.domain.ledger_events import LedgerEvent
from loopview.domain.recorded import proposal_of
from loopview.domain.standing_rules import NOTHING, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loopview.domain.approval import Decision, Proposal, Subject
    from loopview.domain.chain import Record

    Fields = Mapping[str, object]


_ABOUT_NO_EDIT = frozenset({LedgerEvent.SEALED, LedgerEvent.TRUSTED})


class Irregular(NamedTuple):
    """A record that was not obeyed. Its texts may be foreign."""

    seq: int  #: of the record
    event: str
    proposal: str
    why: str


class Standing(NamedTuple):
    """Where one proposal stands, and what led there. Maps are fields as they were recorded."""

    key: str  #: the name that the edit has in the ledger
    state: State
    proposal: Proposal
    attempts: int = 0  #: times it was started
    start: Decision | None = None  #: the newest decision at gate 1
    plan: Fields = NOTHING
    tested: Fields = NOTHING  #: fields of the newest record of this attempt
    ready: Fields = NOTHING  #: fields of the newest record of this attempt
    subject: Subject | None = None
    digest: str = ""  #: what may be confirmed, or was; empty before it is ready
    decision: Decision | None = None  #: at gate 2, over that digest
    nonces: frozenset[str] = frozenset()  #: of decisions that were obeyed: none is good twice
    spent: frozenset[str] = frozenset()  #: digests of which a publish was begun: none is published twice
    intent: Fields | None = None  #: of a publish that has no outcome on record
    commit: str = ""
    ledger_head: str = ""
    undoes: str = ""  #: the name of the edit that it takes back
    undoers: tuple[str, ...] = ()  #: the names of the edits that took it back, the newest last
    reason: str = ""
    decided: bool = False  #: a decision is on record, and what follows from it is not yet
    times: Fields = NOTHING  #: newest time of each event, ISO 8601
    irregular: tuple[Irregular, ...] = ()

    @property
    def undone(self) -> str:
        """The name of the edit that took it back; empty when none did."""
        return self.undoers[-1] if self.undoers else ""

    @property
    def expires(self) -> str:
        """Until when the digest may be confirmed, ISO 8601."""
        return self.subject.expires if self.subject else ""


class Replay(NamedTuple):
    """What records say, up to some record."""

    standings: Mapping[str, Standing] = MappingProxyType({})
    irregular: tuple[Irregular, ...] = ()  #: of all proposals, and of none


def fold(records: Iterable[Record]) -> dict[str, Standing]:
    """Return where each proposal stands, in the order in which they were proposed. Never raises."""
    return dict(replay(records).standings)


def replay(records: Iterable[Record], before: Replay | None = None) -> Replay:
    """Return what ``records`` say, which follow those that ``before`` was made of. Never raises."""
    before = before or Replay()
    standings = dict(before.standings)
    irregular = list(before.irregular)
    for record in records:
        if record.event in _ABOUT_NO_EDIT:
            continue
        now = _after(standings.get(record.proposal), record)
        if isinstance(now, Standing):
            standings[record.proposal] = now
            continue
        odd = Irregular(record.seq, record.event, record.proposal, now)
        irregular.append(odd)
        if known := standings.get(record.proposal):
            standings[record.proposal] = known._replace(irregular=(*known.irregular, odd))
    return Replay(standings, tuple(irregular))


def _after(known: Standing | None, record: Record) -> Standing | str:
    """Where a proposal stands after a record, or why the record is not obeyed."""
    if record.event == LedgerEvent.PROPOSED:
        return "it was proposed before" if known else _proposed(record)
    if known is None:
        return "nothing was proposed under this name"
    rule = RULES.get(record.event)
    if rule is None:
        return "no such event is known"
    after = rule(known, record)
    if isinstance(after, Standing):
        return after._replace(times={**known.times, record.event: record.time})
    return after


def _proposed(record: Record) -> Standing | str:
    proposal = proposal_of(record.fields.get("proposal"))
    if proposal is None or not record.proposal:
        return "it holds no proposal"
    undoes = record.fields.get("undoes")
    return Standing(
        record.proposal,
        State.PROPOSED,
        proposal,
        undoes=undoes if isinstance(undoes, str) else "",
        times={record.event: record.time},
    )
