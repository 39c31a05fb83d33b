"""Whose turn it is: of those that do the same work one is active, the others wait for it (rules.md 31)."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LOOK_S: Final = 0.2


class Stopped(Exception):
    """We were asked to stop before our turn came."""


@contextmanager
def turn(lock: Path, stop: threading.Event) -> Iterator[None]:
    """Be the only one that holds this file, once whoever holds it ends, whatever way; raises Stopped."""
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        while not _taken(descriptor):
            if stop.wait(_LOOK_S):
                raise Stopped
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
