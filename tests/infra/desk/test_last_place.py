"""The last place of a year goes to one of two processes, never to both and never to nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from domain.claim import Claim
from domain.country import Source
from domain.lookup_keys import claim_key
from domain.offers import offers
from domain.refusals import Clash, Refusal
from domain.terms import Quota, QuotaSize
from tests.infra.desk.test_desk import beside
from tests.infra.one_country import CODE, OneCountry, is_chained

SALE = (CODE, "car_sale")
LAW = Source("Law of the tests", confirmed=True)
PLACES = 4
KEY = claim_key("quota", "sales_of_the_tests", "2026")


@contextmanager
def so_many_a_year(places: int) -> Iterator[None]:
    """Cars are sold on a quota, as long as a test runs."""
    table = cast("dict[Any, Any]", offers())
    before = table[SALE]
    size = QuotaSize(since=date(2026, 1, 1), until=date(2026, 12, 31), slots=places, source=LAW)
    terms = replace(before.terms[-1], quotas=(Quota(name="sales_of_the_tests", source=LAW),))
    table[SALE] = replace(
        before, terms=(*before.terms[:-1], terms), quota_sizes={("sales_of_the_tests",): (size,)}
    )
    try:
        yield
    finally:
        table[SALE] = before


def test_two_processes_ask_for_the_last_places_at_once(kazakhstan: OneCountry) -> None:
    """Twelve filings in two processes: four are taken, eight hear that the year is full."""
    kazakhstan.register(*range(12))
    with so_many_a_year(PLACES), beside(kazakhstan) as other:
        houses = (kazakhstan, other)
        asked = [houses[n % 2].desk.ask(houses[n % 2].filing(n)) for n in range(12)]
        refusals = [future.exception() for future in asked]
        assert refusals.count(None) == PLACES
        assert {refusal.name for refusal in refusals if isinstance(refusal, Refusal)} == {"quota_full"}
        stream = kazakhstan.country.ids.stream(KEY)
        for house in houses:
            taken = house.desk.have(lambda append: append.load(stream, "claim").state).result()
            assert taken == Claim(taken=PLACES)
        with pytest.raises(Clash):
            other.file(0, key="again")
    assert is_chained(kazakhstan.log)
