"""The reference registry, built of the feed kit (``consumers/feed``); national registries may take either.

==============  ==========================================================================================
entries         how an event changes a row
receipts        the signed receipts, and the outbox; objections
database        the registry's own database: rows and position in one transaction
reader          the reference registry: all of this, step by step
==============  ==========================================================================================
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any, Final

import httpx

from consumers.feed.house_client import Away, Declined, HouseClient
from consumers.feed.sources import HttpSource, KafkaSource, Source
from consumers.registry.database import Database
from consumers.registry.reader import Feed, Registers, Registry
from consumers.registry.receipts import NoSeal, objection
from domain.offers import offers_of
from infra.development.development import client_key
from infra.formats.signing import Seal
from infra.identity.tokens import assertion
from infra.keys.keyring import Keyring
from infra.runtime.clock import clock_of, written
from infra.runtime.turn import Stopped, turn
from infra.settings import Settings

WAIT_S: Final = {"kafka": 0.2, "http": 1.0}
TIMEOUT_S: Final = 40.0  # longer than the longest poll
LONGEST_PAUSE_S: Final = 5.0
logger = logging.getLogger(__name__)


class NoRegistry(LookupError):
    """The country's law names no registry."""


class NotSent(Exception):
    """What somebody wants to tell the house did not get there: no seal, no answer, or a no."""


def registries_of(country: str) -> dict[str, str]:
    """Register -> the registry office that keeps it by the newest terms of the country's law."""
    return {
        register.name: offer.terms[-1].registry_of(register.name)
        for offer in offers_of(country)
        for register in offer.procedure.registers
    }


def run(
    country: str,
    settings: Settings,
    *,
    source: str = "http",
    stop: threading.Event | None = None,
    once: bool = False,
) -> None:
    """The reference registry of a country, until ``stop``; with ``once`` until all that is there is applied.

    It has a database of its own below the data folder, and no more of the house's than a registry would be
    given: the root certificate, its own seals, the keys of its machine clients. One runs for a country,
    others wait. Raises NoRegistry.
    """
    stop = stop or threading.Event()
    folder = settings.data / "registries"
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(Stopped), turn(folder / f"{country.lower()}.lock", stop), ExitStack() as stack:
        registry = _registry(country, settings, source, stack)
        _follow(registry, WAIT_S[source], stop, once=once)


def object_to(country: str, settings: Settings, register: str, event: str, code: str) -> dict[str, Any]:
    """Tell the house that the register cannot apply an event (its hash); what became of that.

    Raises NoRegistry or NotSent.
    """
    authority = registries_of(country).get(register)
    if authority is None:
        raise NoRegistry(f"the law of {country} names no registry for {register}")
    keyring = Keyring(settings.data / country.lower() / "keys")
    seal = keyring.newest(authority)
    if seal is None:
        raise NotSent(f"no seal of {authority} is here")
    at = written(clock_of(settings.clock)())
    signed = objection(seal, keyring.origin, at, (register, event), code)
    with httpx.Client(base_url=settings.base_url, timeout=TIMEOUT_S) as http:
        try:
            (answer,) = _house(settings, authority, http).send_objections(country, [signed])
        except (Away, Declined) as error:
            raise NotSent(str(error)) from error
    return answer


def _registry(country: str, settings: Settings, source: str, stack: ExitStack) -> Registry:
    authorities = registries_of(country)
    if not authorities:
        raise NoRegistry(f"the law of {country} names no registry: nobody reads its feed yet")
    keyring = Keyring(settings.data / country.lower() / "keys")
    http = stack.enter_context(httpx.Client(base_url=settings.base_url, timeout=TIMEOUT_S))
    houses = {}
    for authority in sorted(set(authorities.values())):
        houses[authority] = _house(settings, authority, http)
    reading: Source = HttpSource(houses[min(houses)], country, keyring.origin)
    if source == "kafka":
        reading = KafkaSource(settings.kafka, country, country)
    stack.callback(reading.close)
    database = Database(settings.data / "registries" / f"{country.lower()}.sqlite")
    stack.callback(database.close)
    registers = Registers(authorities, houses, _seals(keyring))
    feed = Feed(country, keyring.origin, keyring.root)
    return Registry(feed, database, reading, registers, clock_of(settings.clock))


def _follow(registry: Registry, wait_s: float, stop: threading.Event, *, once: bool) -> None:
    """Step by step; what fails is tried again, a little later each time."""
    pause = 0.0
    while not stop.is_set():
        try:
            is_done = registry.step(0.0 if once else wait_s)
        except (Away, Declined, NoSeal) as error:
            logger.warning("registry_waits", extra={"country": registry.feed.country, "why": str(error)})
            is_done, pause = False, min(max(pause * 2, 0.1), LONGEST_PAUSE_S)
        except Exception:
            logger.exception("registry_failed", extra={"country": registry.feed.country})
            is_done, pause = False, LONGEST_PAUSE_S
        else:
            pause = 0.0
        if once and is_done:
            return
        if pause:
            stop.wait(pause)


def _house(settings: Settings, authority: str, http: httpx.Client) -> HouseClient:
    key = client_key(settings.data / "identity", authority)
    audience = f"{settings.base_url}/identity/token"
    clock = clock_of(settings.clock)
    return HouseClient(http, "/identity/token", lambda: assertion(key, authority, audience, clock()))


def _seals(keyring: Keyring) -> Callable[[str], Iterator[Seal]]:
    """An authority's own seals, newest first; then once more, as the folder has them by now."""

    def of(authority: str) -> Iterator[Seal]:
        yield from [seal for seal in keyring.seals.values() if seal.authority == authority][::-1]
        keyring.reload()
        yield from [seal for seal in keyring.seals.values() if seal.authority == authority][::-1]

    return of
