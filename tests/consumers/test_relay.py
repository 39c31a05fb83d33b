"""The relay brings every event to Kafka, whatever happens to it or to Kafka on the way."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from consumers.feed.position import Position
from consumers.registry.database import Database
from infra.development.kafka import Broker
from infra.feed import kafka
from infra.feed.cloud_events import HEAD_TYPE, partition_of, topic_of
from infra.feed.kafka import Record
from infra.operations import relay
from infra.operations.relay import Relay
from tests.consumers.feeds import (
    OverHttp,
    OverKafka,
    database_in,
    feed_of,
    head,
    open_alarms,
    registry,
    result,
    settle,
)
from tests.town.caller import until
from tests.town.people import Town
from tests.town.served import PROGRAM

SALE = ("KZ", "car_sale")


@contextmanager
def relaying(town: Town, servers: str) -> Iterator[None]:
    """A relay of this house, as long as the block lasts."""
    town.house.settings = town.settings.model_copy(update={"kafka": servers})
    stop = threading.Event()
    thread = threading.Thread(target=Relay(town.house).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def wait_for_relay(town: Town) -> None:
    """Until Kafka has everything."""
    kept = town.house.countries.values()
    until(lambda: all(c.feed.position() == c.log.size() for c in kept), "the feeds")
    until(lambda: all(c.feed.relay_behind() == 0 for c in kept), "the relay")


class Topic:
    """What comes into a country's topic, in the partition of a log, from now on."""

    def __init__(self, servers: str, recipient: str, source: str) -> None:
        kafka.make_topics(servers, {topic_of(recipient): 5})
        self._reading = servers, topic_of(recipient), partition_of(source)
        reading = kafka.Consumer(*self._reading, 0)
        self.first = reading.end()
        reading.close()

    def records(self) -> list[Record]:
        """Everything up to now."""
        reading = kafka.Consumer(*self._reading, self.first)
        found: list[Record] = []
        end = reading.end()
        while not found or found[-1].offset + 1 < end:
            found += reading.poll(0.5, 1_000)
        reading.close()
        return found


def named(record: Record) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


def events_in(records: list[Record]) -> list[str]:
    return [named(r)["ce_id"] for r in records if named(r)["ce_type"] != HEAD_TYPE]


def same_as_over_http(town: Town, servers: str, first: int, folder: Path) -> None:
    """A registry that reads the topic ends where one ends that reads over HTTP, and notices nothing."""
    events = feed_of(town)
    log = events[0]["source"]
    honest, relayed = folder / "honest", folder / "relayed"
    with database_in(honest) as database:
        settle(registry(town, database, OverHttp(town, [*events, head(town, events)]).source()))
        expected = result(database, log)
    with database_in(relayed) as database, database.writing():
        database.move(log, Position(offset=first))
    with database_in(relayed) as database:
        source = OverKafka(town, servers).source()
        found = registry(town, database, source)
        until(lambda: found.step(0.1) and result(database, log).count >= expected.count, "the registry")
        assert_nothing_wrong(database)
        assert result(database, log) == expected
        source.close()


def assert_nothing_wrong(database: Database) -> None:
    assert (open_alarms(database), database.parked()) == ([], [])


def test_the_topic_holds_what_the_feed_over_http_holds(town: Town, kafka: str) -> None:
    """Each event with the same attributes, its stream as the key, the signed text as the value; then a head."""
    topic = Topic(kafka, "KZ", "KZ")
    town.take_to("approved", *SALE)
    events = feed_of(town)
    with relaying(town, kafka):
        wait_for_relay(town)
    records = topic.records()
    assert events_in(records) == [event["id"] for event in events]
    for event, record in zip(events, records, strict=False):
        attributes = {k: v for k, v in event.items() if k not in {"data", "datacontenttype"}}
        headers = {f"ce_{name}": value for name, value in attributes.items()}
        assert named(record) == {**headers, "content-type": "application/jose"}
        assert (record.key, record.value) == (event["subject"].encode(), event["data"].encode())
    last = named(records[-1])
    assert last["ce_type"] == HEAD_TYPE
    assert last.keys() == {
        "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type"
    }  # fmt: skip


def test_every_country_receives_the_keys_of_every_log(town: Town, kafka: str) -> None:
    """In its own topic, in the partition of the log; and nothing else of it."""
    topic = Topic(kafka, "TR", "KZ")
    for country in town.house.countries.values():
        country.feed.move_relay({"TR": country.feed.standing("nobody")})
    with relaying(town, kafka):
        wait_for_relay(town)
    found = topic.records()
    assert {named(record)["ce_type"].partition(".")[0] for record in found} == {"keys", "feed"}
    assert {named(record)["ce_source"] for record in found} == {town.keyring("KZ").origin}
    keys = [event["id"] for event in feed_of(town) if event["type"].startswith("keys.")]
    assert events_in(found) == keys


