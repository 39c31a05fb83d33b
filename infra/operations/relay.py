"""The relay: the feeds go to Kafka, in order and at least once; the logs themselves are the outbox.

A position is stored once everything before it is acknowledged; what is sent twice (the relay was killed in
between, a message was given up) is known to its reader by its number. While Kafka is away nothing waits for
it: the relay keeps trying, and says so in the feed store, where ``/readyz`` and the metrics find it.
"""

import logging
import threading
import time
from collections import deque
from contextlib import closing, suppress
from dataclasses import astuple
from typing import Final

from infra.feed import store
from infra.feed.cloud_events import (
    as_headers,
    attributes,
    head_attributes,
    partition_of,
    topic_of,
    topics,
)
from infra.feed.heads import NoSeal
from infra.feed.kafka import Away, Lost, Producer, make_topics
from infra.feed.store import Delivery, Standing
from infra.formats.chain import GENESIS, head_after
from infra.house import CountryHouse, House
from infra.log import event_store
from infra.runtime.turn import Turns

CHUNK: Final = 1_000
MOST_UNSURE: Final = 5_000  # messages on their way
HEAD_EVERY: Final = 1_000
HEAD_AFTER_S: Final = 10.0
IDLE_S: Final = 0.02
FLUSH_S: Final = 1.0
TURN_S: Final = 0.2  # between two looks whether another relay has ended
LONGEST_PAUSE_S: Final = 5.0
_NOT_ASKED: Final = "not asked yet"
_TROUBLES: Final = (Away, Lost, event_store.Unavailable, store.Unavailable)
logger = logging.getLogger(__name__)


class Relay:
    """Publishes the feeds of all logs of this house; of each country one relay is active, others wait."""

    def __init__(self, house: House) -> None:
        self._servers = house.settings.kafka
        self._countries = house.countries
        self._mine: list[CountryHouse] = []  # those whose turn is ours
        self._trouble: str | None = _NOT_ASKED

    def run(self, stop: threading.Event) -> None:
        """Publish until ``stop``; what fails is tried again, a little later each time."""
        pause = IDLE_S
        locks = {code: country.folder / "relay.lock" for code, country in self._countries.items()}
        with closing(Turns(locks)) as turns:
            while not stop.is_set():
                if not turns.mine():
                    stop.wait(TURN_S)
                    continue
                try:
                    self._publish(stop, turns)
                except _TROUBLES as error:
                    self._say(str(error))
                except Exception:
                    logger.exception("relay_failed")
                    self._say("see the log lines of the relay")
                pause = IDLE_S if self._trouble is None else min(pause * 2, LONGEST_PAUSE_S)
                stop.wait(pause)

    def _publish(self, stop: threading.Event, turns: Turns) -> None:
        """With one producer, until ``stop``; raises what a new producer may mend."""
        self._mine = [self._countries[code] for code in sorted(turns.mine())]
        make_topics(self._servers, topics())
        producer = Producer(self._servers, list(topics()))
        try:
            outlets = [_Outlets(country) for country in self._mine]
            sent, looked_at = 0, time.monotonic()
            while not stop.is_set():
                if time.monotonic() - looked_at > TURN_S:
                    looked_at = time.monotonic()
                    outlets += [_Outlets(country) for country in self._more(turns)]
                before = sent
                for outlet in outlets:
                    sent = outlet.send(producer, sent)
                unsure = sent - producer.acknowledged()
                if unsure > MOST_UNSURE or (unsure and sent == before):
                    self._wait(producer, sent, stop)
                elif sent == before:
                    stop.wait(IDLE_S)
                for outlet in outlets:
                    outlet.store(producer.acknowledged())
                self._say(next((outlet.trouble for outlet in outlets if outlet.trouble), None))
        finally:
            producer.close()

    def _more(self, turns: Turns) -> list[CountryHouse]:
        """The countries whose relay has ended since the last look."""
        more = [
            self._countries[code] for code in sorted(turns.mine()) if self._countries[code] not in self._mine
        ]
        if more:
            self._trouble = _NOT_ASKED  # it is not known of these yet
            self._mine += more
        return more

    def _wait(self, producer: Producer, sent: int, stop: threading.Event) -> None:
        """Until everything is acknowledged: at the end of the feeds, and where too much is on its way."""
        while producer.acknowledged(FLUSH_S) < sent and not stop.is_set():
            self._say("Kafka does not answer")

    def _say(self, trouble: str | None) -> None:
        """For all processes to see; written when it changes."""
        if trouble == self._trouble:
            return
        with suppress(store.Unavailable):
            for country in self._mine:
                country.feed.say_trouble(trouble)
            self._trouble = trouble
        if trouble is not None:
            logger.warning("relay_waits", extra={"why": trouble})


