"""The signed event (formats: SD-JWT without holder binding): how an event becomes bytes, and how it is read
again.

Signed bytes are stored as they are and never re-made. What is read here comes from the house's own log;
whether it is authentic is the auditor's question (``infra/verification``), with the same pieces.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import orjson

from domain.events import ActorMember, Recorded
from infra.formats import codec
from infra.formats.boxes import Box, DataKey, open_box, seal, split_sealed
from infra.formats.canonical import b64url, encode, from_b64url, loose_b64url, sha256, text_within
from infra.formats.signing import EVENT, SALT_BYTES, Seal, digest, digests, disclosure
from infra.runtime.chance import random_bytes

SEALED = b"\x01"
KeyOf = Callable[[bytes], bytes | None]  # key id -> secret, or None where it is destroyed


class Tampered(ValueError):
    """A stored row is not what was signed; ``check`` says which of the numbered checks it failed."""

    def __init__(self, check: str, detail: str) -> None:
        super().__init__(detail)
        self.check = check
        self.detail = detail


class Envelope(NamedTuple):
    """Everything around an event that is signed with it (the table of formats.md 1).

    ``index`` is its position in the log, ``chain`` the running hash of everything before it (base64url).
    """

    log: str
    stream: str
    seq: int
    prev: str | None
    index: int  # type: ignore[assignment]  # it hides the method that tuples have
    chain: str
    time: str
    authority: str
    actor: ActorMember
    cause: str
    to: Sequence[str]
    effects: Mapping[str, Sequence[str]] | None = None
    lead: Mapping[str, Any] | None = None


class Signed(NamedTuple):
    """A signed event on its way into the store: ``state`` is the JWS, followed by the sealed part."""

    stream: str
    seq: int
    type: str
    state: bytes
    hash: str
    raw_hash: bytes = b""


def sign(  # noqa: PLR0913 - salts and nonces are given in tests only
    members: codec.Members,
    envelope: Envelope,
    authority_seal: Seal,
    keys: Mapping[str, DataKey],
    *,
    salts: bytes | None = None,
    nonce: Callable[[], bytes] | None = None,
) -> Signed:
    """Seal the personal members under the key of the one they are about (``keys``: whose -> key), and sign
    the whole.
    """
    payload: dict[str, Any] = {
        "v": 1,
        "log": envelope.log,
        "stream": envelope.stream,
        "seq": envelope.seq,
        "prev": envelope.prev,
        "index": envelope.index,
        "chain": envelope.chain,
        "type": members.type,
        "time": envelope.time,
        "authority": envelope.authority,
        "actor": envelope.actor,
        "cause": envelope.cause,
        "to": envelope.to,
        "_sd_alg": "sha-256",
    }
    if envelope.effects is not None:
        payload["effects"] = envelope.effects
    if envelope.lead is not None:
        payload["lead"] = envelope.lead
    if not members.personal:
        payload["data"] = members.public
        return _stored(authority_seal.sign(EVENT, text_within(encode(payload))), envelope, members.type)
    salts = salts or random_bytes(SALT_BYTES * len(members.personal))
    texts: dict[str, str] = {}
    held: dict[DataKey, list[str]] = {}
    for n, (name, value, whose) in enumerate(members.personal):
        text = disclosure(name, value, salts[n * SALT_BYTES : (n + 1) * SALT_BYTES])
        texts[digest(text)] = text
        held.setdefault(keys[whose], []).append(text)
    digests = sorted(texts)
    place = {text: n for n, d in enumerate(digests) for text in (texts[d],)}
    payload["data"] = {**members.public, "_sd": digests}
    payload["boxes"] = {b64url(key.id): sorted(place[t] for t in box) for key, box in held.items()}
    jws = authority_seal.sign(EVENT, text_within(encode(payload))).encode("ascii")
    raw = sha256(jws)
    sealed = seal(held.items(), raw, nonce) if nonce else seal(held.items(), raw)
    return Signed(envelope.stream, envelope.seq, members.type, jws + sealed, b64url(raw), raw)


def _stored(jws: str, envelope: Envelope, name: str) -> Signed:
    state = jws.encode("ascii")
    raw = sha256(state)
    return Signed(envelope.stream, envelope.seq, name, state, b64url(raw), raw)


def split(state: bytes) -> tuple[bytes, bytes]:
    """The compact JWS (ASCII) and the sealed part, empty where there is none."""
    jws, mark, sealed = state.partition(SEALED)
    return jws, mark + sealed


def boxes_of(state: bytes) -> list[Box]:
    """The boxes of a stored event, closed; raises Unreadable for a sealed part that is none."""
    sealed = split(state)[1]
    return split_sealed(sealed) if sealed else []


def payload_of(jws: bytes) -> dict[str, Any]:
    """The payload of a JWS of our own log; neither its signature nor its canonical form is looked at here."""
    start = jws.index(b".") + 1
    payload = orjson.loads(loose_b64url(jws[start : jws.index(b".", start)]))
    if not isinstance(payload, dict):
        raise Tampered("payload", "the payload is not a JSON object")
    return payload


def open_sealed(
    payload: Mapping[str, Any], sealed: bytes, event_hash: bytes, key_of: KeyOf
) -> dict[str, list[str]]:
    """The disclosures by key id (base64url), of every box whose key exists; raises Tampered.

    1. the boxes are exactly those that ``boxes`` names; 2. each yields exactly its digests, so that none can
    be dropped, added or moved.
    """
    return _opened(payload, split_sealed(sealed) if sealed else [], event_hash, key_of)


def _opened(
    payload: Mapping[str, Any], boxes: Sequence[Box], event_hash: bytes, key_of: KeyOf
) -> dict[str, list[str]]:
    named: Mapping[str, list[int]] = payload.get("boxes", {})
    key_ids = [b64url(box.key_id) for box in boxes]
    if key_ids != list(named) and key_ids != sorted(named, key=from_b64url):
        raise Tampered("sealed", "the sealed part does not hold the boxes that the event names")
    promised = payload["data"].get("_sd", ())
    if sorted(chain.from_iterable(named.values())) != list(range(len(promised))):
        raise Tampered("sealed", "the boxes do not cover the event's digests")
    opened = {}
    for key_id, box in zip(key_ids, boxes, strict=True):
        secret = key_of(box.key_id)
        if secret is None:
            continue
        texts = open_box(secret, event_hash, box)
        if digests(texts) != [promised[n] for n in named[key_id]]:
            raise Tampered("disclosures", "a box does not hold what the event's digests say")
        opened[key_id] = texts
    return opened


def read(
    row: tuple[int, str, int, str, bytes], country: str, key_of: KeyOf, boxes: Sequence[Box] | None = None
) -> Recorded:
    """The event in a row (index, stream, seq, type, state), as far as its keys exist; raises Tampered.

    ``boxes``: what ``boxes_of`` found in it, where somebody had to look already.
    """
    index, stream, seq, name, state = row
    jws, _, _ = state.partition(SEALED)
    payload = payload_of(jws)
    said = (payload["index"], payload["stream"], payload["seq"], payload["type"])
    if said != row[:4]:
        raise Tampered("row", "the row's columns are not those of the event in it")
    raw = sha256(jws)
    if boxes is None:
        boxes = boxes_of(state)
    members, keys = _disclosed(payload, boxes, raw, key_of)
    public = payload["data"]
    public.pop("_sd", None)
    event, owners = codec.decode(name, public, members, country)
    return Recorded(
        event,
        name,
        payload["log"],
        country,
        stream,
        seq,
        index,
        payload["time"],
        b64url(raw),
        payload["authority"],
        payload["actor"],
        tuple(payload["to"]),
        payload.get("effects"),
        owners,
        {owners[n]: key for n, key in keys.items() if n in owners},
        payload["lead"]["stream"] if "lead" in payload else None,
    )


def _disclosed(
    payload: Mapping[str, Any], boxes: Sequence[Box], raw: bytes, key_of: KeyOf
) -> tuple[dict[str, Any], dict[str, str]]:
    """The personal members that can be read, and the key id that seals each."""
    if not boxes and "boxes" not in payload:
        return {}, {}
    members: dict[str, Any] = {}
    keys: dict[str, str] = {}
    for key_id, texts in _opened(payload, boxes, raw, key_of).items():
        said = orjson.loads(b"[%b]" % b",".join([loose_b64url(text.encode()) for text in texts]))
        for _, name, value in said:
            members[name] = value
            keys[name] = key_id
    return members, keys


def disclosures_of(state: bytes, key_of: KeyOf) -> Iterable[str]:
    """Every disclosure of a stored event that can still be read, as third-party tools want them."""
    jws, sealed = split(state)
    if not sealed:
        return []
    opened = open_sealed(payload_of(jws), sealed, sha256(jws), key_of)
    return [text for texts in opened.values() for text in texts]
