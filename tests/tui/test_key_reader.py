"""What bytes from the terminal mean when they come faster than people type, or from no keyboard at all."""

from __future__ import annotations

import pytest
from textual import constants
from textual.events import Key, Paste

from loopview.tui.key_reader import PASTE_SECONDS, KeyReader


@pytest.fixture(autouse=True)
def _no_wait_after_esc(monkeypatch):
    """Silence is over at once: it is the reader's word that counts, not the clock's."""
    monkeypatch.setattr(constants, "ESCAPE_DELAY", 0.0)


def read(*lots: bytes) -> list[str]:
    """Return the keys and pastes that these lots are, with a silence at the end."""
    reader = KeyReader()
    found = [message for lot in (*lots, b"") for message in reader.messages(lot)]
    return [it.key if isinstance(it, Key) else f"paste {it.text}" for it in found if isinstance(it, Key | Paste)]


@pytest.mark.parametrize(
    ("lot", "keys"),
    [
        (b"\x1b", ["escape"]),
        (b"\x1b\x1b", ["escape", "escape"]),
        (b"\x1b\r", ["escape", "enter"]),
        (b"\x1b\r\x1b", ["escape", "enter", "escape"]),
        (b"\x1b\x1b\r", ["escape", "escape", "enter"]),
        (b"\x1b\x11", ["escape", "ctrl+q"]),
        (b"\x1b;", ["escape", "semicolon"]),
        (b"\x1bj", ["alt+j"]),
        (b"\x1bJ", ["alt+shift+j"]),
        (b"\x1b[", ["escape", "left_square_bracket"]),
        (b"\x1bjk\x1b", ["alt+j", "k", "escape"]),
        (b"\x1bj^\x1b", ["alt+j", "circumflex_accent", "escape"]),
        (b"\x1b[A\x1b[27u\x1b[Bq", ["up", "escape", "down", "q"]),
    ],
)
def test_esc_stays_esc_and_every_key_behind_it_is_read(lot, keys):
    assert read(lot) == keys


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b]11;rgb:ffff/0000/0000\x1b\\",
        b"\x1b]11;rgb:ffff/0000/0000\x07",
        b"\x1bP>|XTerm(390)\x1b\\",
        b"\x1bP1+r544e=787465726d2d323536636f6c6f72\x1b\\",
        b"\x1b]52;c;" + b"q" * 5000 + b"\x07",
        b"\x1b[" + b"1;" * 40 + b"q",
        b"\x1b[?62;22c",
        b"\x1b_Gi=31;OK\x1b\\",
    ],
)
def test_a_late_answer_of_the_terminal_is_no_command(answer):
    assert read(answer, b"", b"k") == ["k"]
    assert read(answer + b"k") == ["k"]
    assert read(answer + b"\x1b[A") == ["up"]


def test_esc_in_a_paste_makes_no_keys_of_what_is_pasted():
    for pasted in (b"one\x1b\x1bq\x1b\r\x1bq\x1b", b"\x1b]0;q\x07" + b"q" * 60, b"\x1b[q\x1b[A\x1b[27u"):
        (paste,) = read(b"\x1b[200~" + pasted + b"\x1b[201~")
        assert paste.startswith("paste ")
        assert read(b"\x1b[200~" + pasted, b"", b"more\x1b", b"\x1b[201~", b"k")[1:] == ["k"]


def test_a_paste_without_an_end_is_over_after_its_silence():
    silence = [b""] * int(PASTE_SECONDS * 10)
    assert read(b"\x1b[200~one", *silence, b"k") == ["paste one", "k"]
    assert read(b"\x1b[200~one", *silence[1:], b"two", *silence[1:], b"\x1b[201~k") == ["paste onetwo", "k"]
