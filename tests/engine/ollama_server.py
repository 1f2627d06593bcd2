"""A real HTTP server on the loopback that speaks ollama's protocol, by a script, and badly where a test says so.

`Ollama` is the server; ``scripts`` are taken one a chat, each a callable that gets the connection and the request.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NDJSON = "application/x-ndjson"


class Talk:
    """One request and the road back."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: bytes, over: threading.Event) -> None:
        self.handler = handler
        self.over = over  #: set when the server closes: no script may outlive a test
        self.request = json.loads(body) if body else {}

    def head(self, status: int = 200, **headers: str) -> None:
        self.handler.send_response(status)
        for name, value in {"Content-Type": NDJSON, **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()

    def write(self, content: bytes | str) -> None:
        self.handler.wfile.write(content.encode() if isinstance(content, str) else content)
        self.handler.wfile.flush()

    def part(self, text: str = "", *, done: bool = False, **more: object) -> None:
        message = {"role": "assistant", "content": text, **more.pop("message", {})}  # type: ignore[dict-item]
        line = {"model": "scripted", "created_at": "2026-06-24T10:00:00Z", "message": message, "done": done}
        self.write(json.dumps({**line, **more}) + "\n")

    def wait(self, seconds: float = 30) -> None:
        self.over.wait(seconds)

    def reset(self) -> None:
        """Leave as a crash does: the connection is reset."""
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.handler.connection.close()


Script = Callable[[Talk], None]


def says(text: str, pieces: int = 7) -> Script:
    """An answer in a few pieces, as a real model gives it."""

    def script(talk: Talk) -> None:
        talk.head()
        step = max(1, len(text) // pieces)
        for start in range(0, len(text), step):
            talk.part(text[start : start + step])
        talk.part(done=True, done_reason="stop", total_duration=1, eval_count=pieces)

    return script


def answers(sql: str, why: str = "because") -> Script:
    return says(json.dumps({"sql": sql, "why": why}))


def hang(talk: Talk) -> None:
    talk.wait()


def hang_midway(talk: Talk) -> None:
    talk.head()
    talk.part('{"sql": "select')
    talk.wait()


def drip(talk: Talk) -> None:
    talk.head()
    while not talk.over.wait(0.05):
        talk.write(" ")


def endless(talk: Talk) -> None:
    talk.head()
    while not talk.over.is_set():
        talk.part("select 1 " * 100)


def endless_thinking(talk: Talk) -> None:
    talk.head()
    while not talk.over.is_set():
        talk.part("", message={"thinking": "hm " * 1000})


def one_endless_line(talk: Talk) -> None:
    talk.head()
    while not talk.over.is_set():
        talk.write(b"x" * 65536)


def endless_heads(talk: Talk) -> None:
    """Another provisional head, for ever."""
    while not talk.over.wait(0.001):
        talk.write("HTTP/1.1 100 Continue\r\n\r\n")


def long_head(talk: Talk) -> None:
    talk.write("HTTP/1.1 200 OK\r\nX: " + "y" * 10_000_000)
    talk.wait()


def gzip_bomb(talk: Talk) -> None:
    talk.head(Content_Encoding="gzip")
    megabyte = gzip.compress(bytes(1_000_000))
    while not talk.over.is_set():
        talk.write(megabyte)


def zlib_charset(talk: Talk) -> None:
    """A charset that is no charset: Python has a codec of that name, which unpacks."""
    packed = zlib.compress(bytes(10_000_000), 1)
    talk.head(Content_Type="text/plain; charset=zlib")
    talk.write(packed)


def redirect(target: str) -> Script:
    return lambda talk: talk.head(307, Location=target, Content_Length="0")


def no_done(talk: Talk) -> None:
    talk.head()
    talk.part('{"sql": "select 1", "why": ""}')


def reset_midway(talk: Talk) -> None:
    talk.head()
    talk.part('{"sql": "sel')
    talk.reset()


def line(content: bytes | str) -> Script:
    """Any one line where a part should be."""

    def script(talk: Talk) -> None:
        talk.head()
        talk.write((content.encode() if isinstance(content, str) else content) + b"\n")

    return script


def tool_call(talk: Talk) -> None:
    talk.head()
    call = {"function": {"name": "shell", "arguments": {"command": "true"}}}
    talk.part("", message={"tool_calls": [call]}, done=True)


def error(status: int, body: bytes | str) -> Script:
    def script(talk: Talk) -> None:
        talk.head(status)
        talk.write(body)

    return script


BOUNDARY = re.compile(r"===LV-([0-9a-f]{16})===")


def code_in(request: dict) -> str:
    """The code of the boundary that a request's prompt asks for."""
    return BOUNDARY.findall(json.dumps(request["messages"]))[-1]


Wanted = str | list[tuple[str, str]] | None
"""What a scripted edit does to a path: the whole new content, (search, replace) pairs of lines, or None to remove it."""


def edit_reply(code: str, wanted: dict[str, Wanted]) -> str:
    """An answer that follows the grammar, with the boundary of one request."""
    boundary = f"===LV-{code}==="
    parts = []
    for path, change in wanted.items():
        kind = "delete" if change is None else "file" if isinstance(change, str) else "edit"
        parts.append(f"{boundary}\npath: {path}\nkind: {kind}\n{_body(code, change)}")
    return "".join(parts) + f"{boundary}\nEND {len(wanted)} files\n"


def _body(code: str, change: Wanted) -> str:
    if change is None or isinstance(change, str):
        return _line(change or "")
    mark = f"---LV-{code}"
    return "".join(
        f"{mark} search---\n{_line(old)}{mark} replace---\n{_line(new)}{mark} end---\n" for old, new in change
    )


def _line(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def edits(wanted: dict[str, Wanted], pieces: int = 7) -> Script:
    """An edit: ``{"a.py": "whole content", "b.py": [("old line", "new line")], "c.py": None}``.

    The boundary is read out of the request's prompt, as a model has to.
    """
    return lambda talk: says(edit_reply(code_in(talk.request), wanted), pieces)(talk)


class Ollama:
    """The running server, on IPv4 or IPv6. ``asked`` holds every chat's request; ``paths`` every request line with its headers."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.scripts: list[Script] = []
        self.asked: list[dict] = []
        self.paths: list[tuple[str, str, dict[str, str]]] = []
        self.models: list[str] = ["scripted:1b"]
        self.digest = "0" * 64
        self.over = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                owner.paths.append((self.command, self.path, dict(self.headers)))
                with suppress(OSError):
                    owner.serve(Talk(self, body, owner.over), self.path)

            do_GET = do_POST = do_CONNECT = answer  # noqa: N815 - names that the library looks for

        class Server(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
            daemon_threads = True

        self.server = Server((host, 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def serve(self, talk: Talk, path: str) -> None:
        if path == "/api/tags":
            talk.head(Content_Type="application/json")
            details = {"parameter_size": "1B", "quantization_level": "Q4_K_M"}
            listed = [{"model": name, "digest": self.digest, "details": details} for name in self.models]
            talk.write(json.dumps({"models": listed}))
        elif path == "/api/version":
            talk.head(Content_Type="application/json")
            talk.write('{"version": "0.12.6"}')
        elif path == "/api/chat" and self.scripts:
            self.asked.append(talk.request)
            self.scripts.pop(0)(talk)
        else:
            error(404, '{"error": "model \'x\' not found"}')(talk)


@contextmanager
def ollama(*scripts: Script, host: str = "127.0.0.1", kind: type[Ollama] = Ollama) -> Iterator[Ollama]:
    """A running server with its scripts, gone at the end."""
    running = kind(host)
    running.scripts = list(scripts)
    thread = threading.Thread(target=running.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.over.set()
        running.server.shutdown()
        running.server.server_close()
        thread.join(5)
