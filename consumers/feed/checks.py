"""What a reader of the feed verifies of each event and each head, with public keys only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from consumers.feed.inbox import Taken
from consumers.feed.message import Message
from consumers.feed.position import Position
from domain.authorities import HEAD, feed_of
from infra.formats.canonical import b64url, sha256
from infra.formats.signing import EVENT, BadSignature, Malformed, PublicKey, parse, verify
from infra.keys.history import KeyHistory, NotAuthorised


class Wrong(Exception):
    """What was received is not what it should be: ``kind`` names the check, the message what was found."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Event:
    """A verified event of the feed."""

    id: str  # its hash
    stream: str
    seq: int
    type: str
    time: str
    log_index: int
    payload: Mapping[str, Any]
    jws: str = field(repr=False)

    @property
    def to(self) -> list[str]:
        """The countries that it names."""
        found: list[str] = self.payload["to"]
        return found


class Received(Protocol):
    """What a reader of the feed remembers of it, in one transaction with what it does with it."""

    def keys(self, source: str) -> list[tuple[int, str]]:
        """The events of the log's keys stream, by index: (index, JWS)."""

    def add_key(self, source: str, log_index: int, jws: str) -> None:
        """Remember one more."""

    def event_at(self, stream: str, seq: int) -> str | None:
        """The hash of the event that came under this number, or None."""

    def newest(self, stream: str) -> tuple[int, str, int]:
        """The number, hash and index of the stream's newest event; (0, "", -1) before the first."""

    def is_parked(self, stream: str) -> bool:
        """Whether the stream's events are set aside."""


class Checks:
    """Verifies what ``recipient`` receives of one log; of the keys stream it believes what it verified."""

    def __init__(self, log: str, country: str, recipient: str, root: bytes, received: Received) -> None:
        """``country``: whose log it is; ``root``: its root certificate (DER), from outside."""
        self._log = log
        self._country = country
        self._recipient = recipient
        self._received = received
        self._history = KeyHistory(root)
        for index, jws in received.keys(log):
            self._history.record(parse(jws), index)

    def event(self, taken: Taken) -> Event:
        """The event, if it holds; raises Wrong.

        1. it has our one form; 2. the message's attributes are those that are signed; 3. it continues its
        stream, further on in the log; 4. a key that is authorised for it, at its index, signed it.
        """
        message, parsed = taken.message, taken.parsed
        if parsed is None or parsed.typ != EVENT or not _has_form(parsed.payload):
            raise Wrong("form", "the message does not hold a signed event in the form of the formats")
        payload = parsed.payload
        signed = tuple(payload.get(name) for name in ("log", "type", "stream", "seq", "time"))
        said = (message.source, message.type, message.stream, message.seq, message.time)
        if signed != said or message.id != b64url(sha256(message.jws.encode("ascii"))):
            raise Wrong("attributes", "the message's attributes are not those of the event in it")
        self._check_stream(message, payload)
        try:
            if message.type.startswith("keys."):
                self._history.record(parsed, message.logindex)
                self._received.add_key(self._log, message.logindex, message.jws)
            else:
                verify(parsed, self._key(parsed.kid, payload["authority"], message.type, message.logindex))
        except NotAuthorised as error:
            raise Wrong("key", str(error)) from error
        except BadSignature as error:
            raise Wrong("signature", str(error)) from error
        return Event(
            message.id,
            message.stream,
            message.seq,
            message.type,
            message.time,
            message.logindex,
            payload,
            message.jws,
        )

    def place(self, event: Event, position: Position) -> None:
        """Its own country's log a recipient has whole: an event that holds was signed after exactly what came
        before it in the feed. Raises Wrong.
        """
        if self._recipient == self._country and event.payload["chain"] != b64url(position.hash):
            detail = f"the event was signed after other events than the {position.count} that came before it"
            raise Wrong("chain", detail)

    def repeated(self, message: Message) -> None:
        """A message with an old number must hold an event that is known; raises Wrong."""
        known = self._received.event_at(message.stream, message.seq)
        is_parked = known is None and self._received.is_parked(message.stream)
        if known != message.id and not is_parked:
            raise Wrong("fork", "another event came before under this number, or in this place of its stream")

    def head(self, message: Message, position: Position) -> None:
        """The head counts so many events and gives their hash, signed by the feed's office; raises Wrong."""
        try:
            parsed = parse(message.jws)
            key = self._key(parsed.kid, feed_of(self._country), HEAD, position.log_index + 1)
            verify(parsed, key, HEAD)
        except (BadSignature, NotAuthorised) as error:
            raise Wrong("head", f"the head is not signed by the feed's office: {error}") from error
        stated = {name: parsed.payload.get(name) for name in ("v", "log", "to", "count", "hash")}
        ours = {
            "v": 1,
            "log": self._log,
            "to": self._recipient,
            "count": position.count,
            "hash": b64url(position.hash),
        }
        if stated != ours:
            raise Wrong("head", f"the head states another hash over the first {position.count} events")

    def live_key(self, kid: str, authority: str, typ: str, position: Position) -> bool:
        """Whether this key may sign such statements now, as far as the feed has told."""
        try:
            self._key(kid, authority, typ, position.log_index + 1)
        except NotAuthorised:
            return False
        return True

    def _check_stream(self, message: Message, payload: Mapping[str, Any]) -> None:
        seq, newest, index = self._received.newest(message.stream)
        if message.seq <= seq:
            is_same = self._received.event_at(message.stream, message.seq) == message.id
            what = "the same" if is_same else "another"
            raise Wrong(
                "repeated" if is_same else "fork", f"the stream has an event {message.seq} already: {what}"
            )
        if message.seq > seq + 1:
            raise Wrong("seq_gap", f"after event {seq} of the stream comes event {message.seq}")
        if payload.get("prev") != (newest or None):
            raise Wrong("link", "the event does not continue the stream's previous event")
        if message.logindex != payload["index"]:
            raise Wrong("logindex", "the event was signed for another index in the log")
        if message.logindex <= index:
            raise Wrong("logindex", "the event stands in the log before the stream's previous event")

    def _key(self, kid: str, authority: str, kind: str, index: int) -> PublicKey:
        return self._history.key_for(kid, authority, kind, index)


def _has_form(payload: Mapping[str, Any]) -> bool:
    """What is read before the signature was verified has the types that it should have."""
    match payload:
        case {"authority": str(), "to": [*countries], "data": {}, "index": int(), "chain": str()}:
            effects = payload.get("effects", {})
            return all(type(c) is str for c in countries) and type(effects) is dict and _are_lists(effects)
        case _:
            return False


def _are_lists(effects: Mapping[str, Any]) -> bool:
    return all(type(to) is list for to in effects.values())


def count_of(message: Message) -> int:
    """How many events a head counts, as it says; raises Wrong."""
    try:
        count = parse(message.jws).payload.get("count")
    except Malformed as error:
        raise Wrong("head", str(error)) from error
    if type(count) is not int or count < 0:
        raise Wrong("head", "the head does not say how many events there are")
    return count
