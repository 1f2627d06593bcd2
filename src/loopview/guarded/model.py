"""The only door to a language model: one question, one bounded answer, from a host of the user's own choosing.

Nothing of the client library is imported before the first question (it takes longer than a first paint).
"""

from __future__ import annotations

import sys
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.guarded.address import Address, parse_address
from loopview.guarded.allowance import Allowance, Budget, Switch
from loopview.guarded.model_failure import (
    Broken,
    Cancelled,
    ModelFailure,
    NoModelChosen,
    NotDone,
    NotInstalled,
    Refused,
    TooMuch,
    WantsTools,
    quote,
)
from loopview.guarded.secrets import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from loopview.config import Settings

CONTEXT = 8_192  #: tokens of prompt and answer; ollama's own default cuts a long prompt without a word
ANSWER_TOKENS = 1_500  #: tokens after which the host is asked to stop
TOKEN = 3  #: characters of source in a token, on the low side
NAMES_SHOWN = 20  #: installed models that a message names at most

_importing = threading.Lock()


class Message(NamedTuple):
    """One message to the model."""

    role: str  #: system, user or assistant
    content: str


class Room(NamedTuple):
    """How many tokens an exchange may have, and what is kept out of it."""

    contexts: tuple[int, ...] = (CONTEXT,)  #: of prompt and answer; the first that fits is asked for
    answer: int = ANSWER_TOKENS
    mask: Callable[[str], str] = masked

    def context(self, characters: int) -> int:
        """The context for a prompt of so many characters. Raises `TooMuch`."""
        wanted = characters // TOKEN + self.answer
        found = next((tokens for tokens in self.contexts if tokens >= wanted), None)
        if found is None and len(self.contexts) > 1:
            raise TooMuch(
                f"the prompt has {characters:,} characters, more than a model is asked to read", "name fewer files"
            )
        return found or self.contexts[-1]


class Model:
    """A model by name at an address. Holds no connection: each exchange has its own."""

    def __init__(self, name: str, host: str, budget: Budget | None = None, room: Room | None = None) -> None:
        """Take the name as the host knows it. Raises `HostRefused`."""
        self.name = name
        self.room = room or Room()
        self.address: Address = parse_address(host)
        self.budget = budget or Budget()

    def answer(
        self, messages: Sequence[Message], schema: Mapping[str, Any] | None, switch: Switch
    ) -> Iterator[str]:
        """Yield the answer in pieces as they come; ``schema`` is the JSON schema that it must have.

        Returns only after the model said that it was done. Raises `ModelFailure`, and nothing else.
        """
        if not self.name:
            raise self._no_name(switch)
        allowance = Allowance(self.budget, switch)
        request: dict[str, Any] = {
            "model": self.name,
            "messages": [outgoing(message, self.room.mask) for message in messages],
            "stream": True,
            "think": False,
            "format": schema,
            "options": {
                "temperature": 0,
                "seed": 0,
                "num_ctx": self.room.context(sum(len(message.content) for message in messages)),
                "num_predict": self.room.answer,
            },
        }
        with self._client(allowance) as client, closing(client.chat(**request)) as parts:
            yield from _pieces(parts, allowance)

    def installed(self, switch: Switch) -> tuple[str, ...]:
        """Names of the models that the host has. Raises `ModelFailure`."""
        with self._client(Allowance(self.budget, switch)) as client:
            return tuple(quote(each.model) for each in client.list().models[:NAMES_SHOWN])

    def identity(self, switch: Switch) -> str:
        """What the host says of the model beyond its name: its digest and size; empty when it says nothing.

        Raises `ModelFailure`.
        """
        with self._client(Allowance(self.budget, switch)) as client:
            known = [each for each in client.list().models if each.model in {self.name, f"{self.name}:latest"}]
        return _identity(known[0]) if known else ""

    @contextmanager
    def _client(self, allowance: Allowance) -> Iterator[Any]:
        """The client library on a connection of ours, with whatever it raises made plain."""
        library = load()
        from loopview.guarded.wire import Wire

        with Wire(self.address, allowance) as wire:
            try:
                yield library.Client(
                    host=self.address.url,
                    transport=wire,
                    follow_redirects=False,
                    trust_env=False,
                    timeout=allowance.budget.silence,
                )
            except ModelFailure:
                raise
            except library.ResponseError as error:
                raise Refused(
                    f"{self.address.url} gave up: {quote(error.error) or 'no reason given'}",
                    "look at what the model's host logs",
                ) from None
            except Exception as error:  # noqa: BLE001 - whatever a foreign answer makes the library raise
                if allowance.switch.stopped:
                    raise Cancelled from None
                raise Broken(
                    f"{self.address.url} does not speak ollama's protocol ({type(error).__name__})",
                    "check model_host in your config.toml",
                ) from None

    def _no_name(self, switch: Switch) -> NoModelChosen:
        names = ", ".join(self.installed(switch))
        there = f"; {self.address.url} has: {names}" if names else f"; {self.address.url} has none yet"
        return NoModelChosen(
            f"no model is chosen{there}",
            'write model = "NAME" into your config.toml, or set LOOPVIEW_MODEL; `ollama pull NAME` fetches one',
        )


def model_of(settings: Settings) -> Model:
    """The model that the user's configuration names. Raises `HostRefused`."""
    budget = Budget(seconds=float(settings.model_seconds), silence=float(settings.model_silence))
    return Model(settings.model, settings.model_host, budget)


def load() -> Any:
    """Import the client library, once. Raises `NotInstalled`."""
    with _importing:
        try:
            return sys.modules.get("ollama") or _imported()
        except ImportError as error:
            raise NotInstalled(
                f"the ollama package cannot be loaded: {quote(error)}", "install loopview again"
            ) from None
        except ValueError as error:
            raise NotInstalled(
                f"the ollama package cannot read OLLAMA_HOST: {quote(error)}", "correct it or unset it"
            ) from None


def _imported() -> Any:
    """The library, imported without the client that it opens for itself meanwhile.

    That one would have the proxies that the environment names, some of which make it fail; it is never used.
    """
    import httpx

    made, httpx.Client = httpx.Client, _Nothing  # type: ignore[misc, assignment]
    try:
        import ollama
    finally:
        httpx.Client = made  # type: ignore[misc]
    return ollama


class _Nothing:
    """Stands where the library would put the client that nobody asked for."""

    def __init__(self, **_: object) -> None:
        """Take everything, open nothing."""


def outgoing(message: Message, mask: Callable[[str], str] = masked) -> dict[str, str]:
    """A message as it leaves: no recognised secret, nothing that cannot be written as UTF-8."""
    return {"role": message.role, "content": mask(message.content.encode("utf-8", "replace").decode())}


def _identity(model: Any) -> str:
    """The digest, the number of parameters and the quantisation of an installed model, as far as they are given."""
    details = model.details
    said = (model.digest, details and details.parameter_size, details and details.quantization_level)
    return " ".join(quote(each) for each in said if each)


def _pieces(parts: Iterator[Any], allowance: Allowance) -> Iterator[str]:
    for part in parts:
        if allowance.switch.stopped:
            raise Cancelled
        if part.message.tool_calls:
            raise WantsTools("the model asked for a tool, and it is given none", "choose another model")
        piece = part.message.content or ""
        allowance.read(len(piece))
        if piece:
            yield piece
        if part.done:
            if part.done_reason == "length":
                raise TooMuch("the model stopped in the middle: its answer was too long", "ask for less")
            return
    if allowance.switch.stopped:
        raise Cancelled
    raise NotDone(
        "the answer ended before the model said that it was done",
        "ask again; if it goes on, look at what the model's host logs",
    )
