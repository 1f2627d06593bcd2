"""The registry is the one place where keys are said: no key twice, none that tmux needs, each with its words."""

from __future__ import annotations

from collections import Counter

import pytest

from loopview.tui.actions import CONSOLE, PANE, WRITES, Action, bindings, key_label
from loopview.tui.commands import COMMANDS
from loopview.tui.console import OPENERS, LoopviewApp
from loopview.tui.screens.base import LoopScreen
from loopview.tui.screens.catalog import SCREENS

EVERYWHERE = (*CONSOLE, *OPENERS, *WRITES)
LEFT_ALONE = {"ctrl+b", "ctrl+a", "ctrl+@", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+z", "ctrl+c"}
"""Prefixes of multiplexers, aliases of other keys, and what the terminal itself uses."""


def keys_of(actions: tuple[Action, ...]) -> list[str]:
    return [key for action in actions for key in action.keys.split(",")]


@pytest.mark.parametrize("entry", SCREENS, ids=lambda entry: entry.name)
def test_no_screen_says_a_key_twice_or_takes_one_of_the_console(entry):
    own = keys_of(entry.load().ACTIONS)
    assert [key for key, times in Counter(own).items() if times > 1] == []
    assert set(own) & set(keys_of(EVERYWHERE)) == set()


def test_no_key_of_the_console_is_taken_twice():
    keys = keys_of((*EVERYWHERE, *PANE))
    assert [key for key, times in Counter(keys).items() if times > 1] == []


def all_actions() -> list[Action]:
    return [*EVERYWHERE, *PANE, *(action for entry in SCREENS for action in entry.load().ACTIONS)]


def test_no_action_takes_a_key_of_the_terminal():
    keys = {key for action in all_actions() for key in action.keys.split(",")}
    assert keys & LEFT_ALONE == set()
    assert not [key for key in keys if key.startswith("alt+")]


def test_every_action_has_words_and_a_name_of_its_own():
    actions = all_actions()
    assert [name for name, times in Counter(action.id for action in actions).items() if times > 1] == []
    assert [action.id for action in actions if not action.help or not action.label] == []


@pytest.mark.parametrize("action", all_actions(), ids=lambda action: action.id)
def test_every_action_is_one_that_something_can_do(action):
    name = "action_" + action.does.split("(")[0].removeprefix("app.")
    homes = [entry.load() for entry in SCREENS] + [LoopviewApp, LoopScreen]
    widgets = [widget for home in homes for widget in vars(__import__(home.__module__, fromlist=["*"])).values()]
    assert any(hasattr(home, name) for home in (*homes, *widgets)), f"nobody has {name}"


def test_bindings_carry_the_id_that_settings_move():
    assert {binding.id for binding in bindings(CONSOLE)} == {action.id for action in CONSOLE}


def test_keys_are_printed_as_on_a_keyboard():
    assert [key_label(key) for key in ("ctrl+p", "semicolon", "escape,q", "j")] == ["^p", ";", "esc", "j"]


def test_every_command_explains_itself():
    for name, command in COMMANDS.items():
        assert command.usage.startswith(f":{name}")
        assert command.help
