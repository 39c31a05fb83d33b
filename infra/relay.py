"""The relay: the feeds go to Kafka, in order and at least once; the logs themselves are the outbox.

A position is stored once everything before it is acknowledged; what is sent twice (the relay was killed in
between, a message was given up) is known to its reader by its number. While Kafka is away nothing waits for
it: the relay keeps trying, and says so in the feed store, where ``/readyz`` and the metrics find it.
"""

import logging
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from infra import event_store, feed_store
from infra.envelope import split
from infra.feed_events import (
    as_headers,
    attributes,
    head_attributes,
    partition_of,
    partitions,
    topic_of,
)
from infra.feed_heads import Heads, NoSeal
from infra.feed_store import Standing
from infra.house import CountryHouse, House
from infra.kafka import Away, Lost, Producer, make_topics
from infra.turn import Stopped, turn
from projections.feed import GENESIS, head_after

CHUNK: Final = 1_000
HEAD_EVERY: Final = 1_000
HEAD_AFTER_S: Final = 10.0
IDLE_S: Final = 0.02
FLUSH_S: Final = 1.0
LONGEST_PAUSE_S: Final = 5.0
_TROUBLES: Final = (Away, Lost, NoSeal, event_store.Unavailable, feed_store.Unavailable)
logger = logging.getLogger(__name__)


class Relay:
    """Publishes the feeds of all logs of this house; one relay is active, others wait."""

    def __init__(self, house: House) -> None:
        self._servers = house.settings.kafka
        self._lock = house.settings.data / "relay.lock"
        self._countries = tuple(house.countries.values())
        self._heads = {country.code: Heads(country.desk, house.clock) for country in self._countries}
        self._trouble: str | None = "not asked yet"

    def run(self, stop: threading.Event) -> None:
        """Publish until ``stop``; what fails is tried again, a little later each time."""
        pause = IDLE_S
        with suppress(Stopped), turn(self._lock, stop):
            while not stop.is_set():
                try:
                    self._publish(stop)
                except _TROUBLES as error:
                    self._say(str(error))
                except Exception:
                    logger.exception("relay_failed")
                    self._say("see the log lines of the relay")
                pause = IDLE_S if self._trouble is None else min(pause * 2, LONGEST_PAUSE_S)
                stop.wait(pause)

    def _publish(self, stop: threading.Event) -> None:
        """With one producer, until ``stop``; raises what a new producer may mend."""
        make_topics(self._servers, {topic_of(code): len(partitions()) for code in partitions()})
        producer = Producer(self._servers)
        try:
            outlets = [_Outlets(country, self._heads[country.code]) for country in self._countries]
            while not stop.is_set():
                if not self._round(producer, outlets, stop):
                    stop.wait(IDLE_S)
        finally:
            producer.close()

    def _round(self, producer: Producer, outlets: Iterable["_Outlets"], stop: threading.Event) -> int:
        """Send what is new, wait until it is acknowledged, store the positions; how many messages."""
        sent = sum(outlet.send(producer) for outlet in outlets)
        while not producer.flush(FLUSH_S):
            self._say("Kafka does not answer")
            if stop.is_set():
                return 0
        if sent:
            for outlet in outlets:
                outlet.store()
        self._say(None)
        return sent

    def _say(self, trouble: str | None) -> None:
        """For all processes to see; written when it changes."""
        if trouble == self._trouble:
            return
        with suppress(feed_store.Unavailable):
            for country in self._countries:
                country.feed.say_trouble(trouble)
            self._trouble = trouble
        if trouble is not None:
            logger.warning("relay_waits", extra={"why": trouble})


class _Outlets:
    """One log's partitions: one in the topic of each recipient."""

    def __init__(self, country: CountryHouse, heads: Heads) -> None:
        self._country = country
        self._heads = heads
        self._partition = partition_of(country.code)
        self._at = country.feed.relayed()
        self._stored = dict(self._at)
        self._head_at: dict[str, float] = {}

    def send(self, producer: Producer) -> int:
        """Queue the next events and heads of every recipient; how many messages."""
        country = self._country
        country.feed.follow(country.log)
        sent = 0
        for recipient, count in country.feed.counts().items():
            if self._at.get(recipient, _NOTHING).count < count:
                sent += self._events(producer, recipient)
            if time.monotonic() - self._head_at.get(recipient, 0.0) >= HEAD_AFTER_S:
                self._head(producer, recipient, self._at[recipient])
                sent += 1
        return sent

    def store(self) -> None:
        """Remember what was sent: it is acknowledged now."""
        moved = {r: at for r, at in self._at.items() if self._stored.get(r) != at}
        if moved:
            self._country.feed.move_relay(moved)
            self._stored |= moved

    def _events(self, producer: Producer, recipient: str) -> int:
        at = self._at.get(recipient, _NOTHING)
        topic, origin = topic_of(recipient), self._country.keyring.origin
        found = self._country.feed.since(self._country.log, recipient, at.count, CHUNK)
        for delivery in found:
            _, stream, _, name, state = delivery.row
            headers = as_headers(attributes(delivery, origin))
            producer.send(topic, self._partition, stream.encode("ascii"), headers, split(state)[0])
            keys = at.keys + name.startswith("keys.")
            at = Standing(delivery.feedseq, head_after(at.hash, delivery.hash), keys)
            if at.count % HEAD_EVERY == 0:
                with suppress(NoSeal):  # long ago there may have been none; today's is asked for below
                    self._head(producer, recipient, at)
        self._at[recipient] = at
        return len(found)

    def _head(self, producer: Producer, recipient: str, at: Standing) -> None:
        origin = self._country.keyring.origin
        head = self._heads.sign(recipient, at)
        headers = as_headers(head_attributes(head.jws, origin, head.time))
        producer.send(
            topic_of(recipient), self._partition, origin.encode("ascii"), headers, head.jws.encode("ascii")
        )
        self._head_at[recipient] = time.monotonic()


_NOTHING: Final = Standing(0, GENESIS, 0)
