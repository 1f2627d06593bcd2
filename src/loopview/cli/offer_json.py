"""An edit for programs: how a run ended, and what would be merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loopview.domain.edit import Ended, Offer


def ended_json(ended: Ended) -> dict[str, Any]:
    """How a run ended, for programs."""
    offer = ended.offer
    return {
        "state": ended.state.value,
        "reason": ended.reason,
        "advice": ended.advice,
        "attempts": [
            {"attempt": each.attempt, "phase": each.phase, "problem": each.problem, "fingerprint": each.fingerprint}
            for each in ended.attempts
        ],
        "offer": None if offer is None else offer_json(offer),
    }


def offer_json(offer: Offer) -> dict[str, Any]:
    """An offer for programs: the diff as text, everything that the digest covers, the evidence, the risks."""
    from dataclasses import asdict

    subject = offer.subject._asdict()
    subject["files"] = [delta._asdict() for delta in offer.files]
    return {
        "digest": offer.digest,
        "subject": subject,
        "diff": offer.diff.decode("utf-8", "backslashreplace"),
        "tests": {
            "verdict": offer.evidence.verdict.value,
            "reasons": list(offer.evidence.reasons),
            "new": list(offer.evidence.new),
            "lost": list(offer.evidence.lost),
            "worse": list(offer.evidence.worse),
            "better": list(offer.evidence.better),
        },
        "risks": [asdict(risk) for risk in offer.risks],
        "left_out": list(offer.refused),
    }
