"""Filing over HTTP: the real server with its follower in another process, against the plain baselines of ``bare``."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from infra.development import development
from infra.house import House, provider_of
from infra.operations import register_import
from infra.settings import Settings
from tests.bench import load
from tests.bench.ground import vin
from tests.bench.rows import Result, folder, ratio

ROUNDS = 7
EACH = 400
PROGRAM = Path(__file__).resolve().parents[2] / "tamga.py"


def filing_over_http() -> Iterator[Result]:
    """``POST /v1/cases`` with 16 keep-alive clients and with one, each against both baselines."""
    for in_memory in (False, True):
        where = "memory, where a sync costs nothing" if in_memory else "disk, full sync"
        for clients in (16, 1):
            rates = _rates(("sync", "batched"), clients, in_memory=in_memory)
            targets = (None, None) if in_memory else ((0.65, 0.35) if clients == 16 else (0.4, None))
            for name, target in zip(("sync", "batched"), targets, strict=True):
                what = f"POST /v1/cases / bare {name} endpoint, {clients} clients ({where})"
                yield ratio(what, rates["ours"], rates[name], target)


def stock_over_http() -> Iterator[Result]:
    """The same against the library's own application behind the bare sync endpoint, with 16 clients."""
    rates = _rates(("stock",), 16, in_memory=False)
    what = "POST /v1/cases / the stock library behind a sync endpoint, 16 clients (disk, full sync)"
    yield ratio(what, rates["ours"], rates["stock"], None)


def _rates(baselines: tuple[str, ...], clients: int, *, in_memory: bool) -> dict[str, list[float]]:
    each = EACH if clients > 1 else EACH // 4
    found: dict[str, list[float]] = {name: [] for name in ("ours", *baselines)}
    with folder(in_memory=in_memory) as place, ExitStack() as stack:
        ports = dict(zip(found, free_ports(len(found)), strict=True))
        settings = Settings(data=place, port=ports["ours"])
        register(settings, each * (ROUNDS + 1))
        environment = os.environ | {
            "TAMGA_DATA": str(place),
            "TAMGA_PORT": str(ports["ours"]),
            "TAMGA_LOG_LEVEL": "WARNING",
        }
        stack.enter_context(served([sys.executable, str(PROGRAM), "serve"], ports["ours"], environment))
        for name in baselines:
            file = str(place / f"{name}.sqlite")
            words = [sys.executable, "-m", "tests.bench.bare", name, str(ports[name]), file, "FULL"]
            stack.enter_context(served(words, ports[name], environment))
        token = provider_of(settings).mint("kz-citizen-1")
        for n in range(ROUNDS + 1):
            requests = [request(token, k) for k in range(n * each, (n + 1) * each)]
            for name, port in ports.items():
                rate = load.run(port, requests, clients).rate
                if n:  # the first round warms up
                    found[name].append(rate)
            time.sleep(1)  # the follower catches up, so that it does not work for the next baseline's round
    return found


def register(settings: Settings, count: int) -> None:
    """Vehicles of the seller."""
    house = House(settings)
    owner = development.resident("kz-citizen-1").as_person()
    file = settings.data / "vehicles.ndjson"
    vehicles = (
        {"vin": vin(n), "plate": "1", "make": "Lada", "model": "21099", "year": 2000} for n in range(count)
    )
    file.write_text("".join(json.dumps({"vehicle": v, "owner": owner}) + "\n" for v in vehicles), "utf-8")
    register_import.import_file(house.countries["KZ"], "vehicles", file, others=())
    house.close()


def request(token: str, n: int) -> bytes:
    request = {
        "seller": development.resident("kz-citizen-1").as_person(),
        "buyer": development.resident("kz-citizen-2").as_person(),
        "vehicle": {"vin": vin(n)},
        "price": {"amount": 100, "currency": "KZT"},
        "new_plates": False,
    }
    body = {"country": "KZ", "procedure": "car_sale", "request": request}
    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    return load.post("/v1/cases", raw, {"Authorization": f"Bearer {token}", "Idempotency-Key": f"bench-{n}"})


@contextmanager
def running(words: list[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that ends with us."""
    process = subprocess.Popen(words, env=environment, cwd=PROGRAM.parent, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def served(words: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    """A server as a process of its own, up when this begins and gone when it ends."""
    with running(words, environment) as process:
        _wait_for(port, process)
        yield


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on {port}")


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(s.getsockname()[1]) for s in sockets]
    for s in sockets:
        s.close()
    return ports
