"""Cases around midnight of New Year in Astana: each follows its own year, by the law and the unit of that year."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from tests.town.caller import good
from tests.town.fixtures import clock_in, furnisher, inside
from tests.town.people import Town

SALE: Final = ("KZ", "car_sale")
OFFICER: Final = "kz-vehicle-registration-officer-1"
LAST_SECOND: Final = datetime(2025, 12, 31, 18, 59, 59, tzinfo=UTC)  # Astana is five hours ahead
FIRST_SECOND: Final = LAST_SECOND + timedelta(seconds=1)


@pytest.fixture
def old_year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A house that has been there since the 30th of December 2025."""
    folder = tmp_path_factory.mktemp("old_year")
    morning = LAST_SECOND - timedelta(days=1, hours=10)
    furnished = furnisher(tmp_path_factory, clock=clock_in(folder, morning - timedelta(minutes=10)))("KZ")
    with inside(furnished, folder, morning) as town:
        yield town


def test_a_sale_of_each_year_is_filed_under_the_law_of_that_year(old_year: Town) -> None:
    """983 + 4,915 + 11,010 tenge by the unit of 3,932; 1,081 + 5,406 + 12,110 by that of 4,325."""
    told = []
    for at in (LAST_SECOND, FIRST_SECOND):
        old_year.set_clock(at)
        shown = old_year.read(old_year.file(*SALE))
        told.append((shown["terms"], shown["fee"]["amount"]))
    assert told == [("2018-01-01", 1_690_800), ("2026-01-01", 1_859_700)]


def test_what_is_owed_is_told_by_the_unit_of_the_year_in_which_it_is_paid(old_year: Town) -> None:
    old_year.set_clock(LAST_SECOND)
    case = old_year.file(*SALE)
    old_year.consent(case)
    assert old_year.read(case)["next"][0]["amount"] == 1_690_800
    old_year.set_clock(FIRST_SECOND)
    assert old_year.read(case)["next"][0]["amount"] == 1_859_700


def test_a_decision_of_each_year_stands_in_the_register_since_its_own_day(old_year: Town) -> None:
    """Who reads the register as of the last day of the old year finds the sale of that day, and not the next one's."""
    cases = [old_year.take_to("in_review", *SALE) for _ in range(2)]
    for case in cases:
        old_year.assign(case)
    for case, at in zip(cases, (LAST_SECOND, FIRST_SECOND), strict=True):
        old_year.set_clock(at)
        old_year.approve(case)
    versions = []
    for case in cases:
        entry = f"/v1/registers/vehicles/entries/{old_year.read(case)['entries'][0]['entry']}"
        for day in ("2025-12-31", "2026-01-01"):
            shown = good(old_year.as_(OFFICER).get(entry, as_of=day, case=case))
            versions.append((day, shown["title"]))
    assert versions == [
        ("2025-12-31", "sale"),
        ("2026-01-01", "sale"),
        ("2025-12-31", "import"),
        ("2026-01-01", "sale"),
    ]
