"""Files that are made whole or not at all, and durable when the call returns; nothing is ever overwritten.

A file is written beside its place, synced, and linked in: of several processes that make the same one, one wins. What a
crash leaves half made begins with a dot.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write(path: Path, raw: bytes) -> None:
    """A new file of 0600 with these bytes; FileExistsError where there is one."""
    with making(path) as draft:
        with draft.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)


def write_once(path: Path, raw: bytes) -> None:
    """The same, where there is none yet: what another process made stays."""
    with suppress(FileExistsError):
        write(path, raw)


@contextmanager
def making(path: Path) -> Iterator[Path]:
    """An empty file of 0600 beside the place, to be filled and linked in by the caller; it is gone afterwards."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield draft
    finally:
        for left in path.parent.glob(f"{draft.name}*"):  # SQLite writes beside its file, too
            left.unlink(missing_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make what was created, renamed or deleted in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
