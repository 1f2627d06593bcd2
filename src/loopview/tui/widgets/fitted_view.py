"""A scrolling view whose rows are made for the room it has.

Textual tells a widget of its size once, and not always: where the map of all widgets is made anew between a
widget's coming and the next layout, it counts as known and hears nothing; of the room that a scroll bar takes it
never hears. So it is looked at when something is drawn, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.scroll_view import ScrollView

if TYPE_CHECKING:
    from textual.geometry import Region
    from textual.strip import Strip


class FittedView(ScrollView):
    """Calls `fit` where the rows are made for other room, at the latest when they have been drawn."""

    @property
    def fits(self) -> bool:
        """Whether the rows are made for the present room."""
        raise NotImplementedError

    def fit(self) -> None:
        """Make the rows for the present room."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Make the rows for the new room."""
        self._fit_anew()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines of a region."""
        self.look_whether_it_fits()
        return super().render_lines(crop)

    def look_whether_it_fits(self) -> None:
        """Make rows that do not fit anew, soon; for a subclass that draws by itself."""
        if self._outgrown:
            self.call_next(self._fit_anew)

    @property
    def _outgrown(self) -> bool:
        return self.size.width > 0 and not self.fits

    def _fit_anew(self) -> None:
        if self._outgrown:
            self.fit()
