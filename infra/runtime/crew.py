"""Processes that carry out tasks side by side; each is this module, started anew: light, with no one's locks.

(The processes of the standard library's pools would each load the whole program that started them, and a fork would
inherit its threads and its hold on SQLite files.) They are told how a worker is made, then tasks; what they answer
comes in the order of the tasks.
"""

import logging
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, Generic, Protocol, Self, TypeVar

from infra.runtime.garbage import collect_less
from infra.runtime.log_lines import write_logs

AHEAD: Final = 2  # tasks that each process has been told and not answered
FEW: Final = 20_000  # events for which more processes are not worth their start
MOST: Final = 16  # processes
_ROOT: Final = Path(__file__).parents[2]
Task_contra = TypeVar("Task_contra", contravariant=True)
Found_co = TypeVar("Found_co", covariant=True)
logger = logging.getLogger(__name__)


class Worker(Protocol[Task_contra, Found_co]):
    """Carries out tasks, one after the other; of one thread."""

    def carry_out(self, task: Task_contra) -> Found_co:
        """What came of it."""

    def close(self) -> None:
        """Give back what it holds."""


def processes_for(events: int) -> int:
    """As many as there are cores, up to ``MOST``; one where more are not worth their start."""
    return min(os.cpu_count() or 1, MOST) if events >= FEW else 1


class Crew(Generic[Task_contra, Found_co]):
    """Who carries out tasks: so many processes, or, where that is fewer than two, this one.

    ``make`` gives a worker; it, the tasks and what comes of them must be such that pickle takes them. A process may
    be killed at any moment.
    """

    def __init__(self, make: Callable[[], Worker[Task_contra, Found_co]], processes: int) -> None:
        self._mine = make() if processes < 2 else None  # noqa: PLR2004 - one is this one
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            while self._mine is None and len(self._processes) < processes:
                self._processes.append(_started())
                _ask(self._processes[-1], make)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._mine is not None:
            self._mine.close()
        for process in self._processes:
            process.kill()
            process.communicate()

    def carry_out_all(self, tasks: Iterable[Task_contra]) -> Iterator[Found_co]:
        """What came of each task, in order; of n processes each carries out every nth, one after the other.

        Raises what the worker raised, and ChildProcessError where a process died.
        """
        if self._mine is not None:
            yield from map(self._mine.carry_out, tasks)
            return
        waiting: deque[subprocess.Popen[bytes]] = deque()
        for n, task in enumerate(tasks):
            if n >= AHEAD * len(self._processes):
                yield _answer(waiting.popleft())
            process = self._processes[n % len(self._processes)]
            _ask(process, task)
            waiting.append(process)
        while waiting:
            yield _answer(waiting.popleft())


def work() -> None:
    """What each process does until nobody asks any more."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    write_logs("WARNING")
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        make = pickle.load(asked)  # noqa: S301 - from the process that started this one
        worker: Worker[Any, Any] | None = None
        collect_less()
        while True:
            task = pickle.load(asked)  # noqa: S301 - as above
            try:
                worker = worker or make()
                found: Any = worker.carry_out(task)
            except Exception as error:
                logger.exception("task_failed")
                found = _portable(error)
            _write(answers, found)
    os._exit(0)  # what is left in the pipes is for nobody


def _portable(error: Exception) -> Exception:
    """The error, if pickle takes it there and back; else one that says its name."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever its class is like
        return RuntimeError(type(error).__name__)
    return error


def _started() -> subprocess.Popen[bytes]:
    """A process that imports nothing from the folder that we happen to be in; a Ctrl-C that is for us does not
    reach it.
    """
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(  # noqa: S603 - Python itself, with a line of our own
        [sys.executable, "-P", "-c", f"from {__name__} import work; work()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": paths},
        process_group=0,
    )


def _ask(process: subprocess.Popen[bytes], what: Any) -> None:
    try:
        _write(process.stdin, what)
    except OSError as error:
        raise _died(process) from error


def _write(pipe: IO[bytes] | None, said: Any) -> None:
    if pipe is not None:
        pickle.dump(said, pipe, pickle.HIGHEST_PROTOCOL)
        pipe.flush()


def _answer(process: subprocess.Popen[bytes]) -> Any:
    try:
        found = pickle.load(process.stdout)  # type: ignore[arg-type]  # noqa: S301 - from our own process
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        raise _died(process) from error
    if isinstance(found, BaseException):
        raise found
    return found


def _died(process: subprocess.Popen[bytes]) -> ChildProcessError:
    process.kill()
    return ChildProcessError(
        f"a process that helped has ended by itself ({process.wait()}); please try again"
    )
