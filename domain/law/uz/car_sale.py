"""Uzbekistan: the sale of a car, as the road safety service (YHXX) registers it after the contract at a notary."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.checks import told
from domain.country import TO_BE_CONFIRMED, Majority, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Choice, Facts, Is, Reach, Where
from domain.fees import Fee, FeePart
from domain.forms import Day, Line, Public
from domain.law.uz.plates import PLATES
from domain.persons import days_of, is_company
from domain.plates import has_a_form_of
from domain.procedures.car_sale import (
    CarSaleForm,
    is_by_mandate,
    the_car,
)
from domain.terms import (
    Amendments,
    AppealBody,
    Court,
    FilingLimit,
    Forever,
    FourEyes,
    Ground,
    Requirement,
    Restriction,
    Terms,
    Times,
)

Contract = Literal["notarised", "of_a_dealer", "leasing", "leasing_company", "trade_in", "auction"]


class UzbekCarSaleForm(CarSaleForm):
    """What moves the car decides what its registration costs; the contract is a notary's act, with five exceptions.

    ``inspected_on``: when the numbers of the car were looked at. ``chosen_plates``: a number of one's own choice.
    """

    propulsion: Annotated[Literal["combustion", "electric", "hybrid"], Public()] = "combustion"
    vehicle_kind: Annotated[Literal["car", "motorcycle", "trailer", "other"], Public()] = "car"
    is_antique: Annotated[bool, Public()] = Field(default=False, examples=[False])
    chosen_plates: Annotated[bool, Public()] = Field(default=False, examples=[False])
    contract: Annotated[Contract, Public()] = "notarised"
    notary_act: Annotated[Line | None, Personal("case")] = None
    contract_signed_on: Annotated[Day | None, Personal("case")] = None
    inspected_on: Annotated[Day | None, Personal("case")] = None
    bought_in_marriage: Annotated[bool, Public()] = False
    home_service: Annotated[Literal["no", "one_day", "three_days", "five_days"], Public()] = "no"


FORM = UzbekCarSaleForm
FORM_VERSION = 1

_RATES = "Ichki ishlar vazirligining 2303-son buyrugʻi (21.12.2011)"
_PLATES_2023 = Source(f"{_RATES}: plates, 3.5 BHM since 1.11.2023", "uz-2303", confirmed=True)
_BEFORE_684 = Source(f"{_RATES}: registration 0.1 BHM until 31.3.2024", "uz-2303", confirmed=True)
_SINCE_684 = Source(
    f"{_RATES}: registration 6.84 BHM, electric 1.5, since 1.4.2024", "uz-684", confirmed=True
)
_USED_CARS = Source(
    f"{_RATES}: 6.84 BHM, electric 1.5; that it is asked of the buyer of a used car is to be confirmed",
    "uz-684",
    confirmed=False,
)
_HYBRIDS = Source(f"{_RATES}: hybrids 1.5 BHM since 23.12.2024", "uz-dec24", confirmed=True)
_USED_HYBRIDS = Source(
    f"{_RATES}: hybrids 1.5 BHM; that it is asked of the buyer of a used car is to be confirmed",
    "uz-dec24",
    confirmed=False,
)
_MOTORCYCLES = Source(
    f"{_RATES}: plates of motorcycles, 1.5 BHM since 23.12.2024", "uz-dec24", confirmed=True
)
_CERTIFICATE = Source(f"{_RATES}: certificate, 0.7 BHM", "uz-vaqt", confirmed=True)
_INSPECTION_FEE = Source(f"{_RATES}: inspection, 0.1 BHM", "uz-vaqt", confirmed=True)
_BY_FILING = Source("The BHM of the day of filing counts, and nothing is rounded", confirmed=False)
_HOME = Source("Service at home in one, three or five days", "uz-faq", confirmed=True)
_HOME_SINCE = Source("Service at home, of before 1.4.2024", "uz-faq", confirmed=False)
_FREE_CHOICE = Source(
    "Vazirlar Mahkamasining 2025-yil 4-sentabrdagi 562-son qarori (free choice of plates since 1.1.2026)",
    "uz-562",
    confirmed=True,
)
_RAISED = Source("Resolution 562: one raised fee for a number of free choice", "uz-562", confirmed=False)
_AGE = Source(
    "Vazirlar Mahkamasining 2026-yil 20-yanvardagi 11-son qarori (50 years, since 1.2.2026)",
    "uz-50",
    confirmed=True,
)
_AGE_BY_YEAR = Source(
    "Resolution 11 of 2026; whether by year or by day is to be confirmed", "uz-50", confirmed=False
)
_NOTARY = Source(
    "Vazirlar Mahkamasining 2006-yil 1-martdagi 38-son qarori (deals with vehicles)", "uz-38", confirmed=True
)
_VOID = Source("Without the form of a notary the deal is void", "uz-norma", confirmed=True)
_AT_THE_NOTARY = Source("Avtomobil notarius, a guide of 23.1.2026", "uz-amal-1", confirmed=False)
_AFTER_IT = Source("Mashina nomiga oʻtkazish, a guide of 12.2.2026", "uz-amal-2", confirmed=False)
_LOOK = Source("The look at the car is good for 10 days (older)", "uz-car", confirmed=False)
_OWNERS_AGE = Source("Owners are 18, of motorcycles 16 (2017)", "uz-iib", confirmed=False)
_PLATES = Source("Plates of Uzbekistan", "plates-uz", confirmed=True)
_PLEDGES = Source(
    "Vazirlar Mahkamasining 2014-yil 12-iyundagi 155-son qarori (Garov reyestri)", "uz-155", confirmed=True
)
_WANTED = Source("Taqiq, xatlov, garov yoki qidiruv", "uz-amal-1", confirmed=False)
_APPEAL = Source("Law on administrative procedures, 8.1.2018", confirmed=False)
_DEAD_OWNER = Source("Of the dead, heirs and the court dispose (rules 23)", confirmed=False)
_ELSEWHERE = Source("A car is registered in one country (rules 27)", confirmed=False)
_COURT = Court("uz-court", TO_BE_CONFIRMED)

_OF_AGE: Final = Majority(years=18, source=_OWNERS_AGE)
_OF_AGE_FOR_MOTORCYCLES: Final = Majority(years=16, source=_OWNERS_AGE)
_OLDEST_YEARS: Final = 50
_VOLUNTARY: Final = Reach(but=("inheritance", "court", "use"))
_WITHOUT_NOTARY: Final = ("of_a_dealer", "leasing", "leasing_company", "trade_in", "auction")


# --- what an officer should see -----------------------------------------------------------------------------


def _buyers_are_of_age(facts: Facts) -> bool:
    """As far as their birth days are told; whoever may have been born early enough is."""
    is_motorcycle = facts.request.get("vehicle_kind") == "motorcycle"
    majority = _OF_AGE_FOR_MOTORCYCLES if is_motorcycle else _OF_AGE
    buyers = [facts.request["buyer"], *(facts.request.get("co_buyers") or ())]
    born = (days_of(buyer["born_on"]) for buyer in buyers if not is_company(buyer))
    return all(majority.is_reached(days[0], facts.day) for days in born if days)


def _needs_no_notary(facts: Facts) -> bool:
    """Leasing is among the exceptions, but not that of passenger cars."""
    of_a_passenger_car = facts.request.get("vehicle_kind") == "car"
    return not (of_a_passenger_car and facts.request.get("contract") == "leasing")


def _spouse_is_asked(facts: Facts) -> bool:
    return not facts.request.get("bought_in_marriage") or bool(facts.request.get("spouses"))


def _is_younger_than_fifty(facts: Facts) -> bool:
    """By the year in the register; antique cars may be older, and of a car that is not there nothing is said."""
    car = facts.entries["car"]
    if car is None or facts.request.get("is_antique"):
        return True
    return bool(facts.day.year - car.content["vehicle"]["year"] < _OLDEST_YEARS)


_CHECKS: Final = (
    told("plate_form", has_a_form_of(PLATES), _PLATES),
    told("buyer_underage", _buyers_are_of_age, _OWNERS_AGE),
    told("notary_needed", _needs_no_notary, _NOTARY),
    told("spouse_not_named", _spouse_is_asked, _AT_THE_NOTARY),
)


# --- the fee ------------------------------------------------------------------------------------------------


def _registration(combustion: Fraction, electric: Fraction, hybrid: Fraction, source: Source) -> FeePart:
    """By what moves the car; motorcycles and trailers cost what an electric car does."""
    by_propulsion = Choice("propulsion", {"combustion": combustion, "electric": electric, "hybrid": hybrid})
    return FeePart(
        name="registration",
        units=Choice(
            "vehicle_kind",
            {"car": by_propulsion, "other": by_propulsion, "motorcycle": electric, "trailer": electric},
        ),
        unit="BHM",
        source=source,
    )


def _plates(of_motorcycles: Fraction, source: Source) -> tuple[FeePart, ...]:
    """New ones; what those of a trailer cost is not known, and those of a car stand in for them."""
    of_cars = Fraction(7, 2)
    by_kind = {"car": of_cars, "other": of_cars, "motorcycle": of_motorcycles, "trailer": of_cars}
    return (
        FeePart(
            name="plates",
            units=Choice("vehicle_kind", by_kind),
            unit="BHM",
            when=(Is("new_plates"), Is("vehicle_kind", ("car", "motorcycle", "other"))),
            source=source,
        ),
        FeePart(
            name="trailer_plates",
            units=of_cars,
            unit="BHM",
            when=(Is("new_plates"), Is("vehicle_kind", ("trailer",))),
            source=TO_BE_CONFIRMED,
        ),
    )


def _home(source: Source) -> FeePart:
    by_days = {"no": 0, "one_day": 4, "three_days": 3, "five_days": 2}
    return FeePart(
        name="home_service",
        units=Choice("home_service", {days: Fraction(units) for days, units in by_days.items()}),
        unit="BHM",
        when=(Is("home_service", ("one_day", "three_days", "five_days")),),
        source=source,
    )


_CERTIFICATE_PART: Final = FeePart(name="certificate", units=Fraction(7, 10), unit="BHM", source=_CERTIFICATE)
_INSPECTION_PART: Final = FeePart(
    name="inspection", units=Fraction(1, 10), unit="BHM", source=_INSPECTION_FEE
)
# How much it is raised is not known: an officer says so, and no rate of today is named.
_CHOSEN_PART: Final = FeePart(
    name="chosen_plates",
    units=Fraction(),
    when=(Is("chosen_plates"),),
    until=date(2025, 12, 31),
    source=_RAISED,
)
_LIKE_ELECTRIC: Final = _registration(Fraction(684, 100), Fraction(3, 2), Fraction(3, 2), _USED_HYBRIDS)
_NEW_PLATES: Final = _plates(Fraction(3, 2), _MOTORCYCLES)


def _fee(*parts: FeePart) -> Fee:
    return Fee(parts=parts, source=_BY_FILING)


# --- the terms ----------------------------------------------------------------------------------------------

_PLATES_OF_2023 = Terms(
    since=date(2023, 11, 1),
    source=_PLATES_2023,
    authority="uz-road-safety",
    registry="uz-vehicle-register",
    fee=_fee(  # what the inspection cost then is not known
        _registration(Fraction(1, 10), Fraction(1, 10), Fraction(1, 10), _BEFORE_684),
        _CERTIFICATE_PART,
        *_plates(Fraction(7, 4), _PLATES_2023),
        _home(_HOME),
    ),
    times=Times(
        pay=Term(5, "working_days", TO_BE_CONFIRMED),
        consent=Term(10, "working_days", TO_BE_CONFIRMED),
        answer=Term(10, "working_days", TO_BE_CONFIRMED),
        decide=Choice(
            "home_service",
            {
                "no": Term(1, "working_days", _AFTER_IT),
                "one_day": Term(1, "working_days", _HOME_SINCE),
                "three_days": Term(3, "working_days", _HOME_SINCE),
                "five_days": Term(5, "working_days", _HOME_SINCE),
            },
        ),
        served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
        appeal=Term(30, "calendar_days", _APPEAL),
    ),
    appeals=AppealBody("uz-court", TO_BE_CONFIRMED),
    four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),  # notary and police are two already
    grounds=(
        Ground("restricted", _WANTED, gives_back=True),
        Ground("not_the_owner", _AT_THE_NOTARY),
        Ground("no_notarial_contract", _VOID),
        Ground("inspection_expired", _AFTER_IT),
        Ground("underage", _OWNERS_AGE),
        Ground("fee_unpaid", TO_BE_CONFIRMED),
    ),
    evidence=(
        Requirement("identity", _AT_THE_NOTARY, is_required=False),
        Requirement("registration_certificate", _AT_THE_NOTARY, is_required=False),
        Requirement("notarised_contract", _NOTARY, when=(Is("contract", ("notarised",)),)),
        Requirement(
            "sale_contract", TO_BE_CONFIRMED, is_required=False, when=(Is("contract", _WITHOUT_NOTARY),)
        ),
        Requirement("spouse_consent", _AT_THE_NOTARY, is_required=False, when=(Is("bought_in_marriage"),)),
        Requirement(
            "marriage_certificate", _AT_THE_NOTARY, is_required=False, when=(Is("bought_in_marriage"),)
        ),
        Requirement("inheritance_papers", _AT_THE_NOTARY, is_required=False),
        Requirement(
            "power_of_attorney",
            _AT_THE_NOTARY,
            is_required=False,
            when=(Where("by_mandate", is_by_mandate),),
        ),
        Requirement(
            "inspection_report",
            _AT_THE_NOTARY,
            is_required=False,
            not_older_than=Term(10, "calendar_days", _LOOK, is_moved=False),
            dated_by=("inspected_on",),
        ),
    ),
    filing_limits=(
        FilingLimit(
            code="registration",
            from_member=("contract_signed_on",),
            term=Term(10, "calendar_days", _AFTER_IT),
            effect="evidence",
            source=_AFTER_IT,
        ),
    ),
    checks=_CHECKS,
    restrictions=(
        Restriction(
            kind="arrest", authority="uz-bailiffs", source=TO_BE_CONFIRMED, reach=_VOLUNTARY, court=_COURT
        ),
        Restriction(kind="lien", authority="uz-pledge-registry", source=_PLEDGES, reach=_VOLUNTARY),
        Restriction(kind="wanted", authority="uz-police", source=_WANTED),
        Restriction(
            kind="owner_deceased",
            authority="uz-civil-registry",
            source=_DEAD_OWNER,
            reach=Reach(but=("inheritance", "court")),
        ),
        Restriction(kind="registered_elsewhere", authority="uz-road-safety", source=_ELSEWHERE),
    ),
    amendments=Amendments(TO_BE_CONFIRMED, _COURT),
    retention=Term(2, "years", TO_BE_CONFIRMED),
    entry_retention=Forever(TO_BE_CONFIRMED),
)
_DEARER = replace(
    _PLATES_OF_2023,
    since=date(2024, 4, 1),
    source=_SINCE_684,
    fee=_fee(
        _registration(Fraction(684, 100), Fraction(3, 2), Fraction(684, 100), _USED_CARS),
        _CERTIFICATE_PART,
        *_plates(Fraction(7, 4), _PLATES_2023),
        _home(_HOME_SINCE),
    ),
)
_WITH_HYBRIDS = replace(
    _DEARER,
    since=date(2024, 12, 23),
    source=_HYBRIDS,
    fee=_fee(_LIKE_ELECTRIC, _CERTIFICATE_PART, *_NEW_PLATES, _INSPECTION_PART, _home(_HOME_SINCE)),
)
_FREELY_CHOSEN = replace(
    _WITH_HYBRIDS,
    since=date(2026, 1, 1),
    source=_FREE_CHOICE,
    fee=_fee(
        _LIKE_ELECTRIC,
        _CERTIFICATE_PART,
        *_NEW_PLATES,
        _INSPECTION_PART,
        _CHOSEN_PART,
        _home(_HOME_SINCE),
    ),
)
_NOT_OF_FIFTY_YEARS = replace(
    _FREELY_CHOSEN,
    since=date(2026, 2, 1),
    source=_AGE,
    grounds=(Ground("over_50_years", _AGE), *_FREELY_CHOSEN.grounds),
    checks=(
        *_CHECKS,
        replace(told("over_50_years", _is_younger_than_fifty, _AGE_BY_YEAR), sees=the_car),
    ),
    restrictions=(
        *_FREELY_CHOSEN.restrictions,
        # No registration on anybody else; it may leave the country, and is used until it is struck off.
        Restriction(
            kind="over_50_years",
            authority="uz-road-safety",
            source=_AGE,
            reach=Reach(but=("export", "use")),
        ),
    ),
)
TERMS = (_PLATES_OF_2023, _DEARER, _WITH_HYBRIDS, _FREELY_CHOSEN, _NOT_OF_FIFTY_YEARS)
