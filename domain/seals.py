"""Which seals may sign in a log from here on, as its own keys stream tells; not whether the log is authentic."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import assert_never

from domain.events import KeysEvent, LogOpened, Recorded, SealAuthorised, SealRetired

Seals = tuple[tuple[str, str], ...]  # (authority, kid), oldest first


def evolve(live: Seals, recorded: Recorded) -> Seals:
    """The live seals after the event."""
    event: KeysEvent = recorded.event  # type: ignore[assignment]  # a keys stream holds events of keys
    match event:
        case LogOpened():
            return live
        case SealAuthorised():
            return (*live, (event.authority, _kid_of(event.certificate)))
        case SealRetired():
            return tuple(seal for seal in live if seal[1] != event.kid)
        case _:
            assert_never(event)


def _kid_of(certificate: str) -> str:
    """The SHA-256 of a certificate (DER in base64url), as formats.md has it."""
    der = urlsafe_b64decode(certificate + "=" * (-len(certificate) % 4))
    return urlsafe_b64encode(sha256(der).digest()).rstrip(b"=").decode()
