"""Completion scripts for three shells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.cli.catalog import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def script(shell: str, options: Mapping[str, Sequence[str]]) -> str:
    """The script for ``bash``, ``zsh`` or ``fish`` that offers verbs, then the options of the verb, then files."""
    lines = {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](options)
    return "\n".join(lines) + "\n"


def _bash(options: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield '# eval "$(loopview completion bash)"'
    yield "_loopview() {"
    yield "  local word=${COMP_WORDS[COMP_CWORD]} words="
    yield '  if [ "$COMP_CWORD" -eq 1 ]; then'
    yield f"    words='{' '.join(options)}'"
    yield "  else case ${COMP_WORDS[1]} in"
    yield from (f"    {name}) words='{' '.join(words)}' ;;" for name, words in options.items())
    yield "  esac; fi"
    yield '  COMPREPLY=( $(compgen -W "$words" -- "$word") )'
    yield '  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=( $(compgen -f -- "$word") )'
    yield "}"
    yield "complete -o filenames -F _loopview loopview"


def _zsh(options: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield "#compdef loopview"
    yield '# eval "$(loopview completion zsh)"'
    yield "_loopview() {"
    yield "  if (( CURRENT == 2 )); then"
    yield "    local -a verbs=("
    yield from (f"      '{name}:{VERBS[name].summary.replace(':', ',')}'" for name in options)
    yield "    )"
    yield "    _describe verb verbs; _files; return"
    yield "  fi"
    yield "  case $words[2] in"
    yield from (f"    {name}) compadd -- {' '.join(words)} ;;" for name, words in options.items())
    yield "  esac"
    yield "  _files"
    yield "}"
    yield "compdef _loopview loopview"


def _fish(options: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield "# loopview completion fish | source"
    for name, words in options.items():
        yield f"complete -c loopview -n __fish_use_subcommand -a {name} -d '{VERBS[name].summary}'"
        yield from (
            f"complete -c loopview -n '__fish_seen_subcommand_from {name}' -l {word.removeprefix('--')}"
            for word in words
        )
