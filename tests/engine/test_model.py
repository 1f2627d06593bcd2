"""The guarded door to a model, against a real server on the loopback: friendly, broken and hostile."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from pace import SOON, at_most, ending

from loopview.config import load
from loopview.guarded.address import parse_address
from loopview.guarded.allowance import Allowance, Budget, Switch
from loopview.guarded.model import Message, Model, model_of
from loopview.guarded.model_failure import (
    Broken,
    Cancelled,
    HostRefused,
    ModelFailure,
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
from loopview.guarded.secrets import MASK, masked
from tests.engine import ollama_server as server

if TYPE_CHECKING:
    from pathlib import Path

SHORT = Budget(seconds=1.0, silence=0.4, connect=1.0)
AMPLE = Budget(seconds=60, silence=30, connect=10)
ASKED = [Message("user", "Question")]
SCHEMA = {"type": "object"}


def ask(url: str, budget: Budget = AMPLE, name: str = "scripted:1b", switch: Switch | None = None) -> str:
    return "".join(Model(name, url, budget).answer(ASKED, SCHEMA, switch or Switch()))


def test_an_answer_comes_in_pieces_and_whole() -> None:
    with server.ollama(server.says("select 1 as one, 'é🙂' as two")) as running:
        pieces = list(Model("scripted:1b", running.url).answer(ASKED, SCHEMA, Switch()))
    assert len(pieces) > 3
    assert "".join(pieces) == "select 1 as one, 'é🙂' as two"


def test_what_is_sent_is_plain_bounded_and_without_tools() -> None:
    secret = "sk-abcdefghijklmnop1234"
    with server.ollama(server.says("x")) as running:
        list(Model("m", running.url).answer([Message("user", f"half \ud800 {secret}")], SCHEMA, Switch()))
    (sent,) = running.asked
    assert sent["options"]["temperature"] == 0
    assert sent["options"]["num_ctx"] >= 8192
    assert sent["format"] == SCHEMA
    assert not sent["tools"]
    assert sent["stream"] is True
    assert sent["messages"] == [{"role": "user", "content": f"half ? {MASK}"}]
    (_, path, headers) = running.paths[0]
    assert path == "/api/chat"
    assert headers["accept-encoding"] == "identity"
    assert {name.lower() for name in headers} <= {
        *("host", "content-type", "content-length", "accept", "user-agent", "accept-encoding", "connection")
    }


HOSTILE = [
    (server.hang, TooSlow),
    (server.hang_midway, TooSlow),
    (server.drip, TooSlow),
    (server.endless_heads, TooSlow),
    (server.endless, TooMuch),
    (server.endless_thinking, TooMuch),
    (server.one_endless_line, TooMuch),
    (server.long_head, Broken),
    (server.gzip_bomb, Broken),
    (server.zlib_charset, Broken),
    (server.no_done, NotDone),
    (server.reset_midway, Broken),
    (server.tool_call, WantsTools),
    (server.line("{"), Broken),
    (server.line(""), Broken),
    (server.line(b"\xff\xfe\x00"), Broken),
    (server.line("[" * 100_000), Broken),
    (server.line('{"a":' * 100_000), Broken),
    (server.line("[]"), Broken),
    (server.line("{}"), Broken),
    (server.line('{"message": 3, "done": true}'), Broken),
    (server.line('{"message": {"role": "assistant", "content": {"a": 1}}, "done": true}'), Broken),
    (server.line('{"message": {"role": "assistant", "content": "x"}, "done": "perhaps"}'), Broken),
    (server.line("9" * 5000), Broken),
    (server.line('{"error": "\\u001b]0;owned\\u0007"}'), Refused),
    (server.line('{"error": {"a": 1}}'), Broken),
    (server.error(500, "\x1b[2J" * 100_000), Refused),
    (server.error(503, b"\xff" * 100_000), Refused),
    (server.error(404, "[" * 100_000), NoSuchModel),
    (server.error(404, '{"error": "model \'x\' not found, try pulling it first"}'), NoSuchModel),
    (server.error(204, ""), Refused),
    (server.error(206, "{}"), Refused),
]


@pytest.mark.parametrize(("script", "failure"), HOSTILE)
def test_every_way_to_answer_badly_has_a_plain_name_and_an_end(script, failure: type[ModelFailure]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    with server.ollama(script) as running, pytest.raises(failure) as caught:
        ask(running.url, SHORT if failure is TooSlow else AMPLE)
    assert time.monotonic() - started < SOON
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # KiB; the server is in it, too
    said = caught.value
    assert type(said) is failure
    assert said.message
    assert said.advice
    assert len(said.message) < 400
    assert (said.message + said.advice).isprintable()


def test_a_model_that_stops_in_the_middle_is_not_taken_for_done() -> None:
    def cut(talk) -> None:
        talk.head()
        talk.part('{"sql": "sel')
        talk.part(done=True, done_reason="length")

    with server.ollama(cut) as running, pytest.raises(TooMuch):
        ask(running.url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_anywhere(status: int) -> None:
    with server.ollama(server.says("never")) as other:

        def away(talk) -> None:
            talk.head(status, Location=f"{other.url}/api/chat", Content_Length="0")

        with server.ollama(away) as running, pytest.raises(Redirected) as caught:
            ask(running.url)
        assert other.paths == []
    assert other.url in caught.value.message


def test_a_request_to_any_other_address_is_stopped_below_the_library() -> None:
    import httpx

    from loopview.guarded.wire import Wire

    with server.ollama() as running, server.ollama() as other:
        for url in (
            other.url,
            running.url.replace("127.0.0.1", "localhost"),
            running.url.replace("http", "https"),
            f"http://user@127.0.0.1:{other.port}",
        ):
            with (
                Wire(parse_address(running.url), Allowance(SHORT, Switch())) as wire,
                httpx.Client(transport=wire, trust_env=False) as client,
                pytest.raises(HostRefused),
            ):
                client.get(url)
        assert running.paths == []
        assert other.paths == []


@pytest.mark.parametrize("script", [server.hang, server.hang_midway, server.drip])
def test_cancelling_from_another_thread_ends_it_at_once(script) -> None:
    switch = Switch()
    begun = threading.Event()

    def signalled(talk) -> None:
        begun.set()
        script(talk)

    with server.ollama(signalled) as running:
        raised = ending(lambda: ask(running.url, Budget(seconds=60, silence=60), switch=switch), begun, switch.stop)
    assert type(raised) is Cancelled


def test_a_switch_that_was_used_lets_nothing_begin() -> None:
    switch = Switch()
    switch.stop()
    with server.ollama(server.says("x")) as running:
        with pytest.raises(Cancelled):
            ask(running.url, switch=switch)
        assert running.paths == []


def test_leaving_the_pieces_closes_the_connection() -> None:
    gone = threading.Event()

    def watched(talk) -> None:
        try:
            server.endless(talk)
        except OSError:
            gone.set()
            raise

    with server.ollama(watched) as running:
        pieces = Model("m", running.url).answer(ASKED, SCHEMA, Switch())
        next(pieces)
        pieces.close()
        assert gone.wait(SOON)


def test_nothing_listening_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        ask(f"http://127.0.0.1:{port}")
    assert "ollama serve" in caught.value.advice


def test_without_a_name_the_installed_models_are_named() -> None:
    with server.ollama() as running:
        running.models = ["qwen3:4b", "\x1b[31mred", *["many"] * 50]
        with pytest.raises(NoModelChosen) as caught:
            ask(running.url, name="")
    assert "qwen3:4b, ␛[31mred" in caught.value.message
    assert caught.value.message.count("many") < 20
    assert "config.toml" in caught.value.advice


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("localhost:1", "http://localhost:1"),
        ("http://LOCALHOST/", "http://localhost:80"),
        ("127.8.9.10:80", "http://127.8.9.10:80"),
        ("[::1]:5", "http://[::1]:5"),
        ("https://ollama.com", "https://ollama.com:443"),
        ("https://models.example:8443", "https://models.example:8443"),
    ],
)
def test_hosts_that_may_be_asked(written: str, url: str) -> None:
    assert parse_address(written).url == url


@pytest.mark.parametrize(
    "written",
    [
        *("127.0.0.1@evil", "http://127.0.0.1@evil", "http://127.0.0.1:1@evil:2", "http://a:b@127.0.0.1"),
        *("[::]", "[::]:11434", "0.0.0.0", "http://0.0.0.0:11434", "https://0.0.0.0", "[::ffff:127.0.0.1]"),
        *(
            "evil.example",
            "http://evil.example",
            "http://10.0.0.1",
            "http://localhost.evil.example",
            "169.254.169.254",
        ),
        *(
            "2130706433",
            "0x7f000001",
            "127.1",
            "0177.0.0.1",
            "http://0x7f.1",
            "https://1.2.3.4.5",
            "https://2130706433",
        ),
        *("file:///etc/passwd", "ftp://127.0.0.1", "unix:/tmp/s", "//127.0.0.1", "http:127.0.0.1"),
        *("http://evil#127.0.0.1", "http://evil?127.0.0.1", "http://127.0.0.1/path", "http://evil\\@127.0.0.1"),
        *(
            "http://127.0.0.1:99999",
            "http://127.0.0.1:x",
            "http://[::1",
            "http://[fe80::1%25eth0]",
            "",
            " ",
            "::1::",
        ),
        *("http://127.0.0.1\r\nHost: evil", "http://127.0.0.1 evil", "ｌocalhost", "loc\u200balhost", "https://-a"),
        *(
            "https://[fe80::1]",
            "https://169.254.169.254",
            "https://224.0.0.1",
            "https://" + "a" * 64,
            "h" * 100_000,
        ),
    ],
    ids=lambda written: written[:30],
)
def test_hosts_that_may_not(written: str) -> None:
    with pytest.raises(HostRefused) as caught:
        parse_address(written)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 400


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_a_model_on_the_ipv6_loopback() -> None:
    try:
        running = server.ollama(server.says("six"), host="::1")
        with running as there:
            assert ask(there.url) == "six"
    except OSError:
        pytest.skip("no IPv6 loopback here")


def test_the_environment_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with server.ollama(server.says("direct")) as running, server.ollama() as proxy:
        for name in (
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "OLLAMA_HOST",
        ):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("OLLAMA_API_KEY", "the-key")
        assert ask(running.url) == "direct"
        assert proxy.paths == []
    assert "the-key" not in str(running.paths)


def test_the_key_belongs_to_one_host() -> None:
    assert parse_address("https://ollama.com").takes_key
    for other in (
        "https://ollama.com:8443",
        "https://ollama.com.evil.example",
        "http://127.0.0.1",
        "https://evil.example",
    ):
        assert not parse_address(other).takes_key


ALONE = """
import sys
from loopview.guarded.model import Model, Message
from loopview.guarded.allowance import Switch
from loopview.guarded.model_failure import ModelFailure
import loopview.engine.ask, loopview.engine.prompt, loopview.engine.summary
assert not {"ollama", "httpx", "httpcore", "pydantic"} & set(sys.modules)
try:
    print("".join(Model("m", sys.argv[1]).answer([Message("user", "q")], None, Switch())))
    assert "ollama" in sys.modules
