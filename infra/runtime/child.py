"""A process of our own: it is started again when it ends, or asked to end; what it does is not known here.

One that is kept running is told to end with us, however we end: its standard input is a pipe from us, and closes then.
"""

import logging
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

LOOK_S: Final = 0.2
AGAIN_S: Final = 1.0  # before it is started anew
PATIENCE_S: Final = 20.0  # for an orderly end
logger = logging.getLogger(__name__)


@contextmanager
def kept_running(command: Sequence[str]) -> Iterator[None]:
    """The process runs until the block ends; who kills it finds another one a second later."""
    stop = threading.Event()
    keeper = threading.Thread(target=_keep, args=(command, stop), name="child", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def end_process(process: "subprocess.Popen[bytes]") -> None:
    """Ask the process to end, and wait; where it does not, it is killed."""
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _keep(command: Sequence[str], stop: threading.Event) -> None:
    while True:
        process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - our own program
        with process:  # closes the pipe, and waits
            while process.poll() is None and not stop.wait(LOOK_S):
                pass
            if stop.is_set():
                end_process(process)
                return
        logger.error("child_ended", extra={"status": process.returncode})
        if stop.wait(AGAIN_S):
            return
