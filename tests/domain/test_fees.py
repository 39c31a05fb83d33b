"""Fees: formulas of named parts, exact to the tiyn, rounded as the law says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.countries import countries
from domain.country import Country, Source, UnitValue, unit_value
from domain.days.deadlines import Term
from domain.facts import Choice, Facts, Is, Late
from domain.fees import Assessment, Fee, FeePart, Step, Table, assess
from domain.limits import facts_of
from domain.offers import offers
from domain.terms import FilingLimit

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
    assert fee["parts"][0]["unit_value"] == 2_651_00


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


# --- by a code, by a limit, by a table ----------------------------------------------------------------------

AZ = countries()["AZ"]
KG = countries()["KG"]
TIERS: Choice[Fraction] = Choice(
    "length",
    {
        "one_year": Choice(
            "tier",
            {
                "ten_days": Fraction(1400_00),
                "fifteen_days": Fraction(1200_00),
                "twenty_days": Fraction(1000_00),
            },
        ),
        "six_months": Choice(
            "tier",
            {
                "ten_days": Fraction(1000_00),
                "fifteen_days": Fraction(800_00),
                "twenty_days": Fraction(600_00),
            },
        ),
    },
)


@pytest.mark.parametrize(
    ("length", "tier", "amount"),
    [
        ("one_year", "ten_days", 1400_00),
        ("one_year", "twenty_days", 1000_00),
        ("six_months", "twenty_days", 600_00),
    ],
)
def test_two_codes_of_the_form_choose_the_fee(length: str, tier: str, amount: int) -> None:
    """AZ permits: a tier that is paid for and a length; two codes in place of nine yes and no."""
    fee = Fee(parts=(FeePart(name="permit", units=TIERS),), source=LAW)
    found = assessed(fee, {"length": length, "tier": tier}, IN_2026, AZ)
    assert (found["amount"], found["parts"][0]["units"]) == (amount, str(amount))


SEASONAL: Choice[Fraction] = Choice("days", {"90": Fraction(12), "180": Fraction(24), "270": Fraction(36)})


@pytest.mark.parametrize(
    ("paid_on", "amount"), [(date(2025, 12, 31), 141_552_00), (date(2026, 1, 5), 155_700_00)]
)
def test_a_seasonal_permit_costs_what_its_length_does(paid_on: date, amount: int) -> None:
    """KZ: 36 MCI for 270 days, by the value of the day of payment."""
    fee = Fee(parts=(FeePart(name="permit", units=SEASONAL, unit="MCI"),), unit_day="payment", source=LAW)
    assert assessed(fee, {"days": "270"}, paid_on, KZ)["amount"] == amount


def test_a_code_that_the_terms_forgot_is_a_mistake_in_them() -> None:
    fee = Fee(parts=(FeePart(name="permit", units=SEASONAL, unit="MCI"),), source=LAW)
    with pytest.raises(KeyError):
        assessed(fee, {"days": "365"}, IN_2026, KZ)


DUTY = FeePart(name="registration", units=Fraction(20_00), when=(Is("seller", ("kin", "company")),))


@pytest.mark.parametrize(("seller", "amount"), [("kin", 20_00), ("company", 20_00), ("person", 0)])
def test_a_part_is_asked_where_a_member_has_one_of_its_values(seller: str, amount: int) -> None:
    assert assessed(Fee(parts=(DUTY,), source=LAW), {"seller": seller}, IN_2026, AZ)["amount"] == amount


CARD_VALUES = {2025: 185_00, 2026: 220_00}
TR_WITH_CARDS = replace(
    TR,
    units={
        "ID_CARD": tuple(
            UnitValue(since=date(year, 1, 1), until=date(year, 12, 31), amount_minor=amount, source=LAW)
            for year, amount in CARD_VALUES.items()
        )
    },
)
CARD = Fee(
    parts=(FeePart(name="card", units=Fraction(1), unit="ID_CARD", when=(Late("notification"),)),),
    unit_day="payment",
    source=LAW,
)
BIRTH = replace(
    offers()["TR", "birth_certificate"].terms[-1],
    fee=CARD,
    filing_limits=(
        FilingLimit(
            code="notification",
            term=Term(30, "calendar_days"),
            from_member=("child", "born_on"),
            effect="evidence",
            source=LAW,
        ),
    ),
)


@pytest.mark.parametrize(
    ("born_on", "filed_on", "paid_on", "amount", "provisional"),
    [
        ("2026-02-18", "2026-03-23", "2026-03-24", 0, False),  # in time: the limit was moved by the feast
        ("2026-02-18", "2026-03-24", "2026-03-24", 220_00, False),
        ("2025-11-20", "2025-12-22", "2026-01-05", 0, False),  # paid late, but filed in time
        ("2025-11-20", "2025-12-29", "2025-12-29", 185_00, False),
        ("2025-11-20", "2025-12-29", "2026-01-05", 220_00, False),
        ("2025-11-20", "2025-12-29", "2027-01-04", 220_00, True),  # no price of 2027 is known
    ],
)
def test_who_tells_a_birth_late_pays_the_card(
    born_on: str,
    filed_on: str,
    paid_on: str,
    amount: int,
    provisional: bool,  # noqa: FBT001
) -> None:
    """TR: the condition is no member of the form but a limit that had passed when the birth was told."""
    filed_at = datetime.fromisoformat(f"{filed_on}T09:00:00+00:00")
    request = {"child": {"born_on": born_on}}
    facts = facts_of(BIRTH, request, filed_at, TR_WITH_CARDS, date.fromisoformat(paid_on))
    fee = assess(BIRTH.fee, facts, TR_WITH_CARDS)
    assert (fee["amount"], fee["provisional"]) == (amount, provisional)


AGE = Table(
    by=("vehicle", "made_in_year"),
    in_years=True,
    steps=(
        Step(up_to=4, start=Fraction(1)),
        Step(up_to=10, start=Fraction(4, 5)),
        Step(up_to=None, start=Fraction(3, 10)),
    ),
)
ENGINE = Table(
    by=("vehicle", "engine_cm3"),
    steps=(
        Step(up_to=2000, start=Fraction(0), rate=Fraction(5)),
        Step(up_to=3000, start=Fraction(100_00), rate=Fraction(10)),
        Step(up_to=4000, start=Fraction(200_00), rate=Fraction(20)),
        Step(up_to=5000, start=Fraction(400_00), rate=Fraction(30)),
    ),
    times=AGE,
)
BY_ENGINE = Fee(parts=(FeePart(name="engine", units=ENGINE),), source=LAW)
IN_MAY = date(2026, 5, 4)


@pytest.mark.parametrize(
    ("engine", "made", "amount"),
    [
        (1800, 2019, 72_00),  # 1,800 x 0.05 = 90, x 0.8
        (2500, 2023, 150_00),  # 100 + 500 x 0.10
        (3500, 2010, 90_00),  # 200 + 500 x 0.20 = 300, x 0.3
        (2000, 2024, 100_00),
        (2001, 2024, 100_10),
        (5000, 2022, 700_00),
        (2000, 2022, 100_00),
        (2000, 2021, 80_00),
        (2000, 2016, 80_00),
        (2000, 2015, 30_00),
    ],
)
def test_a_fee_by_steps_of_the_engine_and_the_age_of_the_car(engine: int, made: int, amount: int) -> None:
    """AZ: the examples of the reference and the ends of its steps, by hand."""
    found = assessed(BY_ENGINE, {"vehicle": {"engine_cm3": engine, "made_in_year": made}}, IN_MAY, AZ)
    assert (found["amount"], found["provisional"]) == (amount, False)
    assert found["formula"] == "table of engine_cm3 × table of made_in_year"


def test_the_engine_itself_is_not_told_with_the_fee() -> None:
    """What was measured is personal, the fee is public."""
    found = assessed(BY_ENGINE, {"vehicle": {"engine_cm3": 1800, "made_in_year": 2019}}, IN_MAY, AZ)
    assert found["parts"] == [
        {"name": "engine", "units": "table", "unit": "engine_cm3", "unit_value": None, "amount": 72_00}
    ]


@pytest.mark.parametrize(
    ("vehicle", "amount"),
    [
        ({"engine_cm3": 5001, "made_in_year": 2024}, 700_30),  # the law above 5,000 was not read
        ({"engine_cm3": None, "made_in_year": 2024}, 0),
        (None, 0),
    ],
)
def test_what_no_table_has_waits_for_an_officer(vehicle: Mapping[str, Any] | None, amount: int) -> None:
    found = assessed(BY_ENGINE, {"vehicle": vehicle}, IN_MAY, AZ)
    assert (found["amount"], found["provisional"]) == (amount, True)


GRID = Fee(
    parts=(
        FeePart(name="duty", units=Fraction(3, 1000), ad_valorem="assessed_value", until=date(2024, 12, 31)),
    ),
    source=LAW,
)


@pytest.mark.parametrize(
    ("value", "amount"),
    [(550_000_00, 1650_00), (120_000_00, 360_00), (947_600_00, 2842_80), (320_000_00, 960_00)],
)
def test_a_share_of_an_assessed_value(value: int, amount: int) -> None:
    """KG: 0.3 % of the grid of 2024, which prints no rounding."""
    request = {"assessed_value": {"amount": value, "currency": "KGS"}}
    found = assessed(GRID, request, date(2024, 6, 3), KG)
    assert (found["amount"], found["provisional"]) == (amount, False)


def test_a_rate_whose_time_is_over_waits_for_an_officer() -> None:
    """KG in 2026: the last known grid, and provisional; never silent."""
    request = {"assessed_value": {"amount": 550_000_00, "currency": "KGS"}}
    assert not assessed(GRID, request, date(2024, 12, 31), KG)["provisional"]
    over = assessed(GRID, request, date(2025, 1, 1), KG)
    assert (over["amount"], over["provisional"]) == (1650_00, True)


@pytest.mark.parametrize(
    ("price", "amount"), [(1_000_00, 50_00), (300_000_00, 600_00), (9_000_000_00, 5_000_00)]
)
def test_a_part_has_a_least_and_a_most(price: int, amount: int) -> None:
    part = replace(NOTARY.parts[0], at_least=50_00, at_most=5_000_00)
    found = assessed(
        replace(NOTARY, parts=(part,)), {"price": {"amount": price, "currency": "TRY"}}, IN_2026, TR
    )
    assert found["amount"] == amount
    assert found["formula"] == "0.002 price (at least 50 TRY, at most 5000 TRY)"


# --- two fees in one case -----------------------------------------------------------------------------------

UZ = countries()["UZ"]
REVIEW = Fee(parts=(FeePart(name="review", units=Fraction(9, 10), unit="BHM"),), source=LAW)
ISSUE = Fee(
    parts=(
        FeePart(
            name="confirmation",
            units=Choice(
                "kind", {"highly_qualified": Fraction(1), "qualified": Fraction(2), "other": Fraction(30)}
            ),
            unit="BHM",
        ),
    ),
    source=LAW,
)


def test_the_review_is_paid_at_filing_and_the_issue_before_the_entry() -> None:
    """UZ permits, online in 2026: 0.9 x 412,000 now, 30 x 412,000 when the answer is yes."""
    terms = replace(offers()["KZ", "car_sale"].terms[-1], fee=REVIEW, entry_fee=ISSUE)
    facts = Facts({"kind": "other"}, date(2026, 3, 2))
    assert assess(terms.fee, facts, UZ)["amount"] == 370_800_00
    assert terms.entry_fee is not None
    assert assess(terms.entry_fee, facts, UZ)["amount"] == 12_360_000_00
    assert assess(terms.entry_fee, Facts({"kind": "qualified"}, facts.day), UZ)["amount"] == 824_000_00


WORK = Fee(
    parts=(
        FeePart(
            name="permit",
            units=Choice("years", {"1": Fraction(1), "2": Fraction(2)}),
            unit="WORK_PERMIT_YEAR",
        ),
        FeePart(name="paper", units=Fraction(1), unit="WORK_PERMIT_PAPER"),
    ),
    unit_day="payment",
    source=LAW,
)
TR_WITH_PERMITS = replace(
    TR,
    units={
        name: tuple(
            UnitValue(since=date(year, 1, 1), until=date(year, 12, 31), amount_minor=amount, source=LAW)
            for year, amount in values.items()
        )
        for name, values in {
            "WORK_PERMIT_YEAR": {2025: 10_571_60, 2026: 12_574_90},
            "WORK_PERMIT_PAPER": {2025: 810_00, 2026: 964_00},
        }.items()
    },
)


@pytest.mark.parametrize(
    ("paid_on", "years", "amount"),
    [
        (date(2025, 12, 31), "1", 11_381_60),
        (date(2026, 1, 2), "1", 13_538_90),
        (date(2026, 3, 2), "2", 26_113_80),
    ],
)
def test_a_work_permit_costs_its_years_and_one_paper(paid_on: date, years: str, amount: int) -> None:
    """TR: by the year in which it is paid."""
    assert assessed(WORK, {"years": years}, paid_on, TR_WITH_PERMITS)["amount"] == amount
