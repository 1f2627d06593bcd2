"""A raw line as the lines of a pane: as text where it is text, else byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.text import safe
from loopview.tui.content import content
from loopview.tui.widgets.pane import Row

if TYPE_CHECKING:
    from loopview.engine.raw_line import RawLine

SHOWN_CHARACTERS = 16_384
DUMPED_BYTES = 2_048
MUTED = "$text-muted"


def raw_rows(raw: RawLine, width: int) -> list[Row]:
    """Return where a line stands and what is in it; a line that is no UTF-8 is dumped as well."""
    if raw.content is None:
        return [Row(content(raw.gone or "not read", "$warn"))]
    rows = [Row(content(_place(raw), MUTED))]
    text = raw.content.decode("utf-8", "replace")
    line = content(safe(text[:SHOWN_CHARACTERS]))
    rows += [Row(piece) for piece in line.wrap(max(width, 8))]
    if raw.cut or len(text) > SHOWN_CHARACTERS:
        rows.append(Row(Content.styled("… the line goes on; O shows it in the pager", MUTED)))
    if not _is_text(raw.content):
        rows += [Row(Content.styled("byte by byte", MUTED)), *dump_rows(raw.content, width, raw.offset or 0)]
    return rows


def dump_rows(block: bytes, width: int, offset: int = 0) -> list[Row]:
    """Return bytes with their offsets in the file, sixteen to a line (eight where it is narrow)."""
    per_line = 16 if width >= 78 else 8 if width >= 44 else 4  # noqa: PLR2004  # cells that 10 + 4 a byte need
    rows = []
    for start in range(0, min(len(block), DUMPED_BYTES), per_line):
        part = block[start : start + per_line]
        rows.append(
            Row(
                Content.assemble(
                    Content.styled(f"{offset + start:08x}  ", MUTED),
                    Content.styled(f"{part.hex(' '):<{per_line * 3}} ", ""),
                    Content.styled("".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part), MUTED),  # noqa: PLR2004  # printable ASCII
                )
            )
        )
    if len(block) > DUMPED_BYTES:
        rows.append(Row(Content.styled(f"… {len(block) - DUMPED_BYTES:,} bytes more", MUTED)))
    return rows


def _place(raw: RawLine) -> str:
    size = f"{len(raw.content or b''):,} bytes{' shown' if raw.cut else ''}"
    return f"{raw.where}  at byte {raw.offset:,}, {size}" if raw.offset is not None else f"{raw.where}  {size}"


def _is_text(block: bytes) -> bool:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in block
