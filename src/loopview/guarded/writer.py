"""The model that writes edits: which one the user's configuration names, and what one edit may take."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

from loopview.guarded.allowance import Budget
from loopview.guarded.model import Model, Room
from loopview.guarded.secrets import masked_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loopview.config import Settings
    from loopview.guarded.allowance import Switch
    from loopview.guarded.model import Message

SECONDS = 600.0  #: that one answer may take
SILENCE = 240.0  #: seconds without a byte: a long prompt is read before the first word comes
BUDGET = Budget(seconds=SECONDS, silence=SILENCE, connect=5.0, wire_bytes=4 * 1024 * 1024, characters=1_200_000)
ROOM = Room(contexts=(16_384, 32_768, 65_536, 131_072), answer=12_288, mask=masked_source)


class Writer(Protocol):
    """A model that writes edits."""

    @property
    def name(self) -> str:
        """Backend and model, as ``ollama/qwen3:4b``."""

    def note(self, switch: Switch) -> str:
        """What the host says of the model beyond its name, as its digest; may be empty. Raises `ModelFailure`."""

    def answer(
        self, messages: Sequence[Message], schema: Mapping[str, Any] | None, switch: Switch
    ) -> Iterator[str]:
        """Yield the answer in pieces, complete when it returns. Raises `ModelFailure`."""


class OllamaWriter:
    """A model of the operator's own host."""

    def __init__(self, model: str, host: str, budget: Budget) -> None:
        """Take the model's name and where it is. Raises `HostRefused`."""
        self._model = Model(model, host, budget, ROOM)

    @property
    def name(self) -> str:
        """Backend and model."""
        return f"ollama/{self._model.name or '(none is chosen)'}"

    def note(self, switch: Switch) -> str:
        """Digest, size and quantisation, as far as the host gives them. Raises `ModelFailure`."""
        return self._model.identity(switch)

    def answer(
        self, messages: Sequence[Message], schema: Mapping[str, Any] | None, switch: Switch
    ) -> Iterator[str]:
        """Yield the answer in pieces, complete when it returns. Raises `ModelFailure`."""
        yield from self._model.answer(messages, schema, switch)


def writer_of(settings: Settings, environ: Mapping[str, str] | None = None, budget: Budget | None = None) -> Writer:
    """The model that the user's configuration names for edits. Raises `HostRefused`.

    ``auto`` is ollama when `edit_model` or `model` is named, or nothing at all; Anthropic when only
    `anthropic_model` is. The key comes from the environment alone, and is missed when something is asked.
    """
    name = settings.edit_model or settings.model
    backend = settings.edit_backend
    if backend == "auto":
        backend = "anthropic" if settings.anthropic_model and not name else "ollama"
    budget = budget or BUDGET._replace(
        seconds=max(SECONDS, float(settings.model_seconds)), silence=max(SILENCE, float(settings.model_silence))
    )
    if backend == "ollama":
        return OllamaWriter(name, settings.model_host, budget)
    from loopview.guarded.anthropic import KEY, AnthropicModel

    key = (os.environ if environ is None else environ).get(KEY, "")
    return AnthropicModel(settings.anthropic_model, key.strip(), budget)
