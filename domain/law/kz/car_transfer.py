"""Kazakhstan: a car that is given, inherited or passed by a court; what a re-registration costs, a sale does, too."""

from dataclasses import replace
from typing import Annotated, Final

from pydantic import Field, model_validator

from domain.checks import Check
from domain.country import TO_BE_CONFIRMED, Source
from domain.events import Personal
from domain.facts import Where
from domain.forms import Public
from domain.law.kz.car_sale import TERMS as SALE
from domain.law.kz.car_sale import PlateChoice, SoldVehicle, chosen_plates_are_new
from domain.procedures.car_transfer import (
    BY_COURT,
    GIFT,
    INHERITANCE,
    NEW_PLATES,
    OF_A_COMPANY,
    REPRESENTED,
    TWO_DECIDE,
    CarTransferForm,
    death_not_told,
    spouse_is_asked,
)
from domain.terms import Ground, Requirement, Terms


class KazakhCarTransferForm(CarTransferForm):
    """Kept plates cost less than new ones, and chosen ones more; ``plate_choice`` and ``is_moped`` as of a sale.

    ``bought_in_marriage``: whether who gives it bought it in marriage, null where nobody said.
    """

    vehicle: Annotated[SoldVehicle, Personal("case")]
    plate_choice: Annotated[PlateChoice, Public()] = "ordinary"
    is_moped: Annotated[bool, Public(), Field(examples=[False])] = False
    bought_in_marriage: Annotated[bool | None, Personal("owner"), Field(examples=[None])] = None

    _only_new_plates_are_chosen = model_validator(mode="after")(chosen_plates_are_new)


FORM = KazakhCarTransferForm
FORM_VERSION = 1

_TITLES = Source("Gift and inheritance, as other countries have them; to be confirmed", confirmed=False)
_MINORS = Source("Heirs who are minors: their birth certificate, as an older list has it", confirmed=False)
_SPOUSES = Source(
    "Code «О браке (супружестве) и семье», articles 33, 34: a car of both spouses; consent is presumed",
    "kz-spouse",
    confirmed=False,
)


_IN_MARRIAGE: Final = Where("bought_in_marriage", lambda facts: bool(facts.request.get("bought_in_marriage")))
_SAME_GROUNDS: Final = frozenset(
    {
        "restricted",
        "tax_unpaid",
        "untrue_documents",
        "requirements_not_met",
        "negative_opinion",
        "court_ban",
        "no_data_consent",
    }
)


def _passed(sale: Terms) -> Terms:
    """What holds since that day of a transfer: fees, times and restrictions are those of the same register."""
    return replace(
        sale,
        four_eyes=TWO_DECIDE,
        grounds=(
            *(each for each in sale.grounds if each.code in _SAME_GROUNDS),
            Ground("not_the_owner", TO_BE_CONFIRMED, gives_back=True),
            Ground("no_title", _TITLES),
        ),
        evidence=(
            Requirement("identity", TO_BE_CONFIRMED, is_required=False),
            Requirement("registration_certificate", TO_BE_CONFIRMED, is_required=False),
            Requirement("gift_contract", _TITLES, is_required=False, when=(GIFT,)),
            Requirement("inheritance_papers", _TITLES, when=(INHERITANCE,)),
            Requirement("heirs_birth_certificate", _MINORS, is_required=False, when=(INHERITANCE,)),
            Requirement("court_decision", _TITLES, when=(BY_COURT,)),
            Requirement("fee_receipt", TO_BE_CONFIRMED, is_required=False),
            Requirement("old_plates", TO_BE_CONFIRMED, is_required=False, when=(NEW_PLATES,)),
            Requirement("power_of_attorney", TO_BE_CONFIRMED, is_required=False, when=(REPRESENTED,)),
            Requirement("company_papers", TO_BE_CONFIRMED, is_required=False, when=(OF_A_COMPANY,)),
            Requirement("spouse_consent", _SPOUSES, is_required=False, when=(GIFT, _IN_MARRIAGE)),
        ),
        filing_limits=(),
        checks=(
            *(each for each in sale.checks if each.code == "plate_form"),
            death_not_told(TO_BE_CONFIRMED),
            Check(
                code="spouse_not_asked",
                holds=spouse_is_asked,
                moments=("filing",),
                effect="warn",
                source=_SPOUSES,
            ),
        ),
    )


TERMS = tuple(_passed(sale) for sale in SALE)
