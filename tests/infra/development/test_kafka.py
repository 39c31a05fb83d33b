"""The broker that development and tests start: it keeps its data and its port, and leaves nobody behind."""

import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.development.jars import Lacking, classpath
from infra.development.kafka import HOST, Broker, BrokerFailed, end, main, running

ROOT = Path(__file__).parents[3]


def test_a_killed_broker_comes_back_on_its_port(kafka_broker: Broker) -> None:
    """Clients find it again where it was."""
    before = kafka_broker.bootstrap
    with kafka_broker.down(), pytest.raises(ConnectionRefusedError):
        knock(kafka_broker.port)
    assert kafka_broker.bootstrap == before
    knock(kafka_broker.port)


@pytest.mark.slow
@pytest.mark.usefixtures("kafka")  # this machine can run one
def test_a_broker_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """Also when that one is killed and can clean up nothing."""
    code = (
        "import sys; from pathlib import Path; from infra.development.kafka import Broker; "
        "broker = Broker(Path(sys.argv[1])); broker.start(); print(broker.port, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout is not None
        knock(int(starter.stdout.readline()))
        broker = running(tmp_path)
        assert broker is not None
        watch = os.pidfd_open(broker)
        starter.kill()
    assert select.select([watch], [], [], 10)[0], "the broker lives on"
    os.close(watch)


@pytest.mark.slow
@pytest.mark.usefixtures("kafka")
def test_a_broker_by_hand_stays_until_it_is_stopped(tmp_path: Path) -> None:
    """``start`` returns when it answers; asking twice starts one; ``stop`` ends it."""

    def by_hand(action: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infra.development.kafka", action, "--folder", str(tmp_path)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    port = Broker(tmp_path).port  # a free one
    try:
        first, second, status = by_hand("start"), by_hand("start"), by_hand("status")
        knock(port)
    finally:
        stopped = by_hand("stop")
    assert (first.returncode, first.stdout) == (0, second.stdout), first.stderr
    assert (status.returncode, status.stdout) == (0, first.stdout)
    assert (stopped.returncode, by_hand("status").returncode) == (0, 1)
    with pytest.raises(ConnectionRefusedError):
        knock(port)


def test_a_folder_keeps_its_port(tmp_path: Path) -> None:
    """Its data names the controller's port, so another port asks for another folder."""
    port = Broker(tmp_path).port
    assert Broker(tmp_path).port == Broker(tmp_path, port).port == port
    with pytest.raises(BrokerFailed, match=f"has port {port}"):
        Broker(tmp_path, port + 1)


def test_a_number_that_is_somebody_elses_by_now_is_left_alone(tmp_path: Path) -> None:
    """Process ids come round again: only a process that runs this folder's broker is ended."""
    (tmp_path / "broker.pid").write_text(str(os.getpid()))
    assert running(tmp_path) is None
    end(tmp_path)


def test_what_lacks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without Java or Maven the message says which, and how to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Lacking, match="there is no mvn on the PATH"):
        classpath(tmp_path)
    assert main(["start", "--folder", str(tmp_path / "broker")]) == 1
    assert "there is no java on the PATH" in capsys.readouterr().err


def knock(port: int) -> None:
    socket.create_connection((HOST, port), timeout=5).close()
