"""Where a publish would take place: the target, the work tree that has it checked out, what stands against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.guarded.operation import operation_in, operation_on
from loopview.guarded.repository import checkouts
from loopview.modify.git_values import Refused

if TYPE_CHECKING:
    from loopview.guarded.refs import Refs
    from loopview.guarded.repository import Checkout, Repository


def find_ground(repository: Repository, ref: str) -> Checkout | None:
    """The one work tree that has ``ref`` checked out; None when there is none.

    Raises `Refused`: topology (nothing can be written there, or there are two) or operation (one is in progress).
    """
    found = []
    for checkout in checkouts(repository):
        if checkout.git_dir == repository.git_dir and checkout.work_tree != repository.top:
            said = checkout.trouble or f"its work tree is {checkout.work_tree}"
            raise Refused("topology", f"the git directory of {repository.top} is shared: {said}", "work there")
        busy = operation_on(checkout.git_dir, ref)
        if busy:
            raise Refused("operation", f"{_place(checkout)}: a {busy} of this branch is in progress", _end(busy))
        if checkout.ref == ref:
            found.append(checkout)
    if len(found) > 1:
        places = " and ".join(_place(checkout) for checkout in found)
        raise Refused("topology", f"{ref} is checked out twice: {places}")
    if not found:
        return None
    _refuse_busy(found[0])
    return found[0]


def refuse_target(refs: Refs, ref: str, base: str) -> None:
    """Raise `Refused` (topology, stale) unless ``ref`` is a branch that names the base."""
    if not ref:
        raise Refused("topology", "HEAD is detached: there is no branch to publish to", "git switch to a branch")
    if not ref.startswith("refs/heads/") or not refs.is_named_well(ref):
        raise Refused("topology", f"{ref!r} is no branch")
    if refs.is_symbolic(ref):
        raise Refused("topology", f"{ref} only points to another branch")
    now = refs.value(ref)
    if now != base:
        said = f"it is at {now[:12]} now" if now else "it is not there any more"
        raise Refused(
            "stale", f"{ref} was at {base[:12]} when the edit was made; {said}", "make the edit anew on it"
        )


def _refuse_busy(checkout: Checkout) -> None:
    if checkout.trouble:
        raise Refused("topology", f"the target is checked out where nothing can be written: {checkout.trouble}")
    busy = operation_in(checkout.git_dir)
    if busy:
        raise Refused("operation", f"{checkout.work_tree}: a {busy} is in progress", _end(busy))


def _place(checkout: Checkout) -> str:
    return checkout.work_tree or checkout.git_dir


def _end(busy: str) -> str:
    return f"finish or abort the {busy} first"
