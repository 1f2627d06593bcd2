"""Replace a whole file at once: readers see the old or the new content, never a part."""

from __future__ import annotations

import os
from contextlib import suppress

from loopview.guarded.folder import AppendRefused, open_folder


def replace(root: str, label: str, content: bytes) -> None:
    """Write ``content`` to the file ``label`` below ``root``; raises `AppendRefused` when it cannot be.

    A link in the file's place is replaced, not followed.
    """
    *folders, name = label.split("/")
    folder = open_folder(root, folders)
    temporary = f".{name}.{os.getpid()}.new"
    try:
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=folder
        )
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except OSError as error:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise AppendRefused(f"{label}: {error.strerror}") from None
    finally:
        os.close(folder)