class _Outlets:
    """One log's partitions: one in the topic of each recipient.

    ``_sent`` are the positions up to which events were queued; ``_noted`` are such positions of before, each
    with the number of messages that have to be acknowledged until it may be stored.
    """

    def __init__(self, country: CountryHouse) -> None:
        self._country = country
        self._partition = partition_of(country.code)
        self.trouble: str | None = None  # why its heads cannot be signed; events go out without them
        self._sent = country.feed.relayed()
        self._noted: deque[tuple[int, dict[str, Standing]]] = deque()
        self._head_at: dict[str, float] = {}

    def send(self, producer: Producer, sent: int) -> int:
        """Queue what is next for every recipient, after ``sent`` messages; how many there are then."""
        country = self._country
        _, fresh = country.feed.deliver(country.log)
        messages = 0
        for recipient, count in country.feed.counts().items():
            if self._sent.get(recipient, _NOTHING).count < count:
                messages += self._events(producer, recipient, fresh.get(recipient, []))
            if time.monotonic() - self._head_at.get(recipient, 0.0) >= HEAD_AFTER_S:
                messages += self._head(producer, recipient, self._sent[recipient])
        if messages:
            self._noted.append((sent + messages, dict(self._sent)))
        return sent + messages

    def store(self, acknowledged: int) -> None:
        """Store the newest positions whose messages are all acknowledged."""
        certain = None
        while self._noted and self._noted[0][0] <= acknowledged:
            _, certain = self._noted.popleft()
        if certain is not None:
            self._country.feed.move_relay(certain)

    def _events(self, producer: Producer, recipient: str, fresh: list[Delivery]) -> int:
        """The next events of a recipient: those that were delivered just now, where they are the next."""
        count, head, keys = astuple(self._sent.get(recipient, _NOTHING))
        topic, origin = topic_of(recipient), self._country.keyring.origin
        if not fresh or fresh[0].feedseq != count + 1:
            fresh = self._country.feed.since(self._country.log, recipient, count, CHUNK)
        messages = len(fresh)
        for delivery in fresh:
            headers = as_headers(attributes(delivery, origin))
            producer.send(topic, self._partition, delivery.stream.encode(), headers, delivery.jws)
            count = delivery.feedseq
            head = head_after(head, delivery.hash)
            keys += delivery.type.startswith("keys.")
            if count % HEAD_EVERY == 0:
                messages += self._head(producer, recipient, Standing(count, head, keys))
        self._sent[recipient] = Standing(count, head, keys)
        return messages

    def _head(self, producer: Producer, recipient: str, at: Standing) -> int:
        origin = self._country.keyring.origin
        self._head_at[recipient] = time.monotonic()
        try:
            head = self._country.heads.sign(recipient, at)
        except NoSeal as error:  # at an old position there may be none that is live, and still here
            self.trouble = str(error)
            return 0
        self.trouble = None
        headers = as_headers(head_attributes(head.jws, origin, head.time))
        producer.send(topic_of(recipient), self._partition, origin.encode(), headers, head.jws.encode())
        return 1


_NOTHING: Final = Standing(0, GENESIS, 0)
