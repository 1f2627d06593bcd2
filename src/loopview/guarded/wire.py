"""The connection to a model: one address, no redirects, no proxies, nothing compressed, nothing without a bound.

This stands below the client library, where nothing that it reads from the environment or from an answer has a say.
Importing this module loads the HTTP libraries; only a first question does.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import httpcore
import httpx

from loopview.guarded.model_failure import (
    Broken,
    Cancelled,
    HostRefused,
    ModelFailure,
    NoSuchModel,
    Redirected,
    Refused,
    Unreachable,
    quote,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

    from loopview.guarded.address import Address
    from loopview.guarded.allowance import Allowance


class Peer(NamedTuple):
    """Who is at the other end: the headers that belong to it, and what to do when it fails us."""

    name: str  #: what it should be, in a sentence
    headers: frozenset[str]  #: sent beside `SENT_HEADERS`
    unreachable: str
    elsewhere: str  #: when it sends us to another address
    missing: str  #: when it does not have the model
    refused: str  #: when it answers with an error


OLLAMA = Peer(
    "ollama",
    frozenset(),
    "start it with `ollama serve`, or set model_host in your config.toml; SQL works without a model",
    "set model_host in your config.toml to the model's own address",
    "see `ollama list`, then `ollama pull NAME` or set model in your config.toml",
    "look at what the model's host logs",
)

ERROR_BYTES = 8_192  #: bytes of an error's body that are looked at
SENT_HEADERS = frozenset({"host", "content-type", "content-length", "accept", "user-agent"})
_OK, _MULTIPLE, _BAD, _MISSING = 200, 300, 400, 404


class Wire(httpx.BaseTransport):
    """Carries requests to one address only; every failure is a `ModelFailure`."""

    def __init__(self, address: Address, allowance: Allowance, peer: Peer = OLLAMA) -> None:
        self._address = address
        self._allowance = allowance
        self._peer = peer
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(address),
            max_connections=1,
            max_keepalive_connections=0,
            http2=False,
            retries=0,
            network_backend=_Network(address, allowance),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return its answer as lines of JSON, whatever its headers claim."""
        self._check(request.url)
        with _plainly(self._address, self._allowance, self._peer):
            response = self._pool.handle_request(self._rebuilt(request))
            body = _Body(response, self._address, self._allowance, self._peer)
            if response.status != _OK:
                raise _unwanted(response, body, self._address, self._peer)
            encoding = _header(response, b"content-encoding")
            if encoding.lower() not in {"", "identity"}:
                body.close()
                raise Broken(
                    f"the host sent a compressed answer ({quote(encoding)}) though none was asked for",
                    "put no proxy between loopview and the model",
                )
        return httpx.Response(_OK, headers={"content-type": "application/x-ndjson; charset=utf-8"}, stream=body)

    def close(self) -> None:
        """Close the connection."""
        self._allowance.switch.hold(None)
        self._pool.close()

    def _check(self, url: httpx.URL) -> None:
        port = url.port or {"http": 80, "https": 443}.get(url.scheme)
        host = url.host.strip("[]")
        if (url.scheme, host, port) != tuple(self._address):
            raise HostRefused(f"a request to {quote(url)} was stopped", f"only {self._address.url} is asked")

    def _rebuilt(self, request: httpx.Request) -> httpcore.Request:
        """The request with the headers it needs and no others: no credentials to a host they do not belong to."""
        allowed = SENT_HEADERS | self._peer.headers | ({"authorization"} if self._address.takes_key else set())
        headers = [(name, value) for name, value in request.headers.raw if name.decode("ascii").lower() in allowed]
        budget = self._allowance.budget
        seconds = {"connect": budget.connect, "read": budget.silence, "write": 10.0, "pool": 3.0}
        return httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=self._address.scheme.encode(),
                host=request.url.raw_host,
                port=self._address.port,
                target=request.url.raw_path,
            ),
            headers=[*headers, (b"accept-encoding", b"identity"), (b"connection", b"close")],
            content=request.read(),
            extensions={"timeout": seconds},
        )


class _Body(httpx.SyncByteStream):
    """An answer's bytes as they come; the budget is counted below, on the connection."""

    def __init__(self, response: httpcore.Response, address: Address, allowance: Allowance, peer: Peer) -> None:
        self._response = response
        self._address = address
        self._allowance = allowance
        self._peer = peer

    def __iter__(self) -> Iterator[bytes]:
        with _plainly(self._address, self._allowance, self._peer):
            yield from self._response.iter_stream()

    def close(self) -> None:
        """Close the answer and with it the connection."""
        self._response.close()


