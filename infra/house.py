"""The composition root: every part of the house, wired from the settings; nothing else wires anything."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, Self

from domain.appointee import Appointee
from domain.authorities import authorities, registrar_of
from domain.commands import Actor, GrantCompetence
from domain.countries import countries
from domain.offers import keepers
from domain.registers.companies import REGISTER as COMPANIES
from infra.desk import granting
from infra.desk.desk import Append, Desk
from infra.desk.imported import import_entry
from infra.desk.key_acts import authorise_missing, open_log
from infra.desk.streams import Streams
from infra.development import development
from infra.feed.heads import Heads
from infra.feed.store import FeedStore
from infra.formats.envelope import payload_of, split
from infra.formats.ids import Ids
from infra.identity.competences import Competences
from infra.identity.tokens import Issuer, Tokens, actor_of
from infra.keys import keyring
from infra.keys.keyring import Keyring
from infra.keys.live_seals import Authorised, seals_of
from infra.log.event_store import Log, Unavailable
from infra.read_models.follower import Follower
from infra.read_models.store import ReadModels
from infra.runtime.clock import Clock, clock_of
from infra.settings import Settings, WrongSetting
from infra.stores.accesses import Accesses
from infra.stores.evidence import EvidenceStore
from infra.stores.vault import Vault

LONGEST_WAIT_S: Final = 2.0  # for the read models to have seen what this process wrote
REMEMBERED: Final = 100_000  # streams whose country is known, and people whose ids are
_LOOK_S: Final = 0.003
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class CountryHouse:
    """Everything of one country."""

    code: str
    folder: Path
    keyring: Keyring
    ids: Ids
    log: Log
    vault: Vault
    read_models: ReadModels
    feed: FeedStore
    heads: Heads
    accesses: Accesses
    evidence: EvidenceStore
    desk: Desk
    follower: Follower

    @classmethod
    def open(
        cls,
        settings: Settings,
        code: str,
        clock: Clock,
        *,
        synchronous: str = "FULL",
        largest_batch: int = 64,
    ) -> Self:
        """Open the country, with its keys made and its log begun where they are not there yet."""
        folder = settings.data / code.lower()
        folder.mkdir(parents=True, exist_ok=True)
        origin = settings.origin.format(cc=code.lower())
        if not (folder / "keys").exists():
            _must_be_new(folder)
            keyring.create(
                folder / "keys", code, origin, authorities(code), clock(), organisation=settings.organisation
            )
        keys = Keyring(folder / "keys")
        with ExitStack() as opened:  # what was opened is given back where the rest cannot be
            log = opened.enter_context(closing(Log(folder / "log.sqlite", synchronous=synchronous)))
            _belong_together(keys, log)
            vault = opened.enter_context(closing(Vault(folder / "vault.sqlite", keys.kek)))
            read_models = opened.enter_context(closing(ReadModels(folder / "read_models.sqlite")))
            accesses = opened.enter_context(closing(Accesses(folder / "accesses.sqlite")))
            feed = opened.enter_context(closing(FeedStore(folder / "feed.sqlite")))
            evidence = EvidenceStore(folder / "evidence", vault, clock)
            desk = opened.enter_context(
                closing(Desk(code, log, vault, keys, clock, largest_batch=largest_batch))
            )
            open_log(desk, registrar_of(code), tuple(countries()))
            authorise_missing(desk, authorities(code))
            opened.pop_all()
        return cls(
            code=code,
            folder=folder,
            keyring=keys,
            ids=keys.ids,
            log=log,
            vault=vault,
            read_models=read_models,
            feed=feed,
            heads=Heads(code, log, keys.ids.keys(), keys, clock),
            accesses=accesses,
            evidence=evidence,
            desk=desk,
            follower=Follower(code, keys.ids, log, vault, read_models, accesses, evidence),
        )

    def seals(self) -> list[Authorised]:
        """Every seal that the log authorised, oldest first."""
        return seals_of(self.log.stream(self.ids.keys()), self.code)

    def appointees(self, after: int = -1) -> tuple[list[Appointee], int]:
        """Whose competences changed after that position, as the log says it now; and the position that was looked at.

        The read models say whose, as far as they have seen; of what somebody holds only the log is asked.
        """
        changed: list[str] = []
        while rows := self.read_models.rows("competences", order=("position",), after=(after,), limit=_PAGE):
            changed += [row["appointee"] for row in rows]
            after = rows[-1]["position"]
        return self._appointed(changed), after

    def everybody_appointed(self, known: Collection[str]) -> list[Appointee]:
        """All that the read models name, and whoever of ``known`` the log has: the streams of competences are few."""
        changed, _ = self.appointees()
        named = {each.appointee for each in changed}
        return [*changed, *self._appointed([stream for stream in known if stream not in named])]

    def _appointed(self, streams: Sequence[str]) -> list[Appointee]:
        """Those of these streams that are of somebody's competences, folded from the log."""
        found: list[Appointee] = []
        for first in range(0, len(streams), _PAGE):
            wanted = dict.fromkeys(streams[first : first + _PAGE], "competence")
            # Without the write lock: whoever opens the house waits for nobody.
            read = Streams(self.code, self.vault).load(wanted, self.log.streams)
            found += [each.state for each in read.values() if each.state is not None]
        return found

    async def seen(self) -> bool:
        """Wait until the read models have seen what this process wrote: everybody reads their own writes.

        False where they have not in time: whoever follows the log is behind, or away.
        """
        newest = self.desk.newest  # and no more: under load it moves on
        return await _in_time(lambda: self.read_models.has_seen(newest))

    async def seen_readings(self) -> bool:
        """The same of what was recorded as read, which is no event and has a position of its own."""
        count = self.accesses.head()[0]
        return await _in_time(lambda: self.read_models.position("accesses") >= count)

    def close(self) -> None:
        """Finish what is queued, and give everything back."""
        for part in (self.desk, self.accesses, self.feed, self.read_models, self.log, self.vault):
            part.close()


