"""Fees: formulas of named parts, exact to the tiyn, rounded as the law says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.country import Country, Source, UnitValue, unit_value
from domain.facts import Facts, Is
from domain.fees import Assessment, Fee, FeePart, assess
from domain.law import countries

KZ = countries()["KZ"]
TR = countries()["TR"]
LAW = Source(law="Fee law of the tests", confirmed=True)

REGISTRATION = FeePart(name="registration", units=Fraction(1, 4), unit="MCI")
CERTIFICATE = FeePart(name="certificate", units=Fraction(5, 4), unit="MCI")
PLATES = FeePart(name="plates", units=Fraction(14, 5), unit="MCI", when=(Is("new_plates"),))
CAR_SALE = Fee(
    parts=(REGISTRATION, CERTIFICATE, PLATES), rounding="part_to_major", unit_day="payment", source=LAW
)
IN_2026 = date(2026, 11, 23)


def with_mci(tenge: int) -> Country:
    """Kazakhstan with another MCI; that of the examples in the resolutions is 2,778."""
    value = UnitValue(since=date(2020, 1, 1), until=None, amount_minor=tenge * 100, source=LAW)
    return replace(KZ, units={"MCI": (value,)})


def assessed(fee: Fee, request: Mapping[str, Any], day: date, country: Country) -> Assessment:
    """The fee of a request, by the unit values of that day."""
    return assess(fee, Facts(request, day), country)


def amounts(fee: Fee, request: Mapping[str, Any], country: Country) -> list[int]:
    return [part["amount"] for part in assessed(fee, request, IN_2026, country)["parts"]]


def test_each_part_of_a_car_sale_is_rounded_to_whole_tenge() -> None:
    """The published examples: 694.50 becomes 695, 3,472.50 becomes 3,473, 7,778.40 becomes 7,778."""
    assert amounts(CAR_SALE, {"new_plates": True}, with_mci(2778)) == [695_00, 3_473_00, 7_778_00]


def test_a_car_sale_of_2026_with_new_plates() -> None:
    fee = assessed(CAR_SALE, {"new_plates": True}, IN_2026, KZ)
    assert fee == {
        "amount": 18_597_00,
        "currency": "KZT",
        "formula": "0.25 MCI + 1.25 MCI + 2.8 MCI",
        "parts": [
            {
                "name": "registration",
                "units": "1/4",
                "unit": "MCI",
                "unit_value": 4_325_00,
                "amount": 1_081_00,
            },
            {
                "name": "certificate",
                "units": "5/4",
                "unit": "MCI",
                "unit_value": 4_325_00,
                "amount": 5_406_00,
            },
            {"name": "plates", "units": "14/5", "unit": "MCI", "unit_value": 4_325_00, "amount": 12_110_00},
        ],
        "unit_day": "payment",
        "provisional": False,
    }


@pytest.mark.parametrize("request_", [{"new_plates": False}, {}, {"new_plates": None}])
def test_who_keeps_the_plates_does_not_pay_for_new_ones(request_: Mapping[str, Any]) -> None:
    fee = assessed(CAR_SALE, request_, IN_2026, KZ)
    assert fee["formula"] == "0.25 MCI + 1.25 MCI"
    assert fee["amount"] == 1_081_00 + 5_406_00


def test_the_sum_is_rounded_once_where_the_law_rounds_the_sum() -> None:
    """694.50 + 3,472.50 is 4,167 tenge; rounding each part gives one more."""
    by_sum = replace(CAR_SALE, rounding="sum_to_major")
    assert assessed(by_sum, {}, IN_2026, with_mci(2778))["amount"] == 4_167_00
    assert assessed(CAR_SALE, {}, IN_2026, with_mci(2778))["amount"] == 4_168_00


def test_without_rounding_the_tiyn_stay() -> None:
    exact = replace(CAR_SALE, rounding="none")
    assert amounts(exact, {}, KZ) == [1_081_25, 5_406_25]


def test_a_new_year_without_its_unit_value_is_never_silent() -> None:
    """No MCI of 2027 is known: the fee is taken with that of 2026, and waits for an officer."""
    fee = assessed(CAR_SALE, {}, date(2027, 1, 1), KZ)
    assert fee["provisional"]
    assert fee["parts"][0]["unit_value"] == 4_325_00
    assert unit_value(KZ, "MCI", date(2027, 1, 1)) is None


def test_a_day_before_the_first_known_value_is_provisional_too() -> None:
    fee = assessed(CAR_SALE, {}, date(2019, 1, 1), KZ)
    assert fee["provisional"]
    assert fee["parts"][0]["unit_value"] == 3_932_00


def test_a_fee_that_needs_no_missing_value_is_not_provisional() -> None:
    plates_only = replace(CAR_SALE, parts=(PLATES,))
    assert not assessed(plates_only, {"new_plates": False}, date(2027, 1, 1), KZ)["provisional"]


def test_what_costs_nothing_has_no_parts() -> None:
    free = assessed(Fee(parts=(), source=LAW), {}, IN_2026, KZ)
    assert (free["amount"], free["parts"], free["provisional"], free["formula"]) == (0, [], False, "0")


def test_a_fixed_part_is_in_minor_units() -> None:
    fee = Fee(parts=(FeePart(name="card", units=Fraction(11_00)),), source=LAW)
    found = assessed(fee, {}, IN_2026, countries()["AZ"])
    assert (found["amount"], found["formula"]) == (11_00, "11 AZN")


NOTARY = Fee(
    parts=(FeePart(name="notary", units=Fraction(2, 1000), ad_valorem="price", at_least=1_000_00),),
    source=LAW,
)


@pytest.mark.parametrize(
    ("price", "fee"),
    [
        (400_000_00, 1_000_00),  # 800 lira: the least is asked
        (500_000_00, 1_000_00),
        (1_234_567_89, 2_469_14),  # 2,469.13578 lira
    ],
)
def test_a_fee_may_be_a_share_of_the_price_with_a_least_amount(price: int, fee: int) -> None:
    found = assessed(NOTARY, {"price": {"amount": price, "currency": "TRY"}}, IN_2026, TR)
    assert found["amount"] == fee
    assert found["formula"] == "0.002 price (at least 1000 TRY)"
    assert not found["provisional"]


@pytest.mark.parametrize("price", [None, {"amount": 30_000_00, "currency": "USD"}])
def test_a_price_that_cannot_be_taken_as_it_is_waits_for_an_officer(price: Mapping[str, Any] | None) -> None:
    found = assessed(NOTARY, {"price": price}, IN_2026, TR)
    assert (found["amount"], found["provisional"]) == (1_000_00, True)


def test_the_price_itself_is_not_told_with_the_fee() -> None:
    """A price is personal, a fee is public."""
    found = assessed(NOTARY, {"price": {"amount": 1_234_567_89, "currency": "TRY"}}, IN_2026, TR)
    assert found["parts"] == [
        {"name": "notary", "units": "1/500", "unit": "price", "unit_value": None, "amount": 2_469_14}
    ]


def test_a_unit_that_the_country_does_not_have_is_a_mistake_in_its_terms() -> None:
    with pytest.raises(KeyError):
        assessed(CAR_SALE, {}, IN_2026, TR)


@pytest.mark.parametrize(
    ("units", "shown"),
    [
        (Fraction(1, 3), "1/3 MCI"),
        (Fraction(1, 8), "0.125 MCI"),
        (Fraction(7, 2000), "0.0035 MCI"),
        (Fraction(36), "36 MCI"),
        (Fraction(2_001, 20), "100.05 MCI"),
    ],
)
def test_a_formula_is_written_as_the_law_writes_it(units: Fraction, shown: str) -> None:
    fee = Fee(parts=(FeePart(name="part", units=units, unit="MCI"),), source=LAW)
    assert assessed(fee, {}, IN_2026, KZ)["formula"] == shown


PARTS = st.lists(st.fractions(min_value=0, max_value=100, max_denominator=1000), max_size=5)


@given(PARTS, st.integers(1, 10_000), st.sampled_from(["none", "part_to_major", "sum_to_major"]))
def test_rounding_is_exact_and_never_off_by_more_than_half_a_step(
    units: list[Fraction], mci: int, rounding: Any
) -> None:
    parts = tuple(FeePart(name=f"part {n}", units=share, unit="MCI") for n, share in enumerate(units))
    fee = assessed(Fee(parts=parts, rounding=rounding, source=LAW), {}, IN_2026, with_mci(mci))
    exact = sum(units, Fraction()) * mci * 100
    half_steps = {"none": len(units), "part_to_major": 100 * len(units), "sum_to_major": 100}[rounding]
    assert abs(fee["amount"] - exact) <= Fraction(half_steps, 2)
    assert rounding == "none" or fee["amount"] % 100 == 0
    if rounding != "sum_to_major":
        assert fee["amount"] == sum(part["amount"] for part in fee["parts"])
