"""Whether git would give a file other bytes on its way between the work tree and the repository.

What is published is what was confirmed, byte for byte. Where attributes or settings would convert it (line ends,
keywords, encodings, filters), a publish is refused: nothing is converted, and no filter is run to find out.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.guarded.hardened import GitFailed, git
from loopview.modify.git_values import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopview.guarded.git_settings import GitSettings

_NAMES = ("filter", "ident", "working-tree-encoding", "text", "eol", "crlf")
_NOT_SET = frozenset({"unspecified", "unset"})
_ADVICE = "make this edit by hand, or change the attribute for the file"


def refuse_conversion(git_dir: str, top: str, settings: GitSettings, contents: Mapping[str, list[bytes]]) -> None:
    """Raise `Refused` (conversion) for the first path whose bytes would be converted; ``contents`` are old and new.

    The attributes asked are those that a later ``git status`` will go by.
    """
    for path in contents:
        if os.path.basename(path) == ".gitattributes":
            raise Refused("conversion", f"{path} decides how other files are converted", "change it by hand")
    for path, attributes in _asked(git_dir, top, settings, tuple(contents)):
        why = _converted(attributes, settings, contents[path])
        if why:
            raise Refused("conversion", f"{path} is converted by git: {why}", _ADVICE)


def _asked(
    git_dir: str, top: str, settings: GitSettings, paths: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, str]]]:
    extra = {"GIT_DIR": git_dir, "GIT_WORK_TREE": top, "GIT_ATTR_NOSYSTEM": "0"}
    own = ("-c", f"core.attributesFile={settings.attributes_file}")
    answer = git((*own, "check-attr", "-z", *_NAMES, "--", *paths), top, extra=extra)
    if answer.code or answer.cut:
        raise GitFailed(f"git cannot say which attributes hold: {answer.err.partition(chr(10))[0]}")
    fields = [os.fsdecode(field) for field in answer.out.split(b"\0")[:-1]]
    found: dict[str, dict[str, str]] = {}
    for path, name, value in zip(fields[0::3], fields[1::3], fields[2::3], strict=True):
        found.setdefault(path, {})[name] = value
    yield from found.items()


def _converted(attributes: Mapping[str, str], settings: GitSettings, contents: list[bytes]) -> str:
    """Why the bytes would not stay as they are, or nothing."""
    for name in ("filter", "ident", "working-tree-encoding", "crlf"):
        if attributes[name] not in _NOT_SET:
            return f"the attribute {name} is set for it"
    text, ends = attributes["text"], attributes["eol"]
    automatic = settings.on("core.autocrlf")
    if text == "unset" or attributes["crlf"] == "unset":
        return ""
    if ends == "crlf":
        return "the attribute eol=crlf is set for it"
    foreign = automatic or (text != "unspecified" and settings.get("core.eol").casefold() == "crlf")
    if foreign and ends == "unspecified":
        return "core.autocrlf or core.eol asks for other line ends"
    judged = text != "unspecified" or ends == "lf" or settings.get("core.autocrlf").casefold() == "input"
    if judged and any(b"\r\n" in content for content in contents):
        return "its line ends would be made plain ones"
    return ""
