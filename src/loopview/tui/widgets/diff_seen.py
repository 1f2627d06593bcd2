"""Which lines of a diff have been on the screen, each of them whole."""

from __future__ import annotations


class SeenLines:
    """Counts lines of which every part was displayed; parts are forgotten when the layout changes, lines never."""

    def __init__(self, count: int = 0) -> None:
        self._whole = bytearray(count)
        self._parts: dict[int, set[int]] = {}
        self.unseen = count  #: lines of which something was not displayed yet

    def display(self, index: int, part: int, parts: int) -> None:
        """Take note that a part of a line, of so many, was displayed."""
        if self._whole[index]:
            return
        if parts > 1:
            shown = self._parts.setdefault(index, set())
            shown.add(part)
            if len(shown) < parts:
                return
            del self._parts[index]
        self._whole[index] = 1
        self.unseen -= 1

    def lay_out_anew(self) -> None:
        """Forget the parts of lines that are not whole yet: other widths cut lines elsewhere."""
        self._parts.clear()

    def next_unseen(self, index: int) -> int:
        """Return the first line from a place on, and round, that was not displayed whole; -1 if all were."""
        found = self._whole.find(0, max(index, 0))
        return found if found >= 0 else self._whole.find(0)
