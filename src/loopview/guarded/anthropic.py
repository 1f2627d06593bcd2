"""The door to Anthropic's models, for edits only: one address, a key from the environment, bounded answers.

The client library is an optional extra. Whatever it would take from the environment beside the key (an address,
other credentials, headers, proxies) has no effect: the connection below it sends only what belongs here.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from loopview.guarded.address import Address
from loopview.guarded.allowance import Allowance, Budget, Switch
from loopview.guarded.model import Message, outgoing
from loopview.guarded.model_failure import (
    Broken,
    Cancelled,
    ModelFailure,
    NoKey,
    NoModelChosen,
    NotDone,
    NotInstalled,
    Refused,
    TooMuch,
    WantsTools,
    quote,
)
from loopview.guarded.secrets import masked_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ADDRESS = Address("https", "api.anthropic.com", 443)
KEY = "ANTHROPIC_API_KEY"
ANSWER_TOKENS = 16_384
PROMPT_CHARACTERS = 400_000

_BY_ITSELF = frozenset({"end_turn", "stop_sequence"})
_AGAIN = "ask again; if it goes on, see https://status.anthropic.com"


class AnthropicModel:
    """A model of Anthropic's by name. Holds no connection: each exchange has its own."""

    def __init__(self, model: str, key: str, budget: Budget, address: Address = ADDRESS) -> None:
        """Take the model's name and the key; any other address is for tests on the loopback."""
        self._model = model
        self._key = key
        self._budget = budget
        self._address = address

    @property
    def name(self) -> str:
        """Backend and model."""
        return f"anthropic/{self._model}"

    def note(self, switch: Switch) -> str:  # noqa: ARG002 - a writer's form
        """What the host says of the model beyond its name: nothing that could be held against it."""
        return ""

    def answer(
        self,
        messages: Sequence[Message],
        schema: Mapping[str, Any] | None,  # noqa: ARG002 - the prompt says the form, what comes is read strictly
        switch: Switch,
    ) -> Iterator[str]:
        """Yield the answer in pieces as they come.

        Returns only after the model ended by itself. Raises `ModelFailure`, and nothing else.
        """
        self._check(messages)
        allowance = Allowance(self._budget, switch)
        request: dict[str, Any] = {
            "model": self._model,
            "max_tokens": ANSWER_TOKENS,
            "system": "\n\n".join(_texts(messages, "system")),
            "messages": [outgoing(each, masked_source) for each in messages if each.role != "system"],
            "stream": True,
        }
        with self._client(allowance) as client, closing(client.messages.create(**request)) as events:
            yield from _pieces(events, allowance)

    def _check(self, messages: Sequence[Message]) -> None:
        if not self._model:
            raise NoModelChosen("no model is chosen", 'write anthropic_model = "NAME" into your config.toml')
        if not self._key:
            raise NoKey(
                f"there is no key: {KEY} is not set", f"set {KEY} in the environment that loopview starts in"
            )
        characters = sum(len(message.content) for message in messages)
        if characters > PROMPT_CHARACTERS:
            raise TooMuch(
                f"the prompt has {characters:,} characters, more than a model is asked to read", "name fewer files"
            )

    @contextmanager
    def _client(self, allowance: Allowance) -> Iterator[Any]:
        """The client library on a connection of ours, with whatever it raises made plain."""
        library = _load()
        import httpx

        from loopview.guarded.wire import Wire

        with Wire(self._address, allowance, _peer()) as wire:
            try:
                with httpx.Client(transport=wire, trust_env=False, follow_redirects=False) as connection:
                    yield library.Anthropic(
                        api_key=self._key,
                        base_url=self._address.url,
                        http_client=connection,
                        max_retries=0,
                        timeout=allowance.budget.seconds,
                    )
            except ModelFailure:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a foreign answer makes the library raise
                raise self._plain(error, library, allowance) from None

    def _plain(self, error: Exception, library: Any, allowance: Allowance) -> ModelFailure:
        """The failure that something raised by the library is; it wraps what the connection below it raises."""
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ModelFailure):
            cause = cause.__cause__ or cause.__context__
        if isinstance(cause, ModelFailure):
            return cause
        if allowance.switch.stopped:
            return Cancelled()
        if isinstance(error, library.APIStatusError):
            return Refused(f"{self._address.url} gave up: {quote(error.message) or 'no reason given'}", _AGAIN)
        return Broken(f"{self._address.url} does not speak Anthropic's protocol ({type(error).__name__})", _AGAIN)


def _peer() -> Any:
    from loopview.guarded.wire import Peer

    return Peer(
        "Anthropic",
        frozenset({"x-api-key", "anthropic-version"}),
        "see whether this machine reaches the internet; proxies are not used",
        "nothing to set: only api.anthropic.com is asked",
        "set anthropic_model in your config.toml to a model that your key may use",
        f"see whether {KEY} is right and the account has credit",
    )


def _load() -> Any:
    """Import the client library. Raises `NotInstalled`."""
    try:
        import anthropic
    except ImportError as error:
        raise NotInstalled(
            f"the anthropic package cannot be loaded: {quote(error)}", "pip install 'loopview[anthropic]'"
        ) from None
    return anthropic


def _texts(messages: Sequence[Message], role: str) -> list[str]:
    return [outgoing(message, masked_source)["content"] for message in messages if message.role == role]


def _pieces(events: Iterator[Any], allowance: Allowance) -> Iterator[str]:
    ended = ""
    for event in events:
        if allowance.switch.stopped:
            raise Cancelled
        if event.type == "content_block_start" and event.content_block.type not in {"text", "thinking"}:
            raise WantsTools("the model asked for a tool, and it is given none", "choose another model")
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            allowance.read(len(event.delta.text))
            yield event.delta.text
        elif event.type == "message_delta":
            ended = event.delta.stop_reason or ended
        elif event.type == "message_stop":
            _check_end(ended)
            return
    if allowance.switch.stopped:
        raise Cancelled
    raise NotDone("the answer ended before the model said that it was done", _AGAIN)


def _check_end(reason: str) -> None:
    if reason == "max_tokens":
        raise TooMuch("the model stopped in the middle: its answer was too long", "ask for less")
    if reason == "tool_use":
        raise WantsTools("the model asked for a tool, and it is given none", "choose another model")
    if reason not in _BY_ITSELF:
        raise Refused(
            f"the model ended without an answer ({quote(reason) or 'no reason given'})", "say it otherwise"
        )
