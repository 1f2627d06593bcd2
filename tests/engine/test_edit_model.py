"""A model that writes edits, from the settings to the changes, against real servers: friendly, broken and hostile."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import threading
import time

import pytest
from pace import SOON, ending

from loopview.config import Settings
from loopview.domain.change import Change
from loopview.guarded.address import Address, parse_address
from loopview.guarded.allowance import Budget, Switch
from loopview.guarded.anthropic import ADDRESS, AnthropicModel
from loopview.guarded.model_failure import (
    Broken,
    Cancelled,
    HostRefused,
    ModelFailure,
    NoKey,
    NoModelChosen,
    NoSuchModel,
    NotDone,
    Redirected,
    Refused,
    TooMuch,
    TooSlow,
    Unreachable,
    WantsTools,
)
from loopview.guarded.writer import BUDGET, writer_of
from loopview.modify.diagnosis import diagnose
from loopview.modify.prompt import Request, messages
from loopview.modify.reply import boundary, read_reply
from tests.engine import anthropic_server, ollama_server

SHORT = Budget(seconds=1.0, silence=0.4, connect=1.0, characters=100_000)
AMPLE = Budget(seconds=60, silence=30, connect=10, characters=100_000)
BASE = {"src/a.py": b"x = 1\ny = 2\n", "src/old.py": b"gone = True\n"}
WANTED = {"src/a.py": [("y = 2", "y = 3")], "src/new.py": "z = 1\n", "src/old.py": None}
CHANGES = (
    Change("src/a.py", b"x = 1\ny = 3\n"),
    Change("src/new.py", b"z = 1\n"),
    Change("src/old.py", None),
)


def settings(url: str = "", **more: object) -> Settings:
    return Settings(model_host=url or "http://127.0.0.1:1", edit_model="scripted:1b", **more)


def request() -> Request:
    return Request("make y three", boundary(), tuple(BASE.items()))


def ask(writer, budget_request: Request | None = None, switch: Switch | None = None) -> str:
    asked = budget_request or request()
    return "".join(writer.answer(messages(asked), None, switch or Switch()))


def claude(url: str, budget: Budget = AMPLE, key: str = "sk-ant-the-key-of-the-operator") -> AnthropicModel:
    return AnthropicModel("claude-scripted", key, budget, parse_address(url))


def test_an_edit_from_ollama_becomes_changes() -> None:
    asked = request()
    with ollama_server.ollama(ollama_server.edits(WANTED)) as running:
        reply = ask(writer_of(settings(running.url)), asked)
    assert read_reply(reply, asked.boundary, BASE.get) == CHANGES
    (sent,) = running.asked
    assert sent["options"]["num_ctx"] >= 16_384
    assert sent["options"]["num_predict"] >= 8_192
    assert not sent["tools"]
    assert sent["messages"][0]["role"] == "system"


def test_an_edit_from_anthropic_becomes_changes() -> None:
    pytest.importorskip("anthropic")
    asked = request()
    with anthropic_server.anthropic(anthropic_server.edits(WANTED)) as running:
        reply = ask(claude(running.url, BUDGET), asked)
    assert read_reply(reply, asked.boundary, BASE.get) == CHANGES
    ((method, path, headers),) = running.paths
    assert (method, path) == ("POST", "/v1/messages")
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers.keys() <= {
        *("host", "content-type", "content-length", "accept", "user-agent", "accept-encoding", "connection"),
        *("x-api-key", "anthropic-version"),
    }
    assert headers["x-api-key"] == "sk-ant-the-key-of-the-operator"
    (sent,) = running.asked
    assert sent["stream"] is True
    assert "tools" not in sent
    assert asked.boundary in sent["system"]
    assert [message["role"] for message in sent["messages"]] == ["user"]


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        ({"model": "a"}, "ollama/a"),
        ({"model": "a", "edit_model": "b"}, "ollama/b"),
        ({"anthropic_model": "c"}, "anthropic/c"),
        ({"model": "a", "anthropic_model": "c"}, "ollama/a"),
        ({"edit_model": "b", "anthropic_model": "c"}, "ollama/b"),
        ({"model": "a", "anthropic_model": "c", "edit_backend": "anthropic"}, "anthropic/c"),
        ({"anthropic_model": "c", "edit_backend": "ollama"}, "ollama/(none is chosen)"),
        ({}, "ollama/(none is chosen)"),
    ],
)
def test_the_writer_is_the_one_that_the_configuration_names(chosen: dict[str, str], name: str) -> None:
    assert writer_of(Settings(**chosen)).name == name


def test_the_budget_of_an_edit() -> None:
    assert BUDGET.seconds == 600
    assert BUDGET.wire_bytes == 4 * 1024 * 1024
    assert BUDGET.characters > 1_000_000
    assert Address("https", "api.anthropic.com", 443) == ADDRESS


def test_the_host_tells_which_model_it_has() -> None:
    with ollama_server.ollama() as running:
        running.digest = "ab" * 32
        writer = writer_of(settings(running.url))
        assert writer.note(Switch()) == f"{'ab' * 32} 1B Q4_K_M"
        running.models = ["other:1b"]
        assert writer.note(Switch()) == ""
        running.digest = "\x1b[2J"
        running.models = ["scripted:1b"]
        assert writer.note(Switch()).isprintable()


HOSTILE = [
    (ollama_server.hang, TooSlow),
    (ollama_server.hang_midway, TooSlow),
    (ollama_server.drip, TooSlow),
    (ollama_server.endless, TooMuch),
    (ollama_server.endless_thinking, TooMuch),
    (ollama_server.one_endless_line, TooMuch),
    (ollama_server.gzip_bomb, Broken),
    (ollama_server.no_done, NotDone),
    (ollama_server.reset_midway, Broken),
    (ollama_server.tool_call, WantsTools),
    (ollama_server.redirect("http://169.254.169.254/latest/meta-data"), Redirected),
    (ollama_server.redirect("http://127.0.0.1:1/api/chat"), Redirected),
    (ollama_server.line("{"), Broken),
    (ollama_server.line(b"\xff\xfe\x00"), Broken),
    (ollama_server.line("[" * 100_000), Broken),
    (ollama_server.line('{"message": 3, "done": true}'), Broken),
    (ollama_server.error(404, '{"error": "model not found"}'), NoSuchModel),
    (ollama_server.error(500, '{"error": "\\u001b]0;owned\\u0007"}'), Refused),
]

HOSTILE_EVENTS = [
    (ollama_server.hang, TooSlow),
    (anthropic_server.hang_midway, TooSlow),
    (anthropic_server.pings, TooSlow),
    (anthropic_server.endless, TooMuch),
    (anthropic_server.one_endless_line, TooMuch),
    (ollama_server.gzip_bomb, Broken),
    (anthropic_server.no_stop, NotDone),
    (anthropic_server.reset_midway, Broken),
    (anthropic_server.tool_call, WantsTools),
    (anthropic_server.says("half", "max_tokens"), TooMuch),
    (anthropic_server.says("no", "refusal"), Refused),
    (anthropic_server.says("no", None), Refused),
    (anthropic_server.says("no", "something_new"), Refused),
    (anthropic_server.overloaded, Refused),
    (ollama_server.redirect("http://169.254.169.254/"), Redirected),
    (anthropic_server.raw("event: message_start\ndata: {\n\n"), Broken),
    (anthropic_server.raw("event: content_block_delta\ndata: []\n\n"), Broken),
    (anthropic_server.raw(b"event: content_block_delta\ndata: \xff\xfe\x00\n\n"), Broken),
    (anthropic_server.raw("event: message_delta\ndata: " + "[" * 100_000 + "\n\n"), Broken),
    (
        anthropic_server.raw('event: content_block_delta\ndata: {"type": "content_block_delta", "delta": 3}\n\n'),
        Broken,
    ),
    (anthropic_server.raw("no events at all"), NotDone),
    (anthropic_server.raw(""), NotDone),
    (ollama_server.error(401, '{"type": "error", "error": {"message": "invalid x-api-key"}}'), Refused),
    (ollama_server.error(404, '{"type": "error", "error": {"message": "model: x"}}'), NoSuchModel),
    (ollama_server.error(529, "\x1b[2J" * 100_000), Refused),
]


def fails_plainly(writer, failure: type[ModelFailure]) -> ModelFailure:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    with pytest.raises(ModelFailure) as caught:
        ask(writer)
    assert type(caught.value) is failure
    assert time.monotonic() - started < SOON
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # KiB; the server is in it, too
    assert caught.value.message
    assert caught.value.advice
    assert len(caught.value.message) < 400
    assert (caught.value.message + caught.value.advice).isprintable()
    return caught.value


@pytest.mark.parametrize(("script", "failure"), HOSTILE)
def test_a_hostile_ollama_ends_in_a_plain_failure(script, failure: type[ModelFailure]) -> None:
    with ollama_server.ollama(script) as running:
        fails_plainly(writer_of(settings(running.url), budget=SHORT if failure is TooSlow else AMPLE), failure)
        assert len(running.paths) == 1


@pytest.mark.parametrize(("script", "failure"), HOSTILE_EVENTS)
def test_a_hostile_anthropic_ends_in_a_plain_failure(script, failure: type[ModelFailure]) -> None:
    pytest.importorskip("anthropic")
    with anthropic_server.anthropic(script) as running:
        fails_plainly(claude(running.url, SHORT if failure is TooSlow else AMPLE), failure)
        assert len(running.paths) == 1, "nothing is asked twice"


def test_the_error_of_anthropic_is_told_in_its_words() -> None:
    pytest.importorskip("anthropic")
    body = '{"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}'
    with anthropic_server.anthropic(ollama_server.error(401, body)) as running:
        said = fails_plainly(claude(running.url), Refused)
    assert "invalid x-api-key" in said.message
    assert "ANTHROPIC_API_KEY" in said.advice


@pytest.mark.parametrize(
    "host", ["127.0.0.1@evil", "[::]", "http://evil.example", "169.254.169.254", "http://127.0.0.1/x"]
)
def test_a_host_that_may_not_be_asked_gives_no_writer(host: str) -> None:
    with pytest.raises(HostRefused):
        writer_of(settings(host))


def test_nothing_listening_is_said_at_once() -> None:
    pytest.importorskip("anthropic")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    for writer in (writer_of(settings(url), budget=AMPLE), claude(url)):
        fails_plainly(writer, Unreachable)


def test_the_environment_of_the_library_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("anthropic")
    with (
        anthropic_server.anthropic(anthropic_server.says("direct")) as running,
        anthropic_server.anthropic() as other,
    ):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "ANTHROPIC_BASE_URL"):
            monkeypatch.setenv(name, other.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "another-key")
        monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "a-token")
        monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Leak: yes")
        assert ask(claude(running.url)) == "direct"
        assert other.paths == []
    told = str(running.paths)
    assert "another-key" not in told
    assert "a-token" not in told
    assert "X-Leak" not in told


def test_without_a_key_or_a_name_nothing_is_asked() -> None:
    with anthropic_server.anthropic(anthropic_server.says("never")) as running:
        with pytest.raises(NoKey) as caught:
            ask(claude(running.url, key=""))
        with pytest.raises(NoModelChosen):
            ask(AnthropicModel("", "key", AMPLE, parse_address(running.url)))
        assert running.paths == []
    assert "ANTHROPIC_API_KEY" in caught.value.advice
    writer = writer_of(Settings(anthropic_model="c"), environ={})
    with pytest.raises(NoKey):
        ask(writer)


@pytest.mark.parametrize("kind", ["ollama", "anthropic"])
def test_secrets_and_withheld_files_do_not_leave(kind: str) -> None:
    pytest.importorskip("anthropic")
    key = "sk-abcdefghijklmnop1234"
    asked = Request(
        f"use {key}",
        boundary(),
        (("a.py", f'KEY = "{key}"\ntoken = next(tokens_of_the_line)\n'.encode()), (".env", b"PLAIN=hunter22\n")),
    )
    if kind == "ollama":
        with ollama_server.ollama(ollama_server.says("x")) as running:
            ask(writer_of(settings(running.url)), asked)
    else:
        with anthropic_server.anthropic(anthropic_server.says("x")) as running:
            ask(claude(running.url), asked)
    sent = str(running.asked)
    assert key not in sent
    assert "hunter22" not in sent
    assert "next(tokens_of_the_line)" in sent


@pytest.mark.parametrize("kind", ["ollama", "anthropic"])
def test_cancelling_ends_it_at_once(kind: str) -> None:
    pytest.importorskip("anthropic")
    switch, begun = Switch(), threading.Event()
    module = ollama_server if kind == "ollama" else anthropic_server

    def script(talk) -> None:
        begun.set()
        module.hang_midway(talk)

    patient = Budget(seconds=60, silence=60)
    start = ollama_server.ollama if kind == "ollama" else anthropic_server.anthropic
    with start(script) as running:
        writer = (
            writer_of(settings(running.url), budget=patient) if kind == "ollama" else claude(running.url, patient)
        )
        raised = ending(lambda: ask(writer, switch=switch), begun, switch.stop)
    assert type(raised) is Cancelled


def test_a_prompt_beyond_all_reason_is_not_sent() -> None:
    pytest.importorskip("anthropic")
    from loopview.guarded.model import Message

    huge = [Message("user", "x" * 1_000_000)]
    with ollama_server.ollama(ollama_server.says("x")) as running:
        for writer in (writer_of(settings(running.url)), claude(running.url)):
            with pytest.raises(TooMuch):
                list(writer.answer(huge, None, Switch()))
        assert running.paths == []


def test_a_diagnosis_rewrites_the_instruction_and_no_more() -> None:
    asked = request()
    said = '{"why": "the name was wrong", "instruction": "  make y three in src/a.py "}'
    with ollama_server.ollama(ollama_server.says(said), ollama_server.says("Sure! " + said)) as running:
        writer = writer_of(settings(running.url))
        assert diagnose(writer, asked, "AssertionError: 2 != 3", Switch()) == "make y three in src/a.py"
        assert diagnose(writer, asked, "AssertionError", Switch()) == asked.instruction
    assert "AssertionError: 2 != 3" in running.asked[0]["messages"][1]["content"]
    assert running.asked[0]["format"]["required"] == ["why", "instruction"]


def test_the_libraries_are_loaded_by_the_first_question() -> None:
    program = (
        "import sys\n"
        "from loopview.config import Settings\n"
        "from loopview.guarded.writer import writer_of\n"
        "import loopview.modify.policy, loopview.modify.prompt, loopview.modify.diagnosis\n"
        "print(writer_of(Settings(anthropic_model='c')).name, writer_of(Settings(model='a')).name)\n"
        "assert not {'ollama', 'httpx', 'httpcore', 'pydantic', 'anthropic'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "anthropic/c ollama/a\n"
