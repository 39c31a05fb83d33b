"""Kyrgyzstan: the sale of a car, as the state centre («Унаа») registers it anew; what it costs follows a yearly grid of
values by the engine and the year of manufacture.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from domain.checks import Check, told
from domain.country import TO_BE_CONFIRMED, Majority, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Conditions, Facts, Is, Reach, Where
from domain.fees import Fee, FeePart, Step, Table
from domain.forms import Day, Money, Public
from domain.law.kg.plates import PLATES, is_legalised
from domain.persons import days_of, is_company, representative_of
from domain.plates import has_a_form_of
from domain.procedures.car_sale import (
    CarSaleForm,
    is_as_registered,
    is_by_mandate,
    is_of_a_company,
    sellers_and_buyers,
    the_car,
)
from domain.terms import (
    Amendments,
    AppealBody,
    Court,
    Forever,
    FourEyes,
    Ground,
    Requirement,
    Restriction,
    Terms,
    Times,
)

RegionCode = Literal["01", "02", "03", "04", "05", "06", "07", "08", "09"]


class KyrgyzCarSaleForm(CarSaleForm):
    """What a sale costs follows from the engine, in cm³, and the year of manufacture; where the grid of the day is not
    known, or does not have the car, from ``assessed_value``, which an officer checks, and never from the price.

    ``inspected_on``: when an office of the centre looked at the car. ``region_code``: of the new plates.
    """

    vehicle_kind: Annotated[Literal["car", "truck", "bus", "motorcycle", "trailer", "other"], Public()] = (
        "car"
    )
    engine_cm3: Annotated[int | None, Field(ge=1, le=30_000), Personal("case")] = None
    made_in_year: Annotated[int | None, Field(ge=1886, le=2100), Personal("case")] = None
    assessed_value: Annotated[Money | None, Personal("case")] = None
    inspected_on: Annotated[Day | None, Personal("case")] = None
    owner_is_married: Annotated[bool, Personal("seller"), Field(examples=[False])] = False
    region_code: Annotated[RegionCode | None, Public()] = None
    # What new plates cost is not known, and an example is to go all the way.
    new_plates: Annotated[bool, Public()] = Field(default=False, examples=[False])


FORM = KyrgyzCarSaleForm
FORM_VERSION = 1

_RULES: Final = Source(
    "Өкмөттүн 2017-жылдын 23-июнундагы № 407 токтому: rules of the registration of vehicles, point 68",
    "kg-407",
    confirmed=True,
)
_LESS: Final = Source("0.1 % from 2 April to 2 July 2018", "kg-0.1", confirmed=True)
_RULES_SINCE: Final = Source(
    "The day of Resolution 407; its first day of effect is to be confirmed", "kg-407", confirmed=False
)
_NOTHING: Final = Source("0 % since 1 June 2021", "kg-0", confirmed=True)
_NOTHING_YET: Final = Source(
    "0 % since 1 June 2021; the end of the campaign is to be confirmed", "kg-0", confirmed=False
)
_GRID: Final = Source(
    "Values of passenger cars of 2024, by the engine and the year", "kg-grid", confirmed=True
)
_OLD_RATE: Final = Source(
    "Point 68 of the rules: 0.3 % of the value; for that year to be confirmed", "kg-0.3", confirmed=False
)
_RATE: Final = Source(
    "Point 68 of the rules: 0.3 % of the value in the grid of the day of filing", "kg-0.3", confirmed=True
)
_RATE_SINCE_2018: Final = Source(
    "0.1 % ended on 2 July 2018; then the rate of point 68", "kg-0.1", confirmed=False
)
_SERVICE_2020: Final = Source("Price of the service, as of 9 March 2020", "kg-2018", confirmed=False)
_SERVICE_2021: Final = Source("Price of the service, as of 2021", "kg-0", confirmed=True)
_SERVICE_NOW: Final = Source(
    "Price of the service, as of 2021; that of today is to be confirmed", "kg-0", confirmed=False
)
_PLATES_PRICE: Final = Source("The price of plates is to be confirmed", confirmed=False)
_UNINSURED: Final = Source("No insurance is asked since 11 October 2024", "kg-naq", confirmed=True)
_INSURED: Final = Source("Insurance was asked until 10 October 2024", "kg-naq", confirmed=False)
_LEGALISED: Final = Source(
    "Decree 398 of 31 December 2024: cars legalised from 1 April to 30 September 2025, code 10",
    "kg-10",
    confirmed=True,
)
_ONLINE: Final = Source(
    "Re-registration online since 15 December 2025, for citizens; a look at the car, good for 30 days; fines; consent "
    "of the spouse",
    "kg-online",
    confirmed=True,
)
_TUNDUK: Final = Source("Fines, restrictions, spouse, papers of the car", "kg-tunduk", confirmed=True)
_LOOK_BEFORE: Final = Source(
    "A look at the car, good for 30 days; before 15 December 2025 to be confirmed",
    "kg-tunduk",
    confirmed=False,
)
_AT_THE_OFFICE: Final = Source("What is brought to the office, of 14 March 2018", "kg-grs", confirmed=True)
_APPEAL: Final = Source(
    "30 working days from receipt, to the same or the higher body, before any court",
    "kg-appeal",
    confirmed=True,
)
_PLATES: Final = Source("Forms of plates", "plates-kg", confirmed=True)
_OF_AGE_ONLINE: Final = Source("18 years, as Face ID asks; minors by who acts for them", confirmed=False)
_NOT_LISTED: Final = Source(
    "Follows from what a sale is; the list of the law is to be confirmed", confirmed=False
)
_COURT: Final = Court("kg-court", TO_BE_CONFIRMED)

# --- what it costs ----------------------------------------------------------------------------------------------

_LAST_OF_THE_GRID: Final = date(2024, 12, 31)  # it is yearly, and no later one is known
_THREE_PER_MILLE: Final = Fraction(3, 1000)
_ONE_PER_MILLE: Final = Fraction(1, 1000)
_OLDEST: Final = 1886

# The grid of 2024 in som: the first year of manufacture of a column, then its values up to 1,000, 2,000 and 3,000 cm³.
_COLUMNS: Final = (
    (2024, (787_500, 1_039_500, 1_228_500)),
    (2022, (669_500, 793_100, 947_600)),
    (2020, (500_000, 650_000, 700_000)),
    (2018, (450_000, 550_000, 600_000)),
    (2016, (320_000, 360_000, 500_000)),
    (2014, (200_000, 230_000, 350_000)),
    (_OLDEST, (110_000, 120_000, 150_000)),
)
_LARGEST: Final = 3_000  # of the engines that were read


def _is_by_the_grid(facts: Facts) -> bool:
    """A passenger car of which the form says what the grid asks. After 2024 the value that somebody has looked up goes
    first; where nobody has, the last grid that is known stands in for it.
    """
    request = facts.request
    engine, year = request.get("engine_cm3"), request.get("made_in_year")
    is_known = engine is not None and year is not None and engine <= _LARGEST
    is_of_now = facts.day <= _LAST_OF_THE_GRID or request.get("assessed_value") is None
    return request.get("vehicle_kind") == "car" and is_known and is_of_now


def _made_between(first: int, last: int) -> Where:
    def is_of_that_column(facts: Facts) -> bool:
        return _is_by_the_grid(facts) and first <= facts.request["made_in_year"] <= last

    name = "and_before" if first == _OLDEST else "and_after" if last > _COLUMNS[0][0] else f"to_{last}"
    return Where(f"made_{last if first == _OLDEST else first}_{name}", is_of_that_column)


def _columns() -> tuple[FeePart, ...]:
    """A part for each column, of which one applies: the share of the value that stands there, in tyiyn."""
    parts, last = [], 9999
    for first, values in _COLUMNS:
        cells = zip((1_000, 2_000, _LARGEST), values, strict=True)
        steps = (Step(up_to=size, start=value * 100 * _THREE_PER_MILLE) for size, value in cells)
        parts.append(
            FeePart(
                name=f"registration_{_made_between(first, last).code}",
                units=Table(by=("engine_cm3",), steps=tuple(steps)),
                when=(_made_between(first, last),),
                until=_LAST_OF_THE_GRID,
                source=_RATE,
            )
        )
        last = first - 1
    return tuple(parts)


def _of_the_value(share: Fraction, source: Source, when: Conditions = ()) -> FeePart:
    """The share of what the car is worth; provisional where nobody says how much that is."""
    return FeePart(name="registration", units=share, ad_valorem="assessed_value", when=when, source=source)


def _price_of_the_centre(som: int, source: Source) -> FeePart:
    return FeePart(name="service", units=Fraction(som * 100), source=source)


def _fee(source: Source, *parts: FeePart) -> Fee:
    """New plates cost something, too, and nobody knows how much: no day is named for which this would be the rate."""
    plates = FeePart(
        name="plates",
        units=Fraction(),
        when=(Is("new_plates"),),
        until=date(2017, 6, 22),
        source=_PLATES_PRICE,
    )
    return Fee(parts=(*parts, plates), source=source)


_NOT_BY_THE_GRID: Final = Where("not_by_the_grid", lambda facts: not _is_by_the_grid(facts))

# --- what an officer should see, and what cannot be -------------------------------------------------------------

_OF_AGE: Final = Majority(years=18, source=_OF_AGE_ONLINE)


def _may_buy(buyer: Any, day: date) -> bool:
    """As far as the birth day is known; of a part of a day the latest that it may be; a minor by who acts for them."""
    born = None if is_company(buyer) or representative_of(buyer) else days_of(buyer["born_on"])
    return born is None or _OF_AGE.is_reached(born[1], day)


def _buyers_are_old_enough(facts: Facts) -> bool:
    buyers = [facts.request["buyer"], *(facts.request.get("co_buyers") or ())]
    return all(_may_buy(buyer, facts.day) for buyer in buyers)


def _spouse_is_named(facts: Facts) -> bool:
    return not facts.request.get("owner_is_married") or bool(facts.request.get("spouses"))


def _value_follows_from_the_grid(facts: Facts) -> bool:
    """Else what the applicant says is not settled: an officer looks it up in the grid of the day."""
    return facts.request.get("assessed_value") is None or _is_by_the_grid(facts)


def _car_is_not_legalised(facts: Facts) -> bool:
    """By the plates in the register: what the applicant says of them is not asked."""
    car = facts.entries["car"]
    plate = car and car.content["vehicle"].get("plate")
    return not plate or not is_legalised(plate)


def _are_citizens(facts: Facts) -> bool:
    """By their numbers: of a company, and of who has none of ours, an officer judges."""
    return not any(
        is_company(party) or not _has_our_number(party) for party in sellers_and_buyers(facts.request)
    )


def _has_our_number(person: Any) -> bool:
    number = person["personal_number"]
    return number is not None and number["country"] == "KG"


def _owner_is_married(facts: Facts) -> bool:
    return bool(facts.request.get("owner_is_married"))


_IS_MARRIED: Final = Where("owner_is_married", _owner_is_married)


# --- the terms --------------------------------------------------------------------------------------------------

_AS_A_SALE: Final = Reach(only=("sale", "gift", "export"))


def _look(source: Source, *, is_required: bool) -> Requirement:
    return Requirement(
        "inspection_report",
        source,
        is_required=is_required,
        not_older_than=Term(30, "calendar_days", source, is_moved=False),
        dated_by=("inspected_on",),
    )


_PAPERS: Final = (
    Requirement("identity", _AT_THE_OFFICE, is_required=False),
    Requirement("registration_certificate", _NOT_LISTED, is_required=False),
    Requirement(
        "company_papers",
        _AT_THE_OFFICE,
        is_required=False,
        when=(Where("of_a_company", is_of_a_company),),
    ),
    Requirement(
        "power_of_attorney",
        _NOT_LISTED,
        is_required=False,
        when=(Where("acts_by_mandate", is_by_mandate),),
    ),
    # The spouse consents here; a paper of a notary says so as well.
    Requirement("spouse_consent", _TUNDUK, is_required=False, when=(_IS_MARRIED,)),
    Requirement("marriage_certificate", _NOT_LISTED, is_required=False, when=(_IS_MARRIED,)),
)
_MAYBE_LOOKED_AT: Final = _look(_LOOK_BEFORE, is_required=False)
_INSURANCE: Final = Requirement("insurance_policy", _INSURED, is_required=False)

_BY_RULES_OF_2017: Final = Terms(
    since=date(2017, 6, 23),
    since_source=_RULES_SINCE,
    source=_RULES,
    authority="kg-vehicle-registration",
    registry="kg-vehicle-register",
    fee=_fee(
        _OLD_RATE,
        _of_the_value(_THREE_PER_MILLE, _OLD_RATE),
        _price_of_the_centre(1_716, _SERVICE_2020),
    ),
    times=Times(
        pay=Term(10, "working_days", TO_BE_CONFIRMED),
        consent=Term(30, "calendar_days", TO_BE_CONFIRMED),
        answer=Term(10, "working_days", TO_BE_CONFIRMED),
        decide=Term(1, "working_days", TO_BE_CONFIRMED),
        served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
        appeal=Term(30, "working_days", _APPEAL),
    ),
    appeals=AppealBody("kg-presidential-affairs", TO_BE_CONFIRMED),
    four_eyes=FourEyes(are_asked=True, source=TO_BE_CONFIRMED),
    grounds=(
        Ground("restricted", _TUNDUK, gives_back=True),
        Ground("fines_unpaid", _TUNDUK),
        Ground("no_spouse_consent", _TUNDUK),
        Ground("inspection_missing", _TUNDUK),
        Ground("mismatch", _TUNDUK),
        Ground("not_the_owner", _NOT_LISTED),
    ),
    evidence=(*_PAPERS, _MAYBE_LOOKED_AT, _INSURANCE),
    checks=(
        told("plate_form", has_a_form_of(PLATES), _PLATES),
        told("buyer_underage", _buyers_are_old_enough, _OF_AGE_ONLINE),
        told("spouse_missing", _spouse_is_named, _TUNDUK),
        told("value_of_the_applicant", _value_follows_from_the_grid, _RULES),
        Check(
            code="car_differs",
            sees=the_car,
            holds=is_as_registered,
            moments=("filing",),
            effect="warn",
            source=_RULES,
        ),
    ),
    restrictions=(
        Restriction(
            kind="arrest", authority="kg-bailiffs", source=TO_BE_CONFIRMED, reach=_AS_A_SALE, court=_COURT
        ),
        Restriction(kind="lien", authority="kg-pledge-registry", source=TO_BE_CONFIRMED, reach=_AS_A_SALE),
        Restriction(
            kind="fines",
            authority="kg-police",
            source=_TUNDUK,
            reach=Reach(only=("sale", "gift", "inheritance")),  # what is a re-registration
        ),
        Restriction(
            kind="owner_deceased",
            authority="kg-civil-registry",
            source=TO_BE_CONFIRMED,
            reach=Reach(but=("inheritance", "court", "use")),  # of a car of code 10 the use passes on
        ),
        Restriction(kind="registered_elsewhere", authority="kg-vehicle-registration", source=TO_BE_CONFIRMED),
    ),
    amendments=Amendments(TO_BE_CONFIRMED, _COURT),
    retention=Term(2, "years", TO_BE_CONFIRMED),
    entry_retention=Forever(TO_BE_CONFIRMED),
)
_FOR_LESS: Final = replace(
    _BY_RULES_OF_2017,
    since=date(2018, 4, 2),
    since_source=None,
    until=date(2018, 7, 2),
    source=_LESS,
    fee=_fee(
        _LESS,
        _of_the_value(_ONE_PER_MILLE, _LESS),
        _price_of_the_centre(1_716, _SERVICE_2020),
    ),
)
_AS_BEFORE: Final = replace(
    _BY_RULES_OF_2017,
    since=date(2018, 7, 3),
    since_source=_RATE_SINCE_2018,
    fee=_fee(
        _OLD_RATE,
        _of_the_value(_THREE_PER_MILLE, _OLD_RATE),
        _price_of_the_centre(1_716, _SERVICE_2020),
    ),
)
_FOR_NOTHING: Final = replace(
    _BY_RULES_OF_2017,
    since=date(2021, 6, 1),
    since_source=None,
    source=_NOTHING,
    fee=_fee(
        _NOTHING_YET,  # no share of the value; the price was seen in 2021
        _price_of_the_centre(1_360, _SERVICE_2021),
    ),
)
_BY_THE_GRID: Final = replace(
    _BY_RULES_OF_2017,
    since=date(2024, 1, 1),
    since_source=None,
    source=_GRID,
    fee=_fee(
        _RATE,
        *_columns(),
        _of_the_value(_THREE_PER_MILLE, _RATE, (_NOT_BY_THE_GRID,)),
        _price_of_the_centre(1_360, _SERVICE_NOW),
    ),
)
_WITHOUT_INSURANCE: Final = replace(
    _BY_THE_GRID,
    since=date(2024, 10, 11),
    source=_UNINSURED,
    evidence=(*_PAPERS, _MAYBE_LOOKED_AT),
)
_WITH_CODE_10: Final = replace(
    _WITHOUT_INSURANCE,
    since=date(2025, 4, 1),
    source=_LEGALISED,
    grounds=(*_WITHOUT_INSURANCE.grounds, Ground("plates_10", _LEGALISED)),
    checks=(
        *_WITHOUT_INSURANCE.checks,
        Check(code="plates_10", sees=the_car, holds=_car_is_not_legalised, source=_LEGALISED),
    ),
    restrictions=(
        *_WITHOUT_INSURANCE.restrictions,
        # Never lifted; what passes on death is the use alone.
        Restriction(
            kind="plates_10",
            authority="kg-vehicle-registration",
            source=_LEGALISED,
            reach=Reach(but=("use",)),
        ),
    ),
)
_FROM_HOME: Final = replace(
    _WITH_CODE_10,
    since=date(2025, 12, 15),
    source=_ONLINE,
    evidence=(*_PAPERS, _look(_ONLINE, is_required=True)),
    checks=(*_WITH_CODE_10.checks, told("online_for_citizens", _are_citizens, _ONLINE)),
)
TERMS = (
    _BY_RULES_OF_2017,
    _FOR_LESS,
    _AS_BEFORE,
    _FOR_NOTHING,
    _BY_THE_GRID,
    _WITHOUT_INSURANCE,
    _WITH_CODE_10,
    _FROM_HOME,
)
