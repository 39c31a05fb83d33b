"""The facts of the member countries; every country that has a folder is looked at."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.countries import countries, legal_day
from domain.country import TO_BE_CONFIRMED, Country, unit_value
from domain.days.working_days import calendar_of
from domain.facts import Facts
from domain.fees import Fee, FeePart, assess
from domain.numbers import WrongNumber

every_country = pytest.mark.parametrize("country", countries().values(), ids=countries())


def test_the_member_countries_are_here() -> None:
    assert {"AZ", "KG", "KZ", "TR", "UZ"} <= set(countries())
    assert list(countries()) == sorted(countries())


@every_country
def test_money_has_a_currency_and_its_digits(country: Country) -> None:
    assert len(country.currency) == 3
    assert country.currency.isupper()
    assert country.minor_units in range(4)


@every_country
def test_unit_values_follow_each_other_and_have_a_source(country: Country) -> None:
    for values in country.units.values():
        assert values
        for value in values:
            assert value.amount_minor > 0
            assert value.source.law
            assert value.until is None or value.since <= value.until
        for before, after in pairwise(values):
            assert before.until is not None
            assert before.until < after.since


@every_country
def test_only_the_last_value_of_a_unit_may_have_no_end(country: Country) -> None:
    assert all(value.until is not None for values in country.units.values() for value in values[:-1])


def test_each_log_has_its_partition_of_the_feed_for_ever() -> None:
    """formats.md 3; later countries take the next free ones, so that there is no gap."""
    found = {code: country.partition for code, country in countries().items()}
    assert {code: found[code] for code in ("AZ", "KZ", "KG", "TR", "UZ")} == {
        "AZ": 0,
        "KZ": 1,
        "KG": 2,
        "TR": 3,
        "UZ": 4,
    }
    assert sorted(found.values()) == list(range(len(found)))


@every_country
def test_decrees_name_a_day_once(country: Country) -> None:
    assert len({decree.day for decree in country.overlay}) == len(country.overlay)


@every_country
def test_the_number_of_a_person_refuses_what_is_none(country: Country) -> None:
    assert country.person_number.name
    for text in ("", "x", "1" * 40):
        with pytest.raises(WrongNumber):
            country.person_number.normal_form(text)


@every_country
def test_our_working_days_are_those_of_the_calendar_where_no_decree_says_otherwise(country: Country) -> None:
    if country.code not in holidays.list_supported_countries():
        pytest.skip("nobody publishes its holidays: they are decrees in its folder")
    published = holidays.country_holidays(country.code, years=range(2023, 2031), language="en_US")
    ours = calendar_of(country)
    decreed = {decree.day for decree in country.overlay}
    day = date(2023, 1, 1)
    while day.year < 2031:
        if day not in decreed:
            assert (ours.day_off(day) is None) == published.is_working_day(day), day
        day += timedelta(days=1)


@every_country
def test_no_holiday_of_a_decreed_year_that_is_certain_is_called_estimated(country: Country) -> None:
    """Of the decreed years only Kazakhstan's Eid al-Adha of 2026 still depends on the moon."""
    estimated = calendar_of(country).is_estimated(date(2026, 1, 1), date(2026, 12, 31))
    assert estimated == (country.code == "KZ")


@pytest.mark.parametrize(("code", "hours"), [("TR", 3), ("AZ", 4), ("KZ", 5), ("UZ", 5), ("KG", 6)])
def test_the_legal_day_begins_by_the_law_of_the_country(code: str, hours: int) -> None:
    """Also that this machine's time zones are new enough: Kazakhstan has one zone since March 2024."""
    zone = ZoneInfo(countries()[code].time_zone)
    for month in (1, 7):
        assert datetime(2026, month, 1, tzinfo=zone).utcoffset() == timedelta(hours=hours)


@given(
    moments=st.lists(
        st.tuples(
            st.dates(date(1990, 1, 1), date(2060, 12, 31)),
            st.integers(-7_200_000_000, 7_200_000_000),
            st.sampled_from(sorted(countries())),
        ),
        max_size=20,
    )
)
def test_the_legal_day_is_the_local_day_whatever_was_asked_before(
    moments: list[tuple[date, int, str]],
) -> None:
    """Around each midnight, in any order: which day was asked for last is remembered, with its ends."""
    for day, microseconds, code in moments:
        zone = ZoneInfo(countries()[code].time_zone)
        at = (datetime.combine(day, time(), zone).astimezone(UTC)) + timedelta(microseconds=microseconds)
        assert legal_day(at, countries()[code]) == at.astimezone(zone).date()


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime(9999, 12, 31, 12, tzinfo=UTC)])
def test_the_first_and_the_last_day_of_the_calendar_are_days(at: datetime) -> None:
    assert legal_day(at, countries()["KZ"]).year == at.year


