"""The style sheet of the console: every source is read into rules once for each set of theme colours.

Textual 8.2.8 parses all sources anew whenever it refreshes the styles: three times before the first paint.
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class ConsoleStylesheet(Stylesheet):
    """Textual's style sheet, which parses again only what changed: a source, or a variable."""

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the theme's colours; rules made with the same ones stand."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Bring the rules up to date; a fault in a source is raised, and the rules before it stay."""
        self.parse()
