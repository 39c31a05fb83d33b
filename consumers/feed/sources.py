"""Where a reader gets its messages: the country's topic in Kafka, or the feed over HTTP; both give the same.

A source promises: what it gives comes after the position, each message at least once, in whatever order;
``is_end`` says that there is nothing more at this moment; Away says that it cannot be asked now.
"""

import time
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from consumers.feed.house_client import Away, HouseClient
from consumers.feed.message import Malformed, Message, from_json, from_kafka
from consumers.feed.position import Position
from infra.feed import kafka
from infra.feed.cloud_events import partition_of, topic_of

CHUNK: Final = 500
AGAIN_S: Final = 0.2
__all__ = ["Away", "HttpSource", "KafkaSource", "Piece", "Source"]


@dataclass(slots=True)
class Piece:
    """What was read at once. ``malformed``: why something was not read; ``offset``: where Kafka goes on."""

    messages: list[Message] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)
    is_end: bool = False
    offset: int | None = None


class Source(Protocol):
    """See the promise above."""

    def read(self, position: Position, wait_s: float) -> Piece:
        """The next messages; waits so long where there are none yet. Raises Away."""
        ...

    def rewind(self) -> None:
        """Read again from the position that is given next."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


class HttpSource:
    """The feed over HTTP: asked each time for what comes after the last event that was applied.

    The same answer as before says nothing new: something is missing in it, so that none of it could be applied.
    """

    def __init__(self, house: HouseClient, country: str, log: str) -> None:
        self._house = house
        self._path = f"/v1/feeds/{country.lower()}"
        self._log = log
        self._before: tuple[str, list[Any]] | None = None

    def read(self, position: Position, wait_s: float) -> Piece:
        """See Source."""
        asked = {"source": self._log, "limit": str(CHUNK), "timeout": str(round(wait_s * 1000))}
        if position.last:
            asked["lastEventId"] = position.last
        piece = Piece()
        answer = self._house.get(self._path, asked)
        for event in answer:
            try:
                piece.messages.append(from_json(event))
            except Malformed as error:
                piece.malformed.append(error)
        events = [message.id for message in piece.messages if not message.is_head]
        is_same = self._before == (position.last, events)
        self._before = (position.last, events)
        piece.is_end = is_same or not events
        if is_same and events:
            time.sleep(min(wait_s, AGAIN_S))
        return piece

    def rewind(self) -> None:
        """Nothing is kept between two questions."""

    def close(self) -> None:
        """The connection is the house client's."""


class KafkaSource:
    """One partition of the country's topic."""

    def __init__(self, servers: str, recipient: str, country: str) -> None:
        """``country``: whose log it is."""
        self._servers = servers
        self._topic = topic_of(recipient)
        self._partition = partition_of(country)
        self._consumer: kafka.Consumer | None = None
        self._next = 0

    def read(self, position: Position, wait_s: float) -> Piece:
        """See Source."""
        try:
            if self._consumer is None:
                self._next = position.offset
                self._consumer = kafka.Consumer(self._servers, self._topic, self._partition, self._next)
            records = self._consumer.poll(wait_s, CHUNK)
            piece = Piece(is_end=not records and self._consumer.end() <= self._next)
        except kafka.Away as error:
            raise Away(str(error)) from error
        for record in records:
            try:
                piece.messages.append(from_kafka(record.headers, record.value, record.offset))
            except Malformed as error:
                piece.malformed.append(error)
            self._next = record.offset + 1
        piece.offset = self._next
        return piece

    def rewind(self) -> None:
        """Begin at the position again."""
        self.close()

    def close(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None
