"""Signed heads of a feed (formats.md 3): how many events a recipient should have, and their hash."""

from typing import NamedTuple

from domain.authorities import HEAD, feed_of
from infra.feed.store import Standing
from infra.formats.canonical import b64url, encode
from infra.formats.signing import Seal
from infra.keys.keyring import Keyring
from infra.keys.live_seals import seals_of
from infra.log.event_store import Log
from infra.runtime.clock import Clock, written


class NoSeal(Exception):
    """The feed's office has no live seal here: see ``tamga keys``."""


class Head(NamedTuple):
    """A signed head, and its time."""

    jws: str
    time: str


class Heads:
    """Signs the heads of one log's feeds, each with the seal that is live for who has received so much.

    May be used by several threads. ``keys_stream``: the id of the log's keys stream.
    """

    def __init__(self, country: str, log: Log, keys_stream: str, keyring: Keyring, clock: Clock) -> None:
        self._country = country
        self._log = log
        self._keys_stream = keys_stream
        self._keyring = keyring
        self._clock = clock
        self._seals: tuple[int, Seal] | None = None

    def sign(self, recipient: str, standing: Standing) -> Head:
        """The head of this recipient's feed; raises NoSeal."""
        time = written(self._clock())
        payload = {
            "v": 1,
            "log": self._keyring.origin,
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
        authority = feed_of(self._country)
        live = [
            seal.kid
            for seal in seals_of(self._log.stream(self._keys_stream)[:keys], self._country)
            if seal.retired is None and seal.authority == authority and HEAD in seal.types
        ]
        if not any(kid in self._keyring.seals for kid in live):
            self._keyring.reload()
        for kid in reversed(live):
            if (seal := self._keyring.seals.get(kid)) is not None:
                return seal
        raise NoSeal(f"no live seal of {authority} is here")