def test_a_head_comes_at_least_every_so_many_events(
    new_town: Town, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "HEAD_EVERY", 5)
    new_town.take_to("in_review", *SALE)
    topic = Topic(kafka, "KZ", "KZ")
    with relaying(new_town, kafka):
        wait_for_relay(new_town)
    kinds = [named(record)["ce_type"] for record in topic.records()]
    without, longest = 0, 0
    for kind in kinds:
        without = 0 if kind == HEAD_TYPE else without + 1
        longest = max(longest, without)
    assert len(kinds) > 10
    assert longest <= 10  # the first five events are older than the seal that signs heads


def test_a_head_comes_again_while_nothing_happens(
    new_town: Town, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that who hears nothing knows that there is nothing."""
    monkeypatch.setattr(relay, "HEAD_AFTER_S", 0.05)
    topic = Topic(kafka, "KZ", "KZ")
    with relaying(new_town, kafka):
        wait_for_relay(new_town)
        until(lambda: len(topic.records()) > len(feed_of(new_town)) + 5, "more heads")


def test_while_kafka_is_away_filing_goes_on_and_the_house_says_so(
    new_town: Town, kafka_broker: Broker, tmp_path: Path
) -> None:
    """``/readyz`` and the metrics show it; when Kafka is back the relay catches up, and nothing is lost."""
    topic = Topic(kafka_broker.bootstrap, "KZ", "KZ")

    def relay_state() -> dict[str, object]:
        found: dict[str, object] = new_town.anybody.get("/readyz").json()["countries"]["KZ"]
        return found

    with relaying(new_town, kafka_broker.bootstrap):
        new_town.take_to("approved", *SALE)
        wait_for_relay(new_town)
        with kafka_broker.down():
            new_town.take_to("approved", *SALE)
            until(lambda: relay_state()["relay_trouble"] == "Kafka does not answer", "the relay to say so")
            assert relay_state()["relay_behind"]
            behind = 'tamga_relay_behind{country="KZ"}'
            metrics = new_town.anybody.get("/metrics").text.splitlines()
            assert next(float(line.split()[1]) for line in metrics if line.startswith(behind)) > 0
        wait_for_relay(new_town)
        until(lambda: relay_state()["relay_trouble"] is None, "the relay to be well")
    same_as_over_http(new_town, kafka_broker.bootstrap, topic.first, tmp_path)


def test_a_relay_that_begins_while_kafka_is_away_waits_for_it(new_town: Town, kafka_broker: Broker) -> None:
    feed = new_town.house.countries["KZ"].feed
    with ExitStack() as stack:
        with kafka_broker.down():
            stack.enter_context(relaying(new_town, kafka_broker.bootstrap))
            until(lambda: "does not answer" in (feed.relay_trouble() or ""), "the relay to say so")
            assert feed.relay_behind() == sum(feed.counts().values())
        wait_for_relay(new_town)
        assert feed.relay_trouble() is None


def test_of_two_relays_one_is_active_and_the_other_takes_over(new_town: Town, kafka: str) -> None:
    """Nothing is sent twice while both are there."""
    topic = Topic(kafka, "KZ", "KZ")
    with relaying(new_town, kafka):
        with relaying(new_town, kafka):
            new_town.take_to("filed", *SALE)
            wait_for_relay(new_town)
            sent = events_in(topic.records())
            assert sent == [event["id"] for event in feed_of(new_town)]
        new_town.take_to("filed", *SALE)
        wait_for_relay(new_town)
    assert set(events_in(topic.records())) == {event["id"] for event in feed_of(new_town)}


@pytest.mark.slow
def test_a_relay_killed_at_any_moment_loses_nothing(new_town: Town, kafka: str, tmp_path: Path) -> None:
    """What it sent and had not noted yet is sent again; the registry knows it by its number."""
    topic = Topic(kafka, "KZ", "KZ")
    settings = new_town.settings
    environment = os.environ | {
        "TAMGA_DATA": str(settings.data),
        "TAMGA_CLOCK": str(settings.clock),
        "TAMGA_KAFKA": kafka,
    }
    for n in range(6):
        process = subprocess.Popen([sys.executable, PROGRAM, "relay"], env=environment)
        for _ in range(3):
            new_town.take_to("approved" if n % 2 else "in_review", *SALE)
        time.sleep(0.3 * n)  # the moment of the kill
        process.send_signal(signal.SIGKILL)
        process.wait()
    with relaying(new_town, kafka):
        wait_for_relay(new_town)
    same_as_over_http(new_town, kafka, topic.first, tmp_path)
