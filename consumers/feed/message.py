"""A message of the feed, the same from Kafka and from HTTP; what it says is believed by nobody yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.feed.cloud_events import CONTENT_TYPE, HEAD_TYPE


class Malformed(ValueError):
    """Not a CloudEvent of a feed; the message says why, in fixed words. ``source`` is empty where it has none."""

    def __init__(self, why: str, source: str = "") -> None:
        super().__init__(why)
        self.source = source


@dataclass(frozen=True, slots=True)
class Message:
    """A CloudEvent's attributes, and its signed text. ``feedseq`` is 0 of a head; ``offset`` is Kafka's."""

    id: str
    source: str
    type: str
    time: str
    stream: str
    seq: int
    logindex: int
    feedseq: int
    jws: str = field(repr=False)
    offset: int | None = None

    @property
    def is_head(self) -> bool:
        """A head says how many events there should be; it is none itself."""
        return self.type == HEAD_TYPE


def from_kafka(headers: Iterable[tuple[str, bytes]], value: bytes, offset: int) -> Message:
    """A message in binary mode (CloudEvents Kafka binding); raises Malformed."""
    try:
        named = {name: raw.decode("utf-8") for name, raw in headers}
        content_type = named.pop("content-type", "")
        found = {name.removeprefix("ce_"): text for name, text in named.items() if name.startswith("ce_")}
        return _message({**found, "datacontenttype": content_type, "data": value.decode("ascii")}, offset)
    except UnicodeDecodeError:
        raise Malformed("its text is not UTF-8, or its content not ASCII") from None


def from_json(event: Any) -> Message:
    """A message in CloudEvents' JSON format; raises Malformed."""
    if type(event) is not dict or not all(type(value) is str for value in event.values()):
        raise Malformed("it is not an object of strings")
    return _message(event, None)


def _message(found: Mapping[str, str], offset: int | None) -> Message:
    try:
        return _read(found, offset)
    except Malformed as malformed:
        malformed.source = found.get("source", "")
        raise


def _read(found: Mapping[str, str], offset: int | None) -> Message:
    if found.get("specversion") != "1.0" or found.get("datacontenttype") != CONTENT_TYPE:
        raise Malformed("it is not a CloudEvent 1.0 with a JOSE content")
    try:
        always = found["id"], found["source"], found["type"], found["time"]
        if found["type"] == HEAD_TYPE:
            return Message(*always, "", 0, 0, 0, found["data"], offset)
        seq, logindex, feedseq = (_number(found[name]) for name in ("seq", "logindex", "feedseq"))
        return Message(*always, found["subject"], seq, logindex, feedseq, found["data"], offset)
    except KeyError:
        raise Malformed("an attribute is missing") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - within 64 bits
        raise Malformed("a number in it is not decimal")
    return int(text)