class _Network(httpcore.SyncBackend):
    """Opens connections to one host and port, and never a local socket file."""

    def __init__(self, address: Address, allowance: Allowance) -> None:
        self._address = address
        self._allowance = allowance

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect, when it is to the address."""
        if (host.strip("[]"), port) != (self._address.host, self._address.port):
            raise HostRefused(f"a connection to {quote(host)} was stopped", f"only {self._address.url} is asked")
        seconds = self._allowance.left(timeout or self._allowance.budget.connect)
        stream = super().connect_tcp(self._address.host, port, seconds, local_address, socket_options)
        return _Stream(stream, self._allowance)


class _Stream(httpcore.NetworkStream):
    """A connection whose every read and write is counted and in time."""

    def __init__(self, inner: httpcore.NetworkStream, allowance: Allowance) -> None:
        self._inner = inner
        self._allowance = allowance
        allowance.switch.hold(inner.get_extra_info("socket"))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        seconds = self._allowance.left(timeout or self._allowance.budget.silence)
        received = self._inner.read(max_bytes, seconds)
        self._allowance.received(len(received))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._inner.write(buffer, self._allowance.left(timeout or self._allowance.budget.silence))

    def close(self) -> None:
        """Close it; the switch lets go of it first, for its number may belong to another file at once."""
        self._allowance.switch.hold(None)
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Begin TLS."""
        seconds = self._allowance.left(timeout or self._allowance.budget.connect)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._allowance)

    def get_extra_info(self, info: str) -> object:
        """What the pool asks about the connection."""
        return self._inner.get_extra_info(info)


@contextmanager
def _plainly(address: Address, allowance: Allowance, peer: Peer) -> Iterator[None]:
    """Turn whatever a connection raises into our own failures."""
    try:
        yield
    except ModelFailure:
        raise
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        if allowance.switch.stopped:
            raise Cancelled from None
        raise _failure(error, address, allowance, peer) from None


def _failure(error: Exception, address: Address, allowance: Allowance, peer: Peer) -> ModelFailure:
    if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout):
        return Unreachable(
            f"no model answers at {address.url} ({quote(error) or 'no connection'})",
            peer.unreachable,
        )
    if isinstance(error, httpcore.TimeoutException):
        return allowance.late()
    return Broken(
        f"the connection to {address.url} broke before the answer was complete ({quote(error) or 'closed'})",
        f"ask again; if it goes on, {peer.refused}",
    )


def _unwanted(response: httpcore.Response, body: _Body, address: Address, peer: Peer) -> ModelFailure:
    """The failure that an answer other than 200 is."""
    try:
        if _MULTIPLE <= response.status < _BAD:
            target = quote(_header(response, b"location")) or "elsewhere"
            return Redirected(f"{address.url} sent us to {target}, where the question was not sent", peer.elsewhere)
        reason = quote(_reason(_first(body)))
    finally:
        body.close()
    if response.status == _MISSING:
        return NoSuchModel(
            f"{address.url} has no such model or is no {peer.name}: {reason or 'not found'}", peer.missing
        )
    return Refused(
        f"{address.url} answered with error {response.status}: {reason or 'no reason given'}", peer.refused
    )


def _first(body: _Body) -> bytes:
    read = b""
    for part in body:
        read += part
        if len(read) >= ERROR_BYTES:
            break
    return read[:ERROR_BYTES]


def _reason(body: bytes) -> str:
    """What an error's body says: ``{"error": "…"}``, ``{"error": {"message": "…"}}``, or the text itself."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
    reason = document.get("error") if isinstance(document, dict) else None
    reason = reason.get("message") if isinstance(reason, dict) else reason
    return reason if isinstance(reason, str) else ""


def _header(response: httpcore.Response, wanted: bytes) -> str:
    """The first value of a header, as text."""
    for name, value in response.headers:
        if name.lower() == wanted:
            return value.decode("latin-1")
    return ""


def _tls(address: Address) -> ssl.SSLContext | None:
    """The certificates that a host must prove itself by; none are loaded for plain HTTP."""
    return httpx.create_ssl_context(trust_env=False) if address.scheme == "https" else None
