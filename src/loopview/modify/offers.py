"""Offers on disk: what waits for gate 2 survives the console. What is read back is believed only by its digest."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from loopview.domain.approval import FileDelta, Subject, canonical, digest, sha256_of
from loopview.domain.edit import Offer, Risk
from loopview.domain.evidence import Evidence, SuiteRun, Tier, Verdict
from loopview.guarded.regular import ReadRefused, read_regular
from loopview.guarded.replace import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 64 * 1024 * 1024  #: bytes of a stored offer that are read


class OfferLost(Exception):  # noqa: N818 - reads as the event it is
    """What waits cannot be read back as it was; the message says why."""


def save(folder: str, offer: Offer) -> None:
    """Write an offer below the directory of its edit, at once and for good."""
    fields = {
        "proposal": offer.proposal,
        "subject": {**offer.subject._asdict(), "files": [each._asdict() for each in offer.files]},
        "evidence": evidence_fields(offer.evidence),
        "risks": [_fields(risk) for risk in offer.risks],
        "refused": list(offer.refused),
        "diff": offer.diff.decode("latin-1"),
    }
    replace(folder, f"{offer.digest}.json", canonical(fields))


def load(folder: str, wanted: str) -> Offer:
    """The offer whose digest is ``wanted``. Raises `OfferLost` when a byte of what it covers is another."""
    path = os.path.join(folder, f"{wanted}.json")
    try:
        fields = json.loads(read_regular(folder, f"{wanted}.json", LONGEST))
        offer = _offer(fields, wanted)
    except (ReadRefused, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OfferLost(f"{path} cannot be read back ({type(error).__name__}); start the proposal again") from None
    subject = offer.subject
    if digest(subject) != wanted:
        raise OfferLost(f"{path} is not what was recorded: its digest is another")
    if hashlib.sha256(offer.diff).hexdigest() != subject.diff_sha256:
        raise OfferLost(f"{path} is not what was recorded: its diff is another")
    if sha256_of(evidence_fields(offer.evidence)) != subject.evidence_sha256:
        raise OfferLost(f"{path} is not what was recorded: its evidence is another")
    return offer


def evidence_fields(evidence: Evidence) -> dict[str, Any]:
    """Evidence as plain values, the same for the same evidence."""
    fields = evidence._asdict()
    for name in ("base", "candidate"):
        run: SuiteRun | None = fields[name]
        fields[name] = None if run is None else _run_fields(run)
    return fields


def _run_fields(run: SuiteRun) -> dict[str, Any]:
    return {**run._asdict(), "tier": int(run.tier), "seconds": str(run.seconds)}


def _offer(fields: Mapping[str, Any], wanted: str) -> Offer:
    subject = dict(fields["subject"])
    subject["files"] = tuple(FileDelta(**each) for each in subject["files"])
    subject["test_plan"] = tuple(subject["test_plan"])
    return Offer(
        fields["proposal"],
        Subject(**subject),
        wanted,
        fields["diff"].encode("latin-1"),
        _evidence(fields["evidence"]),
        tuple(Risk(**risk) for risk in fields["risks"]),
        tuple(fields["refused"]),
    )


def _evidence(fields: Mapping[str, Any]) -> Evidence:
    lists = {name: tuple(fields[name]) for name in ("reasons", "new", "lost", "worse", "better")}
    runs = {name: _run(fields[name]) for name in ("base", "candidate")}
    given: dict[str, Any] = {**lists, **runs, "verdict": Verdict(fields["verdict"])}
    return Evidence(**given)


def _run(fields: Mapping[str, Any] | None) -> SuiteRun | None:
    if fields is None:
        return None
    given: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in fields.items()}
    return SuiteRun(**{**given, "tier": Tier(fields["tier"]), "seconds": float(fields["seconds"])})


def _fields(risk: Risk) -> dict[str, object]:
    return {name: getattr(risk, name) for name in ("label", "path", "why", "line", "protected")}
