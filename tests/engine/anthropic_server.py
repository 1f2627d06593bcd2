"""A real HTTP server on the loopback that speaks Anthropic's streaming protocol, by a script, well or badly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.engine.ollama_server import Ollama, Script, Talk, code_in, edit_reply, error, ollama

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

EVENTS = "text/event-stream; charset=utf-8"


def event(talk: Talk, name: str, **fields: object) -> None:
    talk.write(f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n")


def begin(talk: Talk) -> None:
    talk.head(Content_Type=EVENTS)
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-scripted", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip
    event(talk, "message_start", message=message)
    event(talk, "content_block_start", index=0, content_block={"type": "text", "text": ""})
    event(talk, "ping")


def delta(talk: Talk, text: str) -> None:
    event(talk, "content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def end(talk: Talk, reason: str | None = "end_turn") -> None:
    event(talk, "content_block_stop", index=0)
    event(talk, "message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage={"output_tokens": 9})
    event(talk, "message_stop")


def says(text: str, reason: str | None = "end_turn") -> Script:
    def script(talk: Talk) -> None:
        begin(talk)
        step = max(1, len(text) // 7)
        for start in range(0, len(text), step):
            delta(talk, text[start : start + step])
        end(talk, reason)

    return script


def edits(wanted: dict) -> Script:
    return lambda talk: says(edit_reply(code_in(talk.request), wanted))(talk)


def hang_midway(talk: Talk) -> None:
    begin(talk)
    delta(talk, "===LV-")
    talk.wait()


def pings(talk: Talk) -> None:
    begin(talk)
    while not talk.over.wait(0.05):
        event(talk, "ping")


def endless(talk: Talk) -> None:
    begin(talk)
    while not talk.over.is_set():
        delta(talk, "select 1 " * 1000)


def one_endless_line(talk: Talk) -> None:
    begin(talk)
    while not talk.over.is_set():
        talk.write("data: " + "x" * 65536)


def no_stop(talk: Talk) -> None:
    begin(talk)
    delta(talk, "===LV-")


def reset_midway(talk: Talk) -> None:
    begin(talk)
    delta(talk, "===LV-")
    talk.reset()


def tool_call(talk: Talk) -> None:
    begin(talk)
    block = {"type": "tool_use", "id": "toolu_1", "name": "shell", "input": {}}
    event(talk, "content_block_start", index=1, content_block=block)
    end(talk, "tool_use")


def overloaded(talk: Talk) -> None:
    begin(talk)
    event(talk, "error", error={"type": "overloaded_error", "message": "\x1b]0;owned\x07"})


def raw(content: bytes | str) -> Script:
    """Anything where events should be."""

    def script(talk: Talk) -> None:
        talk.head(Content_Type=EVENTS)
        talk.write(content)

    return script


class Anthropic(Ollama):
    """The running server."""

    def serve(self, talk: Talk, path: str) -> None:
        if path == "/v1/messages" and self.scripts:
            self.asked.append(talk.request)
            self.scripts.pop(0)(talk)
        else:
            error(404, '{"type": "error", "error": {"type": "not_found_error", "message": "model: x"}}')(talk)


def anthropic(*scripts: Script) -> AbstractContextManager[Ollama]:
    """A running server with its scripts, gone at the end."""
    return ollama(*scripts, kind=Anthropic)
