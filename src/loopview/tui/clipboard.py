"""Copying, when the operator asks for it: tmux's own client inside tmux, else the terminal's clipboard (OSC 52).

tmux 3.3a ignores OSC 52 of programs by default and always takes `load-buffer`; `-w` passes the text on to the
clipboard of the terminal around it. `LOOPVIEW_CLIPBOARD` (auto, tmux, osc52, none) overrides the choice.
"""

from __future__ import annotations

import base64
import os
import subprocess
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

ROADS = ("auto", "tmux", "osc52", "none")
LONGEST = 100_000
"""Characters that are copied: terminals drop larger OSC 52 sequences, silently."""

TMUX_SECONDS = 2.0


class Terminal(Protocol):
    """What has a clipboard: the running app."""

    def write_clipboard(self, encoded: str) -> bool:
        """Take base64 text; False when there is no terminal."""


def copy(terminal: Terminal, text: str, road: str = "auto", *, environment: Mapping[str, str] = os.environ) -> str:
    """Copy `text` and return a sentence that says what happened; never raises.

    The text is copied as it is: it is inert on both roads, and where it is pasted is the operator's choice.
    """
    road = environment.get("LOOPVIEW_CLIPBOARD") or road
    if road not in ROADS:
        return f"Nothing copied: the clipboard is one of {', '.join(ROADS)}"
    if road == "none":
        return "Nothing copied: the clipboard is switched off"
    if len(text) > LONGEST:
        return f"Nothing copied: {len(text):,} characters are more than the {LONGEST:,} that terminals take"
    if road == "tmux" or (road == "auto" and environment.get("TMUX")):
        return _to_tmux(text)
    return _to_terminal(terminal, text)


def _amount(text: str) -> str:
    return "1 character" if len(text) == 1 else f"{len(text):,} characters"


def _to_tmux(text: str) -> str:
    try:
        subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "replace"),
            check=True,
            capture_output=True,
            timeout=TMUX_SECONDS,
        )
    except FileNotFoundError:
        return "Nothing copied: tmux is not installed"
    except subprocess.TimeoutExpired:
        return "Nothing copied: tmux did not answer"
    except (subprocess.CalledProcessError, OSError):
        return "Nothing copied: tmux refused the text"
    return f"Copied {_amount(text)} to tmux's buffer"


def _to_terminal(terminal: Terminal, text: str) -> str:
    if not terminal.write_clipboard(base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")):
        return "Nothing copied: there is no terminal"
    return f"Sent {_amount(text)} to the terminal's clipboard"
