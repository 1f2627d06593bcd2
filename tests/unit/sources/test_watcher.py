from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
import watchfiles._rust_notify as notify
from pace import SOON

from loopview.sources.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    watcher = Watcher([str(tmp_path)])
    yield watcher
    watcher.release()


def test_an_append_ends_the_wait(tmp_path: Path, watcher: Watcher) -> None:
    timer = threading.Timer(0.1, (tmp_path / "a").write_bytes, [b"x"])
    began = time.monotonic()
    timer.start()
    assert watcher.wait(60.0)
    assert time.monotonic() - began < SOON
    assert not watcher.polling


def test_nothing_is_no_hint(watcher: Watcher) -> None:
    assert not watcher.wait(0.05)


def test_closing_ends_the_wait_of_another_thread(watcher: Watcher) -> None:
    waits = threading.Thread(target=watcher.wait, args=(60.0,))
    waits.start()
    watcher.close()
    waits.join(SOON)
    assert not waits.is_alive()
    began = time.monotonic()
    assert not watcher.wait(60.0)
    assert time.monotonic() - began < SOON


def test_without_notifications_it_says_so_and_still_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(notify, "RustNotify", refuse)
    watcher = Watcher([str(tmp_path)])
    assert watcher.polling
    began = time.monotonic()
    assert not watcher.wait(0.05)
    assert time.monotonic() - began >= 0.04
    watcher.close()
    assert not watcher.wait(60.0)


def test_nothing_to_watch_is_polled() -> None:
    assert Watcher([]).polling
