"""The events of a ledger, and the fields that each record carries.

An event that comes before an effect says what was decided or intended; the one after it says what came of it. Every
text in a field may be foreign. Fields that are not named here may stand beside them and are kept.

===================  ===============================================================================================
event                fields
===================  ===============================================================================================
``trusted``          about the repository, no edit; ``executable``: names of what it configures to run
``proposed``         ``proposal``: the fields of `Proposal`; ``undoes``: the name of the edit that it takes back
``start-decided``    ``decision``: the fields of `Decision`, gate ``start``; ``plan``: what will be asked and run
``started``          none: the start that was decided begins now
``generated``        ``model``, ``attempt``
``checked``          ``tree`` of the candidate, ``diff``: SHA-256 of it
``tested``           ``verdict``, ``reasons``; ``passed``: tests that passed, where they ran
``ready``            ``subject``: the fields of `Subject`; ``digest`` of it
``merge-decided``    ``decision``: the fields of `Decision`, gate ``merge``, over that digest, with a new nonce
``confirmed``        ``digest``: what is confirmed will be published now
``publishing``       ``intent``: everything that finishing it after a crash needs; before anything is changed
``published``        ``commit``; ``ledger_head``: hash of a record before this one
``recovered``        ``outcome``: ``published``, ``untouched`` or ``needs``; ``commit``; ``said``: a sentence
``reflected``        ``reason``: the lesson, or nothing
``rejected``         ``reason``; ``decision`` where a human took it at a gate
``expired``          ``reason``
``stale``            ``reason``
``failed``           ``reason``
``cancelled``        ``reason``
``interrupted``      ``reason``
``undone``           about a published edit: ``by``: the name of the edit that took it back
``sealed``           the ledger's own (:mod:`loopview.domain.chain`)
===================  ===============================================================================================
"""

from __future__ import annotations

from enum import StrEnum

from loopview.domain.chain import SEALED as _SEALED


class LedgerEvent(StrEnum):
    """What a record is about."""

    TRUSTED = "trusted"
    PROPOSED = "proposed"
    START_DECIDED = "start-decided"
    STARTED = "started"
    GENERATED = "generated"
    CHECKED = "checked"
    TESTED = "tested"
    READY = "ready"
    MERGE_DECIDED = "merge-decided"
    CONFIRMED = "confirmed"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    RECOVERED = "recovered"
    REFLECTED = "reflected"
    REJECTED = "rejected"
    EXPIRED = "expired"
    STALE = "stale"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    UNDONE = "undone"
    SEALED = _SEALED
