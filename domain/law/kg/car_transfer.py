"""Kyrgyzstan: a car that is given, inherited or passed by a court; each is registered anew at the price of a sale."""

from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.checks import Check
from domain.country import TO_BE_CONFIRMED, Source
from domain.events import Personal
from domain.facts import Facts, Where
from domain.forms import Day, Money, Public
from domain.law.kg.car_sale import TERMS as SALE
from domain.law.kg.car_sale import RegionCode
from domain.procedures.car_transfer import (
    BY_COURT,
    GIFT,
    INHERITANCE,
    OF_A_COMPANY,
    REPRESENTED,
    TWO_DECIDE,
    CarTransferForm,
    death_not_told,
)
from domain.terms import Ground, Requirement, Terms


class KyrgyzCarTransferForm(CarTransferForm):
    """What it costs follows from the engine, in cm³, and the year of manufacture, as of a sale; where the grid of the
    day does not have the car, from ``assessed_value``, which an officer checks.

    ``inspected_on``: when an office of the centre looked at the car. ``region_code``: of the new plates.
    """

    vehicle_kind: Annotated[Literal["car", "truck", "bus", "motorcycle", "trailer", "other"], Public()] = (
        "car"
    )
    engine_cm3: Annotated[int | None, Field(ge=1, le=30_000), Personal("case")] = None
    made_in_year: Annotated[int | None, Field(ge=1886, le=2100), Personal("case")] = None
    assessed_value: Annotated[Money | None, Personal("case")] = None
    inspected_on: Annotated[Day | None, Personal("case")] = None
    owner_is_married: Annotated[bool, Personal("owner"), Field(examples=[False])] = False
    region_code: Annotated[RegionCode | None, Public()] = None
    # What new plates cost is not known, and an example is to go all the way.
    new_plates: Annotated[bool, Public()] = Field(default=False, examples=[False])


FORM = KyrgyzCarTransferForm
FORM_VERSION = 1

_ANEW: Final = Source(
    "Sale, gift, inheritance and exchange are all a re-registration, of 14 March 2018",
    "kg-grs",
    confirmed=True,
)
_TUNDUK: Final = Source("Fines, restrictions, spouse, papers of the car", "kg-tunduk", confirmed=True)
_NOT_LISTED: Final = Source(
    "Follows from what a transfer is; the list of the law is to be confirmed", confirmed=False
)
_OTHER_GROUNDS: Final = frozenset({"not_the_owner"})
_SAME_CHECKS: Final = frozenset({"plate_form", "value_of_the_applicant", "car_differs", "plates_10"})


def _spouse_is_named(facts: Facts) -> bool:
    request = facts.request
    is_asked = request["title"] == "gift" and bool(request.get("owner_is_married"))
    return not is_asked or bool(request.get("spouses"))


_IS_MARRIED: Final = Where("owner_is_married", lambda facts: bool(facts.request.get("owner_is_married")))


def _passed(sale: Terms) -> Terms:
    """What holds since that day of a transfer: fees, times and restrictions are those of the same register."""
    return replace(
        sale,
        four_eyes=TWO_DECIDE,
        grounds=(
            *(each for each in sale.grounds if each.code not in _OTHER_GROUNDS),
            Ground("not_the_owner", _NOT_LISTED, gives_back=True),
            Ground("no_title", _NOT_LISTED),
        ),
        evidence=(
            Requirement("identity", _ANEW, is_required=False),
            Requirement("registration_certificate", _NOT_LISTED, is_required=False),
            Requirement("gift_contract", _NOT_LISTED, is_required=False, when=(GIFT,)),
            Requirement("inheritance_papers", _NOT_LISTED, when=(INHERITANCE,)),
            Requirement("court_decision", _NOT_LISTED, when=(BY_COURT,)),
            Requirement("company_papers", _ANEW, is_required=False, when=(OF_A_COMPANY,)),
            Requirement("power_of_attorney", _NOT_LISTED, is_required=False, when=(REPRESENTED,)),
            Requirement("spouse_consent", _TUNDUK, is_required=False, when=(GIFT, _IS_MARRIED)),
            *(each for each in sale.evidence if each.kind in ("inspection_report", "insurance_policy")),
        ),
        filing_limits=(),
        checks=(
            *(each for each in sale.checks if each.code in _SAME_CHECKS),
            death_not_told(TO_BE_CONFIRMED),
            Check(
                code="spouse_missing",
                holds=_spouse_is_named,
                moments=("filing",),
                effect="warn",
                source=_TUNDUK,
            ),
        ),
    )


TERMS = tuple(_passed(sale) for sale in SALE)
