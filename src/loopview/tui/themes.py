"""Palettes: TOML files of named roles, checked before Textual sees them, turned into its themes.

A file has `name`, `dark` (true or false) and a `[colours]` table with exactly the roles of `ROLES`. All faults of
all files are reported at once, each with its file and key; a faulty file is left out and never ends the console.
Colours come from the program and from the operator's own directory, never from a watched repository.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GROUNDS = ("background", "surface", "panel")
"""Roles that text stands on."""

TEXTS = ("text", "muted", "accent", "primary", "ok", "fail", "blocked", "unknown", "warn", "stale", "stand-in")
"""Roles of text: each must be readable on every ground."""

ROLES = (*GROUNDS, *TEXTS, "border", "selection", "selection-text")

LEAST_CONTRAST = 4.5
"""Between every text role and every ground (WCAG 2.2, AA); `border` and `selection` are no text."""

LARGEST_FILE = 64 * 1024

STANDS_FOR = {
    "muted": "foreground-muted",
    "ok": "success",
    "fail": "error",
    "warn": "warning",
    "blocked": "warning",
    "unknown": "foreground-muted",
    "stale": "warning",
    "stand-in": "warning",
    "selection": "primary-muted",
    "selection-text": "foreground",
}
"""Which of Textual's variables a role takes under a theme that does not define it."""


def with_roles(variables: dict[str, str]) -> dict[str, str]:
    """Return a theme's variables with every role among them."""
    return {role: variables[other] for role, other in STANDS_FOR.items()} | variables


def user_themes_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the operator's own palettes lie."""
    home = environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME", "/")) / ".config"
    return Path(home) / "loopview" / "themes"


def load_themes(dirs: Iterable[Path]) -> tuple[list[Theme], list[str]]:
    """Return the themes in `dirs` and a sentence for each fault; a later name replaces an earlier."""
    themes: dict[str, Theme] = {}
    problems: list[str] = []
    for path in (path for place in dirs for path in _files(place)):
        palette, faults = read_palette(path)
        problems += faults
        if not faults:
            themes[palette["name"]] = theme(palette)
    return list(themes.values()), problems


def _files(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.suffix == ".toml" and path.is_file())
    except OSError:
        return []


def read_palette(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the palette in `path` and its faults, all of them; the palette is fit for use only without any."""
    where = plain(path)
    try:
        with path.open("rb") as file:
            written = file.read(LARGEST_FILE + 1)
        if len(written) > LARGEST_FILE:
            return {}, [f"{where}: larger than {LARGEST_FILE} bytes"]
        palette = tomllib.loads(written.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        return {}, [plain(f"{where}: {fault}", limit=300)]
    return palette, [plain(f"{where}: {fault}", limit=300) for fault in _faults(palette)]


def _faults(palette: Mapping[str, Any]) -> Iterator[str]:
    name, colours = palette.get("name"), palette.get("colours")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", name):
        yield "name: small letters, digits and hyphens, at most 40"
    if not isinstance(palette.get("dark"), bool):
        yield "dark: true or false"
    for key in palette.keys() - {"name", "dark", "colours"}:
        yield f"{key}: not a key of a palette"
    if not isinstance(colours, dict):
        yield "colours: a table is missing"
        return
    for role in ROLES:
        if role not in colours:
            yield f"colours.{role}: missing"
    for role, colour in colours.items():
        if role not in ROLES:
            yield f"colours.{role}: not a role"
        elif _colour(colour) is None:
            yield f"colours.{role}: {colour!r} is not an opaque colour such as #1e2a36"


def _colour(written: object) -> Color | None:
    try:
        colour = Color.parse(written) if isinstance(written, str) else None
    except ColorParseError:
        return None
    return colour if colour is not None and colour.a == 1 and colour.ansi is None and not colour.auto else None


def contrasts(palette: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """Return the contrast ratio (1 to 21) of each text role with each ground it may stand on."""
    colours = {role: Color.parse(colour) for role, colour in palette["colours"].items()}
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS] + [("selection-text", "selection")]
    return {(text, ground): _contrast(colours[text], colours[ground]) for text, ground in pairs}


def _contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    knee = 0.04045
    red, green, blue = (
        part / 12.92 if part <= knee else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def theme(palette: Mapping[str, Any]) -> Theme:
    """Return Textual's theme for a faultless palette; every role is a variable, and Textual's names follow."""
    colours: dict[str, str] = palette["colours"]
    own = {role: colour for role, colour in colours.items() if role not in {*GROUNDS, "text", "accent", "primary"}}
    return Theme(
        name=palette["name"],
        dark=palette["dark"],
        primary=colours["primary"],
        secondary=colours["accent"],
        accent=colours["accent"],
        success=colours["ok"],
        error=colours["fail"],
        warning=colours["warn"],
        foreground=colours["text"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        variables={**own, **_textual_roles(colours)},
    )


def _textual_roles(colours: Mapping[str, str]) -> dict[str, str]:
    """Return Textual's derived variables, by our roles: its own derivations may fall below the least contrast."""
    return {
        "text-muted": colours["muted"],
        "text-disabled": colours["muted"],
        "text-primary": colours["primary"],
        "text-secondary": colours["accent"],
        "text-accent": colours["accent"],
        "text-success": colours["ok"],
        "text-error": colours["fail"],
        "text-warning": colours["warn"],
        "foreground-muted": colours["muted"],
        "foreground-disabled": colours["muted"],
        "block-cursor-background": colours["selection"],
        "block-cursor-foreground": colours["selection-text"],
        "block-cursor-blurred-background": colours["panel"],
        "block-cursor-blurred-foreground": colours["text"],
        "input-selection-background": colours["selection"],
        "footer-key-foreground": colours["accent"],
        "border-blurred": colours["border"],
    }
