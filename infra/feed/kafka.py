"""Apache Kafka, by ``kafka-python``; the only file that imports it.

What the pieces promise stands at each of them. Nothing here knows what a message says.

    Away    Kafka does not answer now; nothing is known to be wrong, and the same may be tried again
    Lost    something that was sent was given up: begin again, with a new ``Producer``
"""

import socket
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError, TopicAlreadyExistsError

Headers = list[tuple[str, bytes]]

BOOTSTRAP_MS: Final = 5_000
GIVE_UP_MS: Final = 60_000  # a broker that is restarted is back by then, and nothing has to be sent twice
LINGER_MS: Final = 5  # a flush does not wait for it
BATCH_BYTES: Final = 262_144
# Kept for ever: a registry can be built anew from the first event at any time.
_KEPT: Final = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}


class Away(Exception):
    """Kafka does not answer at this moment."""


class Lost(Exception):
    """A message was given up; those after it may have arrived."""


class Record(NamedTuple):
    """A message as it stands in a partition."""

    offset: int
    key: bytes | None
    headers: Headers
    value: bytes


def make_topics(servers: str, partitions: Mapping[str, int]) -> None:
    """Make the topics that are missing, with as many partitions, kept for ever; one that has fewer gets more.

    Harmless to repeat, also by several at once. Raises Away.
    """
    _knock(servers)
    with _plainly():
        admin = KafkaAdminClient(bootstrap_servers=servers, bootstrap_timeout_ms=BOOTSTRAP_MS)
        try:
            there = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics() or ()}
            missing = {
                name: {"num_partitions": count, "configs": _KEPT}
                for name, count in partitions.items()
                if name not in there
            }
            if missing:
                _make(admin, missing)
            if small := {name: count for name, count in partitions.items() if 0 < there.get(name, 0) < count}:
                admin.create_partitions(small)
        finally:
            admin.close()


class Producer:
    """Sends messages; for one thread.

    - ``send`` only queues; what ``acknowledged`` counts is held by all replicas in sync, and stands in its
      partition once, in the order of sending (idempotent producer);
    - it keeps trying while Kafka is away, for ``GIVE_UP_MS``; what it gives up then raises Lost, and later
      messages may have been written: whoever begins again after what was acknowledged repeats those, and
      loses none.
    """

    def __init__(self, servers: str, topics: Iterable[str] = ()) -> None:
        """Connect; raises Away. ``topics`` are looked for together: each one later takes 0.1 s."""
        _knock(servers)
        with _plainly():
            self._producer = KafkaProducer(
                bootstrap_servers=servers,
                bootstrap_timeout_ms=BOOTSTRAP_MS,
                max_block_ms=BOOTSTRAP_MS,
                allow_auto_create_topics=False,
                enable_idempotence=True,
                acks="all",
                delivery_timeout_ms=GIVE_UP_MS,
                request_timeout_ms=GIVE_UP_MS // 2,
                reconnect_backoff_max_ms=1_000,
                linger_ms=LINGER_MS,
                batch_size=BATCH_BYTES,
                compression_type="lz4",
                metrics_enabled=False,
            )
        for topic in topics:
            self._producer._sender.add_topic(topic)  # noqa: SLF001 - there is no other way to name several
        self._unsure: deque[Any] = deque()
        self._places: dict[tuple[str, int], TopicPartition] = {}
        self._acknowledged = 0

    def send(self, topic: str, partition: int, key: bytes, headers: Headers, value: bytes) -> None:
        """Queue a message; raises Away when the topic cannot be found.

        The library's own ``send`` checks and measures again what we know to be right, once two batches wait it
        wakes its thread for each message, and takes six locks for each: together that took half of the relay's
        time. So it is asked only to begin a batch; what there is room for in an open one is put there.
        """
        place = self._places.get((topic, partition)) or self._find(topic, partition)
        accumulator = self._producer._accumulator  # noqa: SLF001 - see above
        with accumulator._tp_lock(place):  # noqa: SLF001 - see above
            batches = accumulator._batches[place]  # noqa: SLF001 - see above
            if batches and (put := batches[-1].records.append(None, key, value, headers)) is not None:
                future = _Future(batches[-1].produce_future, put.offset)
                batches[-1]._record_futures.append(future)  # noqa: SLF001 - see above
                self._unsure.append(future)
                return
        future, _, _, _ = accumulator.append(place, None, key, value, headers)
        self._unsure.append(future)
        self._producer._sender.wakeup()  # noqa: SLF001 - the batch before is full

    def acknowledged(self, wait_s: float = 0.0) -> int:
        """How many messages, from the first sent on, are certain; raises Lost. Waits for all, so long."""
        if wait_s:
            with suppress(KafkaTimeoutError):
                self._producer.flush(wait_s)
        while self._unsure and self._unsure[0].is_done:
            message = self._unsure.popleft()
            if message.exception is not None:
                raise Lost(f"Kafka did not take a message: {type(message.exception).__name__}")
            self._acknowledged += 1
        return self._acknowledged

    def _find(self, topic: str, partition: int) -> TopicPartition:
        with _plainly():
            self._producer.partitions_for(topic)
        return self._places.setdefault((topic, partition), TopicPartition(topic, partition))

    def close(self) -> None:
        """Stop now, whatever is still queued."""
        try:
            self._producer.close(timeout=0)
        except KafkaError:  # it flushes before it stops, and then does not stop
            self._producer._sender.force_close()  # noqa: SLF001 - there is no other way to end its thread


