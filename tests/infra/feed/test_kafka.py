"""The port to Apache Kafka keeps its promises, against a real one."""

import threading
import time
import uuid
from collections.abc import Iterator
from random import Random

import pytest

from infra.development.kafka import Broker
from infra.feed import kafka as port
from infra.feed.kafka import Away, Consumer, Lost, Producer, Record, make_topics
from tests.town.served import free_port

CLOUD = [("ce_id", b"1"), ("ce_type", b"a.b.v1")]


@pytest.fixture
def topic(kafka: str) -> str:
    name = f"test.{uuid.uuid4()}"
    make_topics(kafka, {name: 3})
    return name


def sent(kafka: str, topic: str, count: int, partition: int = 1) -> None:
    producer = Producer(kafka)
    for n in range(count):
        producer.send(topic, partition, b"key", CLOUD, str(n).encode())
    while producer.acknowledged(1.0) < count:
        pass
    producer.close()


def test_what_is_acknowledged_stands_in_the_partition_in_order(kafka: str, topic: str) -> None:
    """Headers, key and value as they were sent; more than one batch of them."""
    sent(kafka, topic, 3_000)
    reading = Consumer(kafka, topic, 1, 0)
    found: list[Record] = []
    while len(found) < reading.end():
        found += reading.poll(1.0, 700)
    reading.close()
    assert [int(record.value) for record in found] == list(range(3_000))
    assert [record.offset for record in found] == list(range(3_000))
    assert {(record.key, tuple(record.headers)) for record in found} == {(b"key", tuple(CLOUD))}


def counted(producer: Producer, count: int) -> Iterator[int]:
    """What is acknowledged, look by look, until it is so many."""
    while (acknowledged := producer.acknowledged()) < count:
        yield acknowledged
        time.sleep(0.002)


def test_a_batch_that_is_too_large_arrives_in_parts_and_a_message_that_is_too_large_is_lost(
    kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing counts before Kafka has it, in whatever batch; what it does not take is not passed over."""
    monkeypatch.setattr(port, "_KEPT", {**port._KEPT, "max.message.bytes": "20000"})  # noqa: SLF001
    topic = f"test.{uuid.uuid4()}"
    make_topics(kafka, {topic: 1})
    chance = Random(7)  # noqa: S311 - bytes that do not get smaller, no secret
    values = [chance.randbytes(1_000) for _ in range(300)]
    producer = Producer(kafka)
    for value in values:
        producer.send(topic, 0, b"key", CLOUD, value)
    reading = Consumer(kafka, topic, 0, 0)
    for count in counted(producer, len(values)):
        assert count <= reading.end()
    found: list[Record] = []
    while len(found) < len(values):
        found += reading.poll(1.0, 700)
    reading.close()
    assert [record.value for record in found] == values
    producer.send(topic, 0, b"key", CLOUD, b"small")
    producer.send(topic, 0, b"key", CLOUD, chance.randbytes(30_000))
    with pytest.raises(Lost):
        list(counted(producer, len(values) + 2))
    producer.close()


def test_a_reader_begins_where_it_says(kafka: str, topic: str) -> None:
    """And at the beginning, where the partition does not have that place (any more)."""
    sent(kafka, topic, 5)
    for offset, first in ((3, 3), (5_000, 0)):
        reading = Consumer(kafka, topic, 1, offset)
        records = reading.poll(2.0, 10) or reading.poll(2.0, 10)
        assert records[0].offset == first
        reading.close()


def test_topics_are_made_once_and_grow(kafka: str, topic: str) -> None:
    """A new country is a new partition; asking again changes nothing."""
    make_topics(kafka, {topic: 3})
    make_topics(kafka, {topic: 4})
    sent(kafka, topic, 1, partition=3)
    reading = Consumer(kafka, topic, 3, 0)
    assert reading.end() == 1
    reading.close()


def test_an_outage_is_waited_for_and_nothing_is_sent_twice(kafka_broker: Broker, topic: str) -> None:
    """The same producer goes on when the broker is back."""
    producer = Producer(kafka_broker.bootstrap)
    producer.send(topic, 0, b"key", CLOUD, b"before")
    assert producer.acknowledged(5.0) == 1
    with kafka_broker.down():
        producer.send(topic, 0, b"key", CLOUD, b"meanwhile")
        assert producer.acknowledged(0.2) == 1
    while producer.acknowledged(1.0) < 2:
        pass
    producer.close()
    reading = Consumer(kafka_broker.bootstrap, topic, 0, 0)
    assert reading.end() == 2
    reading.close()


def test_where_nobody_answers_it_says_so_at_once_and_leaves_nothing_behind() -> None:
    """No thread, though the library begins one: this is asked again every few seconds."""
    nowhere = f"127.0.0.1:{free_port()}"
    before = threading.active_count()
    for asked in (
        lambda: make_topics(nowhere, {"a": 1}),
        lambda: Producer(nowhere),
        lambda: Consumer(nowhere, "a", 0, 0),
    ):
        with pytest.raises(Away, match="does not answer"):
            asked()
    assert threading.active_count() == before


def test_a_producer_that_is_closed_in_an_outage_ends(kafka_broker: Broker, topic: str) -> None:
    """With its threads, and without waiting for what it could not send."""
    before = threading.active_count()
    producer = Producer(kafka_broker.bootstrap, [topic])
    producer.send(topic, 0, b"key", CLOUD, b"before")
    assert producer.acknowledged(5.0) == 1
    with kafka_broker.down():
        producer.send(topic, 0, b"key", CLOUD, b"lost")
        producer.close()
        for thread in threading.enumerate():
            if thread.name.startswith("kafka"):
                thread.join(5)
        assert threading.active_count() <= before
