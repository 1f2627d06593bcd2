"""The probes that come with loopview, as values; what each does stands in `Trials`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.domain.probe import Origin, Probe

if TYPE_CHECKING:
    from loopview.config import Settings

TOOL_USE = "tool_use"
PLANNING = "multistep_planning"
MEMORY_WRITE = "memory_write"
MEMORY_READ = "memory_read"
SELF_CODING = "self_coding"
MODEL = "model"
LIGHTNING = "lightning_econ"

_EDIT = 240  #: seconds that an edit with two runs of a small suite may take on a busy machine


def built_in(settings: Settings) -> tuple[Probe, ...]:
    """Every probe that comes with loopview, in the order of their turns."""
    runner = " ".join(settings.probe_runner) or "sh"
    model = model_of(settings)
    return (
        _probe(TOOL_USE, f"runs a shell command through {runner} and gets what it computed"),
        _probe(
            PLANNING, f"writes a note, finds it again by its marker ({settings.probe_vault or 'a scratch vault'})"
        ),
        _probe(MEMORY_WRITE, f"stores a fact ({_memory(settings)})"),
        _probe(MEMORY_READ, "reads the fact back in another process"),
        _probe(SELF_CODING, "takes a scripted edit to a green candidate in a scratch repository", _EDIT),
        _probe(MODEL, f"asks {model or 'the model'} for one word", settings.model_seconds)._replace(
            missing="" if model else "no model is configured: set `model` in your config.toml"
        ),
        _probe(LIGHTNING, "a placeholder: proves nothing")._replace(placeholder=True),
    )


def model_of(settings: Settings) -> str:
    """The model that is tried: the one for questions, else the one that writes edits; empty without any."""
    return settings.model or settings.edit_model


def _probe(name: str, about: str, timeout: int = 30) -> Probe:
    return Probe(name, Origin.BUILT_IN, about, timeout=timeout)


def _memory(settings: Settings) -> str:
    if settings.probe_store:
        return settings.probe_store[0]
    return settings.probe_memory or "a scratch file"
