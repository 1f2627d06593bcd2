"""The proposals there are: those of the loop's file, and those that the ledger knows, each with where it stands.

The loop's file is foreign and can change at any time. What was once put before the desk is kept in the ledger, and
another text under the same id is another proposal, under a name of its own.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import SETTLED, Proposal, State
from loopview.engine.recent import recent
from loopview.sources.discover import discover

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopview.domain.standing import Standing

LABEL = ".loop/proposals.jsonl"
CONTENT = "content"
"""The key under which a line of ours says which proposal it is about; the ledger has the proposal itself."""
OPERATOR = "operator"
"""Who proposes by a command. The loop's file cannot say that of itself."""
MOST = 1_000  #: newest lines of the loop's file that are looked at
LONGEST = 8 * 1024 * 1024  #: bytes of the loop's file that are looked at
LONGEST_INSTRUCTION = 20_000  #: characters
LONGEST_TITLE = 200
LONGEST_ID = 80
MOST_FILES = 100

_CLOSED = frozenset({"rejected", "withdrawn", "superseded", "done", "closed", "merged", "approved", "undone"})


class Listed(NamedTuple):
    """One proposal and where it stands."""

    key: str  #: its name at the desk: its id, or the id with a mark where the loop used it twice
    proposal: Proposal
    state: State
    standing: Standing | None  #: None: nobody has put it before the desk yet
    said: str = ""  #: what the loop's own file says of its state: foreign, and no more than a hint

    @property
    def open(self) -> bool:
        """Whether anything can still come of it."""
        return self.state not in SETTLED and (self.standing is not None or self.said.lower() not in _CLOSED)

    @property
    def waits(self) -> bool:
        """Whether something is asked of the operator."""
        return self.state is State.READY or (self.state is State.PROPOSED and self.said.lower() not in _CLOSED)


def listed(root: str, standings: Mapping[str, Standing]) -> tuple[Listed, ...]:
    """Every proposal, newest last."""
    found = {key: Listed(key, standing.proposal, standing.state, standing) for key, standing in standings.items()}
    for proposal, said, content in _of_the_loop(root):
        key = _key(proposal, found, content)
        known = found.pop(key, None)  # moved behind the others: the file's order is the order
        found[key] = known._replace(said=said) if known else Listed(key, proposal, State.PROPOSED, None, said)
    return tuple(sorted(found.values(), key=lambda each: each.proposal.time))


def _key(proposal: Proposal, found: Mapping[str, Listed], content: str) -> str:
    """The id, unless the desk knows another text under it. ``content`` is whose line it claims to be."""
    known = found.get(proposal.id)
    if known is None or known.standing is None or known.proposal.content in {proposal.content, content}:
        return proposal.id
    return f"{proposal.id}~{proposal.content[:6]}"


def _of_the_loop(root: str) -> Iterator[tuple[Proposal, str, str]]:
    """What the loop's file holds, line upon line: a later line of an id adds to the earlier ones."""
    merged: dict[str, dict[str, object]] = {}
    for source in discover(root):
        if source.family != "proposals":
            continue
        for row in recent(source, MOST, LONGEST).rows:
            given = {name: value for name, value in row.values.items() if value is not None}
            given |= {CONTENT: row.raw[CONTENT]} if isinstance(row.raw.get(CONTENT), str) else {}
            name = str(given.get("id") or given.get("title") or "")[:LONGEST_ID]
            if name:
                fields = merged.setdefault(name, {})
                if str(fields.get("title") or "")[:LONGEST_TITLE] == given.get("title"):
                    del given["title"]  # our line about it, which has the title cut: no other proposal
                fields.update(given)
    for name, fields in merged.items():
        proposal = _proposal(name, fields)
        if proposal.instruction or proposal.patch:
            yield proposal, str(fields.get("status") or ""), str(fields.get(CONTENT) or "")


def _proposal(name: str, fields: Mapping[str, object]) -> Proposal:
    moment = fields.get("ts")
    return Proposal(
        id=name,
        title=str(fields.get("title") or name)[:LONGEST_TITLE],
        instruction=_instruction(fields)[:LONGEST_INSTRUCTION],
        files=_files(fields.get("files")),
        patch=str(fields.get("patch") or ""),
        proposer=_proposer(str(fields.get("proposer") or "")),
        time=moment.replace(tzinfo=UTC).isoformat() if isinstance(moment, datetime) else "",
        priority=str(fields.get("priority") or ""),
    )


def _proposer(said: str) -> str:
    """Who the loop's file says proposes; whoever speaks for the operator there is still the loop."""
    return said if said and said.strip().lower() != OPERATOR else "loop"


def _instruction(fields: Mapping[str, object]) -> str:
    """Title and description; one of them where they say the same."""
    title, description = str(fields.get("title") or ""), str(fields.get("description") or "")
    return description if title in description else "\n\n".join(part for part in (title, description) if part)


def _files(text: object) -> tuple[str, ...]:
    """The paths of a JSON list; anything else names none."""
    try:
        found = json.loads(str(text)) if text else []
    except (ValueError, RecursionError):
        return ()
    return tuple(str(path) for path in found[:MOST_FILES]) if isinstance(found, list) else ()
