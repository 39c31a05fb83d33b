"""A house that is a process of its own: ``tamga.py serve``, with its follower."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx2

from infra.house import House
from infra.operations.register_import import ImportClash, Imported
from infra.runtime.child import end_process
from infra.settings import Settings
from tests.town.caller import until
from tests.town.people import Town

FIRST_PORT: Final = 20_000
PORTS: Final = 12_000
_PORTS: Final = count(os.getpid())  # two runs at a time begin elsewhere
PROGRAM: Final = Path(__file__).parents[2] / "tamga.py"
STOCK: Final = 20
_PR_SET_PDEATHSIG: Final = 1


class ServedTown(Town):
    """A house that is ``tamga.py serve`` with its follower; it can be stopped, killed and started again."""

    def __init__(self, settings: Settings, http: httpx2.Client, house: House | None) -> None:
        super().__init__(settings, http, house)
        self.environment = {
            "TAMGA_DATA": str(settings.data),
            "TAMGA_PORT": str(settings.port),
            "TAMGA_CLOCK": str(settings.clock),
            "TAMGA_COUNTRIES": settings.countries,
        }
        self.said = settings.data.with_name("served.log")  # everything that the processes write
        self.process: subprocess.Popen[bytes] | None = None
        self._stock: dict[tuple[str, str], list[dict[str, Any]]] = {}

    @contextmanager
    def serving(self) -> Iterator[None]:
        """From when it is ready until it has ended."""
        self.start()
        try:
            yield
        finally:
            self.stop()

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, str(PROGRAM), "serve"],
                env=self._environment(),
                stdout=said,
                stderr=said,
                preexec_fn=_end_with_us,  # noqa: PLW1509 - one call of the system, nothing of Python's
            )
        until(self.is_ready, "the house to be ready")

    def is_ready(self) -> bool:
        """Whether it takes filings."""
        assert self.process is not None
        assert self.process.poll() is None, self.said.read_text("utf-8", "replace")[-4000:]
        try:
            return self.http.get("/readyz").status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    def stop(self) -> None:
        """Ask it to end; where it does not, it is killed."""
        if self.process is not None:
            end_process(self.process)

    def run(self, *words: str) -> str:
        """A command of the command line on the same data; its standard output."""
        command = [sys.executable, str(PROGRAM), *words]
        found = subprocess.run(command, env=self._environment(), check=True, capture_output=True, text=True)
        return found.stdout

    def _requests(
        self, count: int, country: str, procedure: str, changes: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """An import takes a process of its own: so there is a stock of requests whose entries are there."""
        if changes:
            return super()._requests(count, country, procedure, changes)
        stock = self._stock.setdefault((country, procedure), [])
        if len(stock) < count:
            stock += super()._requests(max(count, STOCK), country, procedure, {})
        return [stock.pop(0) for _ in range(count)]

    def _import(self, country: str, register: str, file: Path) -> Imported:
        said = json.loads(self.run("registers", "import", country, register, str(file), "--json"))
        clashes = [ImportClash(**each) for each in said["clashes"]]
        return Imported(said["imported"], clashes, said["plates_twice"])

    def _environment(self) -> dict[str, str]:
        return os.environ | self.environment


def free_port() -> int:
    """A port of this machine that nobody uses now; of two processes of one run, each has numbers of its own.

    Below those that the system gives by itself, and each but once: who was told a port has time to take it.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    while True:
        port = FIRST_PORT + next(_PORTS) % (PORTS // workers) * workers + worker
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _end_with_us() -> None:
    """Linux ends this process when the tests end, however they end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
