"""Palettes are checked data: the shipped ones are readable, and a faulty one is reported and left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.color import Color
from textual.widgets import Static

from loopview.shipped import themes_dir
from loopview.tui.guard import GuardedApp
from loopview.tui.themes import (
    LEAST_CONTRAST,
    ROLES,
    STANDS_FOR,
    contrasts,
    load_themes,
    read_palette,
    user_themes_dir,
)

SHIPPED = sorted(path.stem for path in themes_dir().glob("*.toml"))


def written(place: Path, text: str, name: str = "own.toml") -> Path:
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text)
    return place


def palette_text(**changes: str) -> str:
    lines = (themes_dir() / "loopview-dark.toml").read_text().splitlines()
    made = []
    for line in lines:
        key = line.partition(" = ")[0]
        made.append(f"{key} = {changes[key]}" if key in changes else line)
    return "\n".join(line for line in made if not line.endswith(" = "))


def test_four_palettes_are_shipped_and_named_like_their_files():
    assert SHIPPED == ["colour-blind-safe", "high-contrast", "loopview-dark", "loopview-light"]
    themes, problems = load_themes([themes_dir()])
    assert not problems
    assert [theme.name for theme in themes] == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_text_role_is_readable_on_every_ground(name):
    palette, problems = read_palette(themes_dir() / f"{name}.toml")
    assert not problems
    least = 7.0 if name == "high-contrast" else LEAST_CONTRAST
    too_faint = {pair: round(ratio, 2) for pair, ratio in contrasts(palette).items() if ratio < least}
    assert not too_faint


def test_contrast_is_that_of_the_standard():
    colours = dict.fromkeys(ROLES, "#ffffff") | dict.fromkeys(("background", "surface", "panel"), "#000000")
    assert contrasts({"colours": colours})["text", "background"] == pytest.approx(21)
    grey = {"colours": colours | {"text": "#767676", "background": "#ffffff"}}
    assert contrasts(grey)["text", "background"] == pytest.approx(4.54, abs=0.005)


def test_ok_and_fail_differ_in_lightness_for_eyes_that_do_not_tell_red_from_green():
    palette, _ = read_palette(themes_dir() / "colour-blind-safe.toml")
    ok, fail = (Color.parse(palette["colours"][role]) for role in ("ok", "fail"))
    assert ok.b > ok.r
    assert fail.r > fail.b


@pytest.mark.parametrize("name", SHIPPED)
async def test_every_role_is_a_variable_for_styles_and_content(name):
    class Painted(GuardedApp):
        CSS = (
            "\n".join(f"#{role} {{ color: ${role}; }}" for role in STANDS_FOR) + "\nStatic { background: $panel; }"
        )

        def compose(self):
            yield from (Static("x", id=role) for role in STANDS_FOR)

    app = Painted()
    for theme in load_themes([themes_dir()])[0]:
        app.register_theme(theme)
    palette, _ = read_palette(themes_dir() / f"{name}.toml")
    async with app.run_test() as pilot:
        app.theme = name
        await pilot.pause()
        for role in STANDS_FOR:
            assert app.query_one(f"#{role}").styles.color == Color.parse(palette["colours"][role])
        assert app.theme_variables["text-muted"] == palette["colours"]["muted"]
        app.theme = "nord"  # one of Textual's own has no such roles, and none of them is missed
        await pilot.pause()
        assert set(STANDS_FOR) <= set(app.theme_variables)


def test_a_dropped_in_palette_is_found_and_replaces_one_of_the_same_name(tmp_path):
    own = written(tmp_path / "themes", palette_text(accent='"#ffcc00"'))
    themes, problems = load_themes([themes_dir(), own])
    assert not problems
    assert len(themes) == 4
    assert next(theme for theme in themes if theme.name == "loopview-dark").accent == "#ffcc00"


def test_the_operators_directory_follows_the_base_directories():
    assert user_themes_dir({"XDG_CONFIG_HOME": "/c", "HOME": "/h"}) == Path("/c/loopview/themes")
    assert user_themes_dir({"HOME": "/h"}) == Path("/h/.config/loopview/themes")


def test_all_faults_of_all_files_are_reported_at_once_with_file_and_key(tmp_path):
    place = tmp_path / "themes"
    written(
        place,
        palette_text(ok='"no colour"', fail="7", muted='"#ffffff80"', dark='"yes"', name='"Bad Name"'),
        "a.toml",
    )
    written(place, palette_text(border=""), "b.toml")
    written(place, palette_text() + '\nglitter = "#ffffff"\n', "c.toml")
    written(place, 'name = "x"\ndark = true\nrun = "rm"\n', "d.toml")
    written(place, "not toml", "e.toml")
    written(place, palette_text(name='"fine"'), "f.toml")
    themes, problems = load_themes([place])
    assert [theme.name for theme in themes] == ["fine"]
    text = "\n".join(problems)
    for fault in (
        "a.toml: colours.ok: 'no colour' is not an opaque colour",
        "a.toml: colours.fail: 7 is not",
        "a.toml: colours.muted",
        "a.toml: dark:",
        "a.toml: name:",
        "b.toml: colours.border: missing",
        "c.toml: colours.glitter: not a role",
        "d.toml: run: not a key",
        "d.toml: colours: a table is missing",
        "e.toml: ",
    ):
        assert fault in text
    assert len(problems) == 10


@pytest.mark.parametrize("colour", ["ansi_red", "auto", "auto 50%", "transparent", "$primary", "rgba(1,2,3,0.5)"])
def test_only_opaque_colours_that_are_colours_everywhere_are_taken(colour, tmp_path):
    _, problems = load_themes([written(tmp_path, palette_text(ok=f'"{colour}"'))])
    assert len(problems) == 1
    assert "colours.ok" in problems[0]


def test_no_file_of_a_dropped_in_directory_can_hold_up_or_end_the_console(tmp_path):
    os.mkfifo(tmp_path / "fifo.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    (tmp_path / "huge.toml").write_bytes(b"#" * 1_000_000)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 10_000)
    (tmp_path / "esc\x1b]0;x\x07.toml").write_text("a = 1")
    themes, problems = load_themes([tmp_path, tmp_path / "not there"])
    assert not themes
    assert all(problem.isprintable() for problem in problems)
    assert {problem.split(": ")[0].rsplit("/")[-1] for problem in problems} == {
        "huge.toml", "bytes.toml", "deep.toml", "esc␛]0;x␇.toml",
    }  # fmt: skip