async def _in_time(holds: Callable[[], bool]) -> bool:
    """Whether it holds before long."""
    until = time.monotonic() + LONGEST_WAIT_S
    # Another process follows the log: there is nothing that could be awaited.
    while not (is_so := holds()) and time.monotonic() < until:  # noqa: ASYNC110 - see above
        await asyncio.sleep(_LOOK_S)
    return is_so


def _must_be_new(folder: Path) -> None:
    """Keys are made where there is no log yet, and for no other (WrongSetting)."""
    if (folder / "log.sqlite").exists():
        what = f"{folder / 'keys'} is missing, and there is a log beside it that these keys signed"
        raise WrongSetting(f"{what}: put them back, from the backup of that log")


def _belong_together(keys: Keyring, log: Log) -> None:
    """The keys are of this log, or nothing is signed: what is signed for another log never heals (WrongSetting)."""
    first = log.at(0)
    if first is None:
        return
    opened_for = payload_of(split(first[4])[0]).get("log")
    if opened_for != keys.origin:
        what = f"{keys.folder / 'origin'} says {keys.origin!r}, but the log beside it was opened for {opened_for!r}"
        raise WrongSetting(f"{what}: put the right files back, from one backup")


def _opened(settings: Settings, clock: Clock) -> dict[str, CountryHouse]:
    """All countries, or none is left open."""
    found: dict[str, CountryHouse] = {}
    try:
        for code in settings.kept:
            found[code] = CountryHouse.open(settings, code, clock)
    except BaseException:
        for country in found.values():
            country.close()
        raise
    return found


