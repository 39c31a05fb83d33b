"""Whose turn it is: of those that do the same work one is active, the others wait for it (rules.md 31)."""

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping
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


class Turns:
    """Several such turns, each taken as soon as nobody else has it; they end with ``close``, or with the process."""

    def __init__(self, locks: Mapping[str, Path]) -> None:
        self._waiting = {name: os.open(lock, os.O_CREAT | os.O_RDWR, 0o600) for name, lock in locks.items()}
        self._mine: dict[str, int] = {}

    def mine(self) -> frozenset[str]:
        """Those whose turn is ours by now."""
        for name in [name for name, descriptor in self._waiting.items() if _taken(descriptor)]:
            self._mine[name] = self._waiting.pop(name)
        return frozenset(self._mine)

    def close(self) -> None:
        """Give all of them to whoever waits."""
        for descriptor in (*self._waiting.values(), *self._mine.values()):
            os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
