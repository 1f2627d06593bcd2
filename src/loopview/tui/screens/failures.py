"""Screen 3: what fails, in groups; the failures of a group; the text of one, with what to avoid."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content

from loopview.tui.actions import Action
from loopview.tui.content import content
from loopview.tui.drafting import draft_action, failure_or_stall
from loopview.tui.failure_rows import (
    MEMBER_COLUMNS,
    explanation_rows,
    group_columns,
    group_rows,
    member_rows,
    text_rows,
)
from loopview.tui.messages import RowHighlighted, RowOpened
from loopview.tui.record_cells import Cells
from loopview.tui.screens.raw_actions import raw_actions
from loopview.tui.screens.table_screen import TableScreen
from loopview.tui.targets import AttemptTarget, CycleTarget, FailureGroupTarget
from loopview.tui.widgets.frame import entitle
from loopview.tui.widgets.pane import Pane
from loopview.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.domain.trouble import Sought
    from loopview.engine.failures import Failure, FailureGroup, FailureList, FailureMembers, Grouping
    from loopview.engine.raw_line import RawLine
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader
    from loopview.tui.targets import Target


class FailuresScreen(TableScreen):
    """Groups above; the failures of the group under the cursor and the text of one of them below."""

    NAME: ClassVar[str] = "failures"
    TITLE: ClassVar[str | None] = "Failures"
    SHORT: ClassVar[str] = "Fail"
    KEY: ClassVar[str] = "3"
    AUTO_FOCUS: ClassVar[str | None] = "#failure-groups"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("failures.group", "v", "group by", "Group by fingerprint, issue or type", "group", "View",
               shown=True),
        Action("failures.next-signal", "n", "next signal", "Next signal line of the failure text", "signal(True)",
               "Find", shown=True, palette=False),
        Action("failures.previous-signal", "N", "previous signal", "Previous signal line", "signal(False)", "Find",
               palette=False),
        Action("failures.explain", "F", "fingerprint", "How the fingerprint came about, token by token",
               "explain", "View", shown=True),
        draft_action("failures"),
        *raw_actions("failures"),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._by: Grouping = "fingerprint"
        self._list: FailureList | None = None
        self._members: FailureMembers | None = None
        self._raw: RawLine | None = None
        self._wanted: str | None = None
        self._explaining = False

    # -- what the console asks ---------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Lay out groups, failures and text."""
        self.groups = RecordTable(
            group_columns(self._by), id="failure-groups", plain=self.plain, empty="reading…", live=False
        )
        self.members = RecordTable(
            MEMBER_COLUMNS, id="failure-members", plain=self.plain, empty="no failures", live=False
        )
        self.text = Pane("Failure text", id="failure-text", classes="box")
        with Vertical(id="failure-groups-box", classes="box table-box"):
            yield self.groups
        with Horizontal(id="failure-below"):
            with Vertical(id="failure-members-box", classes="box table-box"):
                yield self.members
            yield self.text

    def refresh_view(self) -> None:
        """Ask for the groups again, and for the one under the cursor."""
        from loopview.engine.failures import load_failures

        by, state = self._by, self.view_state

        def question(reader: Reader) -> FailureList:
            return load_failures(reader, by, since=state.since, as_of=state.as_of, threshold=state.stall_threshold)

        self.ask("groups", question, self._show_groups, (by, state.window))
        self._ask_members()

    def arrive(self, target: Target) -> None:
        """Stand at a group."""
        if not isinstance(target, FailureGroupTarget):
            return
        from loopview.engine.failures import GROUPINGS

        self._by = next((by for by in GROUPINGS if by == target.by), "fingerprint")
        self._wanted = target.value
        self.groups.focus()
        self.refresh_view()

    def leave(self) -> bool:
        """Go back from the explanation, then from the text and the failures to the groups."""
        if self._explaining:
            self.action_explain()
        elif not self.groups.has_focus:
            (self.members if self.text.has_focus else self.groups).focus()
            self._stage()
        else:
            return False
        return True

    def evidence(self) -> Answer | None:
        """Return the question behind the groups, or behind the failures of one."""
        if self.groups.has_focus:
            return self._list.answer if self._list is not None else None
        return self._members.answer if self._members is not None else None

    def copy_text(self) -> str | None:
        """Return the group's fingerprint, the failure's row, or the failure text."""
        failure = self.failure
        if self.groups.has_focus:
            return self.group.value if self.group is not None else None
        if self.text.has_focus:
            return failure.text if failure is not None else None
        return failure.action or failure.text if failure is not None else None

    def copy_json(self) -> str | None:
        """Return the raw line of the failure."""
        raw = self._raw
        return raw.content.decode("utf-8", "replace") if raw is not None and raw.content is not None else None

    def trail(self) -> tuple[str, ...]:
        """Name the group once its failures are looked at."""
        if self.groups.has_focus or self.group is None:
            return ()
        failure = self.failure
        return (self.group.value or "(none)", *((str(failure.number),) if self.text.has_focus and failure else ()))

    def trouble(self) -> Sought | None:
        """Return the group under the cursor, or the group of the failure under it."""
        from loopview.domain.trouble import Sought, Trouble

        group, failure = self.group, self.failure
        named = group.value if group is not None else ""
        if named and self._by == "issue" and self.groups.has_focus:
            return Sought(Trouble.ISSUE, named)
        if named and self._by == "fingerprint":
            return failure_or_stall(self, named)
        return failure_or_stall(self, failure.fingerprint) if failure is not None and failure.fingerprint else None

    def raw(self) -> RawLine | None:
        """Return the line of the failure under the cursor."""
        return self._raw

    @property
    def group(self) -> FailureGroup | None:
        """The group under the cursor."""
        at = self.groups.standing.cursor
        return self._list.groups[at] if self._list is not None and 0 <= at < len(self._list.groups) else None

    @property
    def failure(self) -> Failure | None:
        """The failure under the cursor."""
        at = self.members.standing.cursor
        failures = self._members.failures if self._members is not None else ()
        return failures[at] if 0 <= at < len(failures) else None

    # -- acting ------------------------------------------------------------------------------------------------

    def action_group(self) -> None:
        """Group by the next thing."""
        from loopview.engine.failures import GROUPINGS

        self._by = GROUPINGS[(GROUPINGS.index(self._by) + 1) % len(GROUPINGS)]
        self.refresh_view()

    def action_signal(self, forward: bool) -> None:  # noqa: FBT001  # a binding passes its parameters by position
        """Go to the next or previous signal line of the text."""
        keys = [row.key for row in self.text.rows if isinstance(row.key, tuple) and row.key[0] == "signal"]
        if not keys:
            return
        here = self.text.cursor if self.text.row is not None else -1
        places = [index for index, row in enumerate(self.text.rows) if row.key in keys]
        later = [place for place in places if place > here] if forward else [it for it in places if it < here]
        goal = (later[0] if forward else later[-1]) if later else (places[0] if forward else places[-1])
        self.text.stand(self.text.rows[goal].key)

    def action_explain(self) -> None:
        """Show how the fingerprint came about, or the text again."""
        self._explaining = not self._explaining
        self._draw_text()
        self._stage()

    @on(RowHighlighted, "#failure-groups")
    def show_group(self, message: RowHighlighted) -> None:
        """Load the failures of the group under the cursor."""
        message.stop()
        self._ask_members()

    @on(RowHighlighted, "#failure-members")
    def show_failure(self, message: RowHighlighted) -> None:
        """Show the text of the failure under the cursor."""
        message.stop()
        self._draw_text()
        self._ask_raw()

    @on(RowOpened, "#failure-groups")
    def open_group(self, message: RowOpened) -> None:
        """Go down to the failures."""
        message.stop()
        self.members.focus()
        self._stage()

    @on(RowOpened, "#failure-members")
    def open_failure(self, message: RowOpened) -> None:
        """Go to the cycle or attempt."""
        message.stop()
        failure = self.failure
        if failure is None:
            return
        place = (failure.place.source, failure.place.generation, failure.place.line)
        make = CycleTarget if failure.kind == "cycle" else AttemptTarget
        self.console.drill(make(failure.number, *place))

    def on_descendant_focus(self) -> None:
        """Let the bread crumbs follow the focus."""
        self._stage()

    # -- showing -----------------------------------------------------------------------------------------------

    def _show_groups(self, found: FailureList) -> None:
        another = self._list is None or self._list.by != found.by
        self._list = found
        self.groups.empty = (
            "nothing failed" if self.view_state.window == "all" else "nothing failed in this window (t widens it)"
        )
        if another:
            self.groups.set_columns(group_columns(found.by))
        self.groups.show_all(group_rows(found, self.view_state.now, plain=self.plain), another=another)
        if self._wanted is not None:
            self._stand_at(self._wanted)
        elif another:
            self.groups.move_to(0)
        self._title_groups(found)

    def _stand_at(self, value: str) -> None:
        groups = self._list.groups if self._list is not None else ()
        at = next((index for index, group in enumerate(groups) if group.value == value), None)
        self._wanted = None
        if at is None:
            self.console.say(f"no failures under {value or '(none)'} in this window")
        else:
            self.groups.move_to(at)

    def _title_groups(self, found: FailureList) -> None:
        others = " | ".join(by for by in ("fingerprint", "issue", "type") if by != found.by)
        window = "all time" if self.view_state.window == "all" else f"last {self.view_state.window}"
        counts = (
            f"{window}: {found.failures:,} failures in {len(found.groups):,} groups, "
            f"of {found.cycles:,} cycles and {found.attempts:,} attempts"
        )
        title = Content.assemble(f"By {found.by}", content(f"  v: {others}", "not bold"))
        entitle(self.query_one("#failure-groups-box"), title, Content(counts))

    def _ask_members(self) -> None:
        from loopview.engine.failures import load_members

        group, by, state = self.group, self._by, self.view_state
        if group is None or self._list is None or self._list.by != by:
            return
        value = group.value

        def question(reader: Reader) -> FailureMembers:
            return load_members(reader, by, value, since=state.since, as_of=state.as_of)

        self.ask("members", question, self._show_members, (by, value, state.window))

    def _show_members(self, members: FailureMembers) -> None:
        before = self._members
        another = before is None or (before.by, before.value) != (members.by, members.value)
        self._members = members
        cells = Cells(plain=self.plain)
        self.members.show_all(member_rows(members, self.view_state.now, cells, plain=self.plain), another=another)
        if another:
            self.members.move_to(0)
        title = Content.assemble("Under ", content(members.value or "(none)", limit=24))
        entitle(self.query_one("#failure-members-box"), title, Content(f"{len(members.failures):,}"))
        self._draw_text()

    def _draw_text(self) -> None:
        from loopview.domain.fingerprint import explain

        failure, plain = self.failure, self.plain
        ends = self._members.dead_ends if self._members is not None else ()
        named = (
            f"{failure.kind} {failure.number if failure.number is not None else '?'}" if failure is not None else ""
        )
        if self._explaining and failure is not None:
            explanation = explain(failure.text)
            entitle(self.text, Content(f"How {named} got its fingerprint"))
            self.text.show(lambda width: explanation_rows(explanation, width, plain=plain))
        else:
            entitle(self.text, Content(f"{named}  n/N signal lines" if named else "Failure text"))
            self.text.show(lambda width: text_rows(failure, ends, width, plain=plain))

    def _ask_raw(self) -> None:
        from loopview.engine.raw_line import read_raw_line

        failure, root = self.failure, self.console.root
        if failure is None:
            self._raw = None
            return
        self.ask(
            "raw",
            lambda reader: read_raw_line(reader, root, failure.table, failure.place),
            self._keep_raw,
            (failure.table, failure.place),
        )

    def _keep_raw(self, raw: RawLine) -> None:
        self._raw = raw

    def _stage(self) -> None:
        """In narrow layouts only the part with the focus is shown."""
        below = not self.groups.has_focus
        self.set_class(below, "-below")
        self.set_class(below and (self.text.has_focus or self._explaining), "-text")
        self.console.draw_lines()
