"""The sealed part of an event: it is there in whole, and, with the key store, opens to its digests."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from typing import Any

from infra.formats.boxes import Box, Unreadable, open_box, split_sealed
from infra.formats.canonical import NotCanonical, b64url, from_b64url
from infra.formats.signing import digest, open_disclosure
from infra.verification.findings import Wrong
from infra.verification.log_file import SEALED

_BOX_HEAD = 16 + 12 + 4  # key id, nonce, length

KeyOf = Callable[[bytes], bytes | None]
IsErased = Callable[[str, str], bool]  # (stream, key id) -> whether an erasure of the stream names the key


def check_boxes(boxes: object, count: int, sealed: bytes | None) -> None:
    """13. sealed: what stands beside an event with so many digests is what it says; raises Wrong.

    13a. `boxes` shares out all digests, each once, positions in order; 13b. the sealed part is exactly those
    boxes, in the order of their key ids.
    """
    if type(boxes) is not dict or not _are_shared_out(boxes, count):
        raise Wrong("sealed", "the boxes do not share out the event's digests")
    if not sealed:
        raise Wrong("sealed", "the sealed part is missing")
    start = 0
    for key_id in sorted([_key_id(name) for name in boxes]):
        if sealed[start : start + 16] != key_id:
            raise Wrong("sealed", "the sealed part does not hold the boxes that the event names, in order")
        start += _BOX_HEAD + int.from_bytes(sealed[start + 28 : start + _BOX_HEAD], "big")
    if start != len(sealed):
        raise Wrong("sealed", "the sealed part is cut off, or holds a box that the event does not name")


@lru_cache(maxsize=16_384)
def _key_id(name: str) -> bytes:
    """A stream's keys are named again by its later events."""
    key_id = from_b64url(name)
    if len(key_id) != 16:  # noqa: PLR2004 - as said in the format
        raise Wrong("sealed", "a key id has not 16 bytes")
    return key_id


def _are_shared_out(boxes: Mapping[str, Any], count: int) -> bool:
    shares = list(boxes.values())
    everything = list(range(count))
    if shares == [everything]:
        return True
    try:
        is_once = sorted(chain.from_iterable(shares)) == everything
        return is_once and all(share and sorted(share) == share for share in shares)
    except TypeError:
        return False


class Opener:
    """14. disclosures: opens boxes with the key store."""

    def __init__(self, key_of: KeyOf, is_erased: IsErased) -> None:
        self._key_of = key_of
        self._is_erased = is_erased
        self._secrets: dict[bytes, bytes | None] = {}

    def forget(self) -> None:
        """Ask the key store anew from here on: within a range each key is asked for once."""
        self._secrets.clear()

    def check(
        self, sealed: bytes, payload: Mapping[str, Any], event_hash: bytes, personal: frozenset[str]
    ) -> tuple[int, int]:
        """How many disclosures opened, and how many are erased; raises Wrong.

        14a. each box opens, under its key and for this event, to exactly its digests; 14b. the disclosures
        are of the personal members of the type, each once; 14c. a box may stay closed only where an erasure
        of the stream names its key, or an event of the stream is altered, which is then named itself.
        """
        digests = payload["data"]["_sd"]
        names: list[str] = []
        erased = 0
        for box in split_sealed(b"\x01" + sealed):
            key_id = b64url(box.key_id)
            places = payload["boxes"][key_id]
            texts = self._open(box, event_hash)
            if texts is None:
                if not self._is_erased(payload["stream"], key_id):
                    raise Wrong(
                        "disclosures", f"the key {key_id} is gone, and no erasure of the stream names it"
                    )
                erased += len(places)
                continue
            if sorted(map(digest, texts)) != [digests[n] for n in places]:
                raise Wrong("disclosures", "a box does not hold what the event's digests say")
            names += _names(texts)
        if len(set(names)) != len(names) or not personal.issuperset(names):
            raise Wrong("disclosures", "the disclosures are not of the personal members that the event has")
        return len(names), erased

    def values(self, stored: bytes) -> Mapping[str, Any] | None:
        """The personal members of an event as it is stored; None where a box of it is closed. Raises Wrong."""
        jws, mark, _ = stored.partition(SEALED)
        found: dict[str, Any] = {}
        for box in split_sealed(stored[len(jws) :]) if mark else ():
            texts = self._open(box, sha256(jws).digest())
            if texts is None:
                return None
            found.update(map(open_disclosure, texts))
        return found

    def _open(self, box: Box, event_hash: bytes) -> list[str] | None:
        try:
            if box.key_id not in self._secrets:
                self._secrets[box.key_id] = self._key_of(box.key_id)
            secret = self._secrets[box.key_id]
            return None if secret is None else open_box(secret, event_hash, box)
        except Unreadable as error:
            raise Wrong("disclosures", str(error)) from None


def _names(texts: list[str]) -> list[str]:
    try:
        return [open_disclosure(text)[0] for text in texts]
    except NotCanonical as error:
        raise Wrong("disclosures", f"a disclosure {error.reason}") from None
