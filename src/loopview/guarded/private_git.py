"""A bare git directory of our own that borrows the repository's objects.

It has no hooks, no filters, no attributes and no configuration but its object format: what the repository
configures is never loaded. Objects are read from the repository through alternates and written to ``made/`` alone.
A writing command does not see the alternates: git would touch the times of an object that it finds there.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loopview.guarded.hardened import LONGEST_OUTPUT, GitFailed, Output, git

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loopview.guarded.repository import Repository

_CONFIG = {
    "sha1": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
    "sha256": "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n",
}
_SECONDS = 60.0  #: one command may take
_OURS = 0o700
_WORK = "work"


class PrivateGit:
    """The private directory of one repository; made on first use."""

    def __init__(self, directory: str, repository: Repository) -> None:
        self.directory = directory
        self.repository = repository
        self.made = os.path.join(directory, "made")  #: objects of ours, and no others
        self._ready = False

    def run(
        self, *arguments: str, source: str = os.devnull, limit: int = LONGEST_OUTPUT, code: int = 0, **extra: str
    ) -> Output:
        """A command that reads; ``extra`` goes to its environment. Raises `GitFailed` when it fails or is cut.

        An exit status of ``code`` counts as an answer, too.
        """
        self.prepare()
        variables = {"GIT_DIR": self.directory, "GIT_SHALLOW_FILE": self.repository.shallow_file or os.devnull}
        where = extra.get("GIT_WORK_TREE", self.directory)
        output = git(arguments, where, limit=limit, seconds=_SECONDS, extra=variables | extra, source=source)
        if output.cut or output.code not in {0, code}:
            said = output.err.partition("\n")[0] or f"git {arguments[0]} ended with {output.code}"
            raise GitFailed({"": said, "time": "git took too long", "size": "git's answer is too long"}[output.cut])
        return output

    def write(self, kind: str, contents: Sequence[bytes]) -> list[str]:
        """Store objects of one kind in ``made`` and return their names. Raises `GitFailed`."""
        if not contents:
            return []
        with self.folder() as folder:
            paths = [os.path.join(folder, str(number)) for number in range(len(contents))]
            for path, content in zip(paths, contents, strict=True):
                with open(path, "xb") as file:
                    file.write(content)
            listed = os.path.join(folder, "list")
            with open(listed, "x", encoding="utf-8", errors="surrogateescape") as file:
                file.writelines(f"{path}\n" for path in paths)
            words = ("hash-object", "-w", "-t", kind, "--no-filters", "--stdin-paths")
            output = self.run(*words, source=listed, GIT_OBJECT_DIRECTORY=self.made)
        return output.out.decode("ascii").split()

    @contextmanager
    def folder(self) -> Iterator[str]:
        """A fresh directory for the files of one step, gone afterwards."""
        self.prepare()
        path = tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=os.path.join(self.directory, _WORK))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what the steps of dead processes left behind."""
        self.prepare()
        work = os.path.join(self.directory, _WORK)
        for name in os.listdir(work):
            if not _lives(name.partition("-")[0]):
                shutil.rmtree(os.path.join(work, name), ignore_errors=True)

    def prepare(self) -> None:
        """Make the directory, or bring it up to date; raises `GitFailed`."""
        if self._ready:
            return
        for folder in ("", "refs", "made", _WORK, "objects/info"):
            os.makedirs(os.path.join(self.directory, folder), mode=0o700, exist_ok=True)
        if stat.S_IMODE(os.stat(self.directory).st_mode) != _OURS:
            os.chmod(self.directory, _OURS)
        self._file("config", _CONFIG[self.repository.hash_name])
        self._file("objects/info/alternates", f"{_quoted(self.repository.objects)}\n{_quoted(self.made)}\n")
        self._file("HEAD", "ref: refs/heads/none\n")
        self._ready = True

    def _file(self, label: str, text: str) -> None:
        """Give a file of the directory its text, at once: another process may be reading it."""
        path = os.path.join(self.directory, label)
        raw = os.fsencode(text)
        try:
            with open(path, "rb") as file:
                if file.read() == raw:
                    return
        except FileNotFoundError:
            pass
        descriptor, fresh = tempfile.mkstemp(dir=os.path.dirname(path))
        with open(descriptor, "wb") as file:
            file.write(raw)
        os.replace(fresh, path)


def _lives(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _quoted(path: str) -> str:
    """A path as a line of the alternates file."""
    if "\n" in path:
        raise GitFailed("the repository's path has a line break in it")
    if path.startswith(("#", '"')) or '"' in path or "\\" in path:
        escaped = path.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return path
