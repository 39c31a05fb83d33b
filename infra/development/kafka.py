"""A real Apache Kafka of one broker on loopback, for development and tests; no client, not for production.

In tests: ``with Broker(folder) as broker: ... broker.bootstrap``. By hand, in the background:
``python -m infra.development.kafka start|stop|status --folder DIR --port N``. Needs Linux, Java 17 and, once, Maven.
"""

import argparse
import base64
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.development.jars import RECIPE, Lacking, classpath, program

HOST = "127.0.0.1"
START_SECONDS = 90.0  # it takes 2 to 5, and far more on a machine that does much else
STOP_SECONDS = 30.0

# Seen on two busy cores: up in 3.2 s, not 5.8, and 1.6 times the messages that Java's own choice lets by.
_JVM = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]

# The files of a folder.
_SETTINGS, _TOPICS, _LOG, _PID = "server.properties", "log", "broker.log", "broker.pid"


class BrokerFailed(Exception):
    """The broker does not run, though nothing lacks: the message ends with what its log said last."""


class Broker:
    """One broker with its data in `folder`, started by this process and ended with it, however it ends.

    A new folder is formatted; a used one goes on with its data and its port. Without `port` a free one is
    taken. Not for several threads.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder.resolve()
        self.port = _settle_ports(self.folder, port)
        self._process: subprocess.Popen[bytes] | None = None
        self._tether: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"

    def start(self) -> None:
        """Returns once it answers; does nothing if it runs; raises Lacking or BrokerFailed."""
        if self._process is not None and self._process.poll() is None:
            return
        self.kill()
        log = self.folder / _LOG
        said_before = log.stat().st_size if log.exists() else 0
        self._process = _launch(self.folder)
        self._tether = _tether(self._process.pid)
        try:
            _await_ready(self._process, self.port, log, said_before)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """An orderly end, after which the next start need not recover anything."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            finally:
                self.kill()

    def kill(self) -> None:
        """SIGKILL, the hardest end there is; harmless if it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            (self.folder / _PID).unlink(missing_ok=True)
        self._cut_tether()

    def leave(self) -> None:
        """Let it outlive this process, until ``python -m infra.development.kafka stop``."""
        self._cut_tether()
        self._process = None

    @contextmanager
    def down(self) -> Iterator[None]:
        """Killed for as long as the block lasts; then it runs again, with its data, on the same port."""
        self.kill()
        try:
            yield
        finally:
            self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _cut_tether(self) -> None:
        if self._tether is not None:
            self._tether.kill()
            self._tether.communicate()
            self._tether = None


def main(arguments: list[str] | None = None) -> int:
    """The command line; exit codes: 0 done, 1 not done (`status`: none runs), 2 wrong arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.development.kafka", description="Apache Kafka on loopback"
    )
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("--folder", type=Path, default=Path("var/dev/kafka"), help="default: %(default)s")
    parser.add_argument("--port", type=int, help="default: 9092, or the port that the folder has")
    asked = parser.parse_args(arguments)
    folder = asked.folder.resolve()
    try:
        if asked.action == "start" and running(folder) is None:
            broker = Broker(folder, asked.port or (None if (folder / _SETTINGS).exists() else 9092))
            broker.start()
            broker.leave()
        elif asked.action == "stop":
            end(folder)
    except (Lacking, BrokerFailed) as error:
        print(error, file=sys.stderr)
        return 1
    pid = running(folder)
    print(
        f"no broker runs in {folder}" if pid is None else f"{HOST}:{_port(folder)}, process {pid}, {folder}"
    )
    return 1 if asked.action == "status" and pid is None else 0


def running(folder: Path) -> int | None:
    """The process of this folder's broker, if it runs; a number alone may by now be somebody else's."""
    try:
        pid = int((folder / _PID).read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(folder / _SETTINGS) in command else None


def end(folder: Path) -> None:
    """End this folder's broker, whoever started it; an orderly end, if it comes in time."""
    deadline = time.monotonic() + STOP_SECONDS
    sent = None
    while (pid := running(folder)) is not None:
        due = signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL
        if due is not sent:
            os.kill(pid, due)
            sent = due
        time.sleep(0.05)
    (folder / _PID).unlink(missing_ok=True)


def _settle_ports(folder: Path, port: int | None) -> int:
    """The broker's port; settled once for a folder, because the controller's is written into its data."""
    settings = folder / _SETTINGS
    if not settings.exists():
        folder.mkdir(parents=True, exist_ok=True)
        broker = port or _free_port()
        fresh = settings.with_suffix(".new")
        fresh.write_text(
            (RECIPE / "server.properties")
            .read_text()
            .format(
                broker=f"{HOST}:{broker}",
                controller=f"{HOST}:{port + 1 if port else _free_port(but=broker)}",
                data=folder / _TOPICS,
            )
        )
        fresh.replace(settings)
    settled = _port(folder)
    if port not in {None, settled}:
        raise BrokerFailed(f"The broker in {folder} has port {settled}: ask for it, or give another folder.")
    return settled


def _port(folder: Path) -> int:
    listeners = re.search(
        r"^listeners=PLAINTEXT://.*?:(\d+),", (folder / _SETTINGS).read_text(), re.MULTILINE
    )
    if listeners is None:
        raise BrokerFailed(f"{folder / _SETTINGS} names no port: remove the folder, and start again.")
    return int(listeners[1])


def _free_port(but: int | None = None) -> int:
    """A port below those that the kernel gives to outgoing connections.

    From among those, a client that knocks while the broker is down may get the broker's, and meets itself.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as candidate:
            try:
                candidate.bind((HOST, port))
            except OSError:
                continue
        if port != but:
            return port


def _launch(folder: Path) -> subprocess.Popen[bytes]:
    """The broker's process, which is not ready yet."""
    java = [program("java"), *_JVM, f"-Djava.io.tmpdir={folder}", "-cp", classpath()]
    if not (folder / _TOPICS / "meta.properties").exists():
        _format(folder, java)
    with (folder / _LOG).open("ab") as log:
        process = subprocess.Popen(
            [
                *java,
                f"-Dlog4j2.configurationFile={RECIPE}/log4j2.properties",
                "kafka.Kafka",
                folder / _SETTINGS,
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests, which then end the broker in their own order
        )
    (folder / _PID).write_text(str(process.pid))
    return process


def _format(folder: Path, java: list[str]) -> None:
    cluster = (
        "T" + base64.urlsafe_b64encode(uuid.uuid4().bytes)[1:22].decode()
    )  # "-" in front would be an option
    tool = ["kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted", "-t", cluster]
    outcome = subprocess.run(
        [*java, *tool, "-c", folder / _SETTINGS], capture_output=True, text=True, check=False
    )
    if outcome.returncode != 0:
        raise BrokerFailed(f"Apache Kafka could not format {folder}:\n{outcome.stdout}{outcome.stderr}")


def _tether(pid: int) -> subprocess.Popen[bytes]:
    """A shell that waits until our end of its pipe is closed: the kernel does that even if we are killed."""
    return subprocess.Popen(
        [program("sh"), "-c", 'read -r _; kill -KILL "$1"', "tether", str(pid)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _await_ready(process: subprocess.Popen[bytes], port: int, log: Path, said_before: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        said = log.read_bytes()[said_before:].decode(errors="replace")
        if process.poll() is not None:
            break
        if "Kafka Server started" in said and _answers(port):
            return
        time.sleep(0.05)
    last_words = "\n".join(said.splitlines()[-15:])
    raise BrokerFailed(f"Apache Kafka did not start on {HOST}:{port}. The end of {log}:\n{last_words}")


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
