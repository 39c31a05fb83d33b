"""Signed heads of a feed (formats.md 3): how many events a recipient should have, and their hash."""

from typing import Final, NamedTuple

from domain.authorities import feed_of
from domain.events import SealAuthorised, SealRetired
from infra.canonical import b64url, encode, from_b64url
from infra.clock import Clock, written
from infra.desk import Desk
from infra.envelope import read
from infra.feed_store import Standing
from infra.signing import Seal, kid_of

HEAD: Final = "tamga-feed-head+jwt"


class NoSeal(Exception):
    """The feed's office has no live seal here: see ``tamga keys``."""


class Head(NamedTuple):
    """A signed head, and its time."""

    jws: str
    time: str


class Heads:
    """Signs the heads of one log's feeds, each with the seal that is live for who has received so much.

    May be used by several threads.
    """

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._seals: tuple[int, Seal] | None = None

    def sign(self, recipient: str, standing: Standing) -> Head:
        """The head of this recipient's feed; raises NoSeal."""
        time = written(self._clock())
        payload = {
            "v": 1,
            "log": self._desk.keyring.origin,
            "to": recipient,
            "count": standing.count,
            "hash": b64url(standing.hash),
            "time": time,
        }
        return Head(self._seal(standing.keys).sign(HEAD, encode(payload)), time)

    def _seal(self, keys: int) -> Seal:
        """The newest seal that the first so many events of the keys stream leave live; raises NoSeal."""
        found = self._seals
        if found is None or found[0] != keys:
            found = self._seals = (keys, self._find(keys))
        return found[1]

    def _find(self, keys: int) -> Seal:
        live: list[str] = []
        for row in self._desk.log.stream(self._desk.id_of("keys", 1))[:keys]:
            match read(row, self._desk.country, lambda _: None).event:
                case SealAuthorised(authority=authority, types=types, certificate=certificate):
                    if authority == feed_of(self._desk.country) and HEAD in types:
                        live.append(kid_of(from_b64url(certificate)))
                case SealRetired(kid=kid) if kid in live:
                    live.remove(kid)
        if not any(kid in self._desk.keyring.seals for kid in live):
            self._desk.keyring.reload()
        for kid in reversed(live):
            if (seal := self._desk.keyring.seals.get(kid)) is not None:
                return seal
        raise NoSeal(f"no live seal of {feed_of(self._desk.country)} is here")
