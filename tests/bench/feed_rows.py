"""The feed: the relay against kafka-python's bare producer, and the way from a filing to the registry's position."""

import os
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from kafka import KafkaProducer

from infra.development.kafka import Broker
from infra.feed.kafka import Consumer, Producer, Record, make_topics
from infra.house import House, provider_of
from infra.operations.relay import Relay
from infra.settings import Settings
from tests.bench import http_rows, load
from tests.bench.ground import ground
from tests.bench.rows import Result, folder

EVENTS = 20_000
PER_SECOND = 50
SECONDS = 20


def relay() -> Iterator[Result]:
    """Log to Kafka, against the bare producer with the same settings and messages, in turns."""
    with folder() as place, Broker(place / "kafka") as broker:
        with ground(place / "var") as grown:
            grown.grow(EVENTS)
        ours, bare = [], []
        for n in range(3):
            for file in (place / "var" / "kz").glob("feed.sqlite*"):
                file.unlink()
            house = House(Settings(data=place / "var", kafka=broker.bootstrap))
            ours.append(_relayed(house))
            house.close()
            bare.append(_bare(broker.bootstrap, n))
        ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
        detail = f"{statistics.median(ours):,.0f}/s against {statistics.median(bare):,.0f}/s"
        yield Result(
            "relay, log to Kafka / kafka-python's bare producer", ratio, "of the baseline", 0.7, detail=detail
        )


def _relayed(house: House) -> float:
    """Events a second, from an empty feed to the last acknowledgement."""
    stop = threading.Event()
    country = house.countries["KZ"]
    size = country.log.size()
    thread = threading.Thread(target=Relay(house).run, args=(stop,))
    began = time.perf_counter()
    thread.start()
    while (relayed := country.feed.relayed().get("KZ")) is None or relayed.count < size:
        time.sleep(0.01)
    rate = size / (time.perf_counter() - began)
    stop.set()
    thread.join()
    return rate


def _bare(servers: str, n: int) -> float:
    """The same messages (as the topic has them) by the library's own ``send``, with the settings of our producer."""
    topic = f"bare-{n}"
    make_topics(servers, {topic: 5})
    reading = Consumer(servers, "tamga.feed.kz", 1, 0)
    records: list[Record] = []
    while len(records) < EVENTS:
        records += reading.poll(1.0, 1_000)
    reading.close()
    ours = Producer(servers)
    settings = {k: v for k, v in ours._producer.config.items() if k in _SAME}  # noqa: SLF001 - the settings to compare with
    ours.close()
    producer = KafkaProducer(bootstrap_servers=servers, **settings)
    producer.partitions_for(topic)
    began = time.perf_counter()
    for record in records[:EVENTS]:
        producer.send(topic, record.value, key=record.key, headers=list(record.headers), partition=1)
    producer.flush()
    rate = EVENTS / (time.perf_counter() - began)
    producer.close()
    return rate


_SAME = {"enable_idempotence", "acks", "linger_ms", "batch_size", "compression_type", "metrics_enabled"}


def latency() -> Iterator[Result]:
    """Filed over HTTP to applied at the registry over Kafka, at 50 filings a second."""
    with folder() as place, Broker(place / "kafka") as broker, ExitStack() as stack:
        (port,) = http_rows.free_ports(1)
        settings = Settings(data=place / "var", port=port, kafka=broker.bootstrap)
        http_rows.register(settings, PER_SECOND * SECONDS)
        environment = os.environ | {
            "TAMGA_DATA": str(settings.data),
            "TAMGA_PORT": str(port),
            "TAMGA_KAFKA": broker.bootstrap,
            "TAMGA_LOG_LEVEL": "WARNING",
        }
        program = [sys.executable, str(http_rows.PROGRAM)]
        stack.enter_context(http_rows.served([*program, "serve"], port, environment))
        stack.enter_context(
            http_rows.running([*program, "registry", "run", "KZ", "--from", "kafka"], environment)
        )
        database = settings.data / "registries" / "kz.sqlite"
        _wait_until_applied(database, PER_SECOND * SECONDS)
        waits = _waits(settings, port, database)
    waits.sort()
    detail = f"median {statistics.median(waits) * 1000:.0f} ms, n = {len(waits)}"
    p99 = waits[int(len(waits) * 0.99)] * 1000
    yield Result(
        "filed over HTTP to applied over Kafka, 50/s, p99", p99, "ms", 500, is_at_least=False, detail=detail
    )


def _waits(settings: Settings, port: int, database: Path) -> list[float]:
    """Seconds from the sending of each filing until the registry's position has passed its events."""
    token = provider_of(settings).mint("kz-citizen-1")
    seen: list[tuple[float, int]] = []
    stop = threading.Event()
    watching = threading.Thread(target=_watch, args=(database, seen, stop))
    watching.start()
    sent: list[tuple[float, int]] = []
    began = time.perf_counter()
    log = sqlite3.connect(settings.data / "kz" / "log.sqlite")
    for n in range(PER_SECOND * SECONDS):
        time.sleep(max(0.0, began + n / PER_SECOND - time.perf_counter()))
        at = time.perf_counter()
        load.run(port, [http_rows.request(token, n)], 1)
        sent.append((at, log.execute("SELECT max(log_index) FROM stored_events").fetchone()[0]))
    time.sleep(2)
    stop.set()
    watching.join()
    moments = iter(seen)
    moment, count = next(moments)
    waits = []
    for at, index in sent:
        while count <= index:
            moment, count = next(moments)
        waits.append(moment - at)
    return waits


def _watch(database: Path, seen: list[tuple[float, int]], stop: threading.Event) -> None:
    connection = sqlite3.connect(database)
    while not stop.is_set():
        count = connection.execute("SELECT max(count) FROM position").fetchone()[0] or 0
        if not seen or count > seen[-1][1]:
            seen.append((time.perf_counter(), count))
        time.sleep(0.002)


def _wait_until_applied(database: Path, count: int) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if database.exists():
            found = sqlite3.connect(database).execute("SELECT max(count) FROM position").fetchone()[0]
            if found and found >= count:
                return
        time.sleep(0.2)
    raise TimeoutError("the registry does not apply")
