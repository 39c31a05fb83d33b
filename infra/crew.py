"""Processes that carry out tasks side by side; each is this module, started anew: light, with no one's locks.

(The processes of the standard library's pools would each load the whole program that started them, and a fork would
inherit its threads and its hold on SQLite files.) They are told how a worker is made, then tasks; what they answer
comes in the order of the tasks.
"""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, Generic, Protocol, Self, TypeVar

from infra.garbage import collect_less
from infra.logs import write_logs

AHEAD: Final = 2  # tasks that each process has been told and not answered
FEW: Final = 20_000  # events for which processes are not worth their start
_ROOT: Final = Path(__file__).parents[1]
Task_contra = TypeVar("Task_contra", contravariant=True)
Found_co = TypeVar("Found_co", covariant=True)


class Worker(Protocol[Task_contra, Found_co]):
    """Carries out tasks, one after the other; of one thread."""

    def carry_out(self, task: Task_contra) -> Found_co:
        """What came of it."""

    def close(self) -> None:
        """Give back what it holds."""


def processes_for(events: int) -> int:
    """As many as there are cores; none where they are not worth their start."""
    return (os.cpu_count() or 1) if events >= FEW else 0


class Crew(Generic[Task_contra, Found_co]):
    """Who carries out tasks: so many processes, or, where there are none, this one.

    ``made`` gives a worker; it, the tasks and what comes of them must be such that pickle takes them. A process may
    be killed at any moment.
    """

    def __init__(self, made: Callable[[], Worker[Task_contra, Found_co]], processes: int) -> None:
        self._mine = made() if processes == 0 else None
        self._processes = [_start(made) for _ in range(processes)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._mine is not None:
            self._mine.close()
        for process in self._processes:
            process.kill()
            process.communicate()

    def found(self, tasks: Iterable[Task_contra]) -> Iterator[Found_co]:
        """What came of each task, in order; of n processes each carries out every nth, one after the other."""
        if self._mine is not None:
            yield from map(self._mine.carry_out, tasks)
            return
        waiting: deque[subprocess.Popen[bytes]] = deque()
        for n, task in enumerate(tasks):
            if n >= AHEAD * len(self._processes):
                yield _answer(waiting.popleft())
            process = self._processes[n % len(self._processes)]
            _write(process.stdin, task)
            waiting.append(process)
        while waiting:
            yield _answer(waiting.popleft())


def work() -> None:
    """What each process does until nobody asks any more."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    with suppress(EOFError, KeyboardInterrupt):
        worker: Worker[Any, Any] | None = None
        made = pickle.load(asked)  # noqa: S301 - from the process that started this one
        write_logs("WARNING")
        collect_less()
        while True:
            task = pickle.load(asked)  # noqa: S301 - as above
            try:
                worker = worker or made()
                found: Any = worker.carry_out(task)
            except Exception as error:  # noqa: BLE001 - the asker raises it
                found = error
            _write(answers, found)


def _start(made: Callable[[], Worker[Any, Any]]) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(  # noqa: S603 - Python itself, with a line of our own
        [sys.executable, "-c", f"from {__name__} import work; work()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": paths},
    )
    _write(process.stdin, made)
    return process


def _write(pipe: IO[bytes] | None, said: Any) -> None:
    if pipe is not None:
        pickle.dump(said, pipe, pickle.HIGHEST_PROTOCOL)
        pipe.flush()


def _answer(process: subprocess.Popen[bytes]) -> Any:
    try:
        found = pickle.load(process.stdout)  # type: ignore[arg-type]  # noqa: S301 - from our own process
    except EOFError as error:
        raise ChildProcessError("a process that helps has died; see what it said") from error
    if isinstance(found, BaseException):
        raise found
    return found
