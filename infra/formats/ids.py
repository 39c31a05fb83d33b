"""Ids and codes that are derived under a secret of the country (formats.md 1, derived ids)."""

import hmac
import uuid
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from infra.formats.canonical import encode


def derived_id(secret: bytes, parts: Iterable[str | int]) -> uuid.UUID:
    """UUIDv8 over the first 128 bits of HMAC-SHA-256(secret, JCS(parts)): formats.md, derived ids."""
    return uuid.UUID(derived_text(secret, parts))


def derived_text(secret: bytes, parts: Iterable[str | int]) -> str:
    """The derived id as it is written; without the detour over a UUID, which takes as long as the HMAC."""
    keyed = _keyed(secret).copy()
    keyed.update(encode(list(parts)))
    raw = bytearray(keyed.digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def mac(secret: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256, 32 bytes."""
    keyed = _keyed(secret).copy()
    keyed.update(message)
    return keyed.digest()


@lru_cache(maxsize=64)
def _keyed(secret: bytes) -> hmac.HMAC:
    # Copied, not made anew: the one-shot function gives up the interpreter's lock, and waits to get it back.
    return hmac.new(secret, digestmod=sha256)
