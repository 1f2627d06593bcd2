"""Choose a theme: the one under the cursor is shown at once, Esc brings the old one back."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from loopview.tui.content import content

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.tui.console import LoopviewApp


class ThemeList(OptionList):
    """The names; in a terminal so small that none of them is drawn, a page up or down does nothing."""

    def action_page_up(self) -> None:
        """Move up by what fits."""
        with suppress(KeyError, IndexError):
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """Move down by what fits."""
        with suppress(KeyError, IndexError):
            super().action_page_down()  # type: ignore[no-untyped-call]


class ThemePicker(ModalScreen[None]):
    """The list of themes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,T", "restore", "back", show=False),
        Binding("j", "next", show=False),
        Binding("k", "previous", show=False),
    ]

    @property
    def console(self) -> LoopviewApp:
        """The app, by its type."""
        return cast("LoopviewApp", self.app)

    def compose(self) -> ComposeResult:
        """Offer every theme, ours first."""
        names = sorted(self.app.available_themes, key=lambda name: (name not in self.console.own_themes, name))
        yield ThemeList(*(Option(content(name), id=name) for name in names), id="themes", markup=False)

    def on_mount(self) -> None:
        """Begin at the present theme."""
        self._before = self.app.theme
        themes = self.query_one(OptionList)
        themes.border_title = content("Theme")
        themes.border_subtitle = content("enter keeps  esc restores")
        themes.highlighted = themes.get_option_index(self._before)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the theme under the cursor."""
        if event.option.id is not None:
            self.app.theme = event.option.id

    def on_option_list_option_selected(self) -> None:
        """Keep it."""
        self.dismiss(None)

    def action_restore(self) -> None:
        """Bring the old theme back."""
        self.app.theme = self._before
        self.dismiss(None)

    def action_next(self) -> None:
        """Move down."""
        self.query_one(OptionList).action_cursor_down()

    def action_previous(self) -> None:
        """Move up."""
        self.query_one(OptionList).action_cursor_up()
