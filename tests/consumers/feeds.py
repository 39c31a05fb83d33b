"""The feed of a real house, and two ways to deliver it as somebody wants it delivered: HTTP and Kafka; no test.

What is altered here is altered in between, or by an operator of the feed who has its keys: the house is honest.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import httpx2

from consumers.feed.house_client import HouseClient
from consumers.feed.position import Position
from consumers.feed.sources import HttpSource, KafkaSource, Source
from consumers.registry import registries_of
from consumers.registry.database import Database
from consumers.registry.reader import Feed, Registers, Registry
from domain.authorities import HEAD
from infra.development.development import client_key
from infra.feed import kafka
from infra.feed.cloud_events import HEAD_TYPE, as_headers, head_attributes, partition_of, topic_of
from infra.formats.canonical import b64url, encode, sha256
from infra.formats.chain import GENESIS, head_after
from infra.formats.signing import EVENT, Seal, parse
from infra.identity.tokens import assertion
from infra.keys.keyring import Keyring
from tests.town.people import Town

Event = dict[str, Any]  # a CloudEvent in its JSON format
REGISTRY: Final = "kz-vehicle-register"
STEPS: Final = 200


# --- what is delivered ------------------------------------------------------------------------------------


def feed_of(town: Town) -> list[Event]:
    """Every event that Kazakhstan's registry receives of its own log, in order."""
    town.settle()
    return town.feed(REGISTRY, "KZ")


def payload(event: Event) -> dict[str, Any]:
    """What the event says."""
    return parse(event["data"]).payload


def head(town: Town, events: Sequence[Event], **changes: Any) -> Event:
    """The signed head after these events; ``changes`` are false statements in it."""
    digest = GENESIS
    for event in events:
        digest = head_after(digest, sha256(event["data"].encode()))
    keys, time = town.keyring("KZ"), events[-1]["time"]
    stated = {
        "v": 1,
        "log": keys.origin,
        "to": "KZ",
        "count": len(events),
        "hash": b64url(digest),
        "time": time,
    }
    jws = seal_of(town, "kz-feed").sign(HEAD, encode(stated | changes))
    named = zip(("id", "source", "type", "time"), head_attributes(jws, keys.origin, time), strict=True)
    return {"specversion": "1.0", **dict(named), "datacontenttype": "application/jose", "data": jws}


def seal_of(town: Town, authority: str) -> Seal:
    """An office's own seal."""
    found = town.keyring("KZ").newest(authority)
    assert found is not None
    return found


def forged(event: Event, seal: Seal, **changes: Any) -> Event:
    """The event with other contents, signed by this seal."""
    return bearing(event, seal.sign(EVENT, encode(payload(event) | changes)))


def bearing(event: Event, jws: str) -> Event:
    """The same message with another signed text, and the id that fits it."""
    return {**event, "data": jws, "id": b64url(sha256(jws.encode()))}


def renumbered(events: Iterable[Event]) -> list[Event]:
    """As an operator would number them who left something out, or slipped something in; the index is signed."""
    return [{**event, "feedseq": str(n)} for n, event in enumerate(events, start=1)]


# --- how it is delivered ----------------------------------------------------------------------------------


class Transport(Protocol):
    """A way from the feed to a registry."""

    def publish(self, events: Iterable[Event]) -> None:
        """Deliver these after what was delivered before."""
        ...

    def source(self) -> Source:
        """Where a registry reads them."""
        ...

    def begin(self, database: Database) -> None:
        """Have a new registry begin where this transport begins."""
        ...


@dataclass
class OverHttp:
    """A server that answers for the feed what it was given, in that order, and leaves the rest to the house.

    What comes after ``lastEventId``, and whatever it has not said yet.
    """

    town: Town
    events: list[Event] = field(default_factory=list)
    served: int = 0

    def publish(self, events: Iterable[Event]) -> None:
        self.events += events

    def source(self) -> Source:
        return HttpSource(client(self.town, REGISTRY, self), "KZ", self.town.keyring("KZ").origin)

    def begin(self, database: Database) -> None:
        """From the first event, as any."""

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        if (method, path) != ("GET", "/v1/feeds/kz"):
            return self.town.http.request(method, path, **more)
        last = more["params"].get("lastEventId")
        after = max((number(event) for event in self.events if event["id"] == last), default=0)
        new = [e for n, e in enumerate(self.events) if n >= self.served or number(e) > after]
        self.served = len(self.events)
        heads = [event for event in self.events if event["type"] == HEAD_TYPE and event not in new]
        return httpx2.Response(200, json=[*new, *heads])


