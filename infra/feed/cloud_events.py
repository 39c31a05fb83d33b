"""The events of a feed as CloudEvents 1.0, with the same attributes in Kafka and over HTTP (formats.md 3)."""

from typing import Any, Final

from domain.countries import countries
from infra.feed.store import Delivery
from infra.formats.canonical import b64url, sha256

HEAD_TYPE: Final = "feed.FeedHead.v1"
CONTENT_TYPE: Final = "application/jose"
NAMES: Final = ("id", "source", "type", "time", "subject", "seq", "logindex", "feedseq")
_CE_NAMES: Final = tuple(f"ce_{name}" for name in NAMES)
_HEADERS: Final = (("ce_specversion", b"1.0"), ("content-type", CONTENT_TYPE.encode()))


def topic_of(recipient: str) -> str:
    """The topic of everything that a country receives."""
    return f"tamga.feed.{recipient.lower()}"


def partition_of(source: str) -> int:
    """The partition of a source country's log in every topic."""
    return countries()[source].partition


def topics() -> dict[str, int]:
    """The topic of each country -> how many partitions it has."""
    count = 1 + max(country.partition for country in countries().values())
    return {topic_of(code): count for code in countries()}


def attributes(delivery: Delivery, origin: str) -> tuple[str, ...]:
    """What ``NAMES`` are for this event."""
    number, event_hash, index, stream, seq, name, time, _ = delivery
    return b64url(event_hash), origin, name, time, stream, str(seq), str(index), str(number)


def head_attributes(jws: str, origin: str, time: str) -> tuple[str, ...]:
    """What the first of ``NAMES`` are for a feed head: it has no subject, and no number."""
    return b64url(sha256(jws.encode("ascii"))), origin, HEAD_TYPE, time


def as_headers(values: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """The headers of a Kafka message (CloudEvents Kafka binding, binary mode)."""
    return [*_HEADERS, *zip(_CE_NAMES, map(str.encode, values), strict=False)]


def as_json(values: tuple[str, ...], jws: str) -> dict[str, Any]:
    """The event in CloudEvents' JSON format."""
    named = zip(NAMES, values, strict=False)
    return {"specversion": "1.0", **dict(named), "datacontenttype": CONTENT_TYPE, "data": jws}
