"""A git tree object as a value: what its bytes say, and the bytes of a tree that says something else."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

DIRECTORY = "40000"
PLAIN = "100644"
EXECUTABLE = "100755"
LINK = "120000"
GITLINK = "160000"


class TreeItem(NamedTuple):
    """One name in one directory."""

    mode: str  #: octal, as git writes it inside of a tree: ``100644``, ``40000``
    name: bytes
    id: str  #: hex


class TreeBroken(Exception):  # noqa: N818 - reads as the event it is
    """The bytes are no tree that git would have written; the message says why."""


def object_id(kind: str, content: bytes, hash_name: str) -> str:
    """The name that git gives to an object of a kind (``blob``, ``tree``, ``commit``) with this content."""
    hashed = hashlib.new(hash_name, usedforsecurity=False)
    hashed.update(f"{kind} {len(content)}\0".encode("ascii"))
    hashed.update(content)
    return hashed.hexdigest()


def parse_tree(content: bytes, width: int) -> tuple[TreeItem, ...]:
    """The items of a tree whose ids are ``width`` bytes wide; raises `TreeBroken`."""
    items, at = [], 0
    while at < len(content):
        end = content.find(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        after = end + 1 + width
        if end < 0 or after > len(content) or not mode.isdigit() or not name or b"/" in name:
            raise TreeBroken("a tree object is damaged")
        items.append(TreeItem(mode.decode("ascii"), name, content[end + 1 : after].hex()))
        at = after
    if content != serialise_tree(items) or len({item.name for item in items}) != len(items):
        raise TreeBroken("a tree object is not in the form that git writes")
    return tuple(items)


def serialise_tree(items: Iterable[TreeItem]) -> bytes:
    """The bytes of a tree: a directory sorts as if its name ended with a slash."""
    ordered = sorted(items, key=lambda item: item.name + b"/" if item.mode == DIRECTORY else item.name)
    return b"".join(
        b"".join((item.mode.encode("ascii"), b" ", item.name, b"\0", bytes.fromhex(item.id))) for item in ordered
    )
