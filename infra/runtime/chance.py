"""Random bytes for salts, nonces and ids, fetched from the system many at a time.

One call to the system is cheap, but it gives up the interpreter's lock: under load, getting that back takes 100 us.
Each byte is given out once: every thread has a buffer of its own, and a forked child begins anew.
"""

import os
import threading
from typing import Final

from infra.runtime.uuids import as_uuid

_CHUNK: Final = 1 << 14


class _Buffer(threading.local):
    """What the system gave this thread, and how much of it is used."""

    def __init__(self) -> None:
        self.bytes = b""
        self.used = 0


_buffer = _Buffer()


def _forget() -> None:
    """After a fork, parent and child would give out the same bytes."""
    _buffer.bytes, _buffer.used = b"", 0


os.register_at_fork(after_in_child=_forget)


def random_bytes(count: int) -> bytes:
    """So many bytes from the system's generator, at most 16 KiB at a time."""
    end = _buffer.used + count
    if end > len(_buffer.bytes):
        _buffer.bytes, _buffer.used, end = os.urandom(_CHUNK), 0, count
    _buffer.used = end
    return _buffer.bytes[end - count : end]


def random_id() -> str:
    """A random UUID (version 4), as it is written."""
    return as_uuid(random_bytes(16), version=4)
