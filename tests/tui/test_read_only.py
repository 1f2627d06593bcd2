"""Under ``--read-only`` what writes does not exist: no key, no hint, no line in palette and help, on any screen."""

from __future__ import annotations

import pytest
from console_cases import console

from loopview.tui.actions import WRITE, key_label
from loopview.tui.palette import ActionProvider
from loopview.tui.screens.catalog import SCREENS
from loopview.tui.screens.foreign_question import ForeignQuestion

WRITING = {(entry.name, action) for entry in SCREENS for action in entry.load().ACTIONS if action.guard == WRITE}


def offered(it) -> str:
    """Everything the palette offers."""
    return "\n".join(title for title, _ in ActionProvider(it.app.screen)._offers())


async def helped(it) -> str:
    """The whole text of the help screen."""
    await it.pilot.press("f1")
    await it.pilot.pause()
    texts = [str(static.content) for static in it.app.screen.query("#help Static")]
    await it.pilot.press("escape")
    return "\n".join(texts)


@pytest.mark.parametrize("entry", SCREENS, ids=lambda entry: entry.name)
@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "read-only"])
async def test_what_writes_is_there_only_where_writing_is_allowed(entry, read_only, sample_loop, sample_now):
    writing = [action for name, action in sorted(WRITING, key=str) if name == entry.name]
    async with console(sample_loop, (160, 45), now=sample_now, read_only=read_only) as it:
        await it.press(entry.key)
        front = it.app.front
        bound = {binding.id for bindings in front._bindings.key_to_bindings.values() for binding in bindings}
        hints = {(key, label) for key, label, _ in front.query_one("#hint-line").hints}
        palette, page = offered(it), await helped(it)
        for action in writing:
            hint = (key_label(action.keys), action.label)
            assert (action.id in bound) is not read_only
            assert (hint in hints) is (action.shown and not read_only)
            assert (action.help in palette) is not read_only
            assert (action.help in page) is not read_only
        others = {action.id for action in front.ACTIONS} - {action.id for action in writing}
        assert others <= bound


def test_there_are_actions_that_write():
    expected = {"ask.pin", "ask.export", "dash.unpin", "proposals.approve", "proposals.reject", "proposals.again"}
    assert expected <= {action.id for _, action in WRITING}


async def test_another_road_to_them_ends_in_a_sentence(sample_loop, sample_now, private_machine):
    async with console(sample_loop, now=sample_now, read_only=True) as it:
        for name, action in sorted(WRITING, key=str):
            it.app.action_open(name)
            await it.settle()
            it.app.clear_notifications()
            await it.app.run_action(action.does, it.app.front)
            await it.pilot.pause()
            assert it.app.screen is it.app.front
            assert any("read-only" in notice for notice in it.notices), action.id
    assert not (private_machine / "config/loopview").exists()


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "read-only"])
async def test_a_question_of_the_repository_is_copied_only_where_writing_is_allowed(
    read_only, sample_loop, sample_now, private_machine
):
    folder = sample_loop / ".loop/questions"
    folder.mkdir()
    (folder / "theirs.sql").write_text("-- title: Theirs\n-- answers: x\nselect 42 as answer\n")
    own = private_machine / "config/loopview/questions/theirs.sql"
    async with console(sample_loop, now=sample_now, read_only=read_only) as it:
        await it.press("7")
        screen = it.app.front
        await it.until(lambda: any(entry.name == "theirs" for entry in screen._entries), "the list")
        screen.ready_list.focus()
        screen.ready_list.stand(("repository", "theirs"))
        await it.press("enter")
        assert isinstance(it.app.screen, ForeignQuestion)
        assert ("C copies" in it.text) is not read_only
        await it.press("C")
        if read_only:
            assert isinstance(it.app.screen, ForeignQuestion)
            await it.press("escape")
        else:
            await it.until(own.exists, "the copy")
    assert own.exists() is not read_only