@pytest.mark.parametrize(
    ("code", "unit", "first", "last", "amount"),
    [
        ("KZ", "MCI", date(2019, 12, 31), date(2019, 12, 31), None),
        ("KZ", "MCI", date(2020, 1, 1), date(2020, 3, 31), 2_651_00),
        ("KZ", "MCI", date(2020, 4, 1), date(2020, 12, 31), 2_778_00),
        ("KZ", "MCI", date(2021, 1, 1), date(2021, 12, 31), 2_917_00),
        ("KZ", "MCI", date(2022, 1, 1), date(2022, 12, 31), 3_063_00),
        ("KZ", "MCI", date(2023, 1, 1), date(2023, 12, 31), 3_450_00),
        ("KZ", "MCI", date(2024, 1, 1), date(2024, 12, 31), 3_692_00),
        ("KZ", "MCI", date(2025, 1, 1), date(2025, 12, 31), 3_932_00),
        ("KZ", "MCI", date(2026, 1, 1), date(2026, 12, 31), 4_325_00),
        ("KZ", "MCI", date(2027, 1, 1), date(2027, 12, 31), None),
        ("UZ", "BHM", date(2019, 8, 31), date(2019, 8, 31), None),
        ("UZ", "BHM", date(2019, 9, 1), date(2021, 1, 31), 223_000_00),
        ("UZ", "BHM", date(2021, 2, 1), date(2021, 8, 31), 245_000_00),
        ("UZ", "BHM", date(2021, 9, 1), date(2022, 5, 31), 270_000_00),
        ("UZ", "BHM", date(2022, 6, 1), date(2023, 4, 30), 300_000_00),
        ("UZ", "BHM", date(2023, 5, 1), date(2023, 11, 30), 330_000_00),
        ("UZ", "BHM", date(2023, 12, 1), date(2024, 9, 30), 340_000_00),
        ("UZ", "BHM", date(2024, 10, 1), date(2025, 7, 31), 375_000_00),
        ("UZ", "BHM", date(2025, 8, 1), date(2026, 12, 31), 412_000_00),
        ("UZ", "BHM", date(2027, 1, 1), date(2027, 12, 31), None),
        ("KG", "CI", date(2021, 11, 30), date(2026, 12, 31), 100_00),
        ("KG", "CI", date(2027, 1, 1), date(2027, 12, 31), None),
        ("TR", "ID_CARD", date(2018, 1, 1), date(2018, 12, 31), 18_50),
        ("TR", "ID_CARD", date(2019, 1, 1), date(2019, 12, 31), 22_50),
        ("TR", "ID_CARD", date(2020, 1, 1), date(2022, 12, 31), None),
        ("TR", "ID_CARD", date(2023, 1, 1), date(2023, 12, 31), 83_00),
        ("TR", "ID_CARD", date(2024, 1, 1), date(2024, 12, 31), None),
        ("TR", "ID_CARD", date(2025, 1, 1), date(2025, 12, 31), 185_00),
        ("TR", "ID_CARD", date(2026, 1, 1), date(2026, 12, 31), 220_00),
        ("TR", "ID_CARD", date(2027, 1, 1), date(2027, 12, 31), None),
        ("TR", "NOTARY_VEHICLE_ACT", date(2024, 1, 1), date(2024, 12, 31), None),
        ("TR", "NOTARY_VEHICLE_ACT", date(2025, 1, 1), date(2025, 12, 31), 1_489_36),
        ("TR", "NOTARY_VEHICLE_ACT", date(2026, 1, 1), date(2026, 12, 31), 1_870_00),
        ("TR", "NOTARY_VEHICLE_ACT", date(2027, 1, 1), date(2027, 12, 31), None),
    ],
)
def test_a_unit_has_its_value_from_its_first_day_to_its_last_and_none_where_none_is_known(
    code: str, unit: str, first: date, last: date, amount: int | None
) -> None:
    for day in (first, last):
        found = unit_value(countries()[code], unit, day)
        assert (found.amount_minor if found else None) == amount, day


def test_a_late_birth_of_a_year_without_the_price_of_the_card_is_provisional() -> None:
    """Of 2024 none is known: it is taken with that of 2023, and waits for an officer."""
    card = Fee(parts=(FeePart(name="card", units=Fraction(1), unit="ID_CARD"),), source=TO_BE_CONFIRMED)
    assessed = {
        year: (fee["amount"], fee["provisional"])
        for year in (2023, 2024, 2025)
        for fee in [assess(card, Facts({}, date(year, 5, 1)), countries()["TR"])]
    }
    assert assessed == {2023: (83_00, False), 2024: (83_00, True), 2025: (185_00, False)}


MEMBERS: Final = frozenset({"AZ", "KG", "KZ", "TR", "UZ"})  # whoever adds a country says this of its own


def test_a_value_that_one_weak_source_has_or_none_is_to_be_confirmed() -> None:
    unconfirmed = {
        (country.code, unit, value.since.year)
        for country in countries().values()
        if country.code in MEMBERS
        for unit, values in country.units.items()
        for value in values
        if not value.source.confirmed
    }
    assert unconfirmed == {
        ("KG", "CI", 2021),
        ("TR", "ID_CARD", 2023),
        ("TR", "ID_CARD", 2025),
        ("TR", "NOTARY_VEHICLE_ACT", 2025),
        ("TR", "NOTARY_VEHICLE_ACT", 2026),
    }


def test_a_unit_that_a_country_does_not_have_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        unit_value(countries()["TR"], "MCI", date(2026, 11, 23))
