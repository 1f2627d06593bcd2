"""From trouble to proposal: the action, and the way from a screen through the dialog to the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.tui.actions import WRITE, Action
from loopview.tui.targets import ProposalTarget

if TYPE_CHECKING:
    from loopview.domain.trouble import Draft, Sought
    from loopview.store.reader import Reader
    from loopview.tui.screens.base import LoopScreen


def draft_action(scope: str) -> Action:
    """Return the action that drafts a proposal on the screen ``scope``."""
    return Action(
        f"{scope}.draft",
        "A",
        "draft",
        "Draft a proposal from the trouble under the cursor: a dialog",
        "draft",
        "Act",
        shown=True,
        guard=WRITE,
    )


def failure_or_stall(screen: LoopScreen, fingerprint: str) -> Sought:
    """Return the failures under a fingerprint, or the stall when it is the one that the loop is stalled under."""
    from loopview.domain.trouble import Sought, Trouble

    headline = screen.console.headline
    if headline is not None and headline.verdict == "STALLED" and headline.fingerprint == fingerprint:
        return Sought(Trouble.STALL)
    return Sought(Trouble.FAILURE, fingerprint)


def open_draft(screen: LoopScreen, sought: Sought | None) -> None:
    """Open the dialog, fill it when the draft is there, and propose what comes out of it."""
    from loopview.tui.screens.draft import DraftScreen

    console = screen.console
    if console.read_only:
        console.say("read-only: nothing is written", severity="warning")
        return
    if sought is None:
        console.say("nothing under the cursor went wrong, as far as is recorded")
        return
    dialog = DraftScreen(f"{sought.kind} {sought.name}".strip())
    root, settings = str(console.root), console.settings
    threshold, now = console.stall_threshold, console.view_state.now

    def question(reader: Reader) -> Draft | str:
        from loopview.domain.trouble import NoTrouble
        from loopview.engine.desk.proposing import NotProposed, drafted
        from loopview.engine.trouble import gather

        try:
            return drafted(root, settings, gather(reader, sought, threshold=threshold, now=now))
        except (NoTrouble, NotProposed) as none:
            return str(none)

    def shown(answer: Draft | str) -> None:
        if dialog.is_attached:
            dialog.take(answer)

    console.push_screen(dialog, lambda made: _propose(screen, made) if made is not None else None)
    screen.ask("draft", question, shown, dialog.id or id(dialog))


def _propose(screen: LoopScreen, made: Draft) -> None:
    console = screen.console
    root, settings = str(console.root), console.settings

    def question(_reader: Reader) -> tuple[str, str]:
        from loopview.engine.desk.proposing import propose_draft

        return propose_draft(root, settings, made)

    def proposed(answer: tuple[str, str]) -> None:
        key, problem = answer
        if problem:
            console.say(f"not proposed: {problem}", severity="warning")
        else:
            console.say(f"proposed as {key}: it waits on screen 6")
            console.drill(ProposalTarget(key))

    screen.ask("propose", question, proposed, made)
