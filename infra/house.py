"""The composition root: every part of the house, wired from the settings; nothing else wires anything."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from domain.authorities import authorities, registrar_of
from domain.commands import Actor
from domain.countries import countries
from infra.desk.desk import Desk
from infra.desk.key_acts import authorise_missing, open_log
from infra.development import development
from infra.feed.heads import Heads
from infra.feed.store import FeedStore
from infra.identity.competences import Competences
from infra.identity.tokens import Tokens, actor_of
from infra.keys import keyring
from infra.keys.keyring import Keyring
from infra.keys.live_seals import Authorised, seals_of
from infra.log.event_store import Log, Unavailable
from infra.read_models.follower import Runner
from infra.read_models.store import Views
from infra.runtime.clock import Clock, clock_of
from infra.settings import Settings
from infra.stores.accesses import Accesses
from infra.stores.evidence import EvidenceStore
from infra.stores.vault import Vault

LONGEST_WAIT_S: Final = 2.0  # for the read models to have seen what this process wrote
REMEMBERED: Final = 100_000  # streams whose country is known
_LOOK_S: Final = 0.003


@dataclass(frozen=True, slots=True)
class CountryHouse:
    """Everything of one country."""

    code: str
    folder: Path
    keyring: Keyring
    log: Log
    vault: Vault
    views: Views
    feed: FeedStore
    accesses: Accesses
    evidence: EvidenceStore
    desk: Desk
    runner: Runner

    def person_of(self, number: tuple[str, str]) -> str:
        """The keyed id of the human with this number (country, number), in this country only."""
        return self.desk.id_of("person", 1, *number)

    @property
    def keys_stream(self) -> str:
        """The stream that tells which keys may sign."""
        return self.desk.id_of("keys", 1)

    def seals(self) -> list[Authorised]:
        """Every seal that the log authorised, oldest first."""
        return seals_of(self.log.stream(self.keys_stream), self.code)

    def heads(self, clock: Clock) -> Heads:
        """Who signs the heads of this log's feeds."""
        return Heads(self.code, self.log, self.keys_stream, self.keyring, clock)

    async def seen(self) -> bool:
        """Wait until the read models have seen what this process wrote: everybody reads their own writes.

        False where they have not in time: whoever follows the log is behind, or away.
        """
        newest = self.desk.newest  # and no more: under load it moves on
        until = time.monotonic() + LONGEST_WAIT_S
        # Another process follows the log: there is nothing that could be awaited.
        while not self.views.has_seen(newest) and time.monotonic() < until:  # noqa: ASYNC110 - see above
            await asyncio.sleep(_LOOK_S)
        return self.views.has_seen(newest)

    def close(self) -> None:
        """Finish what is queued, and give everything back."""
        for part in (self.desk, self.accesses, self.feed, self.views, self.log, self.vault):
            part.close()


def issuer_of(settings: Settings) -> str:
    """The issuer of the embedded identity provider."""
    return f"{settings.base_url}/identity"


def provider_of(settings: Settings) -> development.DevelopmentProvider:
    """The embedded identity provider; its keys lie in the data folder, so it works beside a running house."""
    folder = settings.data / "identity"
    clock = clock_of(settings.clock)
    return development.DevelopmentProvider(
        folder, issuer_of(settings), clock, environment=settings.environment
    )


class House:
    """The member countries that this deployment hosts, and what they share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock: Clock = clock_of(settings.clock)
        self._places: dict[str, CountryHouse] = {}
        settings.data.mkdir(parents=True, exist_ok=True)
        self.countries: Mapping[str, CountryHouse] = {code: self._country(code) for code in countries()}
        self.competences = Competences(settings.data / "competences.sqlite")
        if settings.environment == "development":
            appointed = development.appointments(self.person_of)
            self.competences.enrol_development(issuer_of(settings), appointed)

    @cached_property
    def provider(self) -> development.DevelopmentProvider:
        """The embedded identity provider; refuses to exist in production."""
        return provider_of(self.settings)

    @cached_property
    def tokens(self) -> Tokens:
        """Who checks bearer tokens."""
        return Tokens({issuer_of(self.settings): self.provider.jwks()}, self.clock)

    def actor(self, token: str) -> Actor:
        """The actor that a bearer token names; raises BadToken."""
        return actor_of(self.tokens.identity_of(token), self.competences, self.person_of, self.clock())

    def person_of(self, country: str, number: tuple[str, str]) -> str:
        """The keyed id of a human in a country."""
        return self.countries[country].person_of(number)

    def where(self, stream: str) -> CountryHouse | None:
        """The country whose log holds this stream, or None. A stream never moves: it is looked for once.

        Raises event_store.Unavailable where it may be in a log that cannot be read now.
        """
        known = self._places.get(stream)
        if known is not None:
            return known
        trouble: Unavailable | None = None
        for house in self.countries.values():
            try:
                if house.log.holds(stream):
                    if len(self._places) >= REMEMBERED:
                        self._places.clear()
                    self._places[stream] = house
                    return house
            except Unavailable as error:  # one country's trouble is not another's
                trouble = error
        if trouble is not None:
            raise trouble
        return None

    def close(self) -> None:
        """Finish what is queued, and give everything back."""
        for country in self.countries.values():
            country.close()
        self.competences.close()

    def _country(self, code: str) -> CountryHouse:
        folder = self.settings.data / code.lower()
        folder.mkdir(parents=True, exist_ok=True)
        origin = self.settings.origin.format(cc=code.lower())
        if not (folder / "keys").exists():
            keyring.create(folder / "keys", code, origin, authorities(code), self.clock())
        keys = Keyring(folder / "keys")
        log = Log(folder / "log.sqlite")
        vault = Vault(folder / "vault.sqlite", keys.kek)
        views = Views(folder / "views.sqlite")
        accesses = Accesses(folder / "accesses.sqlite")
        evidence = EvidenceStore(folder / "evidence", vault, self.clock)
        desk = Desk(code, log, vault, keys, self.clock)
        open_log(desk, registrar_of(code), tuple(countries()))
        authorise_missing(desk, authorities(code))
        return CountryHouse(
            code=code,
            folder=folder,
            keyring=keys,
            log=log,
            vault=vault,
            views=views,
            feed=FeedStore(folder / "feed.sqlite"),
            accesses=accesses,
            evidence=evidence,
            desk=desk,
            runner=Runner(code, log, vault, views, accesses, evidence),
        )
