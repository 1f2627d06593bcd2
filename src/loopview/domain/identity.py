"""How a file is recognised again: by hashes of its bytes, because inode and size took rewrites for growth."""

from __future__ import annotations

import hashlib

HEAD_BYTES = 4096
"""At most so many bytes from the start, as many as were there at the first read of a generation."""

ANCHOR_BYTES = 256
"""At most so many bytes before the position read up to."""


def identity_hash(piece: bytes) -> str:
    """Return the hash of a head or an anchor: 32 hex digits, BLAKE2b."""
    return hashlib.blake2b(piece, digest_size=16).hexdigest()
