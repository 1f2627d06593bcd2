"""Secrets that can be recognised by their shape are masked before anything is sent to a model."""

from __future__ import annotations

import re

MASK = "[secret]"

_SHAPES = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{20,255}",
    r"\bgithub_pat_[A-Za-z0-9_]{20,255}",
    r"\bglpat-[A-Za-z0-9_-]{16,255}",
    r"\bxox[abprs]-[A-Za-z0-9-]{10,255}",
    r"\bsk-[A-Za-z0-9_-]{16,255}",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\beyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{5,2000}",
)
_KNOWN = re.compile("|".join(_SHAPES))
_IN_A_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,100}:)[^\s/@]{1,200}(@)")
_NAMED = re.compile(
    r"(?i)\b((?:password|passwd|secret|token|api[_-]?key|authorization)[\"']?\s{0,3}[:=]\s{0,3}[\"']?"
    r"(?:bearer |basic )?)[^\s\"',;]{6,500}"
)
_NAMED_IN_QUOTES = re.compile(
    r"(?i)\b(\w{0,40}(?:password|passwd|secret|token|api[_-]?key|authorization)[\"']?\]?\s{0,3}(?::\s{0,3}str\s{0,3}=|[:=])"
    r"\s{0,3}[rbu]?[\"'](?:bearer |basic )?)[^\s\"']{6,500}"
)


def masked(text: str) -> str:
    """Return the text with recognised secrets replaced by ``[secret]``; words around them stay."""
    return _NAMED.sub(rf"\g<1>{MASK}", _shaped(text))


def masked_source(text: str) -> str:
    """The same for source code: what is only named like a secret is masked where it stands in quotes.

    ``token = next(tokens)`` is no secret, and a model that is to change the line has to see it.
    """
    return _NAMED_IN_QUOTES.sub(rf"\g<1>{MASK}", _shaped(text))


def _shaped(text: str) -> str:
    """The text without secrets that are told by their own shape."""
    return _IN_A_URL.sub(rf"\g<1>{MASK}\g<2>", _KNOWN.sub(MASK, text))
