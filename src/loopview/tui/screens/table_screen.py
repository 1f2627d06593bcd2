"""What the screens made around record tables have in common."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loopview.tui.opener import open_in_editor, open_in_pager
from loopview.tui.screens.base import LoopScreen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loopview.engine.detail import Detail
    from loopview.engine.raw_line import RawLine
    from loopview.guarded.git import CommitStat
    from loopview.tui.messages import AskFailed
    from loopview.tui.screens.table_feed import TableFeed
    from loopview.tui.widgets.record_table import RecordTable


class TableScreen(LoopScreen):
    """A screen with record tables: pages that fail are asked for again, raw lines open in editor and pager."""

    def feeds(self) -> Iterable[TableFeed]:
        """Return the feeds of the screen's tables."""
        return ()

    def raw(self) -> RawLine | None:
        """Return the raw line behind what the cursor stands on."""
        return None

    def rows_shown(self, table: RecordTable) -> None:
        """Take note that a table shows newer rows."""

    @property
    def plain(self) -> bool:
        """Whether glyphs are to be ASCII."""
        return self.console.settings.ascii

    def on_ask_failed(self, message: AskFailed) -> None:
        """Let tables ask again for pages that could not be had."""
        for feed in self.feeds():
            feed.failed(message.topic, message.about)
        super().on_ask_failed(message)

    def action_editor(self) -> None:
        """Open the file in the editor, at the line."""
        self._open(pager=False)

    def action_pager(self) -> None:
        """Open the file in the pager, from the line on."""
        self._open(pager=True)

    def _open(self, *, pager: bool) -> None:
        raw = self.raw()
        if raw is None:
            self.console.say("no line of a file is selected")
            return
        if raw.content is None:
            self.console.say(raw.gone, severity="warning")
            return
        path = Path(raw.path)
        if pager:
            problem = open_in_pager(self.app, path, raw.line)
        else:
            problem = open_in_editor(self.app, path, raw.line, editor=self.console.settings.editor or "")
        if problem:
            self.console.say(problem, severity="warning")


def as_json(detail: Detail) -> str:
    """Return a record as one line of JSON: the raw line if it is there, else the typed fields."""
    if detail.raw.content is not None and not detail.raw.cut:
        return detail.raw.content.decode("utf-8", "replace")
    return json.dumps({field.name: field.value for field in detail.fields}, default=_json_value, ensure_ascii=False)


def commit_of(root: Path, commit: str) -> CommitStat | str:
    """Return what a commit changed, or why that cannot be said."""
    from loopview.guarded.git import GitFailed, commit_stat

    try:
        return commit_stat(str(root), commit)
    except (GitFailed, ValueError) as problem:
        return f"not in this repository: {problem}"


def _json_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
