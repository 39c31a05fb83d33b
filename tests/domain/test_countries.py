"""The facts of the member countries; every country that has a folder is looked at."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.countries import countries, legal_day
from domain.country import Country, unit_value
from domain.days.working_days import calendar_of
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


def test_the_mci_of_kazakhstan_is_dated_and_has_no_value_for_2027() -> None:
    kz = countries()["KZ"]
    tenge = {
        day.year: value.amount_minor // 100 if (value := unit_value(kz, "MCI", day)) else None
        for day in (date(2025, 1, 1), date(2026, 1, 1), date(2027, 1, 1))
    }
    assert tenge == {2025: 3932, 2026: 4325, 2027: None}
    assert unit_value(kz, "MCI", date(2026, 12, 31)) is not None


def test_the_bhm_of_uzbekistan_changes_in_the_middle_of_a_year() -> None:
    uz = countries()["UZ"]
    before, after = (unit_value(uz, "BHM", day) for day in (date(2025, 7, 31), date(2025, 8, 1)))
    assert before is not None
    assert after is not None
    assert (before.amount_minor, after.amount_minor) == (375_000_00, 412_000_00)


def test_what_is_general_knowledge_only_is_to_be_confirmed() -> None:
    unconfirmed = {
        (country.code, unit)
        for country in countries().values()
        for unit, values in country.units.items()
        if not all(value.source.confirmed for value in values)
    }
    assert unconfirmed == {("KG", "CI"), ("UZ", "BHM")}


def test_a_unit_that_a_country_does_not_have_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        unit_value(countries()["TR"], "MCI", date(2026, 11, 23))
