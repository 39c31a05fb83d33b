"""The boxes in which personal fields are sealed (formats.md 1, sealed part): AES-256-GCM under keys that are given;
keys are kept elsewhere.

    Unreadable     a sealed part is not what this key made: another key, or altered
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.formats.canonical import NotCanonical, decode, encode
from infra.runtime.chance import random_bytes


class Unreadable(ValueError):
    """What should open under a key does not: another key made it, or somebody changed it."""


class DataKey(NamedTuple):
    """A key for personal fields of one stream, or of some people in it: id (16 bytes), secret (32)."""

    id: bytes
    secret: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.id.hex()})"


class Box(NamedTuple):
    """One box of a sealed part, still closed: key id (16 bytes), nonce (12), ciphertext with its tag."""

    key_id: bytes
    nonce: bytes
    ciphertext: bytes


def random_nonce() -> bytes:
    """Twelve random bytes: a key seals a few events, far from where random nonces could meet."""
    return random_bytes(12)


def seal(
    boxes: Iterable[tuple[DataKey, Sequence[str]]],
    event_hash: bytes,
    nonce: Callable[[], bytes] = random_nonce,
) -> bytes:
    """The sealed part of an event: version, then one box for each key, in the order of the key ids."""
    in_order = sorted(boxes, key=lambda box: box[0].id)
    sealed = [seal_box(key, event_hash, disclosures, nonce()) for key, disclosures in in_order]
    if not sealed or len({key.id for key, _ in in_order}) != len(sealed):
        raise ValueError("a sealed part has at least one box, and one box for each key")
    return _VERSION + b"".join(sealed)


def seal_box(key: DataKey, event_hash: bytes, disclosures: Sequence[str], nonce: bytes) -> bytes:
    """One box: AES-256-GCM over the JCS array of the disclosures, bound to the event and the key."""
    ciphertext = AESGCM(key.secret).encrypt(nonce, encode(list(disclosures)), event_hash + key.id)
    return b"".join((key.id, nonce, len(ciphertext).to_bytes(4, "big"), ciphertext))


def seal_bytes(secret: bytes, content: bytes, bound: bytes) -> bytes:
    """Any bytes: nonce and AES-256-GCM, bound to what stands beside them in clear."""
    nonce = random_nonce()
    return nonce + AESGCM(secret).encrypt(nonce, content, bound)


def open_bytes(secret: bytes, sealed: bytes, bound: bytes) -> bytes:
    """What `seal_bytes` sealed; raises Unreadable."""
    try:
        return AESGCM(secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
    except (InvalidTag, ValueError) as error:
        raise Unreadable("the bytes do not open: another key, another place, or they were altered") from error


def split_sealed(sealed: bytes) -> list[Box]:
    """The boxes of a sealed part, closed; raises Unreadable unless it is boxes in the order of their ids."""
    if sealed[:1] != _VERSION or len(sealed) == 1:
        raise Unreadable("the sealed part does not begin with its version and a box")
    boxes: list[Box] = []
    start, length, before = 1, len(sealed), b""
    while start < length:
        body = start + _BOX_HEAD
        end = body + int.from_bytes(sealed[body - 4 : body], "big")
        if end > length or body > length:
            raise Unreadable("the sealed part is cut off")
        key_id = sealed[start : start + 16]
        if key_id <= before:
            raise Unreadable("the boxes of the sealed part are not in the order of their key ids")
        boxes.append(Box(key_id, sealed[start + 16 : start + 28], sealed[body:end]))
        start, before = end, key_id
    return boxes


def open_box(secret: bytes, event_hash: bytes, box: Box) -> list[str]:
    """The disclosures in a box. Raises Unreadable for another key, another event, or an altered box.

    Whether they are *all* that the event's digests promise is for the reader of the event to compare.
    """
    key_id, nonce, ciphertext = box
    try:
        raw = AESGCM(secret).decrypt(nonce, ciphertext, event_hash + key_id)
        disclosures = _plain_texts(raw) or decode(raw)
    except (InvalidTag, NotCanonical) as error:
        raise Unreadable("the box does not open: another key, another event, or it was altered") from error
    if type(disclosures) is not list or not set(map(type, disclosures)) <= _TEXTS:
        raise Unreadable("the box does not hold a list of disclosures")
    return disclosures


def _plain_texts(raw: bytes) -> list[str] | None:
    """What is certainly canonical: a list of ASCII texts without anything that JSON escapes, as a house writes it. None
    says nothing.
    """
    try:
        found: list[str] = orjson.loads(raw)
        is_so = b'["%b"]' % '","'.join(found).encode("ascii") == raw
    except (ValueError, TypeError):
        return None
    return found if is_so else None


_VERSION = b"\x01"


_TEXTS = frozenset({str})


_NONCE = 12


_BOX_HEAD = 16 + 12 + 4  # key id, nonce, length
