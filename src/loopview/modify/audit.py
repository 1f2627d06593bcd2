"""Look whether each record of a ledger, each digest and each commit that it speaks of still say the same.

The records hold each other; what was published ties them to the repository, in each commit's trailers and in a
reference that holds the ledger's head. Changing what was decided and hiding it would take changing all three.
Nothing is asked of the network, and nothing of the repository runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from loopview.domain import trailer
from loopview.domain.clock import parse_time
from loopview.domain.ledger_events import LedgerEvent
from loopview.domain.standing import replay
from loopview.domain.standing_rules import CLOCK_SLACK
from loopview.guarded.append import AppendRefused
from loopview.guarded.audit_history import ANCHOR, AuditHistory
from loopview.guarded.hardened import GitFailed
from loopview.modify.statements import export, sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.domain.chain import Chain, Record
    from loopview.domain.standing import Replay, Standing
    from loopview.guarded.audit_history import CommitFacts
    from loopview.guarded.private_git import PrivateGit
    from loopview.guarded.repository import Repository
    from loopview.modify.ledger import Ledger

__all__ = ["Finding", "anchor", "anchor_again", "anchored", "export", "sign", "verify"]


class RepositoryGit(Protocol):
    """A repository and the private directory beside it, as `GitSafety` has them."""

    repository: Repository
    private: PrivateGit


class Finding(NamedTuple):
    """Something that an operator should know about the record of their decisions. Its texts may be foreign."""

    kind: str  #: ledger, order, commit, trailer or anchor
    where: str  #: ``record 12``, a commit, a reference
    what: str  #: one sentence
    serious: bool = True  #: False: worth knowing, and nothing that contradicts the record


def anchor(git: RepositoryGit, head: str) -> None:
    """Let the repository hold the ledger's head, in ``refs/loopview/audit``. Raises `GitFailed`.

    To be called after each publish, by who holds the repository's lock.
    """
    AuditHistory(git.repository, git.private).anchor(head)


def anchored(git: RepositoryGit) -> str:
    """The head that the repository holds; empty when it holds none. Raises `GitFailed` when that cannot be told."""
    return AuditHistory(git.repository, git.private).anchored()


def anchor_again(ledger: Ledger, git: RepositoryGit) -> bool:
    """Set the anchor where a console died between its publish and that; whether it was. Raises `GitFailed`.

    It only goes forward, in a ledger without damage, past one publish at most: more is left for `verify` to tell.
    To be called by who holds the repository's lock.
    """
    chain = ledger.read()
    place = _place(chain.records, anchored(git))
    newer = [seq for seq in _publishes(chain.records) if seq > (place or 0)]
    if chain.damage or place is None or len(newer) != 1:
        return False
    anchor(git, chain.head)
    return True


def verify(ledger: Ledger, git: RepositoryGit) -> tuple[Finding, ...]:
    """Return everything that does not fit, and what is worth knowing. No file and no git makes it raise."""
    try:
        chain = ledger.read()
    except AppendRefused as refused:
        return (Finding("ledger", ledger.path, str(refused)),)
    history = AuditHistory(git.repository, git.private)
    told = replay(chain.records)
    return (
        *_of_the_chain(chain, ledger.path),
        *(Finding("order", f"record {odd.seq} ({odd.event})", odd.why) for odd in told.irregular),
        *_of_the_clock(chain.records),
        *_of_commits(chain.records, told, history),
        *_of_the_history(told, history),
        *_of_the_anchor(chain.records, history),
    )


def _of_the_chain(chain: Chain, path: str) -> Iterator[Finding]:
    if chain.damage:
        yield Finding("ledger", path, chain.damage)
    if chain.torn:
        where = f"byte {chain.torn.offset:,}"
        yield Finding("ledger", where, f"the last line was cut off ({chain.torn.length:,} bytes)", serious=False)
    if chain.unended:
        yield Finding("ledger", f"byte {chain.size:,}", "the last line lacks its line feed", serious=False)
    for record in chain.records:
        if record.event == LedgerEvent.SEALED:
            what = f"a line that was cut off was sealed ({record.fields.get('length')} bytes)"
            yield Finding("ledger", f"record {record.seq}", what, serious=False)


def _of_the_clock(records: tuple[Record, ...]) -> Iterator[Finding]:
    before = None
    for record in records:
        now = parse_time(record.time)
        if now is None:
            yield Finding("order", f"record {record.seq}", "its time cannot be read")
        elif before and now < before - CLOCK_SLACK:
            yield Finding("order", f"record {record.seq}", "the clock was set back before it", serious=False)
        before = now or before


def _of_commits(records: tuple[Record, ...], told: Replay, history: AuditHistory) -> Iterator[Finding]:
    for standing in told.standings.values():
        if standing.intent is not None:
            what = f"the publish of {standing.key} has no outcome on record yet"
            yield Finding("commit", _commit_name(standing.intent.get("commit")), what, serious=False)
        if standing.commit and standing.subject:
            yield from _of_one_commit(records, standing, history)


def _of_one_commit(records: tuple[Record, ...], standing: Standing, history: AuditHistory) -> Iterator[Finding]:
    subject = standing.subject
    if subject is None:
        return
    where = _commit_name(standing.commit)
    try:
        facts, base = history.commit(standing.commit), history.commit(subject.base_commit)
    except GitFailed as failed:
        yield Finding("commit", where, f"it cannot be looked at: {failed}")
        return
    if facts.tree != subject.candidate_tree:
        yield Finding("commit", where, "its tree is not the one that was confirmed")
    if facts.parents != (subject.base_commit,):
        yield Finding("commit", where, "its parent is not the base that was confirmed")
    if base.tree != subject.base_tree:
        yield Finding("commit", where, "the tree of its base is not the one that was confirmed")
    yield from _of_trailers(records, standing, facts, subject.tier)


def _of_trailers(
    records: tuple[Record, ...], standing: Standing, facts: CommitFacts, tier: str
) -> Iterator[Finding]:
    """The commit names the digest, and a head of the ledger that holds the decision and not yet the publish."""
    where = _commit_name(standing.commit)
    found = trailer.trailers(facts.message)
    if found.get(trailer.DIGEST) != (standing.digest,):
        yield Finding("trailer", where, f"its {trailer.DIGEST} is not the digest that was confirmed")
    if found.get(trailer.TIER, (tier,)) != (tier,):
        yield Finding("trailer", where, f"its {trailer.TIER} is not the tier that was confirmed")
    decided, begun, done = (_newest(records, standing, *events) for events in _MILESTONES)
    heads = {record.hash for record in records[decided - 1 : begun - 1]} if decided and begun else set()
    if not set(found.get(trailer.LEDGER, ("",))) <= heads or len(found.get(trailer.LEDGER, ())) != 1:
        yield Finding("trailer", where, f"its {trailer.LEDGER} is no head that the ledger had when it was decided")
    if standing.ledger_head and standing.ledger_head not in {record.hash for record in records[: done - 1]}:
        yield Finding("order", f"record {done}", "its ledger_head is no record before it")


_MILESTONES = (
    (LedgerEvent.MERGE_DECIDED.value,),
    (LedgerEvent.PUBLISHING.value,),
    (LedgerEvent.PUBLISHED.value, LedgerEvent.RECOVERED.value),
)


def _newest(records: tuple[Record, ...], standing: Standing, *events: str) -> int:
    """Number of the newest record of an edit with one of these events that was obeyed; 0: there is none."""
    odd = {each.seq for each in standing.irregular}
    numbers = (r.seq for r in records if r.proposal == standing.key and r.event in events and r.seq not in odd)
    return max(numbers, default=0)


def _of_the_history(told: Replay, history: AuditHistory) -> Iterator[Finding]:
    """Commits that carry a digest: each was published by a record of ours, or by another ledger."""
    known: set[object] = {standing.commit for standing in told.standings.values()}
    known |= {standing.intent.get("commit") for standing in told.standings.values() if standing.intent}
    digests = {each.digest for each in told.standings.values() if each.digest}
    refs = {each.subject.target_ref for each in told.standings.values() if each.subject}
    for ref in sorted((refs | {history.branch()}) - {""}):
        try:
            marked = history.marked(ref)
            yield from _of_the_missing(told, ref, frozenset(marked))
            strangers = [name for name in marked if name not in known]
            for name in strangers:
                claimed = trailer.trailers(history.commit(name).message).get(trailer.DIGEST, ())
                if digests & set(claimed):
                    yield Finding("commit", _commit_name(name), "it carries a digest that no record published")
                elif claimed:
                    what = "its digest is not in this ledger: it was published elsewhere, or records are gone"
                    yield Finding("commit", _commit_name(name), what, serious=False)
        except GitFailed as failed:
            yield Finding("commit", ref, f"its history cannot be looked at: {failed}")


def _of_the_missing(told: Replay, ref: str, there: frozenset[str]) -> Iterator[Finding]:
    """Commits that were published to a branch and are not in its history: somebody rewrote it."""
    for each in told.standings.values():
        if each.commit and each.commit not in there and each.subject and each.subject.target_ref == ref:
            what = f"it was published to {ref} and is not in its history any more: that was rewritten"
            yield Finding("commit", _commit_name(each.commit), what, serious=False)


def _of_the_anchor(records: tuple[Record, ...], history: AuditHistory) -> Iterator[Finding]:
    try:
        head = history.anchored()
    except GitFailed as failed:
        yield Finding("anchor", ANCHOR, str(failed))
        return
    place = _place(records, head)
    published = max(_publishes(records), default=0)
    if place is None:
        yield Finding("anchor", ANCHOR, "it names a record that is not in the ledger: records are gone or changed")
    elif not head:
        if published:
            yield Finding("anchor", ANCHOR, "it is gone, and something was published")
    elif place < published:
        what = "it is older than the last publish: it was moved back, or the console died before it was set"
        yield Finding("anchor", ANCHOR, what)
    elif place < len(records):
        count = len(records) - place
        what = f"{count} newer record{'s are' if count > 1 else ' is'} held by no anchor yet"
        yield Finding("anchor", ANCHOR, what, serious=False)


def _place(records: tuple[Record, ...], head: str) -> int | None:
    """Number of the record that an anchor names; 0 without an anchor, None for one that is not there."""
    return next((record.seq for record in records if record.hash == head), None) if head else 0


def _publishes(records: tuple[Record, ...]) -> list[int]:
    """Numbers of the records that say that something was published."""
    return [
        record.seq
        for record in records
        if record.event == LedgerEvent.PUBLISHED
        or (record.event == LedgerEvent.RECOVERED and record.fields.get("outcome") == "published")
    ]


def _commit_name(name: object) -> str:
    return f"commit {str(name)[:12]}"
