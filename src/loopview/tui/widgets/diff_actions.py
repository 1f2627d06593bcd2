"""What can be done in every diff."""

from __future__ import annotations

from loopview.tui.actions import Action

_GROUP = "In a diff"

SEARCH = Action("diff.search", "slash", "search", "Search in the diff", "search", _GROUP, palette=False)

READING: tuple[Action, ...] = (
    Action("diff.down", "j,down", "down", "Next line", "move(1)", _GROUP, palette=False),
    Action("diff.up", "k,up", "up", "Previous line", "move(-1)", _GROUP, palette=False),
    Action("diff.first", "g,home", "first", "The beginning", "first", _GROUP, palette=False),
    Action("diff.last", "G,end", "last", "The end", "last", _GROUP, palette=False),
    Action("diff.half-down", "ctrl+d", "half page", "Half a page down", "page(1)", _GROUP, palette=False),
    Action("diff.half-up", "ctrl+u", "half page", "Half a page up", "page(-1)", _GROUP, palette=False),
    Action("diff.page-down", "pagedown", "page down", "A page down", "page(2)", _GROUP, palette=False),
    Action("diff.page-up", "pageup", "page up", "A page up", "page(-2)", _GROUP, palette=False),
    Action("diff.left", "h,left", "left", "Clipped lines back to the left", "sideways(-1)", _GROUP, palette=False),
    Action("diff.right", "l,right", "right", "Clipped lines sideways", "sideways(1)", _GROUP, palette=False),
    Action("diff.next-hunk", "n", "hunk", "Next hunk; next hit while a search is on", "step(1)", _GROUP, shown=True,
           palette=False),
    Action("diff.previous-hunk", "N", "hunk", "Previous hunk, or hit", "step(-1)", _GROUP, palette=False),
    Action("diff.next-file", "right_curly_bracket", "file", "Next file", "step_file(1)", _GROUP, shown=True,
           palette=False),
    Action("diff.previous-file", "left_curly_bracket", "file", "Previous file", "step_file(-1)", _GROUP,
           palette=False),
    Action("diff.unseen", "u", "not shown", "Go to the next line that was not on the screen yet", "next_unseen",
           _GROUP, palette=False),
    Action("diff.split", "d", "split", "Old and new side by side, or one below the other", "split", _GROUP,
           shown=True, palette=False),
    Action("diff.wrap", "w", "wrap", "Wrap long lines, or clip them", "wrap", _GROUP, shown=True, palette=False),
    Action("diff.more-context", "c", "context", "More unchanged lines around changes", "context(1)",
           _GROUP, palette=False),
    Action("diff.less-context", "C", "context", "Fewer unchanged lines", "context(-1)", _GROUP, palette=False),
)  # fmt: skip

DIFF = (*READING, SEARCH)
"""These work while the diff has the focus."""
