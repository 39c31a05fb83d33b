"""What registries state about an event, signed as they would sign it (formats.md 3)."""

from datetime import datetime
from typing import Any

from domain.authorities import OBJECTION, RECEIPT
from infra.formats.canonical import b64url, encode, sha256
from infra.keys.keyring import Keyring
from infra.runtime.clock import written


def receipt(keys: Keyring, registry: str, register: str, event: str, at: datetime, **more: Any) -> str:
    """The registry has applied the event."""
    said = {
        "applied_at": written(at),
        "reference_digest": b64url(sha256(b"reference")),
        "row_digest": b64url(sha256(b"row")),
    }
    return _signed(keys, registry, RECEIPT, {"register": register, "event": event, **said, **more})


def objection(
    keys: Keyring, registry: str, register: str, event: str, at: datetime, *, code: str, **more: Any
) -> str:
    """The registry cannot apply the event."""
    said = {"register": register, "event": event, "at": written(at), "code": code}
    return _signed(keys, registry, OBJECTION, {**said, **more})


def _signed(keys: Keyring, registry: str, typ: str, said: dict[str, Any]) -> str:
    seal = keys.newest(registry)
    assert seal is not None
    return seal.sign(typ, encode({"v": 1, "log": keys.origin, **said}))
