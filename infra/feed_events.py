"""The events of a feed as CloudEvents 1.0, with the same attributes in Kafka and over HTTP (formats.md 3)."""

from collections.abc import Mapping
from typing import Any, Final

from domain.law import countries
from infra.canonical import b64url, from_b64url, sha256
from infra.envelope import split
from infra.event_store import Row
from infra.feed_store import Delivery

HEAD_TYPE: Final = "feed.FeedHead.v1"
CONTENT_TYPE: Final = "application/jose"
_FIRST: Final = ("AZ", "KZ", "KG", "TR", "UZ")  # their partitions, for ever


def topic_of(recipient: str) -> str:
    """The topic of everything that a country receives."""
    return f"tamga.feed.{recipient.lower()}"


def partition_of(source: str) -> int:
    """The partition of a source country's log in every topic."""
    return partitions()[source]


def partitions() -> dict[str, int]:
    """Country -> partition: the first five are fixed, later ones follow by their codes."""
    order = (*_FIRST, *sorted(countries().keys() - set(_FIRST)))
    return {country: n for n, country in enumerate(order)}


def attributes(delivery: Delivery, origin: str) -> dict[str, str]:
    """The attributes of an event beside ``specversion``, by their names in CloudEvents."""
    index, stream, seq, name, _ = delivery.row
    return {
        "id": b64url(delivery.hash),
        "source": origin,
        "type": name,
        "subject": stream,
        "time": time_of(delivery.row),
        "seq": str(seq),
        "logindex": str(index),
        "feedseq": str(delivery.feedseq),
    }


def head_attributes(jws: str, origin: str, time: str) -> dict[str, str]:
    """The attributes of a feed head: it has no number in the feed."""
    return {"id": b64url(sha256(jws.encode("ascii"))), "source": origin, "type": HEAD_TYPE, "time": time}


def as_headers(found: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """The headers of a Kafka message (CloudEvents Kafka binding, binary mode)."""
    headers = [("ce_specversion", b"1.0"), ("content-type", b"application/jose")]
    headers += [(f"ce_{name}", value.encode()) for name, value in found.items()]
    return headers


def as_json(found: Mapping[str, str], jws: str) -> dict[str, Any]:
    """The event in CloudEvents' JSON format."""
    return {"specversion": "1.0", **found, "datacontenttype": CONTENT_TYPE, "data": jws}


def jws_of(row: Row) -> str:
    """The signed event of a row."""
    return split(row[4])[0].decode("ascii")


def time_of(row: Row) -> str:
    """The time of a stored event, read off the end of its payload: in canonical bytes four members follow it.

    To parse the whole payload would take a tenth of the time that publishing takes.
    """
    _, payload, _ = split(row[4])[0].split(b".")
    tail = from_b64url(payload[_aligned(len(payload)) :].decode("ascii"))
    _, _, after = tail.rpartition(b'"time":"')
    return after[: after.index(b'"')].decode("ascii")


def _aligned(length: int) -> int:
    """Where the last 1,200 characters of base64 begin, at a whole group of four."""
    return max(0, (length - 1_200) // 4 * 4)