def _found_companies(country: CountryHouse) -> None:
    """The companies of a development house stand in its register, where they do not yet."""
    keeper = keepers(country.code).get(COMPANIES.name)
    if keeper is None:
        return
    authority = keeper.authority
    missing = [
        content
        for content in development.companies(country.code)
        if not country.log.holds(country.ids.stream(COMPANIES.key(content)))
    ]

    def work(append: Append) -> None:
        for content in missing:
            import_entry(append, country.ids, COMPANIES, content, authority)

    if missing:
        country.desk.have(work).result()


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
    """The member countries that this house keeps, and what they share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock: Clock = clock_of(settings.clock)
        self._places: dict[str, CountryHouse] = {}
        settings.data.mkdir(parents=True, exist_ok=True)
        if settings.issuers:
            _ = self.tokens  # wrong keys are named now
        self.countries: Mapping[str, CountryHouse] = _opened(settings, self.clock)
        # The keyed ids never change, as their secrets are never rotated (formats.md, "Derived ids").
        self.persons_of = lru_cache(maxsize=REMEMBERED)(self._persons_of)
        self.competences = Competences(settings.data / "competences.sqlite")
        # What a killed process left behind, a record that is lost, or one that somebody wrote into.
        for country in self.countries.values():
            self.competences.hold_to(country.code, country.everybody_appointed)
        if settings.environment == "development":
            self._appoint_by_law()
            for country in self.countries.values():
                _found_companies(country)
        else:
            self.competences.enrol_machines("", ())  # there are none that the log does not name

    @cached_property
    def provider(self) -> development.DevelopmentProvider:
        """The embedded identity provider; refuses to exist in production."""
        return provider_of(self.settings)

    @cached_property
    def tokens(self) -> Tokens:
        """Who checks bearer tokens: of the issuers that the settings name, in development of the embedded one too."""
        issuers = dict(self.settings.issuers or {})
        if self.settings.environment == "development":
            everybody = Issuer(keys=self.provider.jwks()["keys"], countries=list(countries()))
            issuers[issuer_of(self.settings)] = everybody
        try:
            return Tokens(issuers, self.clock)
        except ValueError as error:
            raise WrongSetting(f"TAMGA_ISSUERS: {error}") from None

    def actor(self, token: str) -> Actor:
        """The actor that a bearer token names; raises BadToken."""
        return actor_of(self.tokens.identity_of(token), self.competences, self.persons_of, self.clock())

    def _appoint_by_law(self) -> None:
        """The people of a development house hold what the law names, by their numbers: events of the log, said once.

        Machines have no number: how they sign in follows from the address of the house, and stands in no log.
        """
        appointed = list(development.appointments(self.person_of, self.countries))
        machines = [each for each in appointed if each.competence.person is None]
        self.competences.enrol_machines(issuer_of(self.settings), machines)
        people = [each.competence for each in appointed if each.competence.person is not None]
        desks = {code: country.desk for code, country in self.countries.items()}
        commands = [granting.by_law(desks[competence.country], competence) for competence in people]
        asked = [desks[c.country].ask(c) for c in commands if not self._is_appointed(c)]
        self.competences.follow(future.result().state for future in asked)

    def _is_appointed(self, command: GrantCompetence) -> bool:
        """Whether the log said so before; what was ended stays so."""
        known = self.competences.find(command.competence)
        is_over = known is not None and known.is_over(self.clock())
        return known is not None and (is_over or known.competence.procedures == command.procedures)

    def person_of(self, country: str, number: tuple[str, str]) -> str:
        """The keyed id of a human in a country that this house keeps."""
        return self.countries[country].ids.person(*number)

    def _persons_of(self, number: tuple[str, str]) -> Mapping[str, str]:
        """The keyed ids of a human in each country that this house keeps."""
        return {code: country.ids.person(*number) for code, country in self.countries.items()}

    def beside(self, country: CountryHouse) -> list[CountryHouse]:
        """The other countries that this house keeps."""
        return [other for other in self.countries.values() if other is not country]

    def where(self, stream: str) -> CountryHouse | None:
        """The country whose log holds this stream, or None. A stream never moves: it is looked for once.

        Raises event_store.Unavailable where it may be in a log that cannot be read now.
        """
        known = self._places.get(stream)
        if known is not None:
            return known
        trouble: Unavailable | None = None
        for country in self.countries.values():
            try:
                if country.log.holds(stream):
                    if len(self._places) >= REMEMBERED:
                        self._places.clear()
                    self._places[stream] = country
                    return country
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
