"""Uzbekistan: a car that is given, inherited or passed by a court, as the road safety service registers it."""

from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.checks import Check
from domain.country import TO_BE_CONFIRMED, Majority, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Facts, Is
from domain.forms import Day, Line, Public
from domain.law.uz.car_sale import TERMS as SALE
from domain.persons import days_of, is_company
from domain.procedures.car_transfer import (
    BY_COURT,
    GIFT,
    INHERITANCE,
    REPRESENTED,
    TWO_DECIDE,
    CarTransferForm,
    death_not_told,
    receivers_of,
    spouse_is_asked,
)
from domain.terms import FilingLimit, Ground, Requirement, Terms


class UzbekCarTransferForm(CarTransferForm):
    """What moves the car decides what its registration costs, as of a sale.

    ``act_signed_on``: when the notary's act of the gift or the inheritance was made, or the decision came into force.
    """

    propulsion: Annotated[Literal["combustion", "electric", "hybrid"], Public()] = "combustion"
    vehicle_kind: Annotated[Literal["car", "motorcycle", "trailer", "other"], Public()] = "car"
    is_antique: Annotated[bool, Public()] = Field(default=False, examples=[False])
    chosen_plates: Annotated[bool, Public()] = Field(default=False, examples=[False])
    notary_act: Annotated[Line | None, Personal("case")] = None
    act_signed_on: Annotated[Day | None, Personal("case")] = None
    inspected_on: Annotated[Day | None, Personal("case")] = None
    bought_in_marriage: Annotated[bool, Public()] = False
    home_service: Annotated[Literal["no", "one_day", "three_days", "five_days"], Public()] = "no"


FORM = UzbekCarTransferForm
FORM_VERSION = 1

_AT_THE_NOTARY = Source("Gift and inheritance also by a notary, 23.1.2026", "uz-amal-1", confirmed=False)
_AFTER_IT = Source(
    "10 days after the notary, as of a sale; of other titles to be confirmed", "uz-amal-2", confirmed=False
)
_OWNERS_AGE = Source(
    "Owners are 18, of motorcycles 16; not of an inheritance (2017)", "uz-iib", confirmed=False
)
_OF_AGE: Final = Majority(years=18, source=_OWNERS_AGE)
_OF_AGE_FOR_MOTORCYCLES: Final = Majority(years=16, source=_OWNERS_AGE)
_SAME_GROUNDS: Final = frozenset(
    {"restricted", "inspection_expired", "underage", "fee_unpaid", "over_50_years"}
)
_SAME_CHECKS: Final = frozenset({"plate_form", "over_50_years"})


def _receivers_are_of_age(facts: Facts) -> bool:
    """But heirs; as far as birth days are told: whoever may have been born early enough is."""
    request = facts.request
    if request["title"] == "inheritance":
        return True
    is_motorcycle = request.get("vehicle_kind") == "motorcycle"
    majority = _OF_AGE_FOR_MOTORCYCLES if is_motorcycle else _OF_AGE
    born = (days_of(each["born_on"]) for each in receivers_of(request) if not is_company(each))
    return all(majority.is_reached(days[0], facts.day) for days in born if days)


def _passed(sale: Terms) -> Terms:
    """What holds since that day of a transfer: fees, times and restrictions are those of the same register."""
    return replace(
        sale,
        four_eyes=TWO_DECIDE,
        grounds=(
            *(each for each in sale.grounds if each.code in _SAME_GROUNDS),
            Ground("not_the_owner", _AT_THE_NOTARY, gives_back=True),
            Ground("no_title", _AT_THE_NOTARY),
        ),
        evidence=(
            Requirement("identity", _AT_THE_NOTARY, is_required=False),
            Requirement("registration_certificate", _AT_THE_NOTARY, is_required=False),
            Requirement("gift_contract", _AT_THE_NOTARY, when=(GIFT,)),
            Requirement("inheritance_papers", _AT_THE_NOTARY, when=(INHERITANCE,)),
            Requirement("court_decision", TO_BE_CONFIRMED, when=(BY_COURT,)),
            Requirement(
                "spouse_consent",
                _AT_THE_NOTARY,
                is_required=False,
                when=(GIFT, Is("bought_in_marriage")),
            ),
            Requirement("power_of_attorney", _AT_THE_NOTARY, is_required=False, when=(REPRESENTED,)),
            *(each for each in sale.evidence if each.kind == "inspection_report"),
        ),
        filing_limits=(
            FilingLimit(
                code="registration",
                from_member=("act_signed_on",),
                term=Term(10, "calendar_days", _AFTER_IT),
                effect="evidence",
                source=_AFTER_IT,
            ),
        ),
        checks=(
            *(each for each in sale.checks if each.code in _SAME_CHECKS),
            death_not_told(TO_BE_CONFIRMED),
            Check(
                code="receiver_underage",
                holds=_receivers_are_of_age,
                moments=("filing",),
                effect="warn",
                source=_OWNERS_AGE,
            ),
            Check(
                code="spouse_not_asked",
                holds=spouse_is_asked,
                moments=("filing",),
                effect="warn",
                source=_AT_THE_NOTARY,
            ),
        ),
    )


TERMS = tuple(_passed(sale) for sale in SALE)
