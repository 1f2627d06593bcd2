"""The actions that open the file behind a row: the same on every screen with rows."""

from __future__ import annotations

from loopview.tui.actions import Action


def raw_actions(scope: str) -> tuple[Action, ...]:
    """Return what opens the file behind a row on the screen ``scope``."""
    return (
        Action(
            f"{scope}.editor",
            "o",
            "editor",
            "Open the file in the editor, at the line",
            "editor",
            "Copy",
            shown=True,
        ),
        Action(f"{scope}.pager", "O", "pager", "Show the file in the pager, from the line on", "pager", "Copy"),
    )