except ModelFailure as failure:
    print(failure.kind, failure.message)
"""


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "fine"),
        ("HTTPS_PROXY", "nonsense://x", "fine"),
        ("OLLAMA_HOST", "http://[::", "NotInstalled the ollama package cannot read OLLAMA_HOST"),
    ],
)
def test_the_library_is_loaded_by_the_first_question_whatever_the_environment(
    variable: str, value: str, expected: str
) -> None:
    with server.ollama(server.says("fine")) as running:
        done = subprocess.run(
            [sys.executable, "-c", ALONE, running.url],
            env={**os.environ, variable: value},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(expected)


def test_two_questions_at_once_do_not_meet() -> None:
    """The console may ask for a paragraph while a statement is drafted, the first time in a process, too."""
    program = (
        "import sys; from concurrent.futures import ThreadPoolExecutor as P\n"
        "from loopview.guarded.model import Model, Message; from loopview.guarded.allowance import Switch\n"
        "def one(_): return ''.join(Model('m', sys.argv[1]).answer([Message('user', 'q')], None, Switch()))\n"
        "with P(4) as pool: print(list(pool.map(one, range(8))))\n"
    )
    with server.ollama(*[server.says("fine")] * 8) as running:
        done = subprocess.run(
            [sys.executable, "-c", program, running.url], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.stdout.strip() == str(["fine"] * 8), done.stderr


def test_only_the_user_chooses_model_and_host(tmp_path: Path) -> None:
    home = tmp_path / "config"
    (home / "loopview").mkdir(parents=True)
    root = tmp_path / "repo"
    root.mkdir()
    (root / "loopview.toml").write_text('model = "evil"\nmodel_host = "https://evil.example"\nmodel_seconds = 9\n')
    environ = {"XDG_CONFIG_HOME": str(home), "HOME": str(tmp_path)}
    loaded = load(str(root), environ)
    assert len(loaded.problems) == 3
    assert model_of(loaded.settings).name == ""
    assert model_of(loaded.settings).address.url == "http://127.0.0.1:11434"
    (home / "loopview" / "config.toml").write_text(
        'model = "qwen3:4b"\nmodel_host = "localhost:5"\nmodel_seconds = 7\n'
    )
    chosen = model_of(load(str(root), environ).settings)
    assert (chosen.name, chosen.address.url, chosen.budget.seconds) == ("qwen3:4b", "http://localhost:5", 7)
    environ |= {"LOOPVIEW_MODEL": "other", "LOOPVIEW_MODEL_HOST": "127.0.0.1:6"}
    chosen = model_of(load(str(root), environ).settings)
    assert (chosen.name, chosen.address.url) == ("other", "http://127.0.0.1:6")
    with pytest.raises(HostRefused):
        model_of(load(str(root), environ, {"model_host": "127.0.0.1@evil"}).settings)


@pytest.mark.parametrize(
    "secret",
    [
        *(
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_" + "a" * 36,
            "sk-ant-" + "b" * 30,
            "xoxb-1234567890-abc",
            "glpat-" + "c" * 20,
        ),
        *(
            "AIza" + "d" * 35,
            "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl",
            "-----BEGIN RSA PRIVATE KEY-----\nMII\nxx",
        ),
        *(
            "password=hunter22",
            "api_key: 'abcdef123'",
            "Authorization: Bearer abc.def.ghi",
            "https://u:pass1@host/x",
        ),
    ],
)
def test_recognised_secrets_are_masked(secret: str) -> None:
    shown = masked(f"why did it fail? {secret} at line 3")
    assert MASK in shown
    assert shown.startswith("why did it fail? ")
    for word in ("hunter22", "abcdef123", "def.ghi", "pass1", secret[8:]):
        assert word not in shown


def test_masking_long_text_takes_no_time() -> None:
    with at_most(60):
        for text in (
            "a://b:" * 20_000,
            "password " * 20_000,
            "eyJ" * 50_000,
            "-----BEGIN PRIVATE KEY-----" * 2_000,
        ):
            masked(text)


def test_the_tags_are_read_as_json() -> None:
    with server.ollama() as running:
        running.models = ["a", "b"]
        assert Model("", running.url).installed(Switch()) == ("a", "b")
        assert json.dumps(running.paths[0][:2]) == '["GET", "/api/tags"]'
