"""A law of the tests: filed like a sale in Kazakhstan, and asking what no released row asks for yet."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from domain.country import Source
from domain.facts import Content, Facts
from domain.fees import Fee
from domain.lookup_keys import Key, claim_key, entry_key
from domain.offers import offers
from domain.procedure import Offer
from domain.procedures.car_sale import VEHICLES
from domain.register import Create, Effect
from tests.domain.story import MONDAY, Story, as_filed
from tests.examples import example_request

LAW: Final = Source("Law of the tests", confirmed=True)
SALE: Final = offers()["KZ", "car_sale"]


def vin_of(facts: Facts) -> str:
    vin: str = facts.request["vehicle"]["vin"]
    return vin


def car_of(facts: Facts) -> Key:
    return entry_key("vehicles", "vin", vin_of(facts))


def car(facts: Facts) -> Content:
    made = {"plate": None, "make": "Lada", "model": "Samara", "year": 2001, "colour": None}
    return {"vehicle": {**made, "vin": vin_of(facts)}, "owner": facts.request["buyer"]}


def registered(facts: Facts) -> tuple[Effect, ...]:
    """The car comes into its register, for a year from the day of the decision, and holds the claim of the case."""
    until = facts.day.replace(year=facts.day.year + 1)
    settles = (claim_key("vehicle_sale", vin_of(facts)),)
    return (
        Create(
            register=VEHICLES,
            key=car_of(facts),
            title="registration",
            content=car(facts),
            settles=settles,
            until=until,
        ),
    )


def made_up(
    patch: pytest.MonkeyPatch,
    effects: Callable[[Facts], tuple[Effect, ...]] = registered,
    *,
    times: Mapping[str, Any] | None = None,
    procedure: Mapping[str, Any] | None = None,
    **law: Any,
) -> Offer:
    """The procedure ``made_up``, unless it is named otherwise, is offered in Kazakhstan, on the terms of a sale with
    these changes.
    """
    shape = {
        "name": "made_up",
        "registers": (VEHICLES,),
        "effects": effects,
        "checks": (),
        **(procedure or {}),
    }
    terms = SALE.terms[-1]
    terms = replace(terms, times=replace(terms.times, **(times or {})), **law)
    offer = replace(SALE, procedure=replace(SALE.procedure, **shape), terms=(terms,))
    patch.setitem(offers(), ("KZ", offer.procedure.name), offer)
    return offer


def not_offered(patch: pytest.MonkeyPatch, country: str, *names: str) -> None:
    """The country offers these no longer; after the test each stands where it stood among the others."""
    known = offers()
    for name in names:
        places = list(known)
        after = {key: known[key] for key in places[places.index((country, name)) :]}
        for key in reversed(after):
            patch.delitem(known, key)
        del after[country, name]
        for key, offer in after.items():
            patch.setitem(known, key, offer)


def senior_where_late(patch: pytest.MonkeyPatch) -> None:
    """Whoever tells a birth late in Türkiye pays nothing, and a senior officer decides."""
    birth = offers()["TR", "birth_certificate"]
    row = birth.terms[-1]
    limits = tuple(replace(limit, effect="officer") for limit in row.filing_limits)
    free = replace(
        row, filing_limits=limits, fee=Fee(parts=(), source=LAW), times=replace(row.times, pay=None)
    )
    patch.setitem(offers(), ("TR", "birth_certificate"), replace(birth, terms=(free,)))


def a_story_of(offer: Offer) -> Story:
    """An example of its request; nothing is filed yet, and nothing is in the register."""
    return Story(offer, as_filed(offer, example_request(offer, today=MONDAY.date())))