class _Future:
    """Whether a message is certain: what the library makes for it, without a lock, two lists and a callback."""

    __slots__ = ("_batch", "_place")

    def __init__(self, batch: Any, place: int) -> None:
        self._batch = batch
        self._place = place

    def rebind(self, batch: Any, place: int) -> None:
        """Kafka finds the batch too large: the library, in its thread, sends the message in another."""
        self._place = place
        self._batch = batch

    @property
    def is_done(self) -> bool:
        """Whether Kafka has it, or it was given up."""
        done: bool = self._batch.is_done
        return done

    @property
    def exception(self) -> BaseException | None:
        """Why it was given up; of what is done."""
        _, _, exception_of = self._batch.value
        why: BaseException | None = exception_of(self._place) if exception_of else None
        return why


class Consumer:
    """Reads one partition from an offset on; for one thread.

    - messages come in the order of the partition, each at least once, and only what Kafka holds for certain;
    - no offset is kept here or in Kafka: whoever reads keeps it beside what it made of the messages;
    - an offset that the partition does not have (any more) means: from the beginning.
    """

    def __init__(self, servers: str, topic: str, partition: int, offset: int) -> None:
        """Connect; raises Away."""
        self._place = TopicPartition(topic, partition)
        _knock(servers)
        with _plainly():
            self._consumer = KafkaConsumer(
                bootstrap_servers=servers,
                bootstrap_timeout_ms=BOOTSTRAP_MS,
                allow_auto_create_topics=False,
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                isolation_level="read_committed",
                reconnect_backoff_max_ms=1_000,
                metadata_max_age_ms=10_000,  # a topic that is made later is found
                metrics_enabled=False,
            )
            self._consumer.assign([self._place])
            self._consumer.seek(self._place, offset)

    def poll(self, timeout_s: float, limit: int) -> list[Record]:
        """The next messages, at most ``limit``; none after this time means nothing: see ``end``."""
        with _plainly():
            found = self._consumer.poll(timeout_ms=round(timeout_s * 1000), max_records=limit)
        return [
            Record(r.offset, r.key, list(r.headers), r.value or b"")
            for records in found.values()
            for r in records
        ]

    def end(self) -> int:
        """The offset that the next message of the partition will have; raises Away."""
        with _plainly():
            return int(self._consumer.end_offsets([self._place], timeout_ms=BOOTSTRAP_MS)[self._place])

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close(autocommit=False)


def _make(admin: Any, missing: Mapping[str, Any]) -> None:
    try:
        admin.create_topics(dict(missing), wait_for_metadata=True)
    except TopicAlreadyExistsError:  # somebody else was first
        admin.wait_for_topics(list(missing))


def _knock(servers: str) -> None:
    """Raise Away unless one of the servers takes connections.

    The library begins a thread before it finds that nobody answers, and leaves it behind, at each attempt.
    """
    for server in servers.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=BOOTSTRAP_MS / 1000).close()
        except (OSError, ValueError):
            continue
        return
    raise Away(f"Kafka does not answer at {servers}")


@contextmanager
def _plainly() -> Iterator[None]:
    """Say the library's errors in the words of this port."""
    try:
        yield
    except (KafkaError, OSError) as error:
        raise Away(f"Kafka does not answer: {type(error).__name__}") from error
