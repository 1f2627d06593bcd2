"""The asker: one thread on one reader; the newest question wins; answers to others are dropped."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from textual.app import App

from loopview.tui.bridge import Asker

if TYPE_CHECKING:
    from loopview.tui.messages import Answered, AskFailed

PATIENCE = 60.0


class Reader:
    """Stands for a reader of the store: the asker only opens, interrupts and closes it."""

    def __init__(self) -> None:
        self.closed = 0

    def interrupt(self) -> None:
        return None

    def close(self) -> None:
        self.closed += 1


class Store:
    """Stands for a store: counts the readers it opened."""

    def __init__(self) -> None:
        self.revision = 1
        self.readers: list[Reader] = []

    def reader(self) -> Reader:
        self.readers.append(Reader())
        return self.readers[-1]


class Host(App[None]):
    """Runs the asker's workers and hands on what they post."""

    def __init__(self) -> None:
        super().__init__()
        self.asker = Asker(self, "test")
        self.shown: list[object] = []
        self.problems: list[str] = []

    def on_answered(self, message: Answered) -> None:
        self.asker.deliver(message)

    def on_ask_failed(self, message: AskFailed) -> None:
        self.asker.settle()
        self.problems.append(message.problem)


async def settled(host: Host, pilot) -> None:
    while not host.asker.quiet:
        await pilot.pause(0.005)
    await pilot.pause()


async def test_only_the_newest_waiting_question_of_a_topic_is_asked():
    host, store = Host(), Store()
    asked: list[int] = []
    gate = threading.Event()

    def question(number: int):
        def ask(_reader):
            asked.append(number)
            assert gate.wait(PATIENCE)
            return number

        return ask

    async with host.run_test() as pilot:
        host.asker.connect(store)
        for number in range(5):
            host.asker.ask("figure", question(number), host.shown.append)
            if number == 0:
                while not asked:
                    await pilot.pause(0.005)
        gate.set()
        await settled(host, pilot)
    assert asked == [0, 4]
    assert host.shown == [0, 4]
    assert len(store.readers) == 1


async def test_an_answer_about_something_else_is_dropped():
    host, store = Host(), Store()
    began, gate = threading.Event(), threading.Event()

    def slow(_reader):
        began.set()
        assert gate.wait(PATIENCE)
        return "of the old window"

    async with host.run_test() as pilot:
        host.asker.connect(store)
        host.asker.ask("figure", slow, host.shown.append, "7d")
        while not began.is_set():
            await pilot.pause(0.005)
        host.asker.ask("figure", lambda _reader: "of the new window", host.shown.append, "24h")
        gate.set()
        await settled(host, pilot)
    assert host.shown == ["of the new window"]


async def test_a_question_that_fails_is_told_and_the_next_is_asked():
    host = Host()

    def broken(_reader):
        raise ValueError("no such column")

    async with host.run_test() as pilot:
        host.asker.connect(Store())
        host.asker.ask("figure", broken, host.shown.append)
        await settled(host, pilot)
        host.asker.ask("figure", lambda _reader: 7, host.shown.append)
        await settled(host, pilot)
    assert host.problems == ["ValueError: no such column"]
    assert host.shown == [7]


async def test_another_store_is_read_by_another_reader_and_closing_gives_it_back():
    host, first, second = Host(), Store(), Store()
    async with host.run_test() as pilot:
        host.asker.connect(first)
        host.asker.ask("figure", lambda reader: reader, host.shown.append)
        await settled(host, pilot)
        host.asker.connect(second)
        host.asker.ask("figure", lambda reader: reader, host.shown.append)
        await settled(host, pilot)
        host.asker.close()
    assert host.shown == [first.readers[0], second.readers[0]]
    assert (first.readers[0].closed, second.readers[0].closed) == (1, 1)