def number(event: Event) -> int:
    """Where the message says that it stands; 0 where it does not."""
    text = event.get("feedseq", "")
    return int(text) if text.isdigit() else 0


@dataclass
class OverKafka:
    """A topic to which somebody publishes what he likes; it is the country's own, and others were here before."""

    town: Town
    servers: str
    first: int = 0

    def __post_init__(self) -> None:
        kafka.make_topics(self.servers, {topic_of("KZ"): 5})
        reading = kafka.Consumer(self.servers, topic_of("KZ"), partition_of("KZ"), 0)
        self.first = reading.end()
        reading.close()

    def publish(self, events: Iterable[Event]) -> None:
        producer = kafka.Producer(self.servers, [topic_of("KZ")])
        sent = 0
        for event in events:
            named = {k: v for k, v in event.items() if k not in {"specversion", "data", "datacontenttype"}}
            headers = [*as_headers(()), *((f"ce_{name}", value.encode()) for name, value in named.items())]
            key = (event.get("subject") or event["source"]).encode()
            producer.send(topic_of("KZ"), partition_of("KZ"), key, headers, event["data"].encode())
            sent += 1
        while producer.acknowledged(1.0) < sent:
            pass
        producer.close()

    def source(self) -> Source:
        return KafkaSource(self.servers, "KZ", "KZ")

    def begin(self, database: Database) -> None:
        with database.writing():
            database.move(self.town.keyring("KZ").origin, Position(offset=self.first))


# --- who receives it --------------------------------------------------------------------------------------


def client(town: Town, authority: str, http: Any = None) -> HouseClient:
    """A registry's way into the house, with its own key."""
    http = http or town.http
    key, audience = (
        client_key(town.settings.data / "identity", authority),
        f"{town.settings.base_url}/identity/token",
    )
    return HouseClient(http, "/identity/token", lambda: assertion(key, authority, audience, town.now()))


def registry(town: Town, database: Database, source: Source, *, http: Any = None) -> Registry:
    """Kazakhstan's reference registry, on this database; ``http``: another way to the house."""
    keys = town.keyring("KZ")
    authorities = registries_of("KZ")
    houses = {authority: client(town, authority, http) for authority in set(authorities.values())}
    registers = Registers(authorities, houses, lambda authority: seals(town, authority))
    return Registry(Feed("KZ", keys.origin, keys.root), database, source, registers, town.now)


def seals(town: Town, authority: str) -> list[Seal]:
    """An office's own seals, newest first."""
    return [
        s for s in Keyring(town.settings.data / "kz" / "keys").seals.values() if s.authority == authority
    ][::-1]


def settle(found: Registry) -> None:
    """Step until there is nothing left to do."""
    for _ in range(STEPS):
        if found.step(0.1):
            return
    raise TimeoutError("the registry does not come to an end")


@contextmanager
def database_in(folder: Path) -> Iterator[Database]:
    """A registry's database."""
    database = Database(folder / "registry.sqlite")
    try:
        yield database
    finally:
        database.close()


@dataclass(frozen=True)
class Result:
    """What a registry has made of the feed: rows, what it set aside, how many events, and their hash."""

    rows: list[tuple[str, str, dict[str, Any], int]]
    parked: list[tuple[str, int, str]]
    count: int
    hash: str


def result(database: Database, log: str) -> Result:
    """Everything but when, and the random salts of receipts."""
    position = database.position(log)
    return Result(database.rows(), database.parked(), position.count, b64url(position.hash))


def open_alarms(database: Database) -> list[str]:
    """What is wrong now."""
    return [alarm.kind for alarm in database.alarms() if alarm.over_at is None]
