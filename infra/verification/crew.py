"""Processes that look at ranges side by side; each is this module, started anew: light, and with no one's locks.

(The processes of the standard library's pools would each load the whole program that started them, and a fork would
inherit its threads and its hold on SQLite files.) They are told the logs, then ranges; they answer in order.
"""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, Self, TypeAlias

from infra.verification.findings import Findings
from infra.verification.ranges import RangeVerifier, Source

AHEAD: Final = 2  # ranges that each process has been told and not answered
_ROOT: Final = Path(__file__).parents[2]
Known: TypeAlias = Mapping[
    str, tuple[Source, Sequence[tuple[int, str]]]
]  # country -> log, its events of keys
Range: TypeAlias = tuple[int, int]


class Crew:
    """Who looks at ranges: so many processes, or, where there are none, this one."""

    def __init__(self, known: Known, processes: int) -> None:
        self._mine = _Verifiers(known)
        self._processes = [_start(known) for _ in range(processes)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._mine.close()
        for process in self._processes:
            process.kill()  # it holds nothing but files that it reads
            process.communicate()

    def findings(self, log: str, ranges: Iterable[Range]) -> Iterator[Findings]:
        """What is found in each range of a log, in order."""
        if not self._processes:
            yield from (self._mine.of(log).verify(*asked) for asked in ranges)
            return
        waiting: deque[subprocess.Popen[bytes]] = deque()
        for n, (first, end) in enumerate(ranges):
            if n >= AHEAD * len(self._processes):
                yield _answer(waiting.popleft())
            process = self._processes[n % len(self._processes)]
            _write(process.stdin, (log, first, end))
            waiting.append(process)
        while waiting:
            yield _answer(waiting.popleft())


def work() -> None:
    """What each process does until nobody asks any more."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    with suppress(EOFError, KeyboardInterrupt):
        verifiers = _Verifiers(pickle.load(asked))  # noqa: S301 - from the process that started this one
        while True:
            log, first, end = pickle.load(asked)  # noqa: S301 - as above
            try:
                found: Findings | BaseException = verifiers.of(log).verify(first, end)
            except Exception as error:  # noqa: BLE001 - the asker raises it
                found = error
            _write(answers, found)


class _Verifiers:
    """The verifiers of one process, made when they are needed."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._made: dict[str, RangeVerifier] = {}

    def of(self, log: str) -> RangeVerifier:
        if log not in self._made:
            self.close()  # logs come one after the other
            self._made[log] = RangeVerifier(*self._known[log])
        return self._made[log]

    def close(self) -> None:
        for verifier in self._made.values():
            verifier.close()
        self._made.clear()


def _start(known: Known) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(  # noqa: S603 - Python itself, with a line of our own
        [sys.executable, "-c", f"from {__name__} import work; work()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": paths},
    )
    _write(process.stdin, known)
    return process


def _write(pipe: IO[bytes] | None, said: Any) -> None:
    if pipe is not None:
        pickle.dump(said, pipe)
        pipe.flush()


def _answer(process: subprocess.Popen[bytes]) -> Findings:
    try:
        found = pickle.load(process.stdout)  # type: ignore[arg-type]  # noqa: S301 - from our own process
    except EOFError as error:
        raise ChildProcessError("a process that verifies has died; see what it said") from error
    if isinstance(found, BaseException):
        raise found
    return found  # type: ignore[no-any-return]  # what `work` writes
