"""Where a model may live: on this machine, or behind TLS on a host that the user's own configuration names."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from loopview.guarded.model_failure import HostRefused, quote

OWN_PORT = 11434  #: where ollama listens
PORTS = {"http": 80, "https": 443}
KEY_HOST = "ollama.com"  #: the one host that OLLAMA_API_KEY belongs to

_WRITTEN = re.compile(r"(?:(?P<scheme>https?)://)?(?P<place>[A-Za-z0-9.:\[\]-]+)/?")
_NAME = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*")


class Address(NamedTuple):
    """Scheme, host and port; every request goes exactly there."""

    scheme: str
    host: str  #: a name in lower case or an IP address, without brackets
    port: int

    @property
    def url(self) -> str:
        """The address as a URL without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def local(self) -> bool:
        """Whether it is this machine."""
        return _loopback(self.host)

    @property
    def takes_key(self) -> bool:
        """Whether OLLAMA_API_KEY may be sent there."""
        return self.scheme == "https" and self.host == KEY_HOST and self.port == PORTS["https"]


def parse_address(text: str) -> Address:
    """Read a host as the user wrote it: ``host``, ``host:port`` or ``http[s]://host[:port]``, and nothing else.

    Without a scheme it is plain HTTP at ollama's own port. Raises `HostRefused` for user names, paths, queries,
    unspecified addresses, numbers that stand for addresses, and for any other machine that is not behind TLS.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise _refusal(text, "it is not a plain host, host:port or http(s)://host:port")
    scheme = found["scheme"] or "http"
    try:
        split = urlsplit(f"{scheme}://{found['place']}")
        host, port = split.hostname or "", split.port
    except ValueError as error:
        raise _refusal(text, str(error)) from None
    if port is None:
        port = PORTS[scheme] if found["scheme"] else OWN_PORT
    address = Address(scheme, _checked_host(text, host), port)
    if not address.local and scheme != "https":
        raise _refusal(text, "another machine is asked over https only")
    return address


def _checked_host(text: str, host: str) -> str:
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        if not _NAME.fullmatch(host) or last.isdigit() or last.startswith("0x"):
            raise _refusal(text, "it is neither a host name nor an IP address") from None
        return host
    mapped = getattr(number, "ipv4_mapped", None)
    if number.is_unspecified or number.is_multicast or number.is_link_local or mapped is not None:
        raise _refusal(text, "it is not the address of one machine that may be asked")
    return str(number)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refusal(text: str, why: str) -> HostRefused:
    return HostRefused(
        f"model_host {quote(text)!r} is refused: {why}",
        "set model_host in your config.toml to http://127.0.0.1:11434, or to https://NAME; "
        "a model elsewhere without TLS is reached through `ssh -L 11434:127.0.0.1:11434 HOST`",
    )
