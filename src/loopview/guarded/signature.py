"""Sign a file with an ssh key that the operator names: ``ssh-keygen`` makes the signature, beside the file.

The agent of the operator's session may hold the key. Nothing is asked on the terminal: a key with a passphrase has
to be in the agent.
"""

from __future__ import annotations

import os
import shutil

from loopview.guarded.child import run

NAMESPACE = "loopview"
_SECONDS = 30.0
_LONGEST_OUTPUT = 1 << 16


class SigningFailed(Exception):  # noqa: N818 - reads as the event it is
    """There is no signature, and the message says why."""


def sign(path: str, key: str) -> str:
    """Sign the file ``path`` with ``key`` (a private key, or a public one whose other half the agent holds).

    Returns the path of the signature. Raises `SigningFailed`, also where one stands already.
    """
    signature = f"{path}.sig"
    if os.path.lexists(signature):
        raise SigningFailed(f"{signature} is there already")
    program = shutil.which("ssh-keygen")
    if program is None:
        raise SigningFailed("ssh-keygen is not installed")
    argv = (program, "-Y", "sign", "-q", "-n", NAMESPACE, "-f", os.path.abspath(key), os.path.abspath(path))
    try:
        ended = run(argv, _environment(), limit=_LONGEST_OUTPUT, seconds=_SECONDS)
    except OSError as error:
        raise SigningFailed(f"ssh-keygen could not be started ({error.strerror})") from None
    if ended.code or ended.cut or not os.path.isfile(signature):
        said = ended.err.decode("utf-8", "replace").strip().partition("\n")[0]
        raise SigningFailed(said or f"ssh-keygen ended with {ended.code}")
    return signature


def _environment() -> dict[str, str]:
    """Nothing but the agent; a question is answered by a program that knows no answer."""
    kept = {name: os.environ[name] for name in ("SSH_AUTH_SOCK", "PATH", "HOME") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "SSH_ASKPASS": "/bin/false", "SSH_ASKPASS_REQUIRE": "force"}
